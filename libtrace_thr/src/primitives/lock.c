/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/primitives/lock.h"

#include "libtrace_thr/src/sync/deadline.h"
#include "libtrace_thr/src/explore/shake.h"

static const char *const kind_names[] = {[TT_KIND_LOCK] = "Lock", [TT_KIND_RLOCK] = "RLock"};

struct tt_object_ref tt_lock_identify(tthr_lock *lock, enum tt_lock_kind kind, const void *caller)
{
	if (tt_object_identify(&lock->object, kind_names[kind]))
		TT_TRACE(lock_init, caller, TT_OBJECT_REF(tt_object_ref_of(&lock->object)), kind);
	return tt_object_ref_of(&lock->object);
}

void tt_lock_emit_acquired(tthr_lock *lock, enum tt_lock_kind kind, uint32_t depth, enum tt_limit limit,
                           const void *caller)
{
	TT_TRACE_HOT(lock_acquired, caller, TT_OBJECT_REF(tt_lock_identify(lock, kind, caller)), kind,
	             TT_MODE_EXCLUSIVE, depth, limit, TT_STACK(caller));
}

void tt_lock_emit_released(tthr_lock *lock, enum tt_lock_kind kind, uint32_t depth, const void *caller)
{
	TT_TRACE_HOT(lock_released, caller, TT_OBJECT_REF(tt_lock_identify(lock, kind, caller)), kind,
	             TT_MODE_EXCLUSIVE, depth, TT_LIMIT_NONE, &tt_stack_none);
}

__attribute__((cold)) void tt_lock_emit_failed(tthr_lock *lock, enum tt_lock_kind kind, enum tt_failure why,
                                               const void *caller)
{
	TT_TRACE(lock_failed, caller, TT_OBJECT_REF(tt_lock_identify(lock, kind, caller)), kind, TT_MODE_EXCLUSIVE,
	         why);
}

__attribute__((cold)) int tt_lock_refuse(tthr_lock *lock, enum tt_lock_kind kind, const char *call, enum tt_misuse why,
                                         int error, const void *caller)
{
	tt_misuse(caller, TT_OBJECT_LOCK, TT_OBJECT_REF(tt_lock_identify(lock, kind, caller)), call, why);
	return error;
}

int tt_lock_init(tthr_lock *lock, enum tt_lock_kind kind, const char *name, const void *caller)
{
	*lock = (tthr_lock)TTHR_LOCK_INIT(NULL);
	int error = tt_object_init(&lock->object, kind_names[kind], name);
	if (!error)
		TT_TRACE(lock_init, caller, TT_OBJECT_REF(tt_object_ref_of(&lock->object)), kind);
	return error;
}

int tt_lock_destroy(tthr_lock *lock, enum tt_lock_kind kind, const char *call, const void *caller)
{
	if (tt_lock_is_in_use(lock))
		return tt_lock_refuse(lock, kind, call, TT_MISUSE_IN_USE, EBUSY, caller);
	if (tt_object_known(&lock->object))
		TT_TRACE(lock_destroy, caller, TT_OBJECT_REF(tt_object_ref_of(&lock->object)), kind);
	tt_object_destroy(&lock->object);
	return 0;
}

/* What is left to do once the word is the caller's. */
static void taken(tthr_lock *lock, enum tt_lock_kind kind, uint32_t depth, enum tt_limit limit, const void *caller)
{
	/* Relaxed: to others it is a hint; whether it is one's own id, a thread knows by having stored it. */
	__atomic_store_n(&lock->holder, tt_current_id(), __ATOMIC_RELAXED);
	if (!tt_enabled(lock_acquired))
		return;
	tt_steer_acquired(lock, caller);
	tt_lock_emit_acquired(lock, kind, depth, limit, caller);
}

int tt_lock_acquire_slow(tthr_lock *lock, enum tt_lock_kind kind, uint32_t depth, double seconds, const void *caller)
{
	struct tt_deadline deadline;
	int error = tt_deadline_after(seconds, &deadline);

	if (error)
		return error;
	tt_waiting_enter(&lock->waiting);
	TT_TRACE(lock_wait, caller, TT_OBJECT_REF(tt_lock_identify(lock, kind, caller)), kind, TT_MODE_EXCLUSIVE,
	         tt_timeout_ns(seconds), __atomic_load_n(&lock->holder, __ATOMIC_RELAXED), TT_STACK(caller));
	error = tt_futex_lock_acquire(&lock->word, &deadline);
	if (!error)
		taken(lock, kind, depth, tt_limit_of(seconds), caller);
	else if (tt_enabled(lock_failed))
		tt_lock_emit_failed(lock, kind, TT_FAILURE_TIMEOUT, caller);
	tt_waiting_leave(&lock->waiting);
	return error;
}

