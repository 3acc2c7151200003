/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/interpose/calls/lock_events.h"

/* How glibc's code of this machine marks one that nobody has. */
#if defined __x86_64__
enum { FREE = 1 };
#else
enum { FREE = 0 };
#endif

/* Relaxed: what the calling thread has done to it itself it sees, and of others it is a hint. */
static bool is_held(const pthread_spinlock_t *lock)
{
	return __atomic_load_n(lock, __ATOMIC_RELAXED) != FREE;
}

static const void *address_of(const pthread_spinlock_t *lock)
{
	return (const void *)(uintptr_t)lock;
}

/* A spin lock is made by a call always, so where its record has an object it is that one. */
static struct tt_object_entry *known(const pthread_spinlock_t *lock)
{
	return tt_object_entry_known(address_of(lock), NULL);
}

/* The record; emits its init event if it was not known. NULL without memory. */
static struct tt_object_entry *record_of(const pthread_spinlock_t *lock, const void *caller)
{
	struct tt_object_entry *record = known(lock);
	bool made;

	if (record)
		return record;
	record = tt_object_entry_make(address_of(lock), "spin", TT_KIND_SPIN, NULL, &made);
	/* One that is held now was so before anybody looked: what is known of it is not all. */
	if (made && !is_held(lock))
		tt_emit_lock_init(record, false, caller);
	return record;
}

/* Only if a try finds it held does the thread say that it waits, as it then does, awake. */
static __attribute__((noinline)) int lock_traced(pthread_spinlock_t *lock, const void *caller)
{
	struct tt_object_entry *record = tt_should_trace(caller) ? record_of(lock, caller) : NULL;
	int error;

	if (!record)
		return TT_LIBC(pthread_spin_lock)(lock);
	tt_before_lock(record, caller);
	error = TT_LIBC(pthread_spin_trylock)(lock);
	if (error) {
		tt_emit_lock_wait(record, TT_MODE_EXCLUSIVE, TT_NO_TIMEOUT, caller);
		error = TT_LIBC(pthread_spin_lock)(lock);
	}
	tt_emit_lock_acquired(record, TT_MODE_EXCLUSIVE, 1, TT_LIMIT_NONE, caller);
	return error;
}

static __attribute__((noinline)) int trylock_told(pthread_spinlock_t *lock, const void *caller)
{
	struct tt_object_entry *record = tt_should_trace(caller) ? record_of(lock, caller) : NULL;
	int error;

	if (record)
		tt_shake();
	error = TT_LIBC(pthread_spin_trylock)(lock);
	if (record && !error)
		tt_emit_lock_acquired(record, TT_MODE_EXCLUSIVE, 1, TT_LIMIT_TRY, caller);
	else if (record)
		tt_emit_lock_failed(record, TT_MODE_EXCLUSIVE, error, caller);
	return error;
}

/* One that is not known was taken untold. Whose it is the lock does not say. */
static __attribute__((noinline)) int unlock_traced(pthread_spinlock_t *lock, const void *caller)
{
	struct tt_object_entry *record = tt_should_trace(caller) ? known(lock) : NULL;

	if (record && is_held(lock)) {
		tt_emit_lock_released(record, TT_MODE_EXCLUSIVE, 0, caller);
	} else if (record) {
		tt_emit_lock_misuse(record, TT_MISUSE_NOT_HELD, "pthread_spin_unlock", caller);
	}
	int error = TT_LIBC(pthread_spin_unlock)(lock);
	if (record)
		tt_shake();
	return error;
}

/* What programs call. */

TT_INTERPOSED int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
	int error = TT_LIBC(pthread_spin_init)(lock, shared);

	if (error)
		return error;
	tt_object_entry_end(address_of(lock));
	if (TT_TRACED(lock_init) && tt_should_trace(TT_CALLER)) {
		const struct tt_object_entry *record = record_of(lock, TT_CALLER);
		if (record && shared == PTHREAD_PROCESS_SHARED)
			TT_EMIT(object_shared, TT_CALLER, TT_OBJECT_REF(tt_object_entry_ref(record)), TT_OBJECT_LOCK);
	}
	return 0;
}

TT_INTERPOSED int pthread_spin_destroy(pthread_spinlock_t *lock)
{
	tt_emit_lock_destroyed(known(lock), is_held(lock), "pthread_spin_destroy", TT_CALLER);
	return TT_LIBC(pthread_spin_destroy)(lock);
}

TT_INTERPOSED int pthread_spin_lock(pthread_spinlock_t *lock)
{
	return TT_TRACED(lock_acquired) ? lock_traced(lock, TT_CALLER) : TT_LIBC(pthread_spin_lock)(lock);
}

TT_INTERPOSED int pthread_spin_trylock(pthread_spinlock_t *lock)
{
	return TT_TRACED(lock_acquired) ? trylock_told(lock, TT_CALLER) : TT_LIBC(pthread_spin_trylock)(lock);
}

TT_INTERPOSED int pthread_spin_unlock(pthread_spinlock_t *lock)
{
	return TT_TRACED(lock_released) ? unlock_traced(lock, TT_CALLER) : TT_LIBC(pthread_spin_unlock)(lock);
}
