/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "prediction.h"

/*
 * What keeps two threads apart all their lives: locks that their makers hold, and locks of which nobody else knows yet.
 */

/* The lock that the maker holds for as long as the thread lives; not if it lets go before. */
static void test_inherited_guard(void **state)
{
	for (int over = 0; over < 2; over++) {
		struct feed feed = feed_new(true);

		acquires(&feed, MAIN, G);
		starts(&feed, MAIN, T1);
		NESTS(&feed, T1, A, B);
		exits(&feed, T1);
		if (!over)
			releases(&feed, MAIN, G);
		joins(&feed, MAIN, T1);
		if (over)
			releases(&feed, MAIN, G);
		NESTS(&feed, T2, G, B, A);
		if (over)
			assert_excluded(&feed, "T2 holds mutex \"G\" there, which MainThread holds for as long as T1");
		else
			assert_predicted(&feed);
		feed_free(&feed);
	}
	(void)state;
}

/* Two that are made and joined under one lock can meet all the same. */
static void test_siblings_under_a_guard(void **state)
{
	struct feed feed = feed_new(true);

	acquires(&feed, MAIN, G);
	starts(&feed, MAIN, T1);
	starts(&feed, MAIN, T2);
	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	exits(&feed, T1);
	exits(&feed, T2);
	joins(&feed, MAIN, T1);
	joins(&feed, MAIN, T2);
	releases(&feed, MAIN, G);
	assert_predicted(&feed);
	feed_free(&feed);
	(void)state;
}

/* A damaged trace, in which two threads made and joined each other: looking for guards comes to an end. */
static void test_makers_of_each_other(void **state)
{
	struct feed feed = feed_new(true);

	acquires(&feed, T1, G);
	starts(&feed, T1, T2);
	starts(&feed, T2, T1);
	joins(&feed, T1, T2);
	joins(&feed, T2, T1);
	releases(&feed, T1, G);
	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	feed_finish(&feed);
	feed_free(&feed);
	(void)state;
}

/* Nobody can know of a lock that was just made; unless its maker has done something since that shows it. */
static void test_just_made(void **state)
{
	for (int shown = 0; shown < 2; shown++) {
		struct feed feed = feed_new(true);

		FEED(&feed, T1, lock_init, .id = A, .kind = TT_KIND_MUTEX);
		if (shown)
			FEED(&feed, T1, event_set, .id = EVENT);
		NESTS(&feed, T1, A, B);
		NESTS(&feed, T2, B, A);
		if (shown)
			assert_predicted(&feed);
		else
			assert_excluded(&feed, "T1 has made mutex \"A\" and has done nothing since");
		feed_free(&feed);
	}
	(void)state;
}

/* A static lock is told as made by the call that comes to it first: that hides nothing. */
static void test_first_sight_is_no_making(void **state)
{
	struct feed feed = feed_new(true);

	for (unsigned lock = A; lock <= B; lock++) {
		FEED(&feed, T1, lock_init, .id = lock, .kind = TT_KIND_LOCK);
		feed.n--;
		acquires(&feed, T1, lock);
	}
	releases(&feed, T1, B);
	releases(&feed, T1, A);
	NESTS(&feed, T2, B, A);
	assert_predicted(&feed);
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_inherited_guard),          cmocka_unit_test(test_siblings_under_a_guard),
	    cmocka_unit_test(test_makers_of_each_other),     cmocka_unit_test(test_just_made),
	    cmocka_unit_test(test_first_sight_is_no_making),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
