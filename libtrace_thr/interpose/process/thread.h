/* SPDX-License-Identifier: MIT */
/*
 * Threads that the program makes by pthread_create or thrd_create: the library's thread with what only pthreads need.
 */
#ifndef TT_INTERPOSE_PROCESS_THREAD_H
#define TT_INTERPOSE_PROCESS_THREAD_H

#include "libtrace_thr/interpose/core/gate.h"

/* How a program waits for the end of a thread. */
typedef int tt_join(pthread_t thread, void **value, clockid_t clock, const struct timespec *until);

/* Tells a join that `join` does; the deadline NULL is none. */
int tt_thread_join_traced(pthread_t thread, void **value, clockid_t clock, const struct timespec *until, tt_join *join,
                          const void *caller);

/* pthread_create and thrd_create. Exactly one of the starts is not NULL. */
int tt_thread_create_traced(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                            int (*c11_start)(void *), void *arg, const void *caller);

/* pthread_detach. */
int tt_thread_detach(pthread_t thread, const void *caller);

/* For fork, in the child: threads of the parent cannot be joined here. */
void tt_threads_after_fork_in_child(void);

#endif /* TT_INTERPOSE_PROCESS_THREAD_H */
