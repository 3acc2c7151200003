/* SPDX-License-Identifier: MIT */
/*
 * Forking: what of the interposer must be right in the child, which has one thread, at whatever the others were.
 */
#ifndef TT_INTERPOSE_PROCESS_FORK_H
#define TT_INTERPOSE_PROCESS_FORK_H

#include <stdint.h>
#include <sys/types.h>

/*
 * The interposer's own locks (words, see futex_lock.h). In a child they are free from the first on, also for fork
 * handlers that run before ours: that of LTTng makes threads. What they protect is always such that another thread can
 * leave it as it is, for good.
 */
struct tt_internal_locks {
	uint32_t records;
	uint32_t threads;
	uint32_t barriers;
} __attribute__((aligned(4096)));

extern struct tt_internal_locks tt_internal_locks __attribute__((visibility("hidden")));

/* In a forked child, what the kernel called its main thread before the fork; else 0. It has the locks it had then. */
extern pid_t tt_tid_before_fork __attribute__((visibility("hidden")));

/* Once, when the library loads. */
void tt_interposed_fork_prepare(void);

#endif /* TT_INTERPOSE_PROCESS_FORK_H */
