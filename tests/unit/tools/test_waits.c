/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "feed.h"

/* Who waits for good: each rule at its smallest, and the nearest that is none. */

/* A ring of two, of which the main thread joins the first. */
static void feed_abba(struct feed *feed)
{
	acquires(feed, T1, A);
	acquires(feed, T2, B);
	waits(feed, T1, B, T2);
	waits(feed, T2, A, T1);
}

static void test_abba(void **state)
{
	struct feed feed = three_threads();

	feed_abba(&feed);
	begins_join(&feed, MAIN, T1);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_rule(found(&feed, 0), "TT001", TT_LEVEL_ACTUAL);
	assert_edge(found(&feed, 0), 0, "T1 has A wants B");
	assert_edge(found(&feed, 0), 1, "T2 has B wants A");
	/* Both sites and times of each edge: the n-th event has the caller n and comes at n milliseconds. */
	const struct tt_edge *edge = tt_finding_edge(found(&feed, 0), 0);
	assert_int_equal(edge->held_caller, 6);
	assert_int_equal(edge->wanted_caller, 8);
	assert_int_equal(edge->held_ns, FEED_ORIGIN + 6000000);
	assert_int_equal(edge->wanted_ns, FEED_ORIGIN + 8000000);
	assert_int_equal(found(&feed, 0)->blocked->len, 1);
	assert_blocked(found(&feed, 0), 0, "MainThread has - wants T1");
	assert_string_equal(found(&feed, 0)->verdict, "T1 and T2 wait for each other");
	feed_free(&feed);
	(void)state;
}

/* The last lock of the circle is free, or is waited for with a time limit. */
static void test_open_circle_is_none(void **state)
{
	for (int timed = 0; timed < 2; timed++) {
		struct feed feed = three_threads();

		acquires(&feed, T1, A);
		acquires(&feed, T2, B);
		waits(&feed, T1, B, T2);
		if (timed)
			FEED(&feed, T2, lock_wait, .id = A, .kind = TT_KIND_MUTEX, .holder = T1, .timeout_ns = 1000);
		feed_finish(&feed);
		for (guint i = 0; i < n_found(&feed); i++)
			assert_string_equal(found(&feed, i)->rule->id, "TT011");
		feed_free(&feed);
	}
	(void)state;
}

/* Of a lock with two readers the first runs, and only the second closes the cycle: it stands all the same. */
static void test_cycle_through_the_second_reader(void **state)
{
	struct feed feed = three_threads();

	starts(&feed, MAIN, T3);
	for (unsigned who = T1; who <= T2; who++)
		FEED(&feed, who, lock_acquired, .id = A, .kind = TT_KIND_RWLOCK, .mode = TT_MODE_SHARED, .depth = 1);
	acquires(&feed, T3, B);
	FEED(&feed, T3, lock_wait, .id = A, .kind = TT_KIND_RWLOCK, .mode = TT_MODE_EXCLUSIVE, .holder = T1);
	waits(&feed, T2, B, T3);
	feed_finish(&feed);
	assert_rule(found(&feed, 0), "TT001", TT_LEVEL_ACTUAL);
	assert_edge(found(&feed, 0), 0, "T2 has A wants B");
	assert_edge(found(&feed, 0), 1, "T3 has B wants A");
	feed_free(&feed);
	(void)state;
}

static void test_released_meanwhile_is_none(void **state)
{
	struct feed feed = three_threads();

	feed.kind = TT_KIND_LOCK;
	feed_abba(&feed);
	releases(&feed, MAIN, A);
	feed_finish(&feed);
	for (guint i = 0; i < n_found(&feed); i++)
		assert_string_equal(found(&feed, i)->rule->id, "TT011");
	feed_free(&feed);
	(void)state;
}

static void test_ring_of_many(void **state)
{
	enum { N = 500 };
	struct feed feed = feed_new(false);

	for (unsigned i = 0; i < N; i++)
		acquires(&feed, 2 + i, 10000 + i);
	for (unsigned i = 0; i < N; i++)
		waits(&feed, 2 + i, 10000 + (i + 1) % N, 2 + (i + 1) % N);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_rule(found(&feed, 0), "TT001", TT_LEVEL_ACTUAL);
	assert_int_equal(found(&feed, 0)->edges->len, N);
	feed_free(&feed);
	(void)state;
}

