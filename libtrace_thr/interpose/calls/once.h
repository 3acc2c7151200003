/* SPDX-License-Identifier: MIT */
/*
 * pthread_once, as its callers in the interposer need it: pthread's own and C11's.
 */
#ifndef TT_INTERPOSE_CALLS_ONCE_H
#define TT_INTERPOSE_CALLS_ONCE_H

#include "libtrace_thr/interpose/core/gate.h"

/* Does what pthread_once does, and tells it as a call at `caller`. */
int tt_once(pthread_once_t *once, void (*routine)(void), const void *caller);

#endif /* TT_INTERPOSE_CALLS_ONCE_H */
