/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/param.h>

#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/interpose/calls/lock_events.h"
#include "libtrace_thr/interpose/core/object_table.h"
#include "libtrace_thr/interpose/core/gate.h"

/* What glibc has in a semaphore (internaltypes.h, struct new_sem); see knows_layout. */
struct layout {
	uint64_t value_and_waiters;
	int shared;
};
_Static_assert(sizeof(struct layout) <= sizeof(sem_t), "glibc's semaphore of 64 bits");

static bool says_shared(const sem_t *sem)
{
	struct layout layout;

	memcpy(&layout, sem, sizeof layout);
	return layout.shared != 0;
}

/* The layout is not part of glibc's ABI, so it is looked whether it is that. */
static bool knows_layout(void)
{
	static enum { UNKNOWN, KNOWN, OTHER } state;
	int now = __atomic_load_n((int *)&state, __ATOMIC_RELAXED); /* relaxed: all who look see the same */

	if (now == UNKNOWN) {
		sem_t private, shared;
		memset(&private, 0xff, sizeof private);
		memset(&shared, 0, sizeof shared);
		TT_LIBC(sem_init)(&private, 0, 1);
		TT_LIBC(sem_init)(&shared, 1, 1);
		now = !says_shared(&private) && says_shared(&shared) ? KNOWN : OTHER;
		__atomic_store_n((int *)&state, now, __ATOMIC_RELAXED);
	}
	return now == KNOWN;
}

static uint64_t value_of(sem_t *sem)
{
	int value = 0;

	TT_LIBC(sem_getvalue)(sem, &value);
	return (uint64_t)MAX(value, 0);
}

static void tell_shared(const struct tt_object_entry *record, const void *caller)
{
	TT_EMIT(object_shared, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), TT_OBJECT_SEMAPHORE);
}

/*
 * The record. A semaphore that is not known was made before anybody looked, or by another process: its first value is
 * not known, so no init event tells it. NULL without memory.
 */
static struct tt_object_entry *record_of(sem_t *sem, const void *caller)
{
	struct tt_object_entry *record = tt_object_entry_find(sem);
	bool made;

	if (record && record->id)
		return record;
	record = tt_object_entry_make(sem, "sem", TT_KIND_LOCK, NULL, &made);
	if (made && knows_layout() && says_shared(sem))
		tell_shared(record, caller);
	return record;
}

static void tell_init(const struct tt_object_entry *record, uint64_t value, bool shared, const void *caller)
{
	TT_EMIT(sem_init, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), value, UINT64_MAX);
	if (shared)
		tell_shared(record, caller);
}

static __attribute__((noinline)) void init_traced(sem_t *sem, uint64_t value, bool shared, const void *caller)
{
	bool made = false;
	const struct tt_object_entry *record =
	    tt_should_trace(caller) ? tt_object_entry_make(sem, "sem", TT_KIND_LOCK, NULL, &made) : NULL;

	if (made)
		tell_init(record, value, shared, caller);
}

static void destroyed(const sem_t *sem, const void *caller)
{
	const struct tt_object_entry *record = tt_object_entry_find(sem);

	if (record && record->id && TT_TRACED(sem_destroy) && tt_should_trace(caller))
		TT_EMIT(sem_destroy, caller, TT_OBJECT_REF(tt_object_entry_ref(record)));
	tt_object_entry_end(sem);
}

/*
 * Named semaphores. A process that opens one twice gets the same address twice, and has to close it twice; so it is
 * one object, from the first opening to the last closing.
 */

static bool is_open_as(const struct tt_object_entry *record, const char *name)
{
	return record && record->id && record->opens && !strcmp(record->name, name);
}

/* Also without a session: who looks later is to know the name. */
static __attribute__((noinline)) void opened(sem_t *sem, const char *name, const void *caller)
{
	struct tt_object_entry *record = tt_object_entry_find(sem);
	bool made = false;

	if (!is_open_as(record, name)) {
		tt_object_entry_end(sem);
		record = tt_object_entry_make(sem, "sem", TT_KIND_LOCK, NULL, &made);
	}
	if (!record)
		return;
	if (made) {
		tt_object_entry_name(record, name);
		tell_init(record, value_of(sem), true, caller);
	}
	/* Relaxed, here and below: glibc counts likewise, and who opens and who closes are in order for that. */
	__atomic_add_fetch(&record->opens, 1, __ATOMIC_RELAXED);
}

static void closed(const sem_t *sem, const void *caller)
{
	struct tt_object_entry *record = tt_object_entry_find(sem);

	if (record && record->id && record->opens && __atomic_sub_fetch(&record->opens, 1, __ATOMIC_RELAXED) == 0)
		destroyed(sem, caller);
}

/* How a semaphore is waited for; the deadline NULL is none. */
struct ask {
	sem_t *sem;
	clockid_t clock;
	const struct timespec *until;
};

