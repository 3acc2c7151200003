/* SPDX-License-Identifier: MIT */
/*
 * The field `limit`: how long each kind of call would have waited, whether it had to or not.
 */
#include "recorder.h"

#include <trace_thr.h>

static tthr_lock lock = TTHR_LOCK_INIT("L");
static tthr_rlock rlock = TTHR_RLOCK_INIT("R");
static tthr_semaphore sem = TTHR_SEMAPHORE_INIT("S", 1);

/* -1 is for ever to a lock. */
static const double timeouts[] = {0, 1, -1, TTHR_FOREVER};

/* Tells of the objects before a test looks. */
static SITE int introduce(void **state)
{
	(void)state;
	recorder_begin();
	tthr_lock_id(&lock);
	tthr_rlock_id(&rlock);
	tthr_semaphore_id(&sem);
	return 0;
}

static SITE void tries(void **state)
{
	(void)state;
	recorder_begin();
	assert_int_equal(tthr_lock_try_acquire(&lock), 0);
	tthr_lock_release(&lock);
	assert_int_equal(tthr_rlock_try_acquire(&rlock), 0);
	tthr_rlock_release(&rlock);
	assert_int_equal(tthr_semaphore_try_acquire(&sem), 0);
	tthr_semaphore_release(&sem, 1);
	expect("MainThread", "lock_acquired L lock depth=1 try", "lock_released L lock depth=0",
	       "lock_acquired R rlock depth=1 try", "lock_released R rlock depth=0",
	       "sem_acquired S value=0 by nobody try", "sem_released S n=1 value=1", NULL);
}

static SITE void times_of_locks(void **state)
{
	(void)state;
	recorder_begin();
	for (size_t i = 0; i < sizeof timeouts / sizeof *timeouts; i++) {
		assert_int_equal(tthr_lock_acquire_timeout(&lock, timeouts[i]), 0);
		tthr_lock_release(&lock);
	}
	expect("MainThread", "lock_acquired L lock depth=1 try", "lock_released L lock depth=0",
	       "lock_acquired L lock depth=1 timed", "lock_released L lock depth=0", "lock_acquired L lock depth=1",
	       "lock_released L lock depth=0", "lock_acquired L lock depth=1", "lock_released L lock depth=0", NULL);
}

static SITE void times_of_rlocks(void **state)
{
	(void)state;
	recorder_begin();
	for (size_t i = 0; i < sizeof timeouts / sizeof *timeouts; i++) {
		assert_int_equal(tthr_rlock_acquire_timeout(&rlock, timeouts[i]), 0);
		tthr_rlock_release(&rlock);
	}
	expect("MainThread", "lock_acquired R rlock depth=1 try", "lock_released R rlock depth=0",
	       "lock_acquired R rlock depth=1 timed", "lock_released R rlock depth=0", "lock_acquired R rlock depth=1",
	       "lock_released R rlock depth=0", "lock_acquired R rlock depth=1", "lock_released R rlock depth=0", NULL);
}

/* Below 0 is no time, as in Python. */
static SITE void times_of_semaphores(void **state)
{
	(void)state;
	recorder_begin();
	for (size_t i = 0; i < sizeof timeouts / sizeof *timeouts; i++) {
		assert_int_equal(tthr_semaphore_acquire_timeout(&sem, timeouts[i]), 0);
		tthr_semaphore_release(&sem, 1);
	}
	expect("MainThread", "sem_acquired S value=0 by nobody try", "sem_released S n=1 value=1",
	       "sem_acquired S value=0 by nobody timed", "sem_released S n=1 value=1",
	       "sem_acquired S value=0 by nobody try", "sem_released S n=1 value=1", "sem_acquired S value=0 by nobody",
	       "sem_released S n=1 value=1", NULL);
}

static SITE void *take_within(void *arg)
{
	must(!tthr_thread_set_name(tthr_current(), "other"));
	must(!tthr_lock_acquire_timeout(&lock, WAIT_SECONDS));
	must(!tthr_semaphore_acquire_timeout(&sem, WAIT_SECONDS));
	tthr_lock_release(&lock);
	tthr_semaphore_release(&sem, 1);
	return arg;
}

static SITE void calls_that_waited(void **state)
{
	(void)state;
	struct crew crew;

	tthr_lock_acquire(&lock);
	tthr_semaphore_acquire(&sem);
	recorder_begin();
	crew_start(&crew, 1, take_within, NULL);
	wait_until(sleepers_on(&lock.word) == 1);
	tthr_lock_release(&lock);
	wait_until(__atomic_load_n(&sem.waiters.inside, __ATOMIC_SEQ_CST) == 1);
	tthr_semaphore_release(&sem, 1);
	crew_join(&crew);
	place_of("other", "lock_acquired L lock depth=1 timed");
	place_of("other", "sem_acquired S value=0 by MainThread timed");
}

int main(void)
{
	if (!lttng_ust_tracepoint_dlopen_ptr || !lttng_ust_tracepoint_dlopen_ptr->rcu_read_lock_sym)
		return fprintf(stderr, "LTTng-UST's tracepoint library cannot be loaded\n"), 1;
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tries),
	    cmocka_unit_test(times_of_locks),
	    cmocka_unit_test(times_of_rlocks),
	    cmocka_unit_test(times_of_semaphores),
	    cmocka_unit_test(calls_that_waited),
	};
	return cmocka_run_group_tests(tests, introduce, NULL);
}
