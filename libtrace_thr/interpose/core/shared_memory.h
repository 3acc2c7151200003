/* SPDX-License-Identifier: MIT */
/*
 * Which memory other processes can see.
 */
#ifndef TT_INTERPOSE_CORE_SHARED_MEMORY_H
#define TT_INTERPOSE_CORE_SHARED_MEMORY_H

#include <stdbool.h>

/*
 * Whether the memory at the address may be shared with another process: also true where that cannot be told. For
 * signal handlers as well; leaves errno alone.
 */
bool tt_is_shared_memory(const void *address);

/* From its return on no thread asks the kernel any more: a program is about to give up system calls. */
void tt_shared_memory_forbid(void);

/* In a forked child: nobody else asks there. */
void tt_shared_memory_after_fork_in_child(void);

#endif /* TT_INTERPOSE_CORE_SHARED_MEMORY_H */
