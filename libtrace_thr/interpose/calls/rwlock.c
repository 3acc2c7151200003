/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdint.h>

#include "libtrace_thr/src/thread/thread.h"
#include "libtrace_thr/interpose/calls/lock_events.h"

/* What glibc's field __readers says (pthread_rwlock_common.c): the count of readers is above these bits. */
enum { WRITE_LOCKED = 2, READERS_SHIFT = 3 };

static enum tt_lock_kind kind_of(const pthread_rwlock_t *lock)
{
	return lock->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP ? TT_KIND_RWLOCK_WRITER
	                                                                            : TT_KIND_RWLOCK;
}

/* Where one is marked (object_table.h): in its padding. NULL for one that another process sees, which is made by a
 * call. */
static uint64_t *mark_of(pthread_rwlock_t *lock)
{
	_Static_assert(sizeof lock->__data.__pad2 == sizeof(uint64_t), "glibc's rwlock of 64 bits");
	return lock->__data.__shared ? NULL : (uint64_t *)(void *)&lock->__data.__pad2;
}

/* Relaxed, here and below: what the calling thread has done to the lock itself it sees, and of others it is a hint. */
static bool has_readers(const pthread_rwlock_t *lock)
{
	return __atomic_load_n(&lock->__data.__readers, __ATOMIC_RELAXED) >> READERS_SHIFT;
}

static bool has_writer(const pthread_rwlock_t *lock)
{
	return __atomic_load_n(&lock->__data.__readers, __ATOMIC_RELAXED) & WRITE_LOCKED ||
	       __atomic_load_n(&lock->__data.__cur_writer, __ATOMIC_RELAXED);
}

/* Whether the calling thread, which is known, is the writer. */
static bool is_mine(const pthread_rwlock_t *lock)
{
	return __atomic_load_n(&lock->__data.__cur_writer, __ATOMIC_RELAXED) ==
	       (int)tthr_thread_native_id(tt_current_thread());
}

/* The cold part of record_of. */
static __attribute__((noinline)) struct tt_object_entry *first_sight(pthread_rwlock_t *lock, const void *caller)
{
	bool made;
	struct tt_object_entry *record = tt_object_entry_make(lock, "rwlock", kind_of(lock), mark_of(lock), &made);

	/* One that is held now was so before anybody looked: what is known of it is not all. */
	if (!made || has_readers(lock) || has_writer(lock))
		return record;
	tt_emit_lock_init(record, lock->__data.__shared, caller);
	return record;
}

/* The record, if the rwlock is known. */
static struct tt_object_entry *known(pthread_rwlock_t *lock)
{
	return tt_object_entry_known(lock, mark_of(lock));
}

/* The record; emits its init event if it was not known. NULL without memory. */
static struct tt_object_entry *record_of(pthread_rwlock_t *lock, const void *caller)
{
	struct tt_object_entry *record = known(lock);

	return record ? record : first_sight(lock, caller);
}

/* How an rwlock is asked for. */
struct ask {
	pthread_rwlock_t *lock;
	enum tt_mode mode;
	enum tt_limit limit;
	clockid_t clock;              /* of a timed one; or TT_CLOCK_OF_CALL */
	const struct timespec *until; /* of a timed one */
};

static int do_try(const struct ask *ask)
{
	return ask->mode == TT_MODE_SHARED ? TT_LIBC(pthread_rwlock_tryrdlock)(ask->lock)
	                                   : TT_LIBC(pthread_rwlock_trywrlock)(ask->lock);
}

/* Not for a try. */
static int do_ask(const struct ask *ask)
{
	bool shared = ask->mode == TT_MODE_SHARED;

	if (ask->limit == TT_LIMIT_NONE)
		return shared ? TT_LIBC(pthread_rwlock_rdlock)(ask->lock) : TT_LIBC(pthread_rwlock_wrlock)(ask->lock);
	if (ask->clock == TT_CLOCK_OF_CALL)
		return shared ? TT_LIBC(pthread_rwlock_timedrdlock)(ask->lock, ask->until)
		              : TT_LIBC(pthread_rwlock_timedwrlock)(ask->lock, ask->until);
	return shared ? TT_LIBC(pthread_rwlock_clockrdlock)(ask->lock, ask->clock, ask->until)
	              : TT_LIBC(pthread_rwlock_clockwrlock)(ask->lock, ask->clock, ask->until);
}

static void tell_wait(struct tt_object_entry *record, const struct ask *ask, const void *caller)
{
	tt_emit_lock_wait(record, ask->mode,
	                  ask->until ? tt_until_ns(tt_clock_of(ask->clock), ask->until) : TT_NO_TIMEOUT, caller);
}

/* How it has ended. Returns `error`. */
static int tell_end(struct tt_object_entry *record, const struct ask *ask, int error, const void *caller)
{
	if (error)
		tt_emit_lock_failed(record, ask->mode, error, caller);
	else
		tt_emit_lock_acquired(record, ask->mode, 1, ask->limit, caller);
	return error;
}

