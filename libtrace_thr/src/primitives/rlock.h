/* SPDX-License-Identifier: MIT */
/*
 * What condition.c needs of an rlock: its calls with the condition's caller as their site, and giving it up whole.
 */
#ifndef TT_PRIMITIVES_RLOCK_H
#define TT_PRIMITIVES_RLOCK_H

#include <trace_thr/rlock.h>

#include "libtrace_thr/src/thread/current_thread.h"

/* Whether thread `me`, the calling one, holds it. */
static inline bool tt_rlock_is_held_by(const tthr_rlock *rlock, uint64_t me)
{
	/* Relaxed: only the thread itself stores its id, or takes it away. */
	return __atomic_load_n(&rlock->lock.holder, __ATOMIC_RELAXED) == me;
}

/* See the public functions of these names. */
int tt_rlock_acquire(tthr_rlock *rlock, const void *caller);
int tt_rlock_try_acquire(tthr_rlock *rlock, const void *caller);
int tt_rlock_acquire_timeout(tthr_rlock *rlock, double seconds, const void *caller);
int tt_rlock_release(tthr_rlock *rlock, const void *caller);

/* Frees a lock of the caller's however deep it holds it; returns how deep. */
uint32_t tt_rlock_release_all(tthr_rlock *rlock, const void *caller);

/* Takes it back as deep. */
void tt_rlock_reacquire(tthr_rlock *rlock, uint32_t depth, const void *caller);

#endif /* TT_PRIMITIVES_RLOCK_H */
