/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/primitives/condition.h"

#include <math.h>

#include "libtrace_thr/src/primitives/lock.h"
#include "libtrace_thr/src/primitives/rlock.h"
#include "libtrace_thr/src/explore/shake.h"
#include "libtrace_thr/src/sync/wait_queue.h"

/* The condition's lock: an rlock, or NULL if it was given a plain lock. */
static tthr_rlock *rlock_of(tthr_condition *cond)
{
	if (cond->lock)
		return NULL;
	return cond->rlock ? cond->rlock : &cond->own;
}

static bool has_own_lock(const tthr_condition *cond)
{
	return !cond->lock && !cond->rlock;
}

/* The lock inside of it. */
static tthr_lock *lock_of(tthr_condition *cond)
{
	tthr_rlock *rlock = rlock_of(cond);

	return rlock ? &rlock->lock : cond->lock;
}

static uint64_t lock_id(tthr_condition *cond, const void *caller)
{
	tthr_rlock *rlock = rlock_of(cond);

	return rlock ? tt_lock_identify(&rlock->lock, TT_KIND_RLOCK, caller).id
	             : tt_lock_identify(cond->lock, TT_KIND_LOCK, caller).id;
}

/* As Python: a plain lock has no owner, so it is enough that somebody holds it. */
static bool is_held(tthr_condition *cond)
{
	tthr_rlock *rlock = rlock_of(cond);

	return rlock ? tt_rlock_is_held_by(rlock, tt_current_id()) : tt_futex_lock_is_held(&cond->lock->word);
}

/* Frees the lock; returns how deep it was held. */
static uint32_t give_up_lock(tthr_condition *cond, const void *caller)
{
	tthr_rlock *rlock = rlock_of(cond);

	if (rlock)
		return tt_rlock_release_all(rlock, caller);
	tt_lock_release_fast(cond->lock, TT_KIND_LOCK, caller);
	return 1;
}

static struct tt_object_ref identify(tthr_condition *cond, const void *caller)
{
	if (tt_object_identify(&cond->object, "Condition"))
		TT_TRACE(cond_init, caller, TT_OBJECT_REF(tt_object_ref_of(&cond->object)), lock_id(cond, caller));
	return tt_object_ref_of(&cond->object);
}

static int refuse(tthr_condition *cond, const char *call, enum tt_misuse why, int error, const void *caller)
{
	tt_misuse(caller, TT_OBJECT_CONDITION, TT_OBJECT_REF(identify(cond, caller)), call, why);
	return error;
}

static int refuse_init(const char *name, const char *call, const void *caller)
{
	struct tt_object_ref what = {.name = name ? name : "Condition"};

	tt_misuse(caller, TT_OBJECT_CONDITION, &what, call, TT_MISUSE_BAD_ARGUMENT);
	return EINVAL;
}

/* All but the lock. */
static int init(tthr_condition *cond, const char *name, const void *caller)
{
	int error = tt_object_init(&cond->object, "Condition", name);

	if (!error)
		TT_TRACE(cond_init, caller, TT_OBJECT_REF(tt_object_ref_of(&cond->object)), lock_id(cond, caller));
	return error;
}

int tthr_condition_init(tthr_condition *cond, const char *name)
{
	*cond = (tthr_condition)TTHR_CONDITION_INIT(NULL);
	int error = tt_lock_init(&cond->own.lock, TT_KIND_RLOCK, name, TT_CALLER);
	if (error)
		return error;
	error = init(cond, name, TT_CALLER);
	if (error)
		tt_lock_destroy(&cond->own.lock, TT_KIND_RLOCK, "tthr_condition_init", TT_CALLER);
	return error;
}

int tthr_condition_init_lock(tthr_condition *cond, const char *name, tthr_lock *lock)
{
	if (!lock)
		return refuse_init(name, "tthr_condition_init_lock", TT_CALLER);
	*cond = (tthr_condition)TTHR_CONDITION_INIT(NULL);
	cond->lock = lock;
	return init(cond, name, TT_CALLER);
}

