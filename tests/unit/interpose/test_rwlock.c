/* SPDX-License-Identifier: MIT */
/*
 * Locks of readers and writers, and spin locks: what each call of a program is told as.
 */
#include "program.h"

CALL(rdlock, pthread_rwlock_rdlock, (pthread_rwlock_t * lock), lock)
CALL(wrlock, pthread_rwlock_wrlock, (pthread_rwlock_t * lock), lock)
CALL(tryrdlock, pthread_rwlock_tryrdlock, (pthread_rwlock_t * lock), lock)
CALL(trywrlock, pthread_rwlock_trywrlock, (pthread_rwlock_t * lock), lock)
CALL(timedrdlock, pthread_rwlock_timedrdlock, (pthread_rwlock_t * lock, const struct timespec *until), lock, until)
CALL(timedwrlock, pthread_rwlock_timedwrlock, (pthread_rwlock_t * lock, const struct timespec *until), lock, until)
CALL(clockrdlock, pthread_rwlock_clockrdlock, (pthread_rwlock_t * lock, clockid_t clock, const struct timespec *until),
     lock, clock, until)
CALL(clockwrlock, pthread_rwlock_clockwrlock, (pthread_rwlock_t * lock, clockid_t clock, const struct timespec *until),
     lock, clock, until)
CALL(unlock, pthread_rwlock_unlock, (pthread_rwlock_t * lock), lock)
CALL(init, pthread_rwlock_init, (pthread_rwlock_t * lock, const pthread_rwlockattr_t *attributes), lock, attributes)
CALL(destroy, pthread_rwlock_destroy, (pthread_rwlock_t * lock), lock)

CALL(spin_lock, pthread_spin_lock, (pthread_spinlock_t * lock), lock)
CALL(spin_trylock, pthread_spin_trylock, (pthread_spinlock_t * lock), lock)
CALL(spin_unlock, pthread_spin_unlock, (pthread_spinlock_t * lock), lock)
CALL(spin_init, pthread_spin_init, (pthread_spinlock_t * lock, int shared), lock, shared)
CALL(spin_destroy, pthread_spin_destroy, (pthread_spinlock_t * lock), lock)

static void in_a_thread(void *(*run)(void *arg), void *arg)
{
	pthread_t thread;

	must(!pthread_create(&thread, NULL, run, arg));
	join_within(thread);
}

static void each_call(void **state)
{
	(void)state;
	pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
	struct timespec real = after_ms(CLOCK_REALTIME, 1000000), monotonic = after_ms(CLOCK_MONOTONIC, 1000000);

	call_it(&lock, "w");
	program_begin();
	must(!rdlock(&lock) && !tryrdlock(&lock) && !timedrdlock(&lock, &real));
	must(!clockrdlock(&lock, CLOCK_MONOTONIC, &monotonic));
	for (int i = 0; i < 4; i++)
		must(!unlock(&lock));
	must(!wrlock(&lock) && !unlock(&lock));
	must(!trywrlock(&lock) && !unlock(&lock));
	must(!timedwrlock(&lock, &real) && !unlock(&lock));
	must(!clockwrlock(&lock, CLOCK_MONOTONIC, &monotonic) && !unlock(&lock));
	must(!destroy(&lock));
	expect("MainThread", "lock_init w rwlock", "lock_acquired w rwlock shared depth=1",
	       "lock_acquired w rwlock shared depth=1 try", "lock_acquired w rwlock shared depth=1 timed",
	       "lock_acquired w rwlock shared depth=1 timed", "lock_released w rwlock shared depth=0",
	       "lock_released w rwlock shared depth=0", "lock_released w rwlock shared depth=0",
	       "lock_released w rwlock shared depth=0", "lock_acquired w rwlock depth=1",
	       "lock_released w rwlock depth=0", "lock_acquired w rwlock depth=1 try", "lock_released w rwlock depth=0",
	       "lock_acquired w rwlock depth=1 timed", "lock_released w rwlock depth=0",
	       "lock_acquired w rwlock depth=1 timed", "lock_released w rwlock depth=0", "lock_destroy w rwlock", NULL);
}

