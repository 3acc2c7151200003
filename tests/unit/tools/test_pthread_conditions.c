/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "feed.h"

/* Conditions of plain pthreads: these say not which waiter a signal wakes, and a waiter takes its mutex back unseen. */

static void comes_through(struct feed *feed, unsigned who)
{
	FEED(feed, who, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED);
	acquires(feed, who, A);
	releases(feed, who, A);
	exits(feed, who);
}

/* Three wait, and so many are woken, by signals or all at once; some come through. Is the rest stuck? */
static void test_who_was_woken(void **state)
{
	static const struct {
		uint8_t kind;
		int asked;
		int signals;
		unsigned through; /* the last so many */
		guint stuck;
	} cases[] = {
	    {TT_KIND_MUTEX, 1, 0, 0, 3}, /* nobody was woken */
	    {TT_KIND_MUTEX, 1, 1, 0, 0}, /* any one */
	    {TT_KIND_MUTEX, 1, 1, 1, 2}, /* it was the last, so not the others */
	    {TT_KIND_MUTEX, 1, 2, 1, 0}, /* one of the others as well */
	    {TT_KIND_MUTEX, 1, 2, 2, 1},  {TT_KIND_MUTEX, 1, 3, 0, 0},
	    {TT_KIND_MUTEX, 1, 3, 1, 0},  {TT_KIND_MUTEX, -1, 1, 0, 0}, /* all */
	    {TT_KIND_MUTEX, -1, 1, 2, 0}, {TT_KIND_RECURSIVE, 1, 1, 0, 0},
	    {TT_KIND_RLOCK, 1, 1, 0, 2}, /* the library's wakes the first */
	    {TT_KIND_LOCK, 1, 2, 0, 1},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct feed feed = three_threads();

		feed.kind = cases[i].kind;
		for (unsigned who = T1; who <= T3; who++)
			waits_for_condition(&feed, who);
		for (int n = 0; n < cases[i].signals; n++)
			FEED(&feed, MAIN, cond_notify, .id = COND, .asked = cases[i].asked,
			     .woken = cases[i].asked < 0 ? 3 : 1);
		for (unsigned n = 0; n < cases[i].through; n++)
			comes_through(&feed, T3 - n);
		exits(&feed, MAIN);
		/* The library's that was woken is let come through: it would be a thread that lives. */
		for (int n = 0; cases[i].kind <= TT_KIND_RLOCK && n < cases[i].signals; n++)
			comes_through(&feed, T1 + (unsigned)n);
		feed_finish(&feed);
		guint stuck = n_found(&feed) ? found(&feed, 0)->edges->len : 0;
		if (stuck != cases[i].stuck)
			fail_msg("case %zu: %u stuck", i, stuck);
		feed_free(&feed);
	}
	(void)state;
}

/* A signal wakes none of those that come to wait after it. */
static void test_waiter_after_the_signal(void **state)
{
	struct feed feed = three_threads();

	waits_for_condition(&feed, T1);
	FEED(&feed, MAIN, cond_notify, .id = COND, .asked = 1, .woken = 1);
	waits_for_condition(&feed, T2);
	comes_through(&feed, T1);
	begins_join(&feed, MAIN, T2);
	assert_n(&feed, 1);
	assert_edge(found(&feed, 0), 0, "T2 has - wants object-200");
	feed_free(&feed);
	(void)state;
}

/* Whose time was over, or who was cancelled, need not be the one that a signal woke. */
static void test_waiter_that_left(void **state)
{
	enum { TIMEOUT, CANCELLED, SILENT, N };

	for (int how = TIMEOUT; how < N; how++) {
		struct feed feed = three_threads();

		waits_for_condition(&feed, T1);
		waits_for_condition(&feed, T2);
		FEED(&feed, MAIN, cond_notify, .id = COND, .asked = 1, .woken = 1);
		if (how != SILENT)
			FEED(&feed, T1, cond_woken, .id = COND,
			     .result = how == TIMEOUT ? TT_WAKE_TIMEOUT : TT_WAKE_CANCELLED);
		FEED(&feed, T1, thread_exit, .id = T1, .how = TT_END_CANCELLED);
		begins_join(&feed, MAIN, T2);
		assert_n(&feed, 0);
		feed_free(&feed);
	}
	(void)state;
}

