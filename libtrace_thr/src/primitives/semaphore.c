/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/primitives/semaphore.h"

#include <limits.h>
#include <math.h>
#include <sys/param.h>

#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/explore/shake.h"
#include "libtrace_thr/src/explore/steer.h"
#include "libtrace_thr/src/sync/wait_queue.h"

static void emit_init(tthr_semaphore *sem, const void *caller)
{
	TT_TRACE(sem_init, caller, TT_OBJECT_REF(tt_object_ref_of(&sem->object)), sem->value, sem->bound);
}

/* The guard is held, and the value not yet changed: the init event tells it. */
static struct tt_object_ref identify(tthr_semaphore *sem, const void *caller)
{
	if (tt_object_identify(&sem->object, "Semaphore"))
		emit_init(sem, caller);
	return tt_object_ref_of(&sem->object);
}

static struct tt_object_ref identify_unguarded(tthr_semaphore *sem, const void *caller)
{
	tt_wait_queue_lock(&sem->waiters);
	struct tt_object_ref what = identify(sem, caller);
	tt_wait_queue_unlock(&sem->waiters);
	return what;
}

static int refuse(tthr_semaphore *sem, const char *call, enum tt_misuse why, int error, const void *caller)
{
	tt_misuse(caller, TT_OBJECT_SEMAPHORE, TT_OBJECT_REF(identify_unguarded(sem, caller)), call, why);
	return error;
}

/* Whether a static initializer was given a negative value: a count never comes so far. */
static bool is_negative(const tthr_semaphore *sem)
{
	return __atomic_load_n(&sem->value, __ATOMIC_RELAXED) > INT64_MAX;
}

static int init(tthr_semaphore *sem, const char *name, uint64_t value, uint64_t bound, const char *call,
                const void *caller)
{
	if (value > INT_MAX) {
		struct tt_object_ref what = {.name = name ? name : "Semaphore"};
		tt_misuse(caller, TT_OBJECT_SEMAPHORE, &what, call, TT_MISUSE_BAD_ARGUMENT);
		return EINVAL;
	}
	*sem = (tthr_semaphore){TTHR_OBJECT_INIT(NULL), TTHR_WAIT_QUEUE_INIT, value, bound};
	int error = tt_object_init(&sem->object, "Semaphore", name);
	if (!error)
		emit_init(sem, caller);
	return error;
}

int tthr_semaphore_init(tthr_semaphore *sem, const char *name, unsigned value)
{
	return init(sem, name, value, UINT64_MAX, "tthr_semaphore_init", TT_CALLER);
}

int tthr_bounded_semaphore_init(tthr_semaphore *sem, const char *name, unsigned value)
{
	return init(sem, name, value, value, "tthr_bounded_semaphore_init", TT_CALLER);
}

int tthr_semaphore_destroy(tthr_semaphore *sem)
{
	if (tt_wait_queue_drain(&sem->waiters))
		return refuse(sem, "tthr_semaphore_destroy", TT_MISUSE_IN_USE, EBUSY, TT_CALLER);
	if (tt_object_known(&sem->object))
		TT_TRACE(sem_destroy, TT_CALLER, TT_OBJECT_REF(tt_object_ref_of(&sem->object)));
	tt_object_destroy(&sem->object);
	tt_wait_queue_unlock(&sem->waiters);
	return 0;
}

/* The guard is held. Relaxed: read without the guard, the value is out of date anyway. */
static void set_value(tthr_semaphore *sem, uint64_t value)
{
	__atomic_store_n(&sem->value, value, __ATOMIC_RELAXED);
}

/* Ends an acquire that began with taking the guard. */

static int acquired(tthr_semaphore *sem, uint64_t waker, enum tt_limit limit, const void *caller)
{
	if (tt_enabled(sem_acquired))
		tt_steer_acquired(sem, caller);
	TT_TRACE(sem_acquired, caller, TT_OBJECT_REF(identify(sem, caller)), sem->value - 1, waker, limit,
	         TT_STACK(caller));
	set_value(sem, sem->value - 1);
	tt_wait_queue_unlock(&sem->waiters);
	return 0;
}

static int failed(tthr_semaphore *sem, enum tt_failure why, const void *caller)
{
	TT_TRACE(sem_failed, caller, TT_OBJECT_REF(identify(sem, caller)), why);
	tt_wait_queue_unlock(&sem->waiters);
	return why == TT_FAILURE_BUSY ? EBUSY : ETIMEDOUT;
}