static void what_fails(void **state)
{
	(void)state;
	pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
	struct timespec past = {0}, bad = {.tv_nsec = -1}, far = after_ms(CLOCK_REALTIME, 1000000);

	call_it(&lock, "w");
	program_begin();
	must(!rdlock(&lock));
	assert_int_equal(trywrlock(&lock), EBUSY);
	assert_int_equal(timedwrlock(&lock, &past), ETIMEDOUT);
	assert_int_equal(clockwrlock(&lock, CLOCK_MONOTONIC, &past), ETIMEDOUT);
	assert_int_equal(timedrdlock(&lock, &bad), EINVAL);
	assert_int_equal(clockrdlock(&lock, CLOCK_BOOTTIME, &far), EINVAL);
	must(!unlock(&lock) && !wrlock(&lock));
	assert_int_equal(wrlock(&lock), EDEADLK);
	assert_int_equal(rdlock(&lock), EDEADLK);
	assert_int_equal(tryrdlock(&lock), EBUSY);
	destroy(&lock);
	must(!unlock(&lock));
	expect("MainThread", "lock_init w rwlock", "lock_acquired w rwlock shared depth=1", "lock_failed w rwlock busy",
	       "lock_wait w rwlock timeout=0 held by nobody", "lock_failed w rwlock timeout",
	       "lock_wait w rwlock timeout=0 held by nobody", "lock_failed w rwlock timeout",
	       "lock_failed w rwlock shared error", "lock_failed w rwlock shared error",
	       "lock_released w rwlock shared depth=0", "lock_acquired w rwlock depth=1", "lock_failed w rwlock error",
	       "lock_failed w rwlock shared error", "lock_failed w rwlock shared busy",
	       "misuse w pthread_rwlock_destroy: destroyed in use", "lock_released w rwlock depth=0", NULL);
	program_begin();
	must(!rdlock(&lock));
	destroy(&lock);
	must(!unlock(&lock));
	expect("MainThread", "lock_acquired w rwlock shared depth=1",
	       "misuse w pthread_rwlock_destroy: destroyed in use", "lock_released w rwlock shared depth=0", NULL);
}

static void *read_it(void *lock)
{
	be("reader");
	must(!rdlock(lock) && !unlock(lock));
	return NULL;
}

static void *give_back(void *lock)
{
	be("other");
	unlock(lock);
	return NULL;
}

static void one_that_another_has(void **state)
{
	(void)state;
	pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
	pthread_t thread;

	call_it(&lock, "w");
	program_begin();
	must(!wrlock(&lock));
	must(!pthread_create(&thread, NULL, read_it, &lock));
	await_sleepers(1, &lock);
	must(!unlock(&lock));
	join_within(thread);
	expect("reader", "lock_wait w rwlock shared timeout=-1 held by MainThread",
	       "lock_acquired w rwlock shared depth=1", "lock_released w rwlock shared depth=0", NULL);
	program_begin();
	must(!wrlock(&lock));
	in_a_thread(give_back, &lock);
	expect("other", "misuse w pthread_rwlock_unlock: not owner", NULL);
	lock = (pthread_rwlock_t)PTHREAD_RWLOCK_INITIALIZER;
	program_begin();
	must(!rdlock(&lock) && !unlock(&lock));
	lock.__data.__readers = 0;
	unlock(&lock);
	expect("MainThread", "lock_init w rwlock", "lock_acquired w rwlock shared depth=1",
	       "lock_released w rwlock shared depth=0", "misuse w pthread_rwlock_unlock: not held", NULL);
}

