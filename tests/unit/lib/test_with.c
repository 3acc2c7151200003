/* SPDX-License-Identifier: MIT */
#include "wait.h"

#include <errno.h>

#include <trace_thr/with.h>

static tthr_lock lock = TTHR_LOCK_INIT("lock");
static tthr_rlock rlock = TTHR_RLOCK_INIT("rlock");
static tthr_condition cond = TTHR_CONDITION_INIT("cond");
static tthr_semaphore sem = TTHR_BOUNDED_SEMAPHORE_INIT("sem", 2);

static void it_holds_each_kind_for_the_block(void **state)
{
	(void)state;
	unsigned runs = 0;

	TTHR_WITH (&lock) {
		assert_true(tthr_lock_locked(&lock));
		runs++;
	}
	assert_false(tthr_lock_locked(&lock));
	TTHR_WITH (&rlock) {
		assert_int_equal(tthr_rlock_depth(&rlock), 1);
		runs++;
	}
	assert_int_equal(tthr_rlock_depth(&rlock), 0);
	TTHR_WITH (&cond) {
		assert_int_equal(tthr_condition_notify_all(&cond), 0);
		runs++;
	}
	assert_int_equal(tthr_condition_notify_all(&cond), EPERM);
	TTHR_WITH (&sem) {
		assert_int_equal(tthr_semaphore_value(&sem), 1);
		runs++;
	}
	assert_int_equal(tthr_semaphore_value(&sem), 2);
	assert_int_equal(runs, 4);
}

static void blocks_nest(void **state)
{
	(void)state;
	TTHR_WITH (&rlock)
		TTHR_WITH (&rlock)
			TTHR_WITH (&sem) {
				assert_int_equal(tthr_rlock_depth(&rlock), 2);
				TTHR_WITH (&sem)
					assert_int_equal(tthr_semaphore_try_acquire(&sem), EBUSY);
				assert_int_equal(tthr_semaphore_value(&sem), 1);
			}
	assert_int_equal(tthr_rlock_depth(&rlock), 0);
	assert_int_equal(tthr_semaphore_value(&sem), 2);
}

/* The ways out of a block. */

static int leave_by_return(void)
{
	TTHR_WITH (&lock) {
		if (tthr_lock_locked(&lock))
			return 7;
	}
	return 0;
}

static void leave_by_break(void)
{
	TTHR_WITH (&lock) {
		if (tthr_lock_locked(&lock))
			break;
		must(!"after break");
	}
}

static void leave_by_continue(void)
{
	TTHR_WITH (&lock) {
		if (tthr_lock_locked(&lock))
			continue;
		must(!"after continue");
	}
}

static void leave_by_goto(void)
{
	TTHR_WITH (&lock) {
		if (tthr_lock_locked(&lock))
			goto out;
		must(!"after goto");
	}
	must(!"not left by goto");
out:
	return;
}

static void every_way_out_lets_go(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(leave_by_return(), 7);
		assert_false(tthr_lock_locked(&lock));
		leave_by_break();
		assert_false(tthr_lock_locked(&lock));
		leave_by_continue();
		assert_false(tthr_lock_locked(&lock));
		leave_by_goto();
		assert_false(tthr_lock_locked(&lock));
	}
}

static void a_loop_around_it_is_not_left(void **state)
{
	(void)state;
	unsigned rounds = 0;

	for (int i = 0; i < 3; i++) {
		TTHR_WITH (&lock) {
			break; /* the block, not the loop */
		}
		rounds++;
	}
	assert_int_equal(rounds, 3);
}

static void without_the_lock_the_block_is_not_run(void **state)
{
	(void)state;
	bool run = false;

	tthr_rlock_acquire(&rlock);
	rlock.depth = UINT32_MAX;
	TTHR_WITH (&rlock) {
		run = true;
	}
	assert_false(run);
	assert_int_equal(rlock.depth, UINT32_MAX);
	rlock.depth = 1;
	tthr_rlock_release(&rlock);
}

/* pthread_exit and cancellation unwind the stack: this file is compiled with -fexceptions. */

static void *exit_in_the_block(void *arg)
{
	(void)arg;
	TTHR_WITH (&lock)
		TTHR_WITH (&rlock)
			pthread_exit(NULL);
	return NULL;
}

static unsigned inside;

static void *be_cancelled_in_the_block(void *arg)
{
	(void)arg;
	TTHR_WITH (&lock)
		TTHR_WITH (&rlock) {
			count_up(&inside);
			for (;;)
				pause();
		}
	return NULL;
}

static void the_end_of_the_thread_lets_go(void **state)
{
	(void)state;
	struct crew crew;

	crew_start(&crew, 1, exit_in_the_block, NULL);
	crew_join(&crew);
	assert_false(tthr_lock_locked(&lock));
	assert_false(tthr_rlock_locked(&rlock));
	crew_start(&crew, 1, be_cancelled_in_the_block, NULL);
	wait_until(count_of(&inside) == 1);
	pthread_cancel(crew.threads[0]);
	crew_join(&crew);
	assert_false(tthr_lock_locked(&lock));
	assert_false(tthr_rlock_locked(&rlock));
}

static unsigned long counter;

static void *count(void *arg)
{
	(void)arg;
	for (int i = 0; i < 20000; i++)
		TTHR_WITH (&lock)
			counter++;
	return NULL;
}

static void it_excludes(void **state)
{
	(void)state;
	struct crew crew;

	crew_start(&crew, 4, count, NULL);
	crew_join(&crew);
	assert_int_equal(counter, 80000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_holds_each_kind_for_the_block),
	    cmocka_unit_test(blocks_nest),
	    cmocka_unit_test(every_way_out_lets_go),
	    cmocka_unit_test(a_loop_around_it_is_not_left),
	    cmocka_unit_test(without_the_lock_the_block_is_not_run),
	    cmocka_unit_test(the_end_of_the_thread_lets_go),
	    cmocka_unit_test(it_excludes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
