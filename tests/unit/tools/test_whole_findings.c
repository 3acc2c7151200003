/* SPDX-License-Identifier: MIT */
#include "whole.h"

/* Findings to the last field: second moments, waits under a lock, and places. */

/* The first moments are none, the second ones are: theirs are the sites and times. */
static void test_second_moments(void **state)
{
	struct feed feed = all_of_it();

	wait_event(&feed);
	NESTS(&feed, T1, A, B);
	let_event(&feed);
	leave_event(&feed);
	NESTS(&feed, T2, B, A);
	NESTS(&feed, T1, A, B);
	assert_whole(&feed, "TT010 predicted\n"
	                    "  T1 has A 23, wants B 24\n"
	                    "  T2 has B 19, wants A 20\n"
	                    "  T1: event_set object-201 17\n"
	                    "  T2: event_woken object-201 18\n"
	                    "  T2: lock_acquired B 19\n"
	                    "  T1: lock_acquired A 23\n"
	                    "  T1: lock_wait B 24, blocks\n"
	                    "  T2: lock_wait A 20, blocks\n");
	(void)state;
}

static void test_ways(void **state)
{
	static const char *const wanted[] = {"TT013 predicted\n"
	                                     "  T2 has A 15, wants object-200 20\n"
	                                     "  T1 has - ?, wants A 12\n"
	                                     "  T2: lock_acquired B 14\n"
	                                     "  T2: lock_acquired A 15\n"
	                                     "  T1: lock_wait A 12, blocks\n"
	                                     "  T2: cond_wait object-200 20, blocks\n",
	                                     "TT013 predicted\n"
	                                     "  T2 has A 15, wants object-201 18\n"
	                                     "  T1 has - ?, wants A 12\n"
	                                     "  T2: lock_acquired B 14\n"
	                                     "  T2: lock_acquired A 15\n"
	                                     "  T1: lock_wait A 12, blocks\n"
	                                     "  T2: event_wait object-201 18, blocks\n",
	                                     "TT013 predicted\n"
	                                     "  T2 has A 15, wants object-202 19\n"
	                                     "  T1 has - ?, wants A 12\n"
	                                     "  T2: lock_acquired B 14\n"
	                                     "  T2: lock_acquired A 15\n"
	                                     "  T1: lock_wait A 12, blocks\n"
	                                     "  T2: sem_wait object-202 19, blocks\n",
	                                     "TT013 predicted\n"
	                                     "  T2 has A 15, wants object-203 18\n"
	                                     "  T1 has - ?, wants A 12\n"
	                                     "  T2: lock_acquired B 14\n"
	                                     "  T2: lock_acquired A 15\n"
	                                     "  T1: lock_wait A 12, blocks\n"
	                                     "  T2: barrier_wait object-203 18, blocks\n"};

	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
		struct feed feed = all_of_it();

		NESTS(&feed, T1, A);
		acquires(&feed, T2, B);
		acquires(&feed, T2, A);
		ways[i].wait(&feed);
		ways[i].let(&feed);
		ways[i].leave(&feed);
		releases(&feed, T2, A);
		releases(&feed, T2, B);
		assert_whole(&feed, wanted[i]);
	}
	(void)state;
}

/* The wait that hangs is the second one, with A held anew. */
static void test_second_wait(void **state)
{
	struct feed feed = all_of_it();

	for (int i = 0; i < 2; i++) {
		if (i)
			NESTS(&feed, T1, A);
		acquires(&feed, T2, A);
		wait_event(&feed);
		let_event(&feed);
		leave_event(&feed);
		releases(&feed, T2, A);
		FEED(&feed, T1, event_clear, .id = EVENT);
	}
	assert_whole(&feed, "TT013 predicted\n"
	                    "  T2 has A 20, wants object-201 23\n"
	                    "  T1 has - ?, wants A 18\n"
	                    "  T1: event_set object-201 14\n"
	                    "  T2: event_woken object-201 15\n"
	                    "  T2: lock_acquired A 20\n"
	                    "  T1: lock_wait A 18, blocks\n"
	                    "  T2: event_wait object-201 23, blocks\n");
	(void)state;
}

static void test_places(void **state)
{
	struct feed feed = all_of_it();

	FEED(&feed, MAIN, sem_init, .id = SEM, .value = 2);
	for (unsigned who = T1; who <= T2; who++) {
		takes(&feed, who);
		NESTS(&feed, who, A);
		posts(&feed, who);
	}
	acquires(&feed, T3, A);
	takes(&feed, T3);
	posts(&feed, T3);
	releases(&feed, T3, A);
	assert_whole(&feed, "TT013 predicted\n"
	                    "  T3 has A 21, wants object-202 22\n"
	                    "  T1 has object-202 13, wants A 14\n"
	                    "  T2 has object-202 17, wants A 18\n"
	                    "  T1: sem_acquired object-202 13\n"
	                    "  T2: sem_acquired object-202 17\n"
	                    "  T3: lock_acquired A 21\n"
	                    "  T3: sem_wait object-202 22, blocks\n"
	                    "  T1: lock_wait A 14, blocks\n"
	                    "  T2: lock_wait A 18, blocks\n");
	(void)state;
}

