/* SPDX-License-Identifier: MIT */
/*
 * fork: the child has one thread, which is its main thread, consistent objects and a pid of its own.
 */
#ifndef TT_THREAD_FORK_H
#define TT_THREAD_FORK_H

/* Registers the handlers. After those of the probes. */
void tt_fork_prepare(void);

#endif /* TT_THREAD_FORK_H */
