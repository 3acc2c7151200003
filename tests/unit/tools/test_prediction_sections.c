/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "prediction.h"
#include "ways.h"

/*
 * What critical sections do to a prediction, since they keep their order: the closure, seen from outside.
 */

enum { X = A + 23, Y };
enum { S1 = 300, S2, S3 };

/* Critical sections keep their order: see may_deadlock. */
static void test_sections_keep_their_order(void **state)
{
	struct feed feed = feed_new(false);

	may_deadlock(&feed);
	assert_potential(&feed);
	feed_free(&feed);

	/* T5's section of C comes first here. */
	feed = feed_new(false);
	FEED(&feed, MAIN, sem_init, .id = SEM);
	NESTS(&feed, T5, C);
	posts(&feed, T5);
	NESTS(&feed, T3, C, D);
	takes(&feed, T4);
	NESTS(&feed, T4, D, C);
	assert_predicted(&feed);
	feed_free(&feed);
	(void)state;
}

/*
 * The end of one section brings in another, whose end brings in a third, and that the end of T1's section of A: the
 * closure is not done before all that has followed. Without the last link it is no matter.
 */
static void test_fixpoint(void **state)
{
	for (int linked = 0; linked < 2; linked++) {
		struct feed feed = all_of_it();

		for (unsigned sem = S1; sem <= S3; sem++)
			FEED(&feed, MAIN, sem_init, .id = sem);
		acquires(&feed, T5, Y);
		post(&feed, T5, S2);
		take(&feed, T1, S2);
		acquires(&feed, T4, X);
		post(&feed, T4, S1);
		take(&feed, T1, S1);
		NESTS(&feed, T1, A, B);
		if (linked)
			NESTS(&feed, T5, A);
		releases(&feed, T5, Y);
		NESTS(&feed, T4, Y);
		releases(&feed, T4, X);
		acquires(&feed, T3, X);
		post(&feed, T3, S3);
		releases(&feed, T3, X);
		take(&feed, T2, S3);
		NESTS(&feed, T2, B, A);
		if (linked)
			assert_potential(&feed);
		else
			assert_predicted(&feed);
		feed_free(&feed);
	}
	(void)state;
}

/* The first moments are swallowed, later ones are not. */
static void test_later_moments(void **state)
{
	struct feed feed = all_of_it();

	wait_event(&feed);
	NESTS(&feed, T1, A, B);
	let_event(&feed);
	leave_event(&feed);
	NESTS(&feed, T2, B, A);
	NESTS(&feed, T1, A, B);
	assert_predicted(&feed);
	/* The second nesting of T1: its sites are those. */
	assert_true(tt_finding_edge(found(&feed, 0), 0)->held_caller >
	            tt_finding_edge(found(&feed, 0), 1)->held_caller);
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sections_keep_their_order),
	    cmocka_unit_test(test_fixpoint),
	    cmocka_unit_test(test_later_moments),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