static void test_disjoint_cycles(void **state)
{
	struct feed feed = three_threads();

	feed_abba(&feed);
	acquires(&feed, T3, C);
	acquires(&feed, T4, D);
	waits(&feed, T3, D, T4);
	waits(&feed, T4, C, T3);
	waits(&feed, T5, D, T4);
	begins_join(&feed, MAIN, T5);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 2);
	assert_edge(found(&feed, 0), 0, "T1 has A wants B");
	assert_int_equal(found(&feed, 0)->blocked->len, 0);
	assert_edge(found(&feed, 1), 0, "T3 has C wants D");
	/* One behind the other. */
	assert_int_equal(found(&feed, 1)->blocked->len, 2);
	assert_blocked(found(&feed, 1), 0, "T5 has - wants D");
	assert_blocked(found(&feed, 1), 1, "MainThread has - wants T5");
	feed_free(&feed);
	(void)state;
}

/* Two that share a lock wait for the one who waits for both: that is told once. */
static void test_cycles_that_meet(void **state)
{
	struct feed feed = feed_new(false);

	feed.kind = TT_KIND_RWLOCK;
	for (unsigned who = T1; who <= T2; who++)
		FEED(&feed, who, lock_acquired, .id = A, .kind = TT_KIND_RWLOCK, .mode = TT_MODE_SHARED, .depth = 1);
	acquires(&feed, T3, B);
	waits(&feed, T1, B, T3);
	waits(&feed, T2, B, T3);
	waits(&feed, T3, A, 0);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_rule(found(&feed, 0), "TT001", TT_LEVEL_ACTUAL);
	assert_edge(found(&feed, 0), 0, "T1 has A wants B");
	assert_edge(found(&feed, 0), 1, "T3 has B wants A");
	assert_blocked(found(&feed, 0), 0, "T2 has - wants B");
	feed_free(&feed);
	(void)state;
}

/* A join of a thread that needs what the joiner holds. */
static void test_cycle_through_join(void **state)
{
	struct feed feed = three_threads();

	acquires(&feed, MAIN, A);
	waits(&feed, T1, A, MAIN);
	begins_join(&feed, MAIN, T1);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_rule(found(&feed, 0), "TT001", TT_LEVEL_ACTUAL);
	assert_edge(found(&feed, 0), 0, "MainThread has A wants T1");
	assert_edge(found(&feed, 0), 1, "T1 has T1 wants A");
	feed_free(&feed);
	(void)state;
}

static void test_join_of_one_that_runs_is_none(void **state)
{
	struct feed feed = three_threads();

	acquires(&feed, MAIN, A);
	begins_join(&feed, MAIN, T1);
	waits(&feed, T2, A, MAIN);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 0);
	feed_free(&feed);
	(void)state;
}

static void test_join_of_one_that_has_exited_is_none(void **state)
{
	struct feed feed = three_threads();

	exits(&feed, T2);
	begins_join(&feed, MAIN, T1);
	exits(&feed, T1);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 0);
	feed_free(&feed);
	(void)state;
}

static void test_self(void **state)
{
	struct feed feed = three_threads();

	feed.kind = TT_KIND_LOCK;
	acquires(&feed, T1, A);
	waits(&feed, T1, A, T1);
	begins_join(&feed, MAIN, T1);
	exits(&feed, T2);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_rule(found(&feed, 0), "TT002", TT_LEVEL_ACTUAL);
	assert_edge(found(&feed, 0), 0, "T1 has A wants A");
	assert_int_equal(tt_finding_edge(found(&feed, 0), 0)->held_caller, 6);
	assert_int_equal(tt_finding_edge(found(&feed, 0), 0)->wanted_caller, 7);
	assert_blocked(found(&feed, 0), 0, "MainThread has - wants T1");
	assert_false(has_note(found(&feed, 0), "Any thread may release"));
	feed_free(&feed);
	(void)state;
}

/* Said of a Lock only, and only if there is one who could. */
static void test_self_while_another_runs(void **state)
{
	static const uint8_t kinds[] = {TT_KIND_LOCK, TT_KIND_MUTEX};

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct feed feed = three_threads();

		feed.kind = kinds[i];
		acquires(&feed, T1, A);
		waits(&feed, T1, A, T1);
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), 1);
		assert_rule(found(&feed, 0), "TT002", TT_LEVEL_ACTUAL);
		assert_int_equal(has_note(found(&feed, 0), "Any thread may release a Lock; not blocked, and so able "
		                                           "to: MainThread and T2"),
		                 kinds[i] == TT_KIND_LOCK);
		feed_free(&feed);
	}
	(void)state;
}

