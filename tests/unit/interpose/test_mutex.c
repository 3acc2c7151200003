/* SPDX-License-Identifier: MIT */
/*
 * Mutexes: what each call of a program is told as.
 */
#include "program.h"

CALL(lock, pthread_mutex_lock, (pthread_mutex_t * mutex), mutex)
CALL(trylock, pthread_mutex_trylock, (pthread_mutex_t * mutex), mutex)
CALL(timedlock, pthread_mutex_timedlock, (pthread_mutex_t * mutex, const struct timespec *until), mutex, until)
CALL(clocklock, pthread_mutex_clocklock, (pthread_mutex_t * mutex, clockid_t clock, const struct timespec *until),
     mutex, clock, until)
CALL(unlock, pthread_mutex_unlock, (pthread_mutex_t * mutex), mutex)
CALL(consistent, pthread_mutex_consistent, (pthread_mutex_t * mutex), mutex)
CALL(destroy, pthread_mutex_destroy, (pthread_mutex_t * mutex), mutex)
CALL(init, pthread_mutex_init, (pthread_mutex_t * mutex, const pthread_mutexattr_t *attributes), mutex, attributes)

static void make(pthread_mutex_t *mutex, int type, int robust, int protocol, int shared)
{
	pthread_mutexattr_t attributes;

	must(!pthread_mutexattr_init(&attributes) && !pthread_mutexattr_settype(&attributes, type));
	must(!pthread_mutexattr_setrobust(&attributes, robust) &&
	     !pthread_mutexattr_setprotocol(&attributes, protocol));
	must(!pthread_mutexattr_setpshared(&attributes, shared));
	must(!init(mutex, &attributes));
}

static void in_a_thread(void *(*run)(void *arg), void *arg)
{
	pthread_t thread;

	must(!pthread_create(&thread, NULL, run, arg));
	join_within(thread);
}

static void one_that_is_free(void **state)
{
	(void)state;
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct timespec real = after_ms(CLOCK_REALTIME, 1000000), monotonic = after_ms(CLOCK_MONOTONIC, 1000000);

	call_it(&mutex, "m");
	program_begin();
	assert_int_equal(lock(&mutex), 0);
	assert_int_equal(trylock(&mutex), EBUSY);
	assert_int_equal(unlock(&mutex), 0);
	assert_int_equal(trylock(&mutex), 0);
	assert_int_equal(unlock(&mutex), 0);
	assert_int_equal(timedlock(&mutex, &real), 0);
	assert_int_equal(unlock(&mutex), 0);
	assert_int_equal(clocklock(&mutex, CLOCK_MONOTONIC, &monotonic), 0);
	assert_int_equal(unlock(&mutex), 0);
	assert_int_equal(destroy(&mutex), 0);
	expect("MainThread", "lock_init m mutex", "lock_acquired m mutex depth=1", "lock_failed m mutex busy",
	       "lock_released m mutex depth=0", "lock_acquired m mutex depth=1 try", "lock_released m mutex depth=0",
	       "lock_acquired m mutex depth=1 timed", "lock_released m mutex depth=0",
	       "lock_acquired m mutex depth=1 timed", "lock_released m mutex depth=0", "lock_destroy m mutex", NULL);
}

