/* SPDX-License-Identifier: MIT */
#include "whole.h"

/* Findings to the last field: joins, readers and writers, deadlocks, and who wakes with which lock. */

static void test_join(void **state)
{
	struct feed feed = all_of_it();

	NESTS(&feed, T1, A);
	exits(&feed, T1);
	acquires(&feed, MAIN, A);
	begins_join(&feed, MAIN, T1);
	joins(&feed, MAIN, T1);
	releases(&feed, MAIN, A);
	assert_whole(&feed, "TT013 predicted\n"
	                    "  MainThread has A 15, wants T1 16\n"
	                    "  T1 has T1 ?/3, wants A 12\n"
	                    "  MainThread: thread_create T1 2\n"
	                    "  MainThread: lock_acquired A 15\n"
	                    "  MainThread: thread_join_wait T1 16, blocks\n"
	                    "  T1: lock_wait A 12, blocks\n");
	(void)state;
}

/* A join that came to nothing at once asks for nothing; one with a time limit gives up, so it is potential. */
static void test_join_that_gave_up(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct feed feed = all_of_it();

		NESTS(&feed, T1, A);
		acquires(&feed, MAIN, A);
		if (i)
			FEED(&feed, MAIN, thread_join_wait, .id = T1, .timeout_ns = 5);
		FEED(&feed, MAIN, thread_join_done, .id = T1, .result = TT_WAKE_TIMEOUT);
		releases(&feed, MAIN, A);
		exits(&feed, T1);
		assert_whole(&feed, i ? "TT013 potential\n"
		                        "  MainThread has A 14, wants T1 15\n"
		                        "  T1 has T1 ?/3, wants A 12\n"
		                      : "");
	}
	(void)state;
}

/* Two read what each other reads, and writers come in between. */
static void test_readers_and_writers(void **state)
{
	struct feed feed = all_of_it();

	feed.kind = TT_KIND_RWLOCK_WRITER;
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned j = 0; j < 2; j++)
			FEED(&feed, T1 + i, lock_acquired, .id = A + (i ^ j), .kind = feed.kind, .mode = TT_MODE_SHARED,
			     .depth = 1);
		for (unsigned j = 0; j < 2; j++)
			FEED(&feed, T1 + i, lock_released, .id = B - (i ^ j), .kind = feed.kind,
			     .mode = TT_MODE_SHARED);
	}
	NESTS(&feed, T3, A);
	NESTS(&feed, T4, B);
	assert_whole(&feed, "TT010 predicted\n"
	                    "  T1 has A to read 12, wants B to read 13\n"
	                    "  T2 has B to read 16, wants A to read 17\n"
	                    "  T1: lock_acquired A to read 12\n"
	                    "  T2: lock_acquired B to read 16\n"
	                    "  T4: lock_wait B 22, blocks\n"
	                    "  T3: lock_wait A 20, blocks\n"
	                    "  T1: lock_wait B to read 13, blocks\n"
	                    "  T2: lock_wait A to read 17, blocks\n");
	(void)state;
}

static void test_deadlock(void **state)
{
	struct feed feed = three_threads();

	feed.kind = TT_KIND_RWLOCK;
	FEED(&feed, T1, lock_acquired, .id = A, .kind = feed.kind, .mode = TT_MODE_SHARED, .depth = 1);
	acquires(&feed, T2, B);
	starts(&feed, MAIN, T3);
	starts(&feed, MAIN, T4);
	waits(&feed, T3, A, T1);
	acquires(&feed, T4, C);
	FEED(&feed, T4, event_wait, .id = EVENT);
	FEED(&feed, T2, lock_wait, .id = A, .kind = feed.kind, .holder = T1);
	FEED(&feed, T1, lock_wait, .id = B, .kind = feed.kind, .mode = TT_MODE_SHARED, .holder = T2);
	begins_join(&feed, MAIN, T1);
	assert_whole(&feed, "TT001 actual\n"
	                    "  T1 has A to read 6, wants B to read 16\n"
	                    "  T2 has B 7, wants A 15\n"
	                    "  blocked: MainThread has - ?, wants T1 17\n"
	                    "  blocked: T3 has - ?, wants A 12\n"
	                    "  blocked: T4 has - ?, wants object-201 14\n");
	(void)state;
}

static void test_stuck(void **state)
{
	struct feed feed = three_threads();

	acquires(&feed, T1, A);
	FEED(&feed, T1, event_wait, .id = EVENT);
	waits(&feed, T2, A, T1);
	begins_join(&feed, MAIN, T2);
	assert_whole(&feed, "TT003 actual\n"
	                    "  T1 has - ?, wants object-201 7\n"
	                    "  blocked: T2 has - ?, wants A 8\n"
	                    "  blocked: MainThread has - ?, wants T2 9\n");
	(void)state;
}

static void test_potential(void **state)
{
	struct feed feed = all_of_it();

	may_deadlock(&feed);
	assert_whole(&feed, "TT011 potential\n"
	                    "  T3 has C 13, wants D 14\n"
	                    "  T4 has D 21, wants C 22\n");
	(void)state;
}