static void test_self_with_a_limit_is_none(void **state)
{
	struct feed feed = three_threads();

	acquires(&feed, T1, A);
	FEED(&feed, T1, lock_wait, .id = A, .kind = TT_KIND_MUTEX, .holder = T1, .timeout_ns = 5);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 0);
	feed_free(&feed);
	(void)state;
}

/* Stuck. */

static void test_lost_wakeup(void **state)
{
	struct feed feed = three_threads();

	FEED(&feed, T2, cond_notify, .id = COND, .asked = 1);
	exits(&feed, T2);
	waits_for_condition(&feed, T1);
	begins_join(&feed, MAIN, T1);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_rule(found(&feed, 0), "TT003", TT_LEVEL_ACTUAL);
	assert_edge(found(&feed, 0), 0, "T1 has - wants object-200");
	assert_blocked(found(&feed, 0), 0, "MainThread has - wants T1");
	assert_true(has_note(found(&feed, 0), "Last notified by T2 at +0.005000 s, before this wait began."));
	assert_true(has_note(found(&feed, 0), "Exited: T2."));
	feed_free(&feed);
	(void)state;
}

/* Of those who can still act: one that runs, one with a time limit, one that has been notified already. */
static void test_someone_may_notify(void **state)
{
	for (int how = 0; how < 3; how++) {
		struct feed feed = three_threads();

		waits_for_condition(&feed, T1);
		begins_join(&feed, MAIN, T1);
		if (how == 1)
			FEED(&feed, T2, event_wait, .id = EVENT, .timeout_ns = 1000);
		if (how == 2) {
			waits_for_condition(&feed, T2);
			FEED(&feed, MAIN, cond_notify, .id = COND, .asked = 1, .woken = 1);
		}
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), 0);
		feed_free(&feed);
	}
	(void)state;
}

/* A thread that was made but never started cannot act, and cannot be started by those who are blocked. */
static void test_one_never_started_does_not_act(void **state)
{
	struct feed feed = three_threads();

	FEED(&feed, MAIN, thread_create, .id = T3);
	waits_for_condition(&feed, T1);
	waits_for_condition(&feed, T2);
	begins_join(&feed, MAIN, T1);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_rule(found(&feed, 0), "TT003", TT_LEVEL_ACTUAL);
	assert_int_equal(found(&feed, 0)->edges->len, 2);
	feed_free(&feed);
	(void)state;
}

static void test_event_never_set(void **state)
{
	for (int set = 0; set < 2; set++) {
		struct feed feed = three_threads();

		FEED(&feed, MAIN, event_init, .id = EVENT);
		FEED(&feed, T1, event_wait, .id = EVENT);
		if (set)
			FEED(&feed, T2, event_set, .id = EVENT, .woken = 1);
		exits(&feed, T2);
		begins_join(&feed, MAIN, T1);
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), set ? 0 : 1);
		if (!set) {
			assert_rule(found(&feed, 0), "TT003", TT_LEVEL_ACTUAL);
			assert_true(has_note(found(&feed, 0), "Never set."));
		}
		feed_free(&feed);
	}
	(void)state;
}

static void test_semaphore_without_places(void **state)
{
	for (int places = 0; places < 2; places++) {
		struct feed feed = three_threads();

		FEED(&feed, T2, sem_acquired, .id = SEM, .value = 0);
		exits(&feed, T2);
		FEED(&feed, T1, sem_wait, .id = SEM);
		if (places)
			FEED(&feed, MAIN, sem_released, .id = SEM, .n = 1, .value = 1);
		begins_join(&feed, MAIN, T1);
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), places ? 0 : 1);
		if (!places) {
			assert_rule(found(&feed, 0), "TT003", TT_LEVEL_ACTUAL);
			assert_edge(found(&feed, 0), 0, "T1 has - wants object-202");
			assert_edge(found(&feed, 0), 1, "T2 has object-202 wants -");
		}
		feed_free(&feed);
	}
	(void)state;
}