int tthr_condition_init_rlock(tthr_condition *cond, const char *name, tthr_rlock *lock)
{
	if (!lock)
		return refuse_init(name, "tthr_condition_init_rlock", TT_CALLER);
	*cond = (tthr_condition)TTHR_CONDITION_INIT(NULL);
	cond->rlock = lock;
	return init(cond, name, TT_CALLER);
}

int tthr_condition_destroy(tthr_condition *cond)
{
	static const char call[] = "tthr_condition_destroy";

	if (tt_wait_queue_drain(&cond->waiters))
		return refuse(cond, call, TT_MISUSE_IN_USE, EBUSY, TT_CALLER);
	/* Who has been woken may have yet to take it back. */
	if (has_own_lock(cond) && tt_lock_is_in_use(&cond->own.lock)) {
		tt_wait_queue_unlock(&cond->waiters);
		return refuse(cond, call, TT_MISUSE_IN_USE, EBUSY, TT_CALLER);
	}
	if (tt_object_known(&cond->object))
		TT_TRACE(cond_destroy, TT_CALLER, TT_OBJECT_REF(tt_object_ref_of(&cond->object)));
	tt_object_destroy(&cond->object);
	tt_wait_queue_unlock(&cond->waiters);
	return has_own_lock(cond) ? tt_lock_destroy(&cond->own.lock, TT_KIND_RLOCK, call, TT_CALLER) : 0;
}

/* The lock's functions. */

int tt_condition_acquire(tthr_condition *cond, const void *caller)
{
	tthr_rlock *rlock = rlock_of(cond);

	if (rlock)
		return tt_rlock_acquire(rlock, caller);
	tt_lock_acquire_fast(cond->lock, TT_KIND_LOCK, tt_current_id(), 1, caller);
	return 0;
}

int tt_condition_release(tthr_condition *cond, const void *caller)
{
	tthr_rlock *rlock = rlock_of(cond);

	return rlock ? tt_rlock_release(rlock, caller) : tt_lock_release(cond->lock, caller);
}

int tthr_condition_acquire(tthr_condition *cond)
{
	return tt_condition_acquire(cond, TT_CALLER);
}

int tthr_condition_try_acquire(tthr_condition *cond)
{
	tthr_rlock *rlock = rlock_of(cond);

	return rlock ? tt_rlock_try_acquire(rlock, TT_CALLER) : tt_lock_try_fast(cond->lock, TT_KIND_LOCK, TT_CALLER);
}

int tthr_condition_acquire_timeout(tthr_condition *cond, double seconds)
{
	tthr_rlock *rlock = rlock_of(cond);

	return rlock ? tt_rlock_acquire_timeout(rlock, seconds, TT_CALLER)
	             : tt_lock_acquire_timeout(cond->lock, TT_KIND_LOCK, seconds, "tthr_condition_acquire_timeout",
	                                       TT_CALLER);
}

int tthr_condition_release(tthr_condition *cond)
{
	return tt_condition_release(cond, TT_CALLER);
}

