/* SPDX-License-Identifier: MIT */
#include "state.h"

/* The model: forked and executed programs. */

/* A forked process: what is shared between parent and child, and who waited when it was forked. */
static void test_forked(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 100);
	acquires(&feed, T1, A);
	waits(&feed, T2, A, T1);
	acquires(&feed, T1, B);
	FEED(&feed, MAIN, object_shared, .id = SEM, .object = TT_OBJECT_SEMAPHORE);
	FEED(&feed, MAIN, object_shared, .id = C, .object = TT_OBJECT_LOCK);
	FEED(&feed, MAIN, object_shared, .id = D, .object = TT_OBJECT_LOCK);
	FEED(&feed, MAIN, object_shared, .id = E, .object = TT_OBJECT_LOCK);
	feed.pid = 101;
	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 101, .ppid = 100);
	FEED(&feed, MAIN, sem_wait, .id = SEM);
	assert_true(object_of(&feed, SEM)->shared);
	acquires(&feed, MAIN, C);
	assert_true(object_of(&feed, C)->shared);
	/* Of another name, another family, or made by itself: another. */
	FEED(&feed, MAIN, lock_acquired, .id = D, .name = "other", .depth = 1);
	assert_false(object_of(&feed, D)->shared);
	FEED(&feed, MAIN, event_wait, .id = E, .name = "E");
	assert_false(object_of(&feed, E)->shared);
	/* Who held and waited at the fork is not in the child. */
	waits(&feed, MAIN, A, T1);
	assert_true(object_of(&feed, A)->left_waiters);
	assert_true(thread_of(&feed, T1)->left_behind);
	assert_int_equal(thread_of(&feed, T1)->state, TT_THREAD_EXITED);
	assert_string_equal(thread_of(&feed, T1)->name, "T1");
	waits(&feed, MAIN, B, 0);
	assert_false(object_of(&feed, B)->left_waiters);
	FEED(&feed, MAIN, cond_wait, .id = F, .name = "F");
	assert_false(object_of(&feed, F)->left_waiters);
	feed_free(&feed);
	(void)state;
}

/* Objects made after the fork are the child's own. */
static void test_made_after_the_fork(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, MAIN, object_shared, .id = A, .object = TT_OBJECT_LOCK);
	waits(&feed, T1, A, 0);
	feed.pid = 101;
	FEED(&feed, MAIN, thread_start, .id = MAIN, .ppid = 100);
	FEED(&feed, MAIN, lock_init, .id = A);
	assert_false(object_of(&feed, A)->shared);
	assert_false(object_of(&feed, A)->left_waiters);
	/* Without a parent in the trace there is nothing to inherit. */
	feed.pid = 102;
	FEED(&feed, MAIN, thread_start, .id = MAIN, .ppid = 99);
	acquires(&feed, MAIN, A);
	assert_false(object_of(&feed, A)->shared);
	feed_free(&feed);
	(void)state;
}

/* Children of children: so many generations are looked through. */
static void test_generations(void **state)
{
	for (uint32_t n = 8; n <= 9; n++) {
		struct feed feed = feed_new(false);

		FEED(&feed, MAIN, object_shared, .id = A, .object = TT_OBJECT_LOCK);
		for (uint32_t i = 0; i < n; i++) {
			feed.pid++;
			FEED(&feed, MAIN, thread_start, .id = MAIN, .ppid = feed.pid - 1);
		}
		waits(&feed, MAIN, A, 0);
		assert_int_equal(object_of(&feed, A)->shared, n == 8);
		assert_false(object_of(&feed, A)->left_waiters);
		feed_free(&feed);
	}
	(void)state;
}

/* exec, and a pid that is used again; and a thread that only looks like either. */
static void test_executed(void **state)
{
	for (int i = 0; i < 5; i++) {
		struct feed feed = feed_new(false);

		FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = i == 2 ? 99 : 100);
		struct tt_process *first = process_of(&feed);
		starts(&feed, MAIN, T1);
		if (i == 1) {
			exits(&feed, T1);
			exits(&feed, MAIN);
		}
		if (i == 3)
			FEED(&feed, MAIN, thread_rename, .id = MAIN, .native_id = 100);
		else if (i == 4) /* it did not start before */
			FEED(&feed, T2, thread_start, .id = T2, .native_id = 100);
		else
			FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = i == 2 ? 99 : 100);
		assert_int_equal(feed.check->model->processes->len, i < 2 ? 2 : 1);
		if (i < 2) {
			assert_ptr_equal(process_of(&feed)->before, i ? NULL : first);
			assert_int_equal(process_of(&feed)->pid, 100);
			assert_int_equal(process_of(&feed)->first_ns, at(feed.n));
			assert_int_equal(tt_model_thread(first, T1)->state, i ? TT_THREAD_EXITED : TT_THREAD_ABANDONED);
		}
		feed_free(&feed);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_forked),
	    cmocka_unit_test(test_made_after_the_fork),
	    cmocka_unit_test(test_generations),
	    cmocka_unit_test(test_executed),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
