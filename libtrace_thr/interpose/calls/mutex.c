/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/interpose/calls/mutex.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>

#include "libtrace_thr/src/thread/registry.h"
#include "libtrace_thr/src/thread/thread.h"
#include "libtrace_thr/interpose/process/fork.h"
#include "libtrace_thr/interpose/calls/lock_events.h"

/* What glibc's field __kind says (bits/pthreadtypes-arch.h has the layout, which is part of its ABI). */
enum {
	TYPE_MASK = 3,
	TYPE_RECURSIVE = PTHREAD_MUTEX_RECURSIVE_NP,
	TYPE_ERRORCHECK = PTHREAD_MUTEX_ERRORCHECK_NP,
	ROBUST = 16,
	PRIO_INHERIT = 32,
	PRIO_PROTECT = 64,
	SHARED = 128,
};

static enum tt_lock_kind kind_of(const pthread_mutex_t *mutex)
{
	switch (mutex->__data.__kind & TYPE_MASK) {
	case TYPE_RECURSIVE:
		return TT_KIND_RECURSIVE;
	case TYPE_ERRORCHECK:
		return TT_KIND_ERRORCHECK;
	default:
		return TT_KIND_MUTEX;
	}
}

/*
 * Where a mutex is marked (object_table.h): its place in the list of robust mutexes. NULL for those that are in the
 * list, and for those that another process sees; these are made by a call always, so they need no mark.
 */
static uint64_t *mark_of(pthread_mutex_t *mutex)
{
	_Static_assert(sizeof(void *) == sizeof(uint64_t), "glibc's mutex of 64 bits");
	return mutex->__data.__kind & (ROBUST | PRIO_INHERIT | SHARED)
	           ? NULL
	           : (uint64_t *)(void *)&mutex->__data.__list.__prev;
}

/* Whether somebody has it. The lock word has more than that: a ceiling; that the last holder died. */
static bool is_held(const pthread_mutex_t *mutex)
{
	const unsigned ceiling = 0xfff80000; /* glibc's PTHREAD_MUTEX_PRIO_CEILING_MASK */
	unsigned word = (unsigned)mutex->__data.__lock;

	if (mutex->__data.__kind & PRIO_PROTECT)
		return word & ~ceiling;
	return mutex->__data.__kind & (ROBUST | PRIO_INHERIT) ? word & FUTEX_TID_MASK : word;
}

/*
 * The cold part of tt_mutex_entry. NULL for a lock of the tracer: who calls does not tell where another library, or a
 * sanitizer's runtime within the program, stands before ours.
 */
static __attribute__((noinline)) struct tt_object_entry *first_sight(pthread_mutex_t *mutex, uint64_t *mark,
                                                                     bool shared, const void *caller)
{
	bool made;
	struct tt_object_entry *record =
	    tt_is_tracer(mutex) ? NULL : tt_object_entry_make(mutex, "mutex", kind_of(mutex), mark, &made);

	/* One that is held now was so before anybody looked: what is known of it is not all. */
	if (record && made && !is_held(mutex))
		tt_emit_lock_init(record, shared, caller);
	return record;
}

struct tt_object_entry *tt_mutex_entry(pthread_mutex_t *mutex, const void *caller)
{
	uint64_t *mark = mark_of(mutex);
	struct tt_object_entry *record = tt_object_entry_known(mutex, mark);

	/* glibc says so of each robust one, so of those that were made before anybody looked it may be untrue. */
	return record ? record : first_sight(mutex, mark, mutex->__data.__kind & SHARED, caller);
}

void tt_mutex_made(pthread_mutex_t *mutex, bool shared, const void *caller)
{
	tt_object_entry_end(mutex);
	if (TT_TRACED(lock_init) && tt_should_trace(caller))
		first_sight(mutex, mark_of(mutex), shared, caller);
}

void tt_mutex_destroyed(pthread_mutex_t *mutex, const void *caller)
{
	tt_emit_lock_destroyed(tt_object_entry_known(mutex, mark_of(mutex)), false, NULL, caller);
}