/* One wait, with the lock held before and after. The event tells `timeout_ns`. */
static int wait_until(tthr_condition *cond, const struct tt_deadline *deadline, int64_t timeout_ns, const char *call,
                      const void *caller)
{
	tthr_rlock *rlock = rlock_of(cond);
	tthr_lock *lock = lock_of(cond);
	struct tthr_wait_entry me;

	if (!is_held(cond))
		return refuse(cond, call, TT_MISUSE_NOT_HELD, EPERM, caller);
	TT_SHAKE(cond_wait);
	tt_wait_queue_lock(&cond->waiters);
	TT_TRACE(cond_wait, caller, TT_OBJECT_REF(identify(cond, caller)), lock_id(cond, caller), timeout_ns,
	         TT_STACK(caller));
	tt_wait_queue_add(&cond->waiters, &me);
	tt_wait_queue_unlock(&cond->waiters);
	tt_waiting_enter(&lock->waiting); /* it will want it back */
	uint32_t depth = give_up_lock(cond, caller);

	int error = tt_wait_queue_wait(&cond->waiters, &me, deadline);
	TT_TRACE(cond_woken, caller, TT_OBJECT_REF(identify(cond, caller)), error ? TT_WAKE_TIMEOUT : TT_WAKE_NOTIFIED,
	         error ? 0 : me.waker);
	/* From here on the condition may be gone, if its lock is another's; the lock may not. */
	tt_wait_queue_leave(&cond->waiters);
	if (rlock)
		tt_rlock_reacquire(rlock, depth, caller);
	else
		tt_lock_acquire_fast(lock, TT_KIND_LOCK, tt_current_id(), 1, caller);
	tt_waiting_leave(&lock->waiting);
	return error;
}

int tthr_condition_wait(tthr_condition *cond)
{
	return wait_until(cond, &tt_never, TT_NO_TIMEOUT, "tthr_condition_wait", TT_CALLER);
}

int tthr_condition_wait_timeout(tthr_condition *cond, double seconds)
{
	static const char call[] = "tthr_condition_wait_timeout";
	struct tt_deadline deadline;

	if (tt_deadline_after(seconds, &deadline))
		return refuse(cond, call, TT_MISUSE_BAD_ARGUMENT, EINVAL, TT_CALLER);
	return wait_until(cond, &deadline, tt_timeout_ns(seconds), call, TT_CALLER);
}

int tthr_condition_wait_for(tthr_condition *cond, bool (*predicate)(void *arg), void *arg, double seconds)
{
	static const char call[] = "tthr_condition_wait_for";
	struct tt_deadline deadline;

	if (tt_deadline_after(seconds, &deadline))
		return refuse(cond, call, TT_MISUSE_BAD_ARGUMENT, EINVAL, TT_CALLER);
	if (!is_held(cond))
		return refuse(cond, call, TT_MISUSE_NOT_HELD, EPERM, TT_CALLER);
	/* At least one wait, even without time for it: that lets others in once. */
	int64_t left = tt_timeout_ns(seconds);
	for (bool waited = false; !predicate(arg); waited = true) {
		if (waited && (left = tt_deadline_left_ns(&deadline)) == 0)
			return ETIMEDOUT;
		if (wait_until(cond, &deadline, left, call, TT_CALLER) == EPERM)
			return EPERM; /* the predicate let the lock go */
	}
	return 0;
}

static int notify(tthr_condition *cond, uint32_t n, int64_t asked, const char *call, const void *caller)
{
	uint64_t me = tt_current_id();
	uint32_t woken;

	if (!is_held(cond))
		return refuse(cond, call, TT_MISUSE_NOT_HELD, EPERM, caller);
	TT_SHAKE(cond_notify);
	tt_wait_queue_lock(&cond->waiters);
	struct tthr_wait_entry *picked = tt_wait_queue_pick(&cond->waiters, n, &woken);
	TT_TRACE(cond_notify, caller, TT_OBJECT_REF(identify(cond, caller)), asked, woken);
	tt_wait_queue_unlock(&cond->waiters);
	tt_wait_queue_wake(picked, me, TT_WAKE_NOTIFIED);
	return 0;
}

int tthr_condition_notify(tthr_condition *cond, unsigned n)
{
	return notify(cond, n, n, "tthr_condition_notify", TT_CALLER);
}

int tthr_condition_notify_all(tthr_condition *cond)
{
	return notify(cond, UINT32_MAX, -1, "tthr_condition_notify_all", TT_CALLER);
}

const char *tthr_condition_name(tthr_condition *cond)
{
	return identify(cond, TT_CALLER).name;
}

uint64_t tthr_condition_id(tthr_condition *cond)
{
	return identify(cond, TT_CALLER).id;
}
