/* SPDX-License-Identifier: MIT */
/*
 * What with.c needs of a condition: the calls of its lock, with the program's site.
 */
#ifndef TT_PRIMITIVES_CONDITION_H
#define TT_PRIMITIVES_CONDITION_H

#include <trace_thr/condition.h>

/* See the public functions of these names. */
int tt_condition_acquire(tthr_condition *cond, const void *caller);
int tt_condition_release(tthr_condition *cond, const void *caller);

#endif /* TT_PRIMITIVES_CONDITION_H */