/* Both who set it need the lock first. */
static void test_two_who_wake(void **state)
{
	struct feed feed = all_of_it();

	NESTS(&feed, T1, A);
	NESTS(&feed, T3, A);
	acquires(&feed, T2, A);
	FEED(&feed, T1, event_set, .id = EVENT);
	FEED(&feed, T3, event_set, .id = EVENT);
	FEED(&feed, T2, event_woken, .id = EVENT, .result = TT_WAKE_SET);
	releases(&feed, T2, A);
	assert_whole(&feed, "TT013 predicted\n"
	                    "  T2 has A 16, wants object-201 19\n"
	                    "  T1 has - ?, wants A 12\n"
	                    "  T3 has - ?, wants A 14\n"
	                    "  T2: lock_acquired A 16\n"
	                    "  T1: lock_wait A 12, blocks\n"
	                    "  T3: lock_wait A 14, blocks\n"
	                    "  T2: event_wait object-201 19, blocks\n");
	(void)state;
}

/* Who waits has the lock in one mode, who wakes asks for it in another, or with a time limit, or tries. */
static void test_modes_of_who_wakes(void **state)
{
	static const struct {
		uint8_t waiter, waker, limit;
		bool hangs;
	} cases[] = {
	    {TT_MODE_SHARED, TT_MODE_SHARED, TT_LIMIT_NONE, false},
	    {TT_MODE_SHARED, TT_MODE_EXCLUSIVE, TT_LIMIT_NONE, true},
	    {TT_MODE_EXCLUSIVE, TT_MODE_SHARED, TT_LIMIT_NONE, true},
	    {TT_MODE_EXCLUSIVE, TT_MODE_EXCLUSIVE, TT_LIMIT_TIMED, false},
	    {TT_MODE_EXCLUSIVE, TT_MODE_EXCLUSIVE, TT_LIMIT_TRY, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct feed feed = all_of_it();

		feed.kind = TT_KIND_RWLOCK;
		FEED(&feed, T1, lock_acquired, .id = A, .kind = feed.kind, .mode = cases[i].waker,
		     .limit = cases[i].limit, .depth = 1);
		FEED(&feed, T1, lock_released, .id = A, .kind = feed.kind, .mode = cases[i].waker);
		FEED(&feed, T2, lock_acquired, .id = A, .kind = feed.kind, .mode = cases[i].waiter, .depth = 1);
		wait_event(&feed);
		let_event(&feed);
		leave_event(&feed);
		FEED(&feed, T2, lock_released, .id = A, .kind = feed.kind, .mode = cases[i].waiter);
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), cases[i].hangs);
		feed_free(&feed);
	}
	(void)state;
}

/* A wait with a time limit, or for what another process may do, does not hang. */
static void test_waits_that_end(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct feed feed = all_of_it();

		NESTS(&feed, T1, A);
		if (i == 1)
			FEED(&feed, MAIN, object_shared, .id = EVENT, .object = TT_OBJECT_EVENT);
		acquires(&feed, T2, A);
		FEED(&feed, T2, event_wait, .id = EVENT, .timeout_ns = i == 2 ? 5 : 0);
		let_event(&feed);
		if (i != 3) /* it never came back */
			leave_event(&feed);
		feed_finish(&feed);
		guint n = 0;
		for (guint j = 0; j < n_found(&feed); j++)
			n += strcmp(found(&feed, j)->rule->id, "TT013") == 0;
		assert_int_equal(n, i == 0);
		feed_free(&feed);
	}
	(void)state;
}

/* One alone writes both: it cannot come between at both. */
static void test_one_writer_for_two(void **state)
{
	struct feed feed = all_of_it();

	feed.kind = TT_KIND_RWLOCK_WRITER;
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned j = 0; j < 2; j++)
			FEED(&feed, T1 + i, lock_acquired, .id = A + (i ^ j), .kind = feed.kind, .mode = TT_MODE_SHARED,
			     .depth = 1);
		for (unsigned j = 0; j < 2; j++)
			FEED(&feed, T1 + i, lock_released, .id = B - (i ^ j), .kind = feed.kind,
			     .mode = TT_MODE_SHARED);
	}
	NESTS(&feed, T3, A);
	NESTS(&feed, T3, B);
	assert_whole(&feed, "TT011 potential\n"
	                    "  T1 has A to read 12, wants B to read 13\n"
	                    "  T2 has B to read 16, wants A to read 17\n");
	(void)state;
}

/* A deadlock that happened is not predicted as well; another one of the same threads is. */
static void test_happened_and_predicted(void **state)
{
	struct feed feed = all_of_it();

	NESTS(&feed, T1, C, D);
	NESTS(&feed, T2, D, C);
	NESTS(&feed, T3, A, B);
	acquires(&feed, T1, A);
	acquires(&feed, T2, B);
	waits(&feed, T1, B, T2);
	waits(&feed, T2, A, T1);
	assert_whole(&feed, "TT001 actual\n"
	                    "  T1 has A 24, wants B 26\n"
	                    "  T2 has B 25, wants A 27\n"
	                    "TT010 predicted\n"
	                    "  T1 has C 12, wants D 13\n"
	                    "  T2 has D 16, wants C 17\n"
	                    "  T1: lock_acquired C 12\n"
	                    "  T2: lock_acquired D 16\n"
	                    "  T1: lock_wait D 13, blocks\n"
	                    "  T2: lock_wait C 17, blocks\n");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_join),
	    cmocka_unit_test(test_join_that_gave_up),
	    cmocka_unit_test(test_readers_and_writers),
	    cmocka_unit_test(test_deadlock),
	    cmocka_unit_test(test_stuck),
	    cmocka_unit_test(test_potential),
	    cmocka_unit_test(test_two_who_wake),
	    cmocka_unit_test(test_modes_of_who_wakes),
	    cmocka_unit_test(test_waits_that_end),
	    cmocka_unit_test(test_one_writer_for_two),
	    cmocka_unit_test(test_happened_and_predicted),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
