/* SPDX-License-Identifier: MIT */
/*
 * Thread-local values: the thread's side.
 */
#ifndef TT_PRIMITIVES_LOCAL_H
#define TT_PRIMITIVES_LOCAL_H

#include <trace_thr/thread.h>

/* Frees the values of the calling thread, which ends. */
void tt_local_end_thread(tthr_thread *thread);

/* For fork: keeps the lists of locals consistent in the child. */
void tt_local_before_fork(void);
void tt_local_after_fork(void);

#endif /* TT_PRIMITIVES_LOCAL_H */
