/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/interpose/calls/cond.h"

#include <errno.h>
#include <string.h>

#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/explore/shake.h"
#include "libtrace_thr/interpose/calls/mutex.h"
#include "libtrace_thr/interpose/core/object_table.h"

/* What glibc's field __wrefs says. */
enum { SHARED = 1, MONOTONIC = 2, WAITERS_SHIFT = 3 };

#define PREFIX "cond"

/* Of cond_notify: to all. */
enum { ASKED_ALL = -1 };

/*
 * One that was used and is zero now has been made anew, without a call. Or its memory was that of another object, a
 * mutex say, which ended without a call: its record says so by its name.
 */
static bool is_new(const struct tt_object_entry *record, const pthread_cond_t *cond)
{
	static const pthread_cond_t unused = PTHREAD_COND_INITIALIZER;

	return strncmp(record->text, PREFIX " ", sizeof PREFIX) != 0 ||
	       (record->used && !memcmp(cond->__size, unused.__size, sizeof unused.__size));
}

/* The record of the condition; emits its init event if it was not known. NULL without memory. */
static struct tt_object_entry *record_of(pthread_cond_t *cond, uint64_t lock, const void *caller)
{
	struct tt_object_entry *record = tt_object_entry_find(cond);
	/* Acquire: pairs with the release in tt_object_entry_make. */
	uint64_t id = record ? __atomic_load_n(&record->id, __ATOMIC_ACQUIRE) : 0;
	bool made;

	if (id && !is_new(record, cond))
		return record;
	if (id)
		tt_object_entry_end_one(record, id);
	record = tt_object_entry_make(cond, PREFIX, TT_KIND_LOCK, NULL, &made);
	if (!made)
		return record;
	TT_EMIT(cond_init, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), lock);
	if (cond->__data.__wrefs & SHARED)
		TT_EMIT(object_shared, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), TT_OBJECT_CONDITION);
	return record;
}

void tt_cond_made(pthread_cond_t *cond, const void *caller)
{
	tt_object_entry_end(cond);
	if (TT_TRACED(cond_init) && tt_should_trace(caller))
		record_of(cond, 0, caller);
}

/* Relaxed: a hint, as the program has to see to it that nobody comes to wait now. */
static bool has_waiters(const pthread_cond_t *cond)
{
	return __atomic_load_n(&cond->__data.__wrefs, __ATOMIC_RELAXED) >> WAITERS_SHIFT;
}

/*
 * libc waits until all who wait for the condition have left, so for good if nobody wakes them. Until then it is the
 * object that they wait for, which somebody may notify yet.
 */
int tt_cond_destroy(pthread_cond_t *cond, const void *caller)
{
	struct tt_object_entry *record = tt_object_entry_find(cond);
	bool told = record && record->id && TT_TRACED(cond_destroy) && tt_should_trace(caller);
	struct tt_object_ref what = told ? tt_object_entry_ref(record) : (struct tt_object_ref){.id = 0};
	bool waits = told && has_waiters(cond);
	int error = 0;

	if (waits) {
		TT_EMIT(cond_destroy_wait, caller, &what, TT_NO_TIMEOUT, TT_STACK(caller));
		error = TT_LIBC(pthread_cond_destroy)(cond);
	}
	if (told)
		TT_EMIT(cond_destroy, caller, &what);
	tt_object_entry_end(cond);
	return waits ? error : TT_LIBC(pthread_cond_destroy)(cond);
}

/* How a wait is done: the deadline NULL is none; the clock TT_CLOCK_OF_CALL is the condition's own. */
struct wait {
	pthread_cond_t *cond;
	pthread_mutex_t *mutex;
	clockid_t clock;
	const struct timespec *until;
};

static int do_wait(const struct wait *wait)
{
	if (!wait->until)
		return TT_LIBC(pthread_cond_wait)(wait->cond, wait->mutex);
	if (wait->clock == TT_CLOCK_OF_CALL)
		return TT_LIBC(pthread_cond_timedwait)(wait->cond, wait->mutex, wait->until);
	return TT_LIBC(pthread_cond_clockwait)(wait->cond, wait->mutex, wait->clock, wait->until);
}

static clockid_t clock_of(const struct wait *wait)
{
	clockid_t own = wait->cond->__data.__wrefs & MONOTONIC ? CLOCK_MONOTONIC : CLOCK_REALTIME;

	return wait->clock == TT_CLOCK_OF_CALL ? own : wait->clock;
}

static int64_t timeout_of(const struct wait *wait)
{
	return wait->until ? tt_until_ns(clock_of(wait), wait->until) : TT_NO_TIMEOUT;
}

/* A wait under way, which ends with the mutex held, also where the thread is cancelled in it. */
struct waiting {
	const struct wait *wait;
	struct tt_object_entry *cond, *lock;
	struct tt_object_ref what; /* the condition, as the wait found it */
	int error;
	const void *caller;
};

