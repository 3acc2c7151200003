/* SPDX-License-Identifier: MIT */
/*
 * Mutexes, as their callers in the interposer need them: pthread's own functions, C11's, and the conditions.
 *
 * The functions here do what those of pthread do, and tell it as a call at `caller`.
 */
#ifndef TT_INTERPOSE_CALLS_MUTEX_H
#define TT_INTERPOSE_CALLS_MUTEX_H

#include "libtrace_thr/interpose/core/object_table.h"
#include "libtrace_thr/interpose/core/gate.h"

/* The record of the mutex; emits its init event if it was not known. NULL without memory. */
struct tt_object_entry *tt_mutex_entry(pthread_mutex_t *mutex, const void *caller);

/* The mutex has just been made, or is about to be destroyed, by a call. `shared`: for other processes as well. */
void tt_mutex_made(pthread_mutex_t *mutex, bool shared, const void *caller);
void tt_mutex_destroyed(pthread_mutex_t *mutex, const void *caller);

int tt_mutex_lock(pthread_mutex_t *mutex, const void *caller);
int tt_mutex_trylock(pthread_mutex_t *mutex, const void *caller);
int tt_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until, const void *caller);
int tt_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until, const void *caller);
int tt_mutex_unlock(pthread_mutex_t *mutex, const void *caller);

/* For a condition: whether the calling thread holds the mutex, which otherwise is a misuse of `call`. */
bool tt_mutex_is_mine(const struct tt_object_entry *record, const pthread_mutex_t *mutex);

/* For a condition: the mutex is given up, and taken back, without a call. */
void tt_mutex_given_up(struct tt_object_entry *record, const pthread_mutex_t *mutex, const void *caller);
void tt_mutex_taken_back(struct tt_object_entry *record, const pthread_mutex_t *mutex, int error, const void *caller);

#endif /* TT_INTERPOSE_CALLS_MUTEX_H */