static int do_ask(const struct ask *ask)
{
	if (!ask->until)
		return TT_LIBC(sem_wait)(ask->sem);
	if (ask->clock == TT_CLOCK_OF_CALL)
		return TT_LIBC(sem_timedwait)(ask->sem, ask->until);
	return TT_LIBC(sem_clockwait)(ask->sem, ask->clock, ask->until);
}

static void tell_wait(const struct tt_object_entry *record, const struct ask *ask, const void *caller)
{
	TT_EMIT(sem_wait, caller, TT_OBJECT_REF(tt_object_entry_ref(record)),
	        ask->until ? tt_until_ns(tt_clock_of(ask->clock), ask->until) : TT_NO_TIMEOUT, TT_STACK(caller));
}

/* How it has ended; errno says why without success. Returns `result`. */
static int tell_end(const struct tt_object_entry *record, sem_t *sem, int result, enum tt_limit limit,
                    const void *caller)
{
	if (!result && tt_is_steering())
		tt_lock_steer_acquired(sem, caller);
	if (!result)
		TT_EMIT(sem_acquired, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), value_of(sem), (uint64_t)0,
		        (uint8_t)limit, TT_STACK(caller));
	else
		TT_EMIT(sem_failed, caller, TT_OBJECT_REF(tt_object_entry_ref(record)),
		        (uint8_t)tt_failure_of(errno == EAGAIN ? EBUSY : errno));
	return result;
}

/* Only if a try finds no place does the thread say that it waits: an acquire that need not wait is one event. */
static __attribute__((noinline)) int wait_traced(const struct ask *ask, const void *caller)
{
	int error = errno;
	const struct tt_object_entry *record = tt_should_trace(caller) ? record_of(ask->sem, caller) : NULL;
	int result = -1;

	if (record && !tt_is_bad_limit(tt_clock_of(ask->clock), ask->until)) {
		tt_before_lock(ask->sem, caller);
		pthread_testcancel(); /* so does libc, also where a place is free */
		result = TT_LIBC(sem_trywait)(ask->sem);
		if (result)
			tell_wait(record, ask, caller);
	}
	errno = error;
	if (result)
		result = do_ask(ask);
	return record ? tell_end(record, ask->sem, result, ask->until ? TT_LIMIT_TIMED : TT_LIMIT_NONE, caller)
	              : result;
}

static __attribute__((noinline)) int trywait_told(sem_t *sem, const void *caller)
{
	const struct tt_object_entry *record = tt_should_trace(caller) ? record_of(sem, caller) : NULL;
	int result;

	if (record)
		tt_shake();
	result = TT_LIBC(sem_trywait)(sem);
	return record ? tell_end(record, sem, result, TT_LIMIT_TRY, caller) : result;
}

/*
 * Posts, which signal handlers make as well: see inside.h. Those of handlers that have come into an emission are told
 * up to a number, so that they never wait for the buffer in which that emission has its unfinished place. The others
 * are postponed, as far as there is room, which a handler can use while another post is being put there or told.
 */

enum { MOST_WITHIN = 1000, MOST_POSTPONED = 32 };

static __thread struct {
	enum { FREE, IN_CHANGE, FULL } state;
	sem_t *sem;
	const void *caller;
} postponed[MOST_POSTPONED] __attribute__((tls_model("initial-exec")));

static bool is_within_emissions(void)
{
	if (!tt_reentrancy)
		return true;
	if (tt_inside_depth() >= TT_MOST_EMISSIONS || tt_reentrancy >= MOST_WITHIN * TT_POST_WITHIN)
		return false;
	tt_reentrancy += TT_POST_WITHIN;
	return true;
}

/* Relaxed, here and below: it is the thread's own, and only handlers of the thread come in between. */
static bool change(unsigned slot, int from, int to)
{
	return __atomic_compare_exchange_n((int *)&postponed[slot].state, &from, to, false, __ATOMIC_RELAXED,
	                                   __ATOMIC_RELAXED);
}

static void set(unsigned slot, int state)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n((int *)&postponed[slot].state, state, __ATOMIC_RELAXED);
}

static void postpone(sem_t *sem, const void *caller)
{
	unsigned slot = 0;

	while (slot < MOST_POSTPONED && !change(slot, FREE, IN_CHANGE))
		slot++;
	if (slot == MOST_POSTPONED) {
		tt_untold_count();
		return;
	}
	postponed[slot].sem = sem;
	postponed[slot].caller = caller;
	set(slot, FULL);
	__atomic_add_fetch(&tt_deferred_posts, 1, __ATOMIC_RELAXED);
}

/* Takes one; false: there is none. */
static bool take_postponed(sem_t **sem, const void **caller)
{
	unsigned slot = 0;

	if (!tt_deferred_posts)
		return false;
	while (slot < MOST_POSTPONED && !change(slot, FULL, IN_CHANGE))
		slot++;
	if (slot == MOST_POSTPONED)
		return false;
	*sem = postponed[slot].sem;
	*caller = postponed[slot].caller;
	set(slot, FREE);
	__atomic_sub_fetch(&tt_deferred_posts, 1, __ATOMIC_RELAXED);
	return true;
}