static uint32_t depth_of(const struct tt_object_entry *record, const pthread_mutex_t *mutex)
{
	return record->kind == TT_KIND_RECURSIVE ? mutex->__data.__count : 1;
}

/* The caller has the mutex. `error` is 0 or EOWNERDEAD. */
static void tell_acquired(struct tt_object_entry *record, const pthread_mutex_t *mutex, int error, enum tt_limit limit,
                          const void *caller)
{
	tt_emit_lock_acquired(record, TT_MODE_EXCLUSIVE, depth_of(record, mutex), limit, caller);
	if (__builtin_expect(error == EOWNERDEAD, 0))
		TT_EMIT(lock_inconsistent, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), (uint8_t)record->kind);
}

/* How an acquire has ended. Returns `error`. */
static int tell_end(struct tt_object_entry *record, const pthread_mutex_t *mutex, int error, enum tt_limit limit,
                    const void *caller)
{
	if (!error || error == EOWNERDEAD)
		tell_acquired(record, mutex, error, limit, caller);
	else
		tt_emit_lock_failed(record, TT_MODE_EXCLUSIVE, error, caller);
	return error;
}

/* Of a robust one whose holder died, __owner says that; who has it now is in the lock word, as the kernel wants it. */
static bool is_of(const pthread_mutex_t *mutex, pid_t thread)
{
	if (mutex->__data.__kind & (ROBUST | PRIO_INHERIT))
		return (mutex->__data.__lock & FUTEX_TID_MASK) == thread;
	return mutex->__data.__owner == thread;
}

/* Whether an acquire that could wait fails at once instead: then a try must not come before it, which fails otherwise.
 */
static bool fails_at_once(const pthread_mutex_t *mutex)
{
	const int not_recoverable = INT_MAX - 1; /* glibc's PTHREAD_MUTEX_NOTRECOVERABLE, in __owner */

	if (mutex->__data.__kind & ROBUST && mutex->__data.__owner == not_recoverable)
		return true;
	return kind_of(mutex) == TT_KIND_ERRORCHECK && is_of(mutex, tthr_thread_native_id(tt_current_thread()));
}

/*
 * Under ThreadSanitizer, which takes its orders of locks from locks and not from tries, nothing is tried: it is looked
 * whether the mutex is held. One that is taken just then is waited for untold.
 */
static int try_or_take(pthread_mutex_t *mutex, const struct tt_object_entry *record)
{
	if (__builtin_expect(!tt_under_tsan, 1))
		return TT_LIBC(pthread_mutex_trylock)(mutex);
	bool again = record->kind == TT_KIND_RECURSIVE && is_of(mutex, tthr_thread_native_id(tt_current_thread()));
	return is_held(mutex) && !again ? EBUSY : TT_LIBC(pthread_mutex_lock)(mutex);
}

/*
 * An acquire that may wait. Only if a try finds the mutex held does the thread say that it waits: an acquire without
 * contention is one event. A try of glibc's does all that a lock does, but wait, and but tell a holder of the error.
 */
static __attribute__((noinline)) int lock_traced(pthread_mutex_t *mutex, const void *caller)
{
	struct tt_object_entry *record = tt_should_trace(caller) ? tt_mutex_entry(mutex, caller) : NULL;
	int error;

	if (!record)
		return TT_LIBC(pthread_mutex_lock)(mutex);
	tt_before_lock(record, caller);
	if (fails_at_once(mutex))
		return tell_end(record, mutex, TT_LIBC(pthread_mutex_lock)(mutex), TT_LIMIT_NONE, caller);
	error = try_or_take(mutex, record);
	if (error == EBUSY) {
		tt_emit_lock_wait(record, TT_MODE_EXCLUSIVE, TT_NO_TIMEOUT, caller);
		error = TT_LIBC(pthread_mutex_lock)(mutex);
	}
	return tell_end(record, mutex, error, TT_LIMIT_NONE, caller);
}

