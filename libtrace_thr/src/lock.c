#include <trace_thr/lock.h>

#include "clock.h"
#include "object.h"
#include "self.h"
#include "word.h"

/* The lock as events name it; emits its init event if nobody has looked at it before. */
static struct tt_what identify(tthr_lock *lock, const void *caller)
{
	if (tt_object_identify(&lock->object, "Lock")) {
		struct tt_what what = tt_object_what(&lock->object);
		TT_TRACE(lock_init, caller, &what, TT_KIND_LOCK);
	}
	return tt_object_what(&lock->object);
}

/* The events of the fast paths, out of line to keep those short. */

__attribute__((noinline, cold)) static void emit_acquired(tthr_lock *lock, const void *caller)
{
	struct tt_what what = identify(lock, caller);
	TT_TRACE(lock_acquired, caller, &what, TT_KIND_LOCK, TT_MODE_EXCLUSIVE, 1);
}

__attribute__((noinline, cold)) static void emit_released(tthr_lock *lock, const void *caller)
{
	struct tt_what what = identify(lock, caller);
	TT_TRACE(lock_released, caller, &what, TT_KIND_LOCK, TT_MODE_EXCLUSIVE, 0);
}

static void emit_wait(tthr_lock *lock, double seconds, const void *caller)
{
	if (tt_enabled(lock_wait)) {
		struct tt_what what = identify(lock, caller);
		uint64_t holder = __atomic_load_n(&lock->holder, __ATOMIC_RELAXED);
		TT_TRACE(lock_wait, caller, &what, TT_KIND_LOCK, TT_MODE_EXCLUSIVE, tt_timeout_ns(seconds), holder);
	}
}

static void emit_failed(tthr_lock *lock, enum tt_failure why, const void *caller)
{
	if (tt_enabled(lock_failed)) {
		struct tt_what what = identify(lock, caller);
		TT_TRACE(lock_failed, caller, &what, TT_KIND_LOCK, TT_MODE_EXCLUSIVE, why);
	}
}

__attribute__((noinline, cold)) static int refuse(tthr_lock *lock, const char *call, enum tt_misuse why, int error,
                                                  const void *caller)
{
	struct tt_what what = identify(lock, caller);
	tt_misuse(caller, TT_OBJECT_LOCK, &what, call, why);
	return error;
}

/* What is left to do once the word is ours. */
static inline void acquired(tthr_lock *lock, const void *caller)
{
	/* Relaxed: waiters read it for their event only. */
	__atomic_store_n(&lock->holder, tt_self_id(), __ATOMIC_RELAXED);
	if (tt_enabled(lock_acquired))
		emit_acquired(lock, caller);
}

static int acquire_slowly(tthr_lock *lock, double seconds, const void *caller)
{
	struct tt_deadline deadline;
	int error = tt_deadline_after(seconds, &deadline);

	if (error)
		return error;
	emit_wait(lock, seconds, caller);
	error = tt_word_take(&lock->word, &deadline);
	if (error)
		emit_failed(lock, TT_FAILURE_TIMEOUT, caller);
	else
		acquired(lock, caller);
	return error;
}

int tthr_lock_init(tthr_lock *lock, const char *name)
{
	*lock = (tthr_lock)TTHR_LOCK_INIT(NULL);
	int error = tt_object_init(&lock->object, "Lock", name);
	if (error)
		return error;
	struct tt_what what = tt_object_what(&lock->object);
	TT_TRACE(lock_init, TT_CALLER, &what, TT_KIND_LOCK);
	return 0;
}

int tthr_lock_destroy(tthr_lock *lock)
{
	if (tt_word_is_held(&lock->word))
		return refuse(lock, "tthr_lock_destroy", TT_MISUSE_IN_USE, EBUSY, TT_CALLER);
	if (tt_object_known(&lock->object)) {
		struct tt_what what = tt_object_what(&lock->object);
		TT_TRACE(lock_destroy, TT_CALLER, &what, TT_KIND_LOCK);
	}
	tt_object_destroy(&lock->object);
	return 0;
}

int tthr_lock_acquire(tthr_lock *lock)
{
	if (!tt_word_try(&lock->word))
		return acquire_slowly(lock, TTHR_FOREVER, TT_CALLER);
	acquired(lock, TT_CALLER);
	return 0;
}

int tthr_lock_try_acquire(tthr_lock *lock)
{
	if (!tt_word_try(&lock->word)) {
		emit_failed(lock, TT_FAILURE_BUSY, TT_CALLER);
		return EBUSY;
	}
	acquired(lock, TT_CALLER);
	return 0;
}

int tthr_lock_acquire_timeout(tthr_lock *lock, double seconds)
{
	if (seconds == -1)
		seconds = TTHR_FOREVER;
	if (!(seconds >= 0))
		return refuse(lock, "tthr_lock_acquire_timeout", TT_MISUSE_BAD_ARGUMENT, EINVAL, TT_CALLER);
	if (tt_word_try(&lock->word)) {
		acquired(lock, TT_CALLER);
		return 0;
	}
	if (seconds == 0) {
		emit_failed(lock, TT_FAILURE_TIMEOUT, TT_CALLER);
		return ETIMEDOUT;
	}
	return acquire_slowly(lock, seconds, TT_CALLER);
}

int tthr_lock_release(tthr_lock *lock)
{
	if (!tt_word_is_held(&lock->word))
		return refuse(lock, "tthr_lock_release", TT_MISUSE_NOT_HELD, EPERM, TT_CALLER);
	/* Before the word is free: in a trace this release precedes the next acquire. */
	if (tt_enabled(lock_released))
		emit_released(lock, TT_CALLER);
	__atomic_store_n(&lock->holder, 0, __ATOMIC_RELAXED);
	return tt_word_free(&lock->word) ? 0 : EPERM;
}

bool tthr_lock_locked(const tthr_lock *lock)
{
	return tt_word_is_held(&lock->word);
}

const char *tthr_lock_name(tthr_lock *lock)
{
	return identify(lock, TT_CALLER).name;
}

uint64_t tthr_lock_id(tthr_lock *lock)
{
	return identify(lock, TT_CALLER).id;
}
