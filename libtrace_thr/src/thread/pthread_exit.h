/* SPDX-License-Identifier: MIT */
/*
 * pthread_exit, told from cancellation.
 *
 * Both unwind a thread in the same way, and what it ends with is known to nobody before it is joined, too late for the
 * event of its end. So the library has a pthread_exit of its own, which takes a note and calls that of libc; a program
 * that is linked with the library calls it. Limits: a call from a library that is not linked with this one, and
 * thrd_exit of C11, look like a cancellation in the trace; tthr_thread_result tells them apart all the same.
 */
#ifndef TT_THREAD_PTHREAD_EXIT_H
#define TT_THREAD_PTHREAD_EXIT_H

#include <stdbool.h>

/* Whether the calling thread has called pthread_exit; if so with what, to *value. */
bool tt_pthread_exit_called(void **value);

#endif /* TT_THREAD_PTHREAD_EXIT_H */
