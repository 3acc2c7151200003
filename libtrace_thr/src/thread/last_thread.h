/* SPDX-License-Identifier: MIT */
/*
 * The end of the last thread ends the process, as POSIX wants it, also while LTTng is there.
 *
 * LTTng-UST runs two threads in every traced process. They never end, so a process whose main thread called
 * pthread_exit, or a child of a fork in another thread than the main one, would live for ever under a recording, and
 * only there.
 */
#ifndef TT_THREAD_LAST_THREAD_H
#define TT_THREAD_LAST_THREAD_H

/* To be called by the last thread that the library knows of, as the last thing it does. */
void tt_last_thread_ends(void);

/*
 * When LTTng has taken its leave while the process goes on: waits until its threads have ended, a second at most. From
 * then on libc sees to the end of the last thread.
 */
void tt_last_thread_await_tracer(void);

/* For fork, in the child: a thread that was doing that is not there. */
void tt_last_thread_after_fork_in_child(void);

#endif /* TT_THREAD_LAST_THREAD_H */