void tt_lock_acquire_traced(tthr_lock *lock, enum tt_lock_kind kind, uint32_t depth, const void *caller)
{
	tt_shake();
	tt_steer_request(lock, caller);
	if (__builtin_expect(tt_futex_lock_try(&lock->word), 1))
		taken(lock, kind, depth, TT_LIMIT_NONE, caller);
	else
		tt_lock_acquire_slow(lock, kind, depth, TTHR_FOREVER, caller);
}

int tt_lock_try_traced(tthr_lock *lock, enum tt_lock_kind kind, const void *caller)
{
	tt_shake();
	if (tt_futex_lock_try(&lock->word)) {
		taken(lock, kind, 1, TT_LIMIT_TRY, caller);
		return 0;
	}
	tt_lock_emit_failed(lock, kind, TT_FAILURE_BUSY, caller);
	return EBUSY;
}

bool tt_lock_release_traced(tthr_lock *lock, enum tt_lock_kind kind, const void *caller)
{
	tt_steer_released(lock);
	/* Before the word is free: in a trace this release precedes the next acquire. */
	tt_lock_emit_released(lock, kind, 0, caller);
	__atomic_store_n(&lock->holder, 0, __ATOMIC_RELAXED);
	bool held = tt_futex_lock_release(&lock->word);
	tt_shake();
	return held;
}

int tt_lock_acquire_timeout(tthr_lock *lock, enum tt_lock_kind kind, double seconds, const char *call,
                            const void *caller)
{
	if (!tt_lock_timeout_valid(&seconds))
		return tt_lock_refuse(lock, kind, call, TT_MISUSE_BAD_ARGUMENT, EINVAL, caller);
	TT_SHAKE(lock_acquired);
	if (seconds > 0 && tt_enabled(lock_acquired))
		tt_steer_request(lock, caller);
	if (tt_futex_lock_try(&lock->word)) {
		taken(lock, kind, 1, tt_limit_of(seconds), caller);
		return 0;
	}
	if (seconds > 0)
		return tt_lock_acquire_slow(lock, kind, 1, seconds, caller);
	if (tt_enabled(lock_failed))
		tt_lock_emit_failed(lock, kind, TT_FAILURE_TIMEOUT, caller);
	return ETIMEDOUT;
}

int tt_lock_release(tthr_lock *lock, const void *caller)
{
	if (tt_futex_lock_is_held(&lock->word) && tt_lock_release_fast(lock, TT_KIND_LOCK, caller))
		return 0;
	return tt_lock_refuse(lock, TT_KIND_LOCK, "tthr_lock_release", TT_MISUSE_NOT_HELD, EPERM, caller);
}

/* The public functions. */

int tthr_lock_init(tthr_lock *lock, const char *name)
{
	return tt_lock_init(lock, TT_KIND_LOCK, name, TT_CALLER);
}

int tthr_lock_destroy(tthr_lock *lock)
{
	return tt_lock_destroy(lock, TT_KIND_LOCK, "tthr_lock_destroy", TT_CALLER);
}

int tthr_lock_acquire(tthr_lock *lock)
{
	tt_lock_acquire_fast(lock, TT_KIND_LOCK, tt_current_id(), 1, TT_CALLER);
	return 0;
}

int tthr_lock_try_acquire(tthr_lock *lock)
{
	return tt_lock_try_fast(lock, TT_KIND_LOCK, TT_CALLER);
}

int tthr_lock_acquire_timeout(tthr_lock *lock, double seconds)
{
	return tt_lock_acquire_timeout(lock, TT_KIND_LOCK, seconds, "tthr_lock_acquire_timeout", TT_CALLER);
}

int tthr_lock_release(tthr_lock *lock)
{
	return tt_lock_release(lock, TT_CALLER);
}

bool tthr_lock_locked(const tthr_lock *lock)
{
	return tt_futex_lock_is_held(&lock->word);
}

const char *tthr_lock_name(tthr_lock *lock)
{
	return tt_lock_identify(lock, TT_KIND_LOCK, TT_CALLER).name;
}

uint64_t tthr_lock_id(tthr_lock *lock)
{
	return tt_lock_identify(lock, TT_KIND_LOCK, TT_CALLER).id;
}