/* Woken, it needs its mutex back: dead if that is of a dead thread. */
static void test_mutex_to_have_back(void **state)
{
	static const struct {
		bool notified, exits;
		guint n;
	} cases[] = {{true, true, 1}, {true, false, 0}, {false, true, 1}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct feed feed = three_threads();

		waits_for_condition(&feed, T1);
		acquires(&feed, T2, A);
		if (cases[i].notified)
			FEED(&feed, T2, cond_notify, .id = COND, .asked = 1, .woken = 1);
		if (cases[i].exits)
			exits(&feed, T2);
		assert_n(&feed, cases[i].n);
		if (cases[i].n) {
			assert_rule(found(&feed, 0), "TT003", TT_LEVEL_ACTUAL);
			assert_edge(found(&feed, 0), 1, "T2 has A wants -");
			assert_string_equal(found(&feed, 0)->verdict,
			                    "T1 waits for condition \"object-200\", and cannot have mutex \"A\" back, "
			                    "whose holder T2 has exited");
			assert_false(has_note(found(&feed, 0), "All other threads are blocked"));
		}
		feed_free(&feed);
	}
	(void)state;
}

/*
 * A nested monitor: the waiter holds another mutex, which the holder of its own needs; whether it is notified or not,
 * or its time is over.
 */
static void test_nested_monitor(void **state)
{
	enum { PLAIN, NOTIFIED, TIMED, N };

	for (int how = PLAIN; how < N; how++) {
		struct feed feed = three_threads();

		acquires(&feed, T1, B);
		acquires(&feed, T1, A);
		FEED(&feed, T1, cond_wait, .id = COND, .lock = A, .timeout_ns = how == TIMED ? 1000 : 0);
		releases(&feed, T1, A);
		acquires(&feed, T2, A);
		if (how == NOTIFIED)
			FEED(&feed, T2, cond_notify, .id = COND, .asked = 1, .woken = 1);
		waits(&feed, T2, B, T1);
		assert_n(&feed, 1);
		assert_rule(found(&feed, 0), "TT001", TT_LEVEL_ACTUAL);
		assert_edge(found(&feed, 0), 0, "T1 has B wants object-200");
		assert_edge(found(&feed, 0), 1, "T2 has A wants B");
		assert_int_equal(has_note(found(&feed, 0), "Checked: a time limit ends the wait for a condition, not "),
		                 how == TIMED);
		feed_free(&feed);
	}
	(void)state;
}

/* The nearest: the waiter's mutex is free, or the other one is not the waiter's. */
static void test_nested_monitor_is_none(void **state)
{
	for (int free = 0; free < 2; free++) {
		struct feed feed = three_threads();

		acquires(&feed, free ? T1 : T3, B);
		waits_for_condition(&feed, T1);
		if (!free)
			acquires(&feed, T2, A);
		waits(&feed, T2, B, free ? T1 : T3);
		assert_n(&feed, 0);
		feed_free(&feed);
	}
	(void)state;
}

/* A recursive mutex that the waiter has once more keeps nobody from it but others. */
static void test_recursive_mutex_kept(void **state)
{
	struct feed feed = three_threads();

	feed.kind = TT_KIND_RECURSIVE;
	FEED(&feed, T1, lock_acquired, .id = A, .kind = TT_KIND_RECURSIVE, .depth = 2);
	FEED(&feed, T1, cond_wait, .id = COND, .lock = A);
	FEED(&feed, T1, lock_released, .id = A, .kind = TT_KIND_RECURSIVE, .depth = 1);
	assert_n(&feed, 0);
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_who_was_woken),        cmocka_unit_test(test_waiter_after_the_signal),
	    cmocka_unit_test(test_waiter_that_left),     cmocka_unit_test(test_mutex_to_have_back),
	    cmocka_unit_test(test_nested_monitor),       cmocka_unit_test(test_nested_monitor_is_none),
	    cmocka_unit_test(test_recursive_mutex_kept),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
