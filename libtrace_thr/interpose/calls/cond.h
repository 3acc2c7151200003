/* SPDX-License-Identifier: MIT */
/*
 * Conditions, as pthread's functions and C11's need them. They do what those do, and tell it as a call at `caller`.
 */
#ifndef TT_INTERPOSE_CALLS_COND_H
#define TT_INTERPOSE_CALLS_COND_H

#include "libtrace_thr/interpose/core/gate.h"

void tt_cond_made(pthread_cond_t *cond, const void *caller);

int tt_cond_destroy(pthread_cond_t *cond, const void *caller);
int tt_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, const void *caller);
int tt_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until, const void *caller);
int tt_cond_signal(pthread_cond_t *cond, const void *caller);
int tt_cond_broadcast(pthread_cond_t *cond, const void *caller);

#endif /* TT_INTERPOSE_CALLS_COND_H */
