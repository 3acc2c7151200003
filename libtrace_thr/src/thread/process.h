/* SPDX-License-Identifier: MIT */
/*
 * The process: what the library does when it is loaded, and when the process ends.
 */
#ifndef TT_THREAD_PROCESS_H
#define TT_THREAD_PROCESS_H

/* Makes the library ready, and the main thread known, at its first call. */
void tt_process_enter(void);

/* Tells that the threads are abandoned and the calling one has ended: no event of the process comes after that. */
void tt_process_leave(void);

/* For fork, in the child: makes the calling thread the main one. */
void tt_process_after_fork_in_child(void);

/* The recording that the process is part of, as TRACE_THR_RECORDING names it; empty if it is of none. */
const char *tt_process_recording(void);

/* Sees to it that exit waits for threads that are not daemons. ENOMEM. */
int tt_process_join_at_exit(void);

#endif /* TT_THREAD_PROCESS_H */