/* One who has both places; another asks as well, with the same lock. */
static void test_both_places(void **state)
{
	struct feed feed = all_of_it();

	FEED(&feed, MAIN, sem_init, .id = SEM, .value = 2);
	takes(&feed, T1);
	takes(&feed, T1);
	NESTS(&feed, T1, A);
	FEED(&feed, T1, sem_released, .id = SEM, .n = 2, .value = 2);
	for (unsigned who = T3; who <= T4; who++) {
		acquires(&feed, who, A);
		takes(&feed, who);
		posts(&feed, who);
		releases(&feed, who, A);
	}
	assert_whole(&feed, "TT013 predicted\n"
	                    "  T3 has A 18, wants object-202 19\n"
	                    "  T1 has object-202 14, wants A 15\n"
	                    "  T1: sem_acquired object-202 13\n"
	                    "  T1: sem_acquired object-202 14\n"
	                    "  T3: lock_acquired A 18\n"
	                    "  T3: sem_wait object-202 19, blocks\n"
	                    "  T1: lock_wait A 15, blocks\n");
	(void)state;
}

/* Two semaphores and two locks: each pair of these is a finding of its own. */
static void test_each_pair(void **state)
{
	static const struct {
		unsigned sem, lock;
	} pairs[] = {{SEM, A}, {SEM, B}, {SEM + 10, A}, {SEM + 10, A}};
	struct feed feed = all_of_it();

	FEED(&feed, MAIN, sem_init, .id = SEM, .value = 2);
	FEED(&feed, MAIN, sem_init, .id = SEM + 10, .value = 2);
	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		for (unsigned who = T1; who <= T2; who++) {
			take(&feed, who, pairs[i].sem);
			NESTS(&feed, who, pairs[i].lock);
			post(&feed, who, pairs[i].sem);
		}
		acquires(&feed, T3, pairs[i].lock);
		take(&feed, T3, pairs[i].sem);
		post(&feed, T3, pairs[i].sem);
		releases(&feed, T3, pairs[i].lock);
	}
	assert_n(&feed, 3);
	for (guint i = 0; i < 3; i++)
		assert_rule(found(&feed, i), "TT013", TT_LEVEL_PREDICTED);
	feed_free(&feed);
	(void)state;
}

/* Who reads a pool's lock is not kept out by who reads it; a time limit ends a wait. */
static void test_places_that_are_none(void **state)
{
	for (int i = 0; i < 5; i++) {
		struct feed feed = all_of_it();
		uint8_t mode = i == 0 ? TT_MODE_SHARED : TT_MODE_EXCLUSIVE;

		feed.kind = TT_KIND_RWLOCK;
		FEED(&feed, MAIN, sem_init, .id = SEM, .value = 2);
		if (i == 3)
			FEED(&feed, MAIN, object_shared, .id = SEM, .object = TT_OBJECT_SEMAPHORE);
		for (unsigned who = T1; who <= T2; who++) {
			takes(&feed, who);
			FEED(&feed, who, lock_acquired, .id = A, .kind = feed.kind, .mode = mode, .depth = 1,
			     .limit = i == 1 ? TT_LIMIT_TIMED : TT_LIMIT_NONE);
			FEED(&feed, who, lock_released, .id = A, .kind = feed.kind, .mode = mode);
			posts(&feed, who);
		}
		if (i == 4)
			tt_check_add_discarded(feed.check,
			                       &(struct tt_discarded){.begin_ns = -1, .end_ns = -1, .count = 1});
		FEED(&feed, T3, lock_acquired, .id = A, .kind = feed.kind, .mode = mode, .depth = 1);
		FEED(&feed, T3, sem_acquired, .id = SEM, .limit = i == 2 ? TT_LIMIT_TIMED : TT_LIMIT_NONE);
		posts(&feed, T3);
		FEED(&feed, T3, lock_released, .id = A, .kind = feed.kind, .mode = mode);
		assert_whole(&feed, "");
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_second_moments),       cmocka_unit_test(test_ways),
	    cmocka_unit_test(test_second_wait),          cmocka_unit_test(test_places),
	    cmocka_unit_test(test_both_places),          cmocka_unit_test(test_each_pair),
	    cmocka_unit_test(test_places_that_are_none),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
