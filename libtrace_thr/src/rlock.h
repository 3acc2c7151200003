/*
 * What condition.c needs of an rlock: its calls with the condition's caller as their site, and giving it up whole.
 */
#ifndef TT_RLOCK_H
#define TT_RLOCK_H

#include <trace_thr/rlock.h>

#include "self.h"

/* Whether the calling thread holds it. */
static inline bool tt_rlock_is_mine(const tthr_rlock *rlock)
{
	/* Relaxed: only the thread itself stores its id, or takes it away. */
	return __atomic_load_n(&rlock->lock.holder, __ATOMIC_RELAXED) == tt_self_id();
}

/* See the public functions of these names. */
int tt_rlock_acquire(tthr_rlock *rlock, const void *caller);
int tt_rlock_try_acquire(tthr_rlock *rlock, const void *caller);
int tt_rlock_acquire_timeout(tthr_rlock *rlock, double seconds, const void *caller);
int tt_rlock_release(tthr_rlock *rlock, const void *caller);

/* Frees a lock of the caller's however deep it holds it; returns how deep. */
uint32_t tt_rlock_give_up(tthr_rlock *rlock, const void *caller);

/* Takes it back as deep. */
void tt_rlock_take_back(tthr_rlock *rlock, uint32_t depth, const void *caller);

#endif /* TT_RLOCK_H */