static void of_each_kind(void **state)
{
	(void)state;
	pthread_mutex_t recursive, checked, shared;

	call_it(&recursive, "r");
	call_it(&checked, "c");
	call_it(&shared, "s");
	program_begin();
	make(&recursive, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE, PTHREAD_PROCESS_PRIVATE);
	make(&checked, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE, PTHREAD_PROCESS_PRIVATE);
	make(&shared, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE, PTHREAD_PROCESS_SHARED);
	assert_int_equal(lock(&recursive), 0);
	assert_int_equal(lock(&recursive), 0);
	assert_int_equal(trylock(&recursive), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(unlock(&recursive), 0);
	assert_int_equal(unlock(&recursive), EPERM);
	assert_int_equal(lock(&checked), 0);
	assert_int_equal(lock(&checked), EDEADLK);
	assert_int_equal(unlock(&checked), 0);
	assert_int_equal(unlock(&checked), EPERM);
	assert_int_equal(destroy(&recursive), 0);
	assert_int_equal(destroy(&checked), 0);
	assert_int_equal(destroy(&shared), 0);
	expect("MainThread", "lock_init r recursive", "lock_init c errorcheck", "lock_init s mutex",
	       "object_shared s lock", "lock_acquired r recursive depth=1", "lock_acquired r recursive depth=2",
	       "lock_acquired r recursive depth=3 try", "lock_released r recursive depth=2",
	       "lock_released r recursive depth=1", "lock_released r recursive depth=0",
	       "misuse r pthread_mutex_unlock: not held", "lock_acquired c errorcheck depth=1",
	       "lock_failed c errorcheck error", "lock_released c errorcheck depth=0",
	       "misuse c pthread_mutex_unlock: not held", "lock_destroy r recursive", "lock_destroy c errorcheck",
	       "lock_destroy s mutex", NULL);
}

static void *wait_for_it(void *mutex)
{
	struct timespec past = {0}, bad = {.tv_nsec = -1}, far = after_ms(CLOCK_MONOTONIC, 1000000);

	be("other");
	must(trylock(mutex) == EBUSY);
	must(timedlock(mutex, &past) == ETIMEDOUT);
	must(clocklock(mutex, CLOCK_MONOTONIC, &past) == ETIMEDOUT);
	must(timedlock(mutex, &bad) == EINVAL);
	must(clocklock(mutex, CLOCK_BOOTTIME, &far) == EINVAL); /* is not waited for */
	must(!unlock(mutex));
	return NULL;
}

static void *take_and_leave(void *mutex)
{
	be("other");
	must(!lock(mutex));
	must(!unlock(mutex));
	return NULL;
}

static void one_that_another_has(void **state)
{
	(void)state;
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_t thread;

	call_it(&mutex, "m");
	program_begin();
	must(!lock(&mutex));
	in_a_thread(wait_for_it, &mutex);
	expect("other", "lock_failed m mutex busy", "lock_wait m mutex timeout=0 held by MainThread",
	       "lock_failed m mutex timeout", "lock_wait m mutex timeout=0 held by MainThread",
	       "lock_failed m mutex timeout", "lock_wait m mutex timeout=0 held by MainThread",
	       "lock_failed m mutex error", "lock_failed m mutex error", "misuse m pthread_mutex_unlock: not owner",
	       "lock_released m mutex depth=0", NULL);
	assert_int_equal(trylock(&mutex), 0); /* libc has let the other give it back */
	must(!unlock(&mutex));
	program_begin();
	must(!lock(&mutex));
	must(!pthread_create(&thread, NULL, take_and_leave, &mutex));
	await_sleepers(1, &mutex);
	must(!unlock(&mutex));
	join_within(thread);
	expect("MainThread", "lock_acquired m mutex depth=1", "lock_released m mutex depth=0", NULL);
	expect("other", "lock_wait m mutex timeout=-1 held by MainThread", "lock_acquired m mutex depth=1",
	       "lock_released m mutex depth=0", NULL);
	assert_int_equal(destroy(&mutex), 0);
}

static void *leave_locked(void *mutex)
{
	must(!lock(mutex));
	return NULL;
}

static void robust_ones(void **state)
{
	(void)state;
	pthread_mutex_t mutex;

	call_it(&mutex, "m");
	make(&mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE, PTHREAD_PROCESS_PRIVATE);
	in_a_thread(leave_locked, &mutex);
	program_begin();
	assert_int_equal(lock(&mutex), EOWNERDEAD);
	assert_int_equal(consistent(&mutex), 0);
	assert_int_equal(consistent(&mutex), EINVAL);
	assert_int_equal(unlock(&mutex), 0);
	expect("MainThread", "lock_acquired m mutex depth=1", "lock_inconsistent m mutex", "lock_consistent m mutex",
	       "lock_released m mutex depth=0", NULL);
	in_a_thread(leave_locked, &mutex);
	program_begin();
	assert_int_equal(trylock(&mutex), EOWNERDEAD);
	assert_int_equal(unlock(&mutex), 0); /* and nobody gets it any more */
	assert_int_equal(lock(&mutex), ENOTRECOVERABLE);
	assert_int_equal(destroy(&mutex), 0);
	expect("MainThread", "lock_acquired m mutex depth=1 try", "lock_inconsistent m mutex",
	       "lock_released m mutex depth=0", "lock_failed m mutex error", "lock_destroy m mutex", NULL);
}

static void *give_back_anothers(void *mutex)
{
	be("other");
	must(unlock(mutex) == EPERM);
	must(trylock(mutex) == EBUSY);
	return NULL;
}

/* Those that libc checks: nobody else can give them back. */
static void checked_ones_of_another(void **state)
{
	(void)state;
	static const int robust[] = {PTHREAD_MUTEX_ROBUST, PTHREAD_MUTEX_STALLED};
	static const int protocol[] = {PTHREAD_PRIO_NONE, PTHREAD_PRIO_INHERIT};
	pthread_mutex_t mutex;

	for (int i = 0; i < 2; i++) {
		call_it(&mutex, "m");
		program_begin();
		make(&mutex, PTHREAD_MUTEX_NORMAL, robust[i], protocol[i], PTHREAD_PROCESS_PRIVATE);
		must(!lock(&mutex));
		in_a_thread(give_back_anothers, &mutex);
		must(!unlock(&mutex));
		must(!destroy(&mutex));
		expect("other", "misuse m pthread_mutex_unlock: not owner", "lock_failed m mutex busy", NULL);
		expect("MainThread", "lock_init m mutex", "lock_acquired m mutex depth=1",
		       "lock_released m mutex depth=0", "lock_destroy m mutex", NULL);
	}
}

static void one_that_is_destroyed_in_use(void **state)
{
	(void)state;
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	call_it(&mutex, "m");
	program_begin();
	must(!lock(&mutex));
	assert_int_equal(destroy(&mutex), EBUSY);
	must(!unlock(&mutex));     /* it is still the same */
	mutex.__data.__nusers = 1; /* as while a condition is to give it back to a waiter */
	assert_int_equal(destroy(&mutex), EBUSY);
	mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	must(!trylock(&mutex));
	must(!unlock(&mutex));
	expect("MainThread", "lock_init m mutex", "lock_acquired m mutex depth=1",
	       "misuse m pthread_mutex_destroy: destroyed in use", "lock_released m mutex depth=0",
	       "misuse m pthread_mutex_destroy: destroyed in use", "lock_init m mutex",
	       "lock_acquired m mutex depth=1 try", "lock_released m mutex depth=0", NULL);
}

/* What was before anybody looked is not all known. */
static void first_seen_while_it_is_held(void **state)
{
	(void)state;
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	call_it(&mutex, "m");
	program_pause();
	must(!lock(&mutex));
	program_begin();
	must(trylock(&mutex) == EBUSY);
	must(!unlock(&mutex));
	must(!lock(&mutex));
	must(!unlock(&mutex));
	expect("MainThread", "lock_failed m mutex busy", "lock_released m mutex depth=0",
	       "lock_acquired m mutex depth=1", "lock_released m mutex depth=0", NULL);
	must(!destroy(&mutex));
	mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	program_pause();
	must(!lock(&mutex));
	program_begin();
	must(!unlock(&mutex));
	expect("MainThread", NULL); /* taken untold */
}

static void objects_that_follow_one_another(void **state)
{
	(void)state;
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	call_it(&mutex, "m");
	program_begin();
	must(!lock(&mutex) && !unlock(&mutex));
	mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER; /* without a call */
	must(!lock(&mutex) && !unlock(&mutex));
	must(!init(&mutex, NULL));
	must(!lock(&mutex) && !unlock(&mutex));
	must(!destroy(&mutex));
	program_pause();
	must(!init(&mutex, NULL));
	program_begin();
	must(!lock(&mutex) && !unlock(&mutex));
	program_pause();
	must(!init(&mutex, NULL)); /* nobody looks, but it is another one */
	mutex.__data.__list.__prev = NULL;
	program_begin();
	must(!lock(&mutex) && !unlock(&mutex));
	expect("MainThread", "lock_init m mutex", "lock_acquired m mutex depth=1", "lock_released m mutex depth=0",
	       NULL);
	program_begin();
	make(&mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT, PTHREAD_PROCESS_PRIVATE);
	program_pause();
	make(&mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT, PTHREAD_PROCESS_PRIVATE);
	program_begin();
	must(!lock(&mutex) && !unlock(&mutex)); /* by no mark, but the call has ended the one before */
	expect("MainThread", "lock_init m mutex", "lock_acquired m mutex depth=1", "lock_released m mutex depth=0",
	       NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_that_is_free),
	    cmocka_unit_test(of_each_kind),
	    cmocka_unit_test(one_that_another_has),
	    cmocka_unit_test(robust_ones),
	    cmocka_unit_test(checked_ones_of_another),
	    cmocka_unit_test(one_that_is_destroyed_in_use),
	    cmocka_unit_test(first_seen_while_it_is_held),
	    cmocka_unit_test(objects_that_follow_one_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