static void test_barrier_short_of_parties(void **state)
{
	for (uint32_t parties = 2; parties < 4; parties++) {
		struct feed feed = three_threads();

		FEED(&feed, T1, barrier_wait, .id = BARRIER, .index = 0, .n_waiting = 1, .parties = parties);
		if (parties == 2)
			FEED(&feed, T2, barrier_passed, .id = BARRIER, .index = 1);
		else
			FEED(&feed, T2, barrier_wait, .id = BARRIER, .index = 1, .n_waiting = 2, .parties = parties);
		begins_join(&feed, MAIN, T1);
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), parties == 2 ? 0 : 1);
		if (parties == 3) {
			assert_rule(found(&feed, 0), "TT003", TT_LEVEL_ACTUAL);
			assert_non_null(strstr(found(&feed, 0)->verdict, "2 of 3 have come"));
			assert_int_equal(found(&feed, 0)->edges->len, 2);
		}
		feed_free(&feed);
	}
	(void)state;
}

/* The holder has exited. Another kind than a Lock only the holder can release, whoever else lives. */
static void test_lock_of_one_that_has_exited(void **state)
{
	static const struct {
		uint8_t kind;
		bool another;
		enum tt_level level;
	} cases[] = {
	    {TT_KIND_MUTEX, false, TT_LEVEL_ACTUAL},
	    {TT_KIND_MUTEX, true, TT_LEVEL_ACTUAL},
	    {TT_KIND_LOCK, false, TT_LEVEL_ACTUAL},
	    {TT_KIND_LOCK, true, TT_LEVEL_POTENTIAL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct feed feed = three_threads();

		feed.kind = cases[i].kind;
		acquires(&feed, T2, A);
		exits(&feed, T2);
		waits(&feed, T1, A, T2);
		if (!cases[i].another)
			begins_join(&feed, MAIN, T1);
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), 1);
		assert_rule(found(&feed, 0), "TT003", cases[i].level);
		assert_edge(found(&feed, 0), 0, "T1 has - wants A");
		assert_edge(found(&feed, 0), 1, "T2 has A wants -");
		feed_free(&feed);
	}
	(void)state;
}

/* Those who could notify are in a deadlock: it is the cause, and told once. */
static void test_stuck_by_a_deadlock(void **state)
{
	struct feed feed = three_threads();

	waits_for_condition(&feed, T3);
	feed_abba(&feed);
	begins_join(&feed, MAIN, T3);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_rule(found(&feed, 0), "TT001", TT_LEVEL_ACTUAL);
	assert_int_equal(found(&feed, 0)->blocked->len, 2);
	assert_blocked(found(&feed, 0), 0, "T3 has - wants object-200");
	assert_blocked(found(&feed, 0), 1, "MainThread has - wants T3");
	feed_free(&feed);
	(void)state;
}

/* How daemons are used: they wait for work until the process ends. */
static void test_process_that_ended(void **state)
{
	struct feed feed = three_threads();

	exits(&feed, T2);
	waits_for_condition(&feed, T1);
	FEED(&feed, MAIN, thread_abandoned, .id = T1);
	exits(&feed, MAIN);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 0);
	feed_free(&feed);
	(void)state;
}

/* But a circle of them is a deadlock. */
static void test_deadlocked_daemons(void **state)
{
	struct feed feed = three_threads();

	feed_abba(&feed);
	FEED(&feed, MAIN, thread_abandoned, .id = T1);
	FEED(&feed, MAIN, thread_abandoned, .id = T2);
	exits(&feed, MAIN);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_rule(found(&feed, 0), "TT001", TT_LEVEL_ACTUAL);
	assert_true(has_note(found(&feed, 0), "until the process ended"));
	feed_free(&feed);
	(void)state;
}

/* The main thread alone has left, by pthread_exit: nobody is left to notify the rest. */
static void test_main_thread_that_exited(void **state)
{
	struct feed feed = three_threads();

	exits(&feed, T2);
	exits(&feed, MAIN);
	waits_for_condition(&feed, T1);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_rule(found(&feed, 0), "TT003", TT_LEVEL_ACTUAL);
	feed_free(&feed);
	(void)state;
}

/* A child of fork has only the thread that forked: the holder was left behind. */
static void test_lock_held_over_fork(void **state)
{
	struct feed feed = three_threads();

	acquires(&feed, T1, A);
	feed.pid = 101;
	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 101, .ppid = 100);
	waits(&feed, MAIN, A, T1);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_rule(found(&feed, 0), "TT003", TT_LEVEL_ACTUAL);
	assert_string_equal(found(&feed, 0)->verdict,
	                    "MainThread waits for mutex \"A\", whose holder T1 is not in this process");
	feed_free(&feed);
	(void)state;
}