/*
 * Only if a try finds it held does the thread say that it waits. What libc refuses before it looks at the lock, or
 * refuses its writer, a try would not tell.
 */
static __attribute__((noinline)) int ask_told(const struct ask *ask, const void *caller)
{
	struct tt_object_entry *record = tt_should_trace(caller) ? record_of(ask->lock, caller) : NULL;
	bool is_try = ask->limit == TT_LIMIT_TRY;
	int error;

	if (!record)
		return is_try ? do_try(ask) : do_ask(ask);
	if (is_try)
		tt_shake();
	else
		tt_before_lock(record, caller);
	if (!is_try && (is_mine(ask->lock) || tt_is_bad_limit(tt_clock_of(ask->clock), ask->until)))
		return tell_end(record, ask, do_ask(ask), caller);
	error = do_try(ask);
	if (error == EBUSY && !is_try) {
		tell_wait(record, ask, caller);
		error = do_ask(ask);
	}
	return tell_end(record, ask, error, caller);
}

/* One that is not known was taken untold. Which of the readers gives it back libc does not know either. */
static __attribute__((noinline)) int unlock_traced(pthread_rwlock_t *lock, const void *caller)
{
	struct tt_object_entry *record = tt_should_trace(caller) ? known(lock) : NULL;
	bool mine = record && is_mine(lock);

	if (record && !mine && !has_readers(lock)) {
		tt_emit_lock_misuse(record, has_writer(lock) ? TT_MISUSE_NOT_OWNER : TT_MISUSE_NOT_HELD,
		                    "pthread_rwlock_unlock", caller);
	} else if (record) {
		tt_emit_lock_released(record, mine ? TT_MODE_EXCLUSIVE : TT_MODE_SHARED, 0, caller);
	}
	int error = TT_LIBC(pthread_rwlock_unlock)(lock);
	if (record)
		tt_shake();
	return error;
}

/* What programs call. */

TT_INTERPOSED int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attributes)
{
	int error = TT_LIBC(pthread_rwlock_init)(lock, attributes);

	if (error)
		return error;
	tt_object_entry_end(lock);
	if (TT_TRACED(lock_init) && tt_should_trace(TT_CALLER))
		record_of(lock, TT_CALLER);
	return 0;
}

TT_INTERPOSED int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
	tt_emit_lock_destroyed(known(lock), has_readers(lock) || has_writer(lock), "pthread_rwlock_destroy", TT_CALLER);
	return TT_LIBC(pthread_rwlock_destroy)(lock);
}

#define ASK(mode, limit, clock, until, real, ...)                                                                      \
	(TT_TRACED(lock_acquired)                                                                                      \
	     ? ask_told(&(struct ask){lock, TT_MODE_##mode, TT_LIMIT_##limit, clock, until}, TT_CALLER)                \
	     : TT_LIBC(real)(__VA_ARGS__))

TT_INTERPOSED int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	return ASK(SHARED, NONE, TT_CLOCK_OF_CALL, NULL, pthread_rwlock_rdlock, lock);
}

TT_INTERPOSED int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	return ASK(EXCLUSIVE, NONE, TT_CLOCK_OF_CALL, NULL, pthread_rwlock_wrlock, lock);
}

TT_INTERPOSED int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
	return ASK(SHARED, TRY, TT_CLOCK_OF_CALL, NULL, pthread_rwlock_tryrdlock, lock);
}

TT_INTERPOSED int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
	return ASK(EXCLUSIVE, TRY, TT_CLOCK_OF_CALL, NULL, pthread_rwlock_trywrlock, lock);
}

TT_INTERPOSED int pthread_rwlock_timedrdlock(pthread_rwlock_t *lock, const struct timespec *until)
{
	return ASK(SHARED, TIMED, TT_CLOCK_OF_CALL, until, pthread_rwlock_timedrdlock, lock, until);
}

TT_INTERPOSED int pthread_rwlock_timedwrlock(pthread_rwlock_t *lock, const struct timespec *until)
{
	return ASK(EXCLUSIVE, TIMED, TT_CLOCK_OF_CALL, until, pthread_rwlock_timedwrlock, lock, until);
}

TT_INTERPOSED int pthread_rwlock_clockrdlock(pthread_rwlock_t *lock, clockid_t clock, const struct timespec *until)
{
	return ASK(SHARED, TIMED, clock, until, pthread_rwlock_clockrdlock, lock, clock, until);
}

TT_INTERPOSED int pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock, const struct timespec *until)
{
	return ASK(EXCLUSIVE, TIMED, clock, until, pthread_rwlock_clockwrlock, lock, clock, until);
}

TT_INTERPOSED int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
	return TT_TRACED(lock_released) ? unlock_traced(lock, TT_CALLER) : TT_LIBC(pthread_rwlock_unlock)(lock);
}