static void kinds_and_first_sights(void **state)
{
	(void)state;
	pthread_rwlock_t writers, shared, held = PTHREAD_RWLOCK_INITIALIZER, read = PTHREAD_RWLOCK_INITIALIZER;
	pthread_rwlockattr_t attributes;

	call_it(&writers, "w");
	call_it(&shared, "s");
	call_it(&held, "h");
	call_it(&read, "r");
	must(!pthread_rwlockattr_init(&attributes));
	program_pause();
	must(!wrlock(&held) && !rdlock(&read));
	program_begin();
	must(!pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP));
	must(!init(&writers, &attributes));
	must(!pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_READER_NP));
	must(!pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
	must(!init(&shared, &attributes) && !init(&shared, &attributes));
	must(tryrdlock(&held) == EBUSY && trywrlock(&read) == EBUSY);
	must(!unlock(&held) && !unlock(&read));
	expect("MainThread", "lock_init w rwlock_writer", "lock_init s rwlock", "object_shared s lock",
	       "lock_init s rwlock", "object_shared s lock", "lock_failed h rwlock shared busy",
	       "lock_failed r rwlock busy", "lock_released h rwlock depth=0", "lock_released r rwlock shared depth=0",
	       NULL);
}

static pthread_spinlock_t *spin;

static void *spin_in_another(void *arg)
{
	be("other");
	must(spin_trylock(spin) == EBUSY);
	must(!spin_lock(spin) && !spin_unlock(spin));
	return arg;
}

static void spin_locks(void **state)
{
	(void)state;
	pthread_spinlock_t lock, shared;
	pthread_t thread;

	spin = &lock;
	call_it((const void *)(uintptr_t)&lock, "p");
	call_it((const void *)(uintptr_t)&shared, "s");
	program_begin();
	must(!spin_init(&lock, 0) && !spin_init(&shared, PTHREAD_PROCESS_SHARED));
	must(!spin_lock(&lock));
	must(!pthread_create(&thread, NULL, spin_in_another, NULL));
	wait_until(recorded() == 6); /* it waits */
	must(!spin_unlock(&lock));
	join_within(thread);
	must(!spin_trylock(&lock));
	spin_destroy(&lock);
	must(!spin_unlock(&lock) && !spin_unlock(&lock));
	must(!spin_destroy(&lock) && !spin_destroy(&shared));
	expect("MainThread", "lock_init p spin", "lock_init s spin", "object_shared s lock",
	       "lock_acquired p spin depth=1", "lock_released p spin depth=0", "lock_acquired p spin depth=1 try",
	       "misuse p pthread_spin_destroy: destroyed in use", "lock_released p spin depth=0",
	       "misuse p pthread_spin_unlock: not held", "lock_destroy p spin", "lock_destroy s spin", NULL);
	expect("other", "lock_failed p spin busy", "lock_wait p spin timeout=-1 held by MainThread",
	       "lock_acquired p spin depth=1", "lock_released p spin depth=0", NULL);
}

static void spin_locks_at_first_sight(void **state)
{
	(void)state;
	pthread_spinlock_t lock, held;

	call_it((const void *)(uintptr_t)&lock, "p");
	call_it((const void *)(uintptr_t)&held, "h");
	program_pause();
	must(!spin_init(&lock, 0) && !spin_init(&held, 0) && !spin_lock(&held));
	program_begin();
	must(!spin_lock(&lock) && !spin_unlock(&lock) && !spin_unlock(&held));
	must(!spin_trylock(&held) && spin_trylock(&held) == EBUSY && !spin_unlock(&held));
	expect("MainThread", "lock_init p spin", "lock_acquired p spin depth=1", "lock_released p spin depth=0",
	       "lock_init h spin", "lock_acquired h spin depth=1 try", "lock_failed h spin busy",
	       "lock_released h spin depth=0", NULL);
	program_pause();
	must(!spin_init(&held, 0) && !spin_lock(&held));
	program_begin();
	must(spin_trylock(&held) == EBUSY && !spin_unlock(&held));
	expect("MainThread", "lock_failed h spin busy", "lock_released h spin depth=0", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_call),
	    cmocka_unit_test(what_fails),
	    cmocka_unit_test(one_that_another_has),
	    cmocka_unit_test(kinds_and_first_sights),
	    cmocka_unit_test(spin_locks),
	    cmocka_unit_test(spin_locks_at_first_sight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