/* Waits until there is a place to take. The guard is held, here and afterwards. */
static int wait_for_place(tthr_semaphore *sem, double seconds, uint64_t *waker, const void *caller)
{
	struct tt_deadline deadline;
	struct tthr_wait_entry me;
	int error = 0;

	tt_deadline_after(seconds, &deadline);
	TT_TRACE(sem_wait, caller, TT_OBJECT_REF(identify(sem, caller)), tt_timeout_ns(seconds), TT_STACK(caller));
	/* Who was woken may find the place taken by one who came in between, and waits again. */
	while (sem->value == 0 && !error) {
		tt_wait_queue_add(&sem->waiters, &me);
		tt_wait_queue_unlock(&sem->waiters);
		error = tt_wait_queue_wait(&sem->waiters, &me, &deadline);
		tt_wait_queue_lock(&sem->waiters);
		tt_wait_queue_leave(&sem->waiters);
		if (!error)
			*waker = me.waker;
	}
	return sem->value == 0 ? error : 0;
}

static int acquire_within(tthr_semaphore *sem, double seconds, const char *call, const void *caller)
{
	uint64_t waker = 0;

	if (isnan(seconds) || is_negative(sem))
		return refuse(sem, call, TT_MISUSE_BAD_ARGUMENT, EINVAL, caller);

	TT_SHAKE(sem_acquired);
	if (seconds > 0 && tt_enabled(sem_acquired))
		tt_steer_request(sem, caller);
	tt_wait_queue_lock(&sem->waiters);
	if (sem->value == 0 && (seconds <= 0 || wait_for_place(sem, seconds, &waker, caller)))
		return failed(sem, TT_FAILURE_TIMEOUT, caller);
	return acquired(sem, waker, tt_limit_of(seconds), caller);
}

int tt_semaphore_acquire(tthr_semaphore *sem, const void *caller)
{
	return acquire_within(sem, TTHR_FOREVER, "tthr_semaphore_acquire", caller);
}

int tthr_semaphore_acquire(tthr_semaphore *sem)
{
	return tt_semaphore_acquire(sem, TT_CALLER);
}

int tthr_semaphore_try_acquire(tthr_semaphore *sem)
{
	if (is_negative(sem))
		return refuse(sem, "tthr_semaphore_try_acquire", TT_MISUSE_BAD_ARGUMENT, EINVAL, TT_CALLER);
	TT_SHAKE(sem_acquired);
	tt_wait_queue_lock(&sem->waiters);
	if (sem->value == 0)
		return failed(sem, TT_FAILURE_BUSY, TT_CALLER);
	return acquired(sem, 0, TT_LIMIT_TRY, TT_CALLER);
}

int tthr_semaphore_acquire_timeout(tthr_semaphore *sem, double seconds)
{
	return acquire_within(sem, seconds, "tthr_semaphore_acquire_timeout", TT_CALLER);
}

int tt_semaphore_release(tthr_semaphore *sem, unsigned n, const void *caller)
{
	static const char call[] = "tthr_semaphore_release";
	uint64_t me = tt_current_id();
	uint32_t woken;

	if (n == 0 || is_negative(sem))
		return refuse(sem, call, TT_MISUSE_BAD_ARGUMENT, EINVAL, caller);
	TT_SHAKE(sem_released);
	if (tt_enabled(sem_released))
		tt_steer_released(sem);
	tt_wait_queue_lock(&sem->waiters);
	if (n > MIN(sem->bound, (uint64_t)INT64_MAX) - sem->value) {
		tt_wait_queue_unlock(&sem->waiters);
		return refuse(sem, call, TT_MISUSE_OVER_BOUND, EOVERFLOW, caller);
	}
	TT_TRACE(sem_released, caller, TT_OBJECT_REF(identify(sem, caller)), n, sem->value + n);
	set_value(sem, sem->value + n);
	struct tthr_wait_entry *picked = tt_wait_queue_pick(&sem->waiters, n, &woken);
	tt_wait_queue_unlock(&sem->waiters);
	tt_wait_queue_wake(picked, me, TT_WAKE_NOTIFIED);
	return 0;
}

int tthr_semaphore_release(tthr_semaphore *sem, unsigned n)
{
	return tt_semaphore_release(sem, n, TT_CALLER);
}

uint64_t tthr_semaphore_value(const tthr_semaphore *sem)
{
	return __atomic_load_n(&sem->value, __ATOMIC_RELAXED);
}

const char *tthr_semaphore_name(tthr_semaphore *sem)
{
	return identify_unguarded(sem, TT_CALLER).name;
}

uint64_t tthr_semaphore_id(tthr_semaphore *sem)
{
	return identify_unguarded(sem, TT_CALLER).id;
}