static void tell_one_post(sem_t *sem, const void *caller)
{
	if (!tt_current_thread_id && !tt_thread_adopt()) {
		tt_untold_count();
		return;
	}
	const struct tt_object_entry *record = record_of(sem, caller);
	uint64_t value = record ? value_of(sem) : 0;

	if (!record)
		tt_untold_count();
	else if (value == SEM_VALUE_MAX) /* which libc will refuse */
		TT_EMIT(misuse, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), TT_OBJECT_SEMAPHORE, "sem_post",
		        TT_MISUSE_OVER_BOUND);
	else
		TT_EMIT(sem_released, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), (uint64_t)1, value + 1);
}

void tt_emit_deferred_posts(void)
{
	int error = errno;
	sem_t *sem;
	const void *caller;

	while (take_postponed(&sem, &caller))
		tell_one_post(sem, caller);
	if (tt_current_thread_id)
		tt_untold_tell();
	errno = error;
}

/* Before the place is there to be taken, so that who takes it tells so after this. */
static __attribute__((noinline)) void tell_post(sem_t *sem, const void *caller)
{
	int error = errno;

	if (!tt_is_ready || tt_is_tracer(caller))
		return;
	if (!tt_reentrancy) {
		tt_shake();
		tt_steer_released(sem);
	}
	if (tt_deferred_posts && !tt_reentrancy)
		tt_emit_deferred_posts();
	if (!is_within_emissions())
		postpone(sem, caller);
	else
		tell_one_post(sem, caller);
	errno = error;
}

static __attribute__((noinline)) void tell_value(sem_t *sem, int value, const void *caller)
{
	const struct tt_object_entry *record = tt_should_trace(caller) ? record_of(sem, caller) : NULL;

	if (record)
		TT_EMIT(sem_value, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), (uint64_t)MAX(value, 0));
}

/* What programs call. */

TT_INTERPOSED int sem_init(sem_t *sem, int shared, unsigned value)
{
	int result = TT_LIBC(sem_init)(sem, shared, value);

	if (result)
		return result;
	tt_object_entry_end(sem);
	if (TT_TRACED(sem_init))
		init_traced(sem, value, shared, TT_CALLER);
	return 0;
}

TT_INTERPOSED int sem_destroy(sem_t *sem)
{
	destroyed(sem, TT_CALLER);
	return TT_LIBC(sem_destroy)(sem);
}

TT_INTERPOSED sem_t *sem_open(const char *name, int flags, ...)
{
	mode_t mode = 0;
	unsigned value = 0;

	if (flags & O_CREAT) {
		va_list rest;
		va_start(rest, flags);
		mode = va_arg(rest, mode_t);
		value = va_arg(rest, unsigned);
		va_end(rest);
	}
	sem_t *sem = TT_LIBC(sem_open)(name, flags, mode, value);
	if (sem != SEM_FAILED && tt_should_trace(TT_CALLER))
		opened(sem, name, TT_CALLER);
	return sem;
}

TT_INTERPOSED int sem_close(sem_t *sem)
{
	closed(sem, TT_CALLER);
	return TT_LIBC(sem_close)(sem);
}

TT_INTERPOSED int sem_wait(sem_t *sem)
{
	return TT_TRACED(sem_acquired) ? wait_traced(&(struct ask){sem, TT_CLOCK_OF_CALL, NULL}, TT_CALLER)
	                               : TT_LIBC(sem_wait)(sem);
}

TT_INTERPOSED int sem_trywait(sem_t *sem)
{
	return TT_TRACED(sem_acquired) ? trywait_told(sem, TT_CALLER) : TT_LIBC(sem_trywait)(sem);
}

TT_INTERPOSED int sem_timedwait(sem_t *sem, const struct timespec *until)
{
	return TT_TRACED(sem_acquired) ? wait_traced(&(struct ask){sem, TT_CLOCK_OF_CALL, until}, TT_CALLER)
	                               : TT_LIBC(sem_timedwait)(sem, until);
}

TT_INTERPOSED int sem_clockwait(sem_t *sem, clockid_t clock, const struct timespec *until)
{
	return TT_TRACED(sem_acquired) ? wait_traced(&(struct ask){sem, clock, until}, TT_CALLER)
	                               : TT_LIBC(sem_clockwait)(sem, clock, until);
}

TT_INTERPOSED int sem_post(sem_t *sem)
{
	if (TT_TRACED(sem_released))
		tell_post(sem, TT_CALLER);
	return TT_LIBC(sem_post)(sem);
}

TT_INTERPOSED int sem_getvalue(sem_t *sem, int *value)
{
	int result = TT_LIBC(sem_getvalue)(sem, value);

	if (!result && TT_TRACED(sem_value))
		tell_value(sem, *value, TT_CALLER);
	return result;
}