/* Lost events: what rests on the absence of one is less sure; what the program saw after the loss is not. */
static void lose_at(struct feed *feed, int64_t ms)
{
	struct tt_discarded loss = {.begin_ns = FEED_ORIGIN, .end_ns = FEED_ORIGIN + ms * 1000000, .count = 3};
	tt_check_add_discarded(feed->check, &loss);
}

static void test_loss(void **state)
{
	static const struct {
		int64_t ms;
		enum tt_level level;
	} cases[] = {{7, TT_LEVEL_ACTUAL}, {8, TT_LEVEL_POTENTIAL}, {20, TT_LEVEL_POTENTIAL}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct feed feed = three_threads();

		feed_abba(&feed);
		lose_at(&feed, cases[i].ms);
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), 1);
		assert_rule(found(&feed, 0), "TT001", cases[i].level);
		assert_true(has_note(found(&feed, 0), "3 events lost"));
		feed_free(&feed);
	}
	(void)state;
}

static void test_stuck_after_a_loss(void **state)
{
	struct feed feed = three_threads();

	lose_at(&feed, 1);
	exits(&feed, T2);
	waits_for_condition(&feed, T1);
	begins_join(&feed, MAIN, T1);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_rule(found(&feed, 0), "TT003", TT_LEVEL_POTENTIAL);
	feed_free(&feed);
	(void)state;
}

static void test_verdict(void **state)
{
	static const struct {
		bool deadlock, inversion, loss;
		enum tt_level fail_on;
		enum tt_verdict verdict;
	} cases[] = {
	    {false, false, false, TT_LEVEL_PREDICTED, TT_VERDICT_PASSES},
	    {true, false, false, TT_LEVEL_PREDICTED, TT_VERDICT_FAILS},
	    {false, true, false, TT_LEVEL_PREDICTED, TT_VERDICT_PASSES},
	    {false, true, false, TT_LEVEL_POTENTIAL, TT_VERDICT_FAILS},
	    {false, false, true, TT_LEVEL_PREDICTED, TT_VERDICT_UNKNOWN},
	    {false, true, true, TT_LEVEL_PREDICTED, TT_VERDICT_UNKNOWN},
	    {true, true, true, TT_LEVEL_PREDICTED, TT_VERDICT_FAILS},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tt_check_options options = {.fail_on = cases[i].fail_on};
		struct feed feed = feed_new(false);

		if (cases[i].inversion)
			may_deadlock(&feed);
		if (cases[i].loss)
			lose_at(&feed, 0);
		if (cases[i].deadlock)
			feed_abba(&feed);
		feed_finish(&feed);
		assert_int_equal(tt_check_verdict(feed.check, &options), cases[i].verdict);
		feed_free(&feed);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cycle_through_the_second_reader),
	    cmocka_unit_test(test_abba),
	    cmocka_unit_test(test_open_circle_is_none),
	    cmocka_unit_test(test_released_meanwhile_is_none),
	    cmocka_unit_test(test_ring_of_many),
	    cmocka_unit_test(test_disjoint_cycles),
	    cmocka_unit_test(test_cycles_that_meet),
	    cmocka_unit_test(test_cycle_through_join),
	    cmocka_unit_test(test_join_of_one_that_runs_is_none),
	    cmocka_unit_test(test_join_of_one_that_has_exited_is_none),
	    cmocka_unit_test(test_self),
	    cmocka_unit_test(test_self_while_another_runs),
	    cmocka_unit_test(test_self_with_a_limit_is_none),
	    cmocka_unit_test(test_lost_wakeup),
	    cmocka_unit_test(test_someone_may_notify),
	    cmocka_unit_test(test_one_never_started_does_not_act),
	    cmocka_unit_test(test_event_never_set),
	    cmocka_unit_test(test_semaphore_without_places),
	    cmocka_unit_test(test_barrier_short_of_parties),
	    cmocka_unit_test(test_lock_of_one_that_has_exited),
	    cmocka_unit_test(test_stuck_by_a_deadlock),
	    cmocka_unit_test(test_process_that_ended),
	    cmocka_unit_test(test_deadlocked_daemons),
	    cmocka_unit_test(test_main_thread_that_exited),
	    cmocka_unit_test(test_lock_held_over_fork),
	    cmocka_unit_test(test_loss),
	    cmocka_unit_test(test_stuck_after_a_loss),
	    cmocka_unit_test(test_verdict),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
