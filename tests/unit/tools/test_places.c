/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "feed.h"

/* Semaphores of several places in a prediction: who has to give one back, so that another could have it. */

static void takes_place(struct feed *feed, unsigned who, uint64_t left)
{
	FEED(feed, who, sem_acquired, .id = SEM, .value = left);
}

static void gives_place(struct feed *feed, unsigned who, uint64_t left)
{
	FEED(feed, who, sem_released, .id = SEM, .n = 1, .value = left);
}

static struct feed two_places(void)
{
	struct feed feed = three_threads();

	FEED(&feed, MAIN, sem_init, .id = SEM, .value = 2, .bound = UINT64_MAX);
	return feed;
}

static void assert_predicted(struct feed *feed)
{
	assert_n(feed, 1);
	assert_rule(found(feed, 0), "TT010", TT_LEVEL_PREDICTED);
	feed_free(feed);
}

/* T1 keeps its first place for good: it is the main thread's that it gets as the second. */
static void test_one_is_never_given_back(void **state)
{
	struct feed feed = two_places();

	takes_place(&feed, T1, 1);
	takes_place(&feed, MAIN, 0);
	starts(&feed, MAIN, T3);
	NESTS(&feed, T3, B, A);
	gives_place(&feed, MAIN, 1);
	acquires(&feed, T1, A);
	takes_place(&feed, T1, 0);
	NESTS(&feed, T1, B);
	releases(&feed, T1, A);
	assert_predicted(&feed);
	(void)state;
}

/* T3 had a place and gave it back before it asks: for that the main thread must have given back its own. */
static void test_one_was_needed_for_a_while(void **state)
{
	struct feed feed = two_places();

	takes_place(&feed, MAIN, 1);
	starts(&feed, MAIN, T3);
	acquires(&feed, T1, B);
	takes_place(&feed, T1, 0);
	acquires(&feed, T1, A);
	gives_place(&feed, MAIN, 1);
	takes_place(&feed, T3, 0);
	gives_place(&feed, T3, 1);
	releases(&feed, T1, A);
	releases(&feed, T1, B);
	NESTS(&feed, T3, A, B);
	assert_predicted(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_is_never_given_back),
	    cmocka_unit_test(test_one_was_needed_for_a_while),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
