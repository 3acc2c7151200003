/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "prediction.h"
#include "ways.h"

/* What is said where there was too much to look at it all; and that it is not said where there just was not. */

/* So many findings; one limit that says that, or none. */
static void assert_limit(struct feed *feed, guint n, const char *limit)
{
	assert_n(feed, n);
	assert_int_equal(feed->check->limits->len, limit ? 1 : 0);
	if (limit && !strstr(feed->check->limits->pdata[0], limit))
		fail_msg("it says: %s", (const char *)feed->check->limits->pdata[0]);
	feed_free(feed);
}

/* T1 waits for one event after another with A held, which the main thread sets. */
static void test_waits_under_a_lock(void **state)
{
	for (unsigned n = 200; n <= 201; n++) {
		struct feed feed = three_threads();

		for (unsigned i = 0; i < n; i++) {
			acquires(&feed, T1, A);
			FEED(&feed, T1, event_wait, .id = 1000 + i);
			FEED(&feed, MAIN, event_set, .id = 1000 + i);
			FEED(&feed, T1, event_woken, .id = 1000 + i, .result = TT_WAKE_SET, .waker = MAIN);
			releases(&feed, T1, A);
		}
		assert_limit(&feed, 0, n > 200 ? "too many ways to wait with a lock held" : NULL);
	}
	(void)state;
}

/* The one that can hang is looked at as long as it is among the first. */
static void test_first_of_many_waits(void **state)
{
	for (unsigned before = 199; before <= 200; before++) {
		struct feed feed = three_threads();

		NESTS(&feed, T2, A);
		for (unsigned i = 0; i <= before; i++) {
			unsigned who = i == before ? T2 : MAIN;
			acquires(&feed, T1, A);
			FEED(&feed, T1, event_wait, .id = 1000 + i);
			FEED(&feed, who, event_set, .id = 1000 + i);
			FEED(&feed, T1, event_woken, .id = 1000 + i, .result = TT_WAKE_SET, .waker = who);
			releases(&feed, T1, A);
		}
		assert_limit(&feed, before == 199, before == 199 ? NULL : "too many ways to wait");
	}
	(void)state;
}

/* T1 takes a place of one semaphore after another with A held. */
static void test_places_under_a_lock(void **state)
{
	for (unsigned n = 200; n <= 201; n++) {
		struct feed feed = three_threads();

		for (unsigned i = 0; i < n; i++) {
			FEED(&feed, MAIN, sem_init, .id = 1000 + i, .value = 2);
			acquires(&feed, T1, A);
			take(&feed, T1, 1000 + i);
			FEED(&feed, T1, sem_released, .id = 1000 + i, .n = 1, .value = 2);
			releases(&feed, T1, A);
		}
		assert_limit(&feed, 0, n > 200 ? "too many requests for places" : NULL);
	}
	(void)state;
}

/* The same wait, each time with another lock held as well. */
static void test_ways_to_a_wait(void **state)
{
	for (unsigned n = 256; n <= 257; n++) {
		struct feed feed = three_threads();

		for (unsigned i = 0; i < n; i++) {
			acquires(&feed, T1, 1000 + i);
			acquires(&feed, T1, A);
			FEED(&feed, T1, event_woken, .id = EVENT, .result = TT_WAKE_TIMEOUT);
			FEED(&feed, T1, barrier_wait, .id = BARRIER, .parties = 2);
			FEED(&feed, T2, barrier_passed, .id = BARRIER);
			FEED(&feed, T1, barrier_passed, .id = BARRIER, .waker = T2);
			releases(&feed, T1, A);
			releases(&feed, T1, 1000 + i);
		}
		feed_finish(&feed);
		bool said = false;
		for (guint i = 0; i < feed.check->limits->len; i++)
			said |= strstr(feed.check->limits->pdata[i], "nested in too many ways") != NULL;
		assert_int_equal(said, n > 256);
		feed_free(&feed);
	}
	(void)state;
}

/* A cycle that none of its threads leads into, see may_deadlock: there are too many to try each with each. */
static void test_ways_to_a_cycle(void **state)
{
	for (unsigned n = 10; n <= 11; n++) {
		struct feed feed = feed_new(false);

		FEED(&feed, MAIN, sem_init, .id = SEM);
		for (unsigned i = 0; i < n; i++)
			NESTS(&feed, 20 + i, C, D);
		NESTS(&feed, T5, C);
		FEED(&feed, T5, sem_released, .id = SEM, .n = n, .value = n);
		for (unsigned i = 0; i < n; i++) {
			takes(&feed, 40 + i);
			NESTS(&feed, 40 + i, D, C);
		}
		assert_limit(&feed, 1, n > 10 ? "Of 1 circular lock orders there are too many ways" : NULL);
	}
	(void)state;
}

/* The order of a lock that is a signal is not checked: that is said of one of them. It orders the threads itself. */
static void test_signals(void **state)
{
	for (unsigned n = 0; n < 3; n++) {
		struct feed feed = three_threads();

		feed.kind = TT_KIND_LOCK;
		NESTS(&feed, T1, A, B, C);
		NESTS(&feed, T2, C, B, A);
		for (unsigned i = 0; i < n; i++) {
			acquires(&feed, T1, B + i);
			releases(&feed, T2, B + i);
		}
		feed_finish(&feed);
		assert_int_equal(feed.check->limits->len, n > 0);
		if (n > 0)
			assert_non_null(strstr(feed.check->limits->pdata[0], "is not checked"));
		assert_int_equal(n_found(&feed), n == 0 ? 2 : 0);
		feed_free(&feed);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_waits_under_a_lock),  cmocka_unit_test(test_first_of_many_waits),
	    cmocka_unit_test(test_places_under_a_lock), cmocka_unit_test(test_ways_to_a_wait),
	    cmocka_unit_test(test_ways_to_a_cycle),     cmocka_unit_test(test_signals),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