static __attribute__((noinline)) int trylock_told(pthread_mutex_t *mutex, const void *caller)
{
	struct tt_object_entry *record = tt_should_trace(caller) ? tt_mutex_entry(mutex, caller) : NULL;
	int error;

	if (record)
		tt_shake();
	error = TT_LIBC(pthread_mutex_trylock)(mutex);
	return record ? tell_end(record, mutex, error, TT_LIMIT_TRY, caller) : error;
}

/* `clock` as the caller of pthread_mutex_clocklock said, or TT_CLOCK_OF_CALL for pthread_mutex_timedlock. */
static __attribute__((noinline)) int timedlock_told(pthread_mutex_t *mutex, clockid_t clock,
                                                    const struct timespec *until, const void *caller)
{
	struct tt_object_entry *record = tt_should_trace(caller) ? tt_mutex_entry(mutex, caller) : NULL;
	if (record)
		tt_before_lock(record, caller);
	/* libc looks at the clock first. */
	bool may_wait = record && !tt_is_bad_clock(tt_clock_of(clock)) && !fails_at_once(mutex);
	int error = may_wait ? TT_LIBC(pthread_mutex_trylock)(mutex) : EBUSY;

	if (error == EBUSY) {
		if (may_wait)
			tt_emit_lock_wait(record, TT_MODE_EXCLUSIVE, tt_until_ns(tt_clock_of(clock), until), caller);
		error = clock == TT_CLOCK_OF_CALL ? TT_LIBC(pthread_mutex_timedlock)(mutex, until)
		                                  : TT_LIBC(pthread_mutex_clocklock)(mutex, clock, until);
	}
	return record ? tell_end(record, mutex, error, TT_LIMIT_TIMED, caller) : error;
}

/* Whether libc lets a thread give back what another holds. */
static bool is_lenient(const struct tt_object_entry *record, const pthread_mutex_t *mutex)
{
	return record->kind == TT_KIND_MUTEX && !(mutex->__data.__kind & (ROBUST | PRIO_INHERIT));
}

/* Whether the thread had it when it forked this process. glibc lets it give it back, but for the kinds that it checks.
 */
static bool is_inherited(const struct tt_object_entry *record, const pthread_mutex_t *mutex)
{
	return is_lenient(record, mutex) && tt_tid_before_fork && mutex->__data.__owner == tt_tid_before_fork &&
	       tt_current_thread() == tt_registry_main();
}

/*
 * Whether the calling thread has it. In a forked child libc still has the parent's thread down as the owner, and only
 * some kinds mind: handlers of pthread_atfork give back what was taken before. Our ids of threads outlive the fork.
 */
bool tt_mutex_is_mine(const struct tt_object_entry *record, const pthread_mutex_t *mutex)
{
	return is_of(mutex, tthr_thread_native_id(tt_current_thread())) ||
	       (is_lenient(record, mutex) && is_held(mutex) &&
	        __atomic_load_n(&record->holder, __ATOMIC_RELAXED) == tt_current_thread_id);
}

void tt_mutex_given_up(struct tt_object_entry *record, const pthread_mutex_t *mutex, const void *caller)
{
	tt_emit_lock_released(record, TT_MODE_EXCLUSIVE, depth_of(record, mutex) - 1, caller);
}

void tt_mutex_taken_back(struct tt_object_entry *record, const pthread_mutex_t *mutex, int error, const void *caller)
{
	tell_acquired(record, mutex, error, TT_LIMIT_NONE, caller);
}

