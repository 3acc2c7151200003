/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/primitives/rlock.h"

#include "libtrace_thr/src/primitives/lock.h"

/* Takes the caller's lock once more. */
static int again(tthr_rlock *rlock, enum tt_limit limit, const void *caller)
{
	if (rlock->depth == UINT32_MAX) {
		if (tt_enabled(lock_failed))
			tt_lock_emit_failed(&rlock->lock, TT_KIND_RLOCK, TT_FAILURE_ERROR, caller);
		return EAGAIN;
	}
	rlock->depth++;
	if (tt_enabled(lock_acquired))
		tt_lock_emit_acquired(&rlock->lock, TT_KIND_RLOCK, rlock->depth, limit, caller);
	return 0;
}

/* After a first acquire: depth 1 if it succeeded. */
static inline int begin(tthr_rlock *rlock, int error)
{
	if (!error)
		rlock->depth = 1;
	return error;
}

int tt_rlock_acquire(tthr_rlock *rlock, const void *caller)
{
	uint64_t me = tt_current_id();

	if (tt_rlock_is_held_by(rlock, me))
		return again(rlock, TT_LIMIT_NONE, caller);
	tt_lock_acquire_fast(&rlock->lock, TT_KIND_RLOCK, me, 1, caller);
	return begin(rlock, 0);
}

int tt_rlock_try_acquire(tthr_rlock *rlock, const void *caller)
{
	if (tt_rlock_is_held_by(rlock, tt_current_id()))
		return again(rlock, TT_LIMIT_TRY, caller);
	return begin(rlock, tt_lock_try_fast(&rlock->lock, TT_KIND_RLOCK, caller));
}

int tt_rlock_acquire_timeout(tthr_rlock *rlock, double seconds, const void *caller)
{
	if (tt_lock_timeout_valid(&seconds) && tt_rlock_is_held_by(rlock, tt_current_id()))
		return again(rlock, tt_limit_of(seconds), caller);
	return begin(
	    rlock, tt_lock_acquire_timeout(&rlock->lock, TT_KIND_RLOCK, seconds, "tthr_rlock_acquire_timeout", caller));
}

int tt_rlock_release(tthr_rlock *rlock, const void *caller)
{
	if (!tt_rlock_is_held_by(rlock, tt_current_id())) {
		bool held = tt_futex_lock_is_held(&rlock->lock.word);
		return tt_lock_refuse(&rlock->lock, TT_KIND_RLOCK, "tthr_rlock_release",
		                      held ? TT_MISUSE_NOT_OWNER : TT_MISUSE_NOT_HELD, EPERM, caller);
	}
	if (--rlock->depth == 0)
		tt_lock_release_fast(&rlock->lock, TT_KIND_RLOCK, caller);
	else if (tt_enabled(lock_released))
		tt_lock_emit_released(&rlock->lock, TT_KIND_RLOCK, rlock->depth, caller);
	return 0;
}

uint32_t tt_rlock_release_all(tthr_rlock *rlock, const void *caller)
{
	uint32_t depth = rlock->depth;

	tt_lock_release_fast(&rlock->lock, TT_KIND_RLOCK, caller);
	return depth;
}

void tt_rlock_reacquire(tthr_rlock *rlock, uint32_t depth, const void *caller)
{
	tt_lock_acquire_fast(&rlock->lock, TT_KIND_RLOCK, tt_current_id(), depth, caller);
	rlock->depth = depth;
}

/* The public functions. */

int tthr_rlock_init(tthr_rlock *rlock, const char *name)
{
	rlock->depth = 0;
	return tt_lock_init(&rlock->lock, TT_KIND_RLOCK, name, TT_CALLER);
}

int tthr_rlock_destroy(tthr_rlock *rlock)
{
	return tt_lock_destroy(&rlock->lock, TT_KIND_RLOCK, "tthr_rlock_destroy", TT_CALLER);
}

int tthr_rlock_acquire(tthr_rlock *rlock)
{
	return tt_rlock_acquire(rlock, TT_CALLER);
}

int tthr_rlock_try_acquire(tthr_rlock *rlock)
{
	return tt_rlock_try_acquire(rlock, TT_CALLER);
}

int tthr_rlock_acquire_timeout(tthr_rlock *rlock, double seconds)
{
	return tt_rlock_acquire_timeout(rlock, seconds, TT_CALLER);
}

int tthr_rlock_release(tthr_rlock *rlock)
{
	return tt_rlock_release(rlock, TT_CALLER);
}

bool tthr_rlock_locked(const tthr_rlock *rlock)
{
	return tt_futex_lock_is_held(&rlock->lock.word);
}

uint32_t tthr_rlock_depth(const tthr_rlock *rlock)
{
	return tt_rlock_is_held_by(rlock, tt_current_id()) ? rlock->depth : 0;
}

const char *tthr_rlock_name(tthr_rlock *rlock)
{
	return tt_lock_identify(&rlock->lock, TT_KIND_RLOCK, TT_CALLER).name;
}

uint64_t tthr_rlock_id(tthr_rlock *rlock)
{
	return tt_lock_identify(&rlock->lock, TT_KIND_RLOCK, TT_CALLER).id;
}
