/*
 * Which memory other processes can see.
 */
#ifndef TT_SHARED_MEMORY_H
#define TT_SHARED_MEMORY_H

#include <stdbool.h>

/*
 * Whether the memory at the address may be shared with another process: also true where that cannot be told. For
 * signal handlers as well; leaves errno alone.
 */
bool tt_is_shared_memory(const void *address);

#endif /* TT_SHARED_MEMORY_H */
