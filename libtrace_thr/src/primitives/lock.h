/* SPDX-License-Identifier: MIT */
/*
 * The lock inside: what tthr_lock, and the tthr_rlock built on it, are made of.
 *
 * The functions here take the kind of lock to name in events, the depth to tell, and the site of the call, so that
 * lock.c, rlock.c and condition.c share them. The short paths are inline; what needs a session or a wait is not.
 */
#ifndef TT_PRIMITIVES_LOCK_H
#define TT_PRIMITIVES_LOCK_H

#include <trace_thr/lock.h>

#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/explore/steer.h"
#include "libtrace_thr/src/sync/waiting.h"
#include "libtrace_thr/src/sync/futex_lock.h"

/* The lock as events name it; emits its init event if nobody has looked at it before. */
struct tt_object_ref tt_lock_identify(tthr_lock *lock, enum tt_lock_kind kind, const void *caller);

/* The events of the short paths. */
void tt_lock_emit_acquired(tthr_lock *lock, enum tt_lock_kind kind, uint32_t depth, enum tt_limit limit,
                           const void *caller);
void tt_lock_emit_released(tthr_lock *lock, enum tt_lock_kind kind, uint32_t depth, const void *caller);
void tt_lock_emit_failed(tthr_lock *lock, enum tt_lock_kind kind, enum tt_failure why, const void *caller);

/* The same calls as tt_lock_acquire_fast, tt_lock_try_fast and tt_lock_release_fast below, where a session records
 * them. */
void tt_lock_acquire_traced(tthr_lock *lock, enum tt_lock_kind kind, uint32_t depth, const void *caller);
int tt_lock_try_traced(tthr_lock *lock, enum tt_lock_kind kind, const void *caller);
bool tt_lock_release_traced(tthr_lock *lock, enum tt_lock_kind kind, const void *caller);

/* Emits the misuse event; returns `error`. */
int tt_lock_refuse(tthr_lock *lock, enum tt_lock_kind kind, const char *call, enum tt_misuse why, int error,
                   const void *caller);

/* See tthr_lock_init and tthr_lock_destroy. */
int tt_lock_init(tthr_lock *lock, enum tt_lock_kind kind, const char *name, const void *caller);
int tt_lock_destroy(tthr_lock *lock, enum tt_lock_kind kind, const char *call, const void *caller);

/* Whether it is held or waited for. */
static inline bool tt_lock_is_in_use(const tthr_lock *lock)
{
	/* In this order, see waiting.h. Acquire: pairs with the release in tt_futex_lock_release; its memory may go
	 * next. */
	return tt_waiting_is_any(&lock->waiting) ||
	       __atomic_load_n(&lock->word, __ATOMIC_ACQUIRE) != TT_FUTEX_LOCK_FREE;
}

/* Takes a lock that was seen held: waits for `seconds` at most, then ETIMEDOUT. */
int tt_lock_acquire_slow(tthr_lock *lock, enum tt_lock_kind kind, uint32_t depth, double seconds, const void *caller);

/* See tthr_lock_acquire_timeout. */
int tt_lock_acquire_timeout(tthr_lock *lock, enum tt_lock_kind kind, double seconds, const char *call,
                            const void *caller);

/* Python's rule for the timeout of an acquire: none below 0 but -1, which means no limit and becomes TTHR_FOREVER. */
static inline bool tt_lock_timeout_valid(double *seconds)
{
	if (*seconds == -1)
		*seconds = TTHR_FOREVER;
	return *seconds >= 0;
}

/* Takes the lock, whatever that lasts; `depth` is what the event tells. `me` is tt_current_id(). */
static inline void tt_lock_acquire_fast(tthr_lock *lock, enum tt_lock_kind kind, uint64_t me, uint32_t depth,
                                        const void *caller)
{
	if (__builtin_expect(tt_enabled(lock_acquired), 0))
		tt_lock_acquire_traced(lock, kind, depth, caller);
	else if (__builtin_expect(tt_futex_lock_try(&lock->word), 1))
		__atomic_store_n(&lock->holder, me, __ATOMIC_RELAXED);
	else
		tt_lock_acquire_slow(lock, kind, depth, TTHR_FOREVER, caller);
}

/* Takes the lock if it is free, else EBUSY. */
static inline int tt_lock_try_fast(tthr_lock *lock, enum tt_lock_kind kind, const void *caller)
{
	if (__builtin_expect(tt_enabled(lock_acquired), 0))
		return tt_lock_try_traced(lock, kind, caller);
	if (!tt_futex_lock_try(&lock->word))
		return EBUSY;
	__atomic_store_n(&lock->holder, tt_current_id(), __ATOMIC_RELAXED);
	return 0;
}

/* Frees a lock that is held. False if another thread, wrongly, did so meanwhile. */
static inline bool tt_lock_release_fast(tthr_lock *lock, enum tt_lock_kind kind, const void *caller)
{
	if (__builtin_expect(tt_enabled(lock_released), 0))
		return tt_lock_release_traced(lock, kind, caller);
	__atomic_store_n(&lock->holder, 0, __ATOMIC_RELAXED);
	return tt_futex_lock_release(&lock->word);
}

/* See tthr_lock_release. */
int tt_lock_release(tthr_lock *lock, const void *caller);

#endif /* TT_PRIMITIVES_LOCK_H */
