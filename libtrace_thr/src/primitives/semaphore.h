/* SPDX-License-Identifier: MIT */
/*
 * What with.c needs of a semaphore: its calls with the program's site.
 */
#ifndef TT_PRIMITIVES_SEMAPHORE_H
#define TT_PRIMITIVES_SEMAPHORE_H

#include <trace_thr/semaphore.h>

/* See the public functions of these names. */
int tt_semaphore_acquire(tthr_semaphore *sem, const void *caller);
int tt_semaphore_release(tthr_semaphore *sem, unsigned n, const void *caller);

#endif /* TT_PRIMITIVES_SEMAPHORE_H */