/* One that is not known was taken untold: by the tracer, whose tail call hides that it is the caller; or too early. */
static __attribute__((noinline)) int unlock_traced(pthread_mutex_t *mutex, const void *caller)
{
	struct tt_object_entry *record = tt_should_trace(caller) ? tt_object_entry_known(mutex, mark_of(mutex)) : NULL;

	if (record && __builtin_expect(tt_mutex_is_mine(record, mutex), 1)) {
		tt_mutex_given_up(record, mutex, caller);
	} else if (record) {
		bool held = is_held(mutex);

		if (!held || !is_inherited(record, mutex))
			tt_emit_lock_misuse(record, held ? TT_MISUSE_NOT_OWNER : TT_MISUSE_NOT_HELD,
			                    "pthread_mutex_unlock", caller);
		if (held && is_lenient(record, mutex))
			tt_mutex_given_up(record, mutex, caller);
	}
	int error = TT_LIBC(pthread_mutex_unlock)(mutex);
	if (record)
		tt_shake();
	return error;
}

int tt_mutex_lock(pthread_mutex_t *mutex, const void *caller)
{
	return TT_TRACED(lock_acquired) ? lock_traced(mutex, caller) : TT_LIBC(pthread_mutex_lock)(mutex);
}

int tt_mutex_trylock(pthread_mutex_t *mutex, const void *caller)
{
	return TT_TRACED(lock_acquired) ? trylock_told(mutex, caller) : TT_LIBC(pthread_mutex_trylock)(mutex);
}

int tt_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until, const void *caller)
{
	return TT_TRACED(lock_acquired) ? timedlock_told(mutex, TT_CLOCK_OF_CALL, until, caller)
	                                : TT_LIBC(pthread_mutex_timedlock)(mutex, until);
}

int tt_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until, const void *caller)
{
	return TT_TRACED(lock_acquired) ? timedlock_told(mutex, clock, until, caller)
	                                : TT_LIBC(pthread_mutex_clocklock)(mutex, clock, until);
}

int tt_mutex_unlock(pthread_mutex_t *mutex, const void *caller)
{
	return TT_TRACED(lock_released) ? unlock_traced(mutex, caller) : TT_LIBC(pthread_mutex_unlock)(mutex);
}

/* What programs call. */

static bool says_shared(const pthread_mutexattr_t *attributes)
{
	int shared = PTHREAD_PROCESS_PRIVATE;

	if (attributes)
		pthread_mutexattr_getpshared(attributes, &shared);
	return shared == PTHREAD_PROCESS_SHARED;
}

TT_INTERPOSED int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	int error = TT_LIBC(pthread_mutex_init)(mutex, attributes);

	if (!error)
		tt_mutex_made(mutex, says_shared(attributes), TT_CALLER);
	return error;
}

TT_INTERPOSED int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	const struct tt_object_entry *record = tt_object_entry_known(mutex, mark_of(mutex));
	/* Also one that a condition is to give back to a waiter; users that died with a robust one still count there.
	 */
	bool in_use = is_held(mutex) || (mutex->__data.__nusers && !(mutex->__data.__kind & ROBUST));

	tt_emit_lock_destroyed(record, in_use, "pthread_mutex_destroy", TT_CALLER);
	return TT_LIBC(pthread_mutex_destroy)(mutex);
}

TT_INTERPOSED int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	return tt_mutex_lock(mutex, TT_CALLER);
}

TT_INTERPOSED int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	return tt_mutex_trylock(mutex, TT_CALLER);
}

TT_INTERPOSED int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until)
{
	return tt_mutex_timedlock(mutex, until, TT_CALLER);
}

TT_INTERPOSED int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until)
{
	return tt_mutex_clocklock(mutex, clock, until, TT_CALLER);
}

TT_INTERPOSED int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	return tt_mutex_unlock(mutex, TT_CALLER);
}

TT_INTERPOSED int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
	int error = TT_LIBC(pthread_mutex_consistent)(mutex);
	struct tt_object_entry *record = tt_object_entry_known(mutex, mark_of(mutex));

	if (!error && record && TT_TRACED(lock_consistent) && tt_should_trace(TT_CALLER))
		TT_EMIT(lock_consistent, TT_CALLER, TT_OBJECT_REF(tt_object_entry_ref(record)), (uint8_t)record->kind);
	return error;
}