static void tell_end(struct waiting *waiting)
{
	int error = waiting->error;

	/*
	 * It may be another one now: who has woken all may destroy it and make a new one before we have the mutex.
	 * Relaxed: a count for the events of notifiers, who hold the mutex where it matters.
	 */
	if (__atomic_load_n(&waiting->cond->id, __ATOMIC_RELAXED) == waiting->what.id) {
		__atomic_sub_fetch(&waiting->cond->waiters, 1, __ATOMIC_RELAXED);
		waiting->cond->used = true; /* not before: until libc has begun to wait, the condition may be zero */
	}
	TT_EMIT(cond_woken, waiting->caller, &waiting->what,
	        error == ETIMEDOUT   ? TT_WAKE_TIMEOUT
	        : error == ECANCELED ? TT_WAKE_CANCELLED
	                             : TT_WAKE_NOTIFIED,
	        (uint64_t)0);
	if (error == ENOTRECOVERABLE)
		return; /* a robust mutex that nobody gets any more */
	tt_mutex_taken_back(waiting->lock, waiting->wait->mutex, error, waiting->caller);
}

static __attribute__((noinline)) int wait_traced(const struct wait *wait, const void *caller)
{
	struct tt_object_entry *lock = tt_should_trace(caller) ? tt_mutex_entry(wait->mutex, caller) : NULL;
	struct tt_object_entry *cond = lock ? record_of(wait->cond, lock->id, caller) : NULL;

	/* Without memory; or a call that libc refuses, so that the mutex is not given up. */
	if (!cond || tt_is_bad_limit(clock_of(wait), wait->until))
		return do_wait(wait);
	if (!tt_mutex_is_mine(lock, wait->mutex)) {
		TT_EMIT(misuse, caller, TT_OBJECT_REF(tt_object_entry_ref(cond)), TT_OBJECT_CONDITION,
		        "pthread_cond_wait", TT_MISUSE_NOT_HELD);
		return do_wait(wait);
	}
	tt_shake();
	__attribute__((cleanup(tell_end))) struct waiting waiting = {.wait = wait,
	                                                             .cond = cond,
	                                                             .lock = lock,
	                                                             .what = tt_object_entry_ref(cond),
	                                                             .error = ECANCELED,
	                                                             .caller = caller};
	__atomic_add_fetch(&cond->waiters, 1, __ATOMIC_RELAXED);
	TT_EMIT(cond_wait, caller, TT_OBJECT_REF(tt_object_entry_ref(cond)), lock->id, timeout_of(wait),
	        TT_STACK(caller));
	tt_mutex_given_up(lock, wait->mutex, caller);
	waiting.error = do_wait(wait);
	return waiting.error;
}

static __attribute__((noinline)) void tell_notify(pthread_cond_t *cond, int64_t asked, const void *caller)
{
	struct tt_object_entry *record = tt_should_trace(caller) ? record_of(cond, 0, caller) : NULL;

	if (!record)
		return;
	tt_shake();
	uint32_t waiters = __atomic_load_n(&record->waiters, __ATOMIC_RELAXED);
	uint32_t woken = asked == ASKED_ALL ? waiters : waiters > 0;
	TT_EMIT(cond_notify, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), asked, woken);
}

int tt_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, const void *caller)
{
	return TT_TRACED(cond_wait) ? wait_traced(&(struct wait){cond, mutex, TT_CLOCK_OF_CALL, NULL}, caller)
	                            : TT_LIBC(pthread_cond_wait)(cond, mutex);
}

int tt_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until, const void *caller)
{
	return TT_TRACED(cond_wait) ? wait_traced(&(struct wait){cond, mutex, TT_CLOCK_OF_CALL, until}, caller)
	                            : TT_LIBC(pthread_cond_timedwait)(cond, mutex, until);
}

int tt_cond_signal(pthread_cond_t *cond, const void *caller)
{
	if (TT_TRACED(cond_notify))
		tell_notify(cond, 1, caller);
	return TT_LIBC(pthread_cond_signal)(cond);
}

int tt_cond_broadcast(pthread_cond_t *cond, const void *caller)
{
	if (TT_TRACED(cond_notify))
		tell_notify(cond, ASKED_ALL, caller);
	return TT_LIBC(pthread_cond_broadcast)(cond);
}

/* What programs call. */

TT_INTERPOSED int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attributes)
{
	int error = TT_LIBC(pthread_cond_init)(cond, attributes);

	if (!error)
		tt_cond_made(cond, TT_CALLER);
	return error;
}

TT_INTERPOSED int pthread_cond_destroy(pthread_cond_t *cond)
{
	return tt_cond_destroy(cond, TT_CALLER);
}

TT_INTERPOSED int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	return tt_cond_wait(cond, mutex, TT_CALLER);
}

TT_INTERPOSED int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until)
{
	return tt_cond_timedwait(cond, mutex, until, TT_CALLER);
}

TT_INTERPOSED int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock,
                                         const struct timespec *until)
{
	return TT_TRACED(cond_wait) ? wait_traced(&(struct wait){cond, mutex, clock, until}, TT_CALLER)
	                            : TT_LIBC(pthread_cond_clockwait)(cond, mutex, clock, until);
}

TT_INTERPOSED int pthread_cond_signal(pthread_cond_t *cond)
{
	return tt_cond_signal(cond, TT_CALLER);
}

TT_INTERPOSED int pthread_cond_broadcast(pthread_cond_t *cond)
{
	return tt_cond_broadcast(cond, TT_CALLER);
}
