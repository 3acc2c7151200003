/* SPDX-License-Identifier: MIT */
#include "play.h"

/* The replay of semaphores, barriers and threads. */

static void takes_place(struct play *play, unsigned who)
{
	FEED(&play->past.feed, who, sem_acquired, .id = SEM);
}

static void gives_places(struct play *play, unsigned who, uint64_t n)
{
	FEED(&play->past.feed, who, sem_released, .id = SEM, .n = n);
}

static struct play begin_places(uint64_t n)
{
	struct play play = begin();

	FEED(&play.past.feed, MAIN, sem_init, .id = SEM, .value = n, .bound = UINT64_MAX);
	return play;
}

static void test_so_many_places(void **state)
{
	struct play play = begin_places(2), other = begin_places(2), failed = begin_places(1);

	for (int i = 0; i < 2; i++) {
		struct play *p = i ? &other : &play;
		takes_place(p, T1);
		takes_place(p, T2);
		if (i)
			stops(p, T1);
		gives_places(p, T1, 1);
		takes_place(p, T3);
	}
	assert_plays(&play, "one was given back");
	assert_stuck(&other, "none was given back");
	FEED(&failed.past.feed, T2, sem_failed, .id = SEM, .why = TT_FAILURE_ERROR);
	takes_place(&failed, T1);
	FEED(&failed.past.feed, T2, sem_failed, .id = SEM, .why = TT_FAILURE_BUSY);
	gives_places(&failed, T1, 1);
	FEED(&failed.past.feed, T2, sem_failed, .id = SEM, .why = TT_FAILURE_BUSY);
	assert_stuck(&failed, "there is a place");
	(void)state;
}

/* Signals: of each post as many as it says. */
static void test_so_many_signals(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct play play = begin_places(0);

		gives_places(&play, T1, 2);
		takes_place(&play, T2);
		takes_place(&play, T2);
		if (i)
			stops(&play, T1);
		gives_places(&play, T1, 1);
		takes_place(&play, T3);
		(i ? assert_stuck : assert_plays)(&play, "posts");
	}
	(void)state;
}

/* Who asks for a place is blocked if all who have one ask as well. */
static void test_who_asks_for_a_place(void **state)
{
	for (int i = 0; i < 6; i++) {
		struct play play = begin_places(i == 0 ? 3 : 2);

		takes_place(&play, T1);
		takes_place(&play, i == 5 ? T1 : T2);
		if (i == 2 || i == 3) {
			gives_places(&play, T1, 1);
			takes_place(&play, T3);
		}
		if (i == 4)
			gives_places(&play, T2, 1);
		asks(&play, i == 3 ? T3 : T1, SEM);
		if (i != 1)
			asks(&play, T2, SEM);
		bool blocked = i == 3 || i == 5;
		(blocked ? assert_plays : assert_passes)(&play, "it asks for a place");
	}
	(void)state;
}

/* The one who has the only place does not ask; nobody has any; and what a semaphore began with is not known. */
static void test_few_places(void **state)
{
	struct play one = begin_places(1), none = begin_places(0), unknown = begin();

	takes_place(&one, T1);
	asks(&one, T2, SEM);
	assert_passes(&one, "who has it goes on");
	asks(&none, T2, SEM);
	assert_plays(&none, "there is none");
	FEED(&unknown.past.feed, T2, sem_failed, .id = SEM, .why = TT_FAILURE_BUSY);
	assert_plays(&unknown, "there was none");
	(void)state;
}

/* Both of its places are given back at once, and nobody's else. */
static void test_places_given_at_once(void **state)
{
	struct play play = begin_places(4);

	takes_place(&play, T1);
	takes_place(&play, T2);
	takes_place(&play, T1);
	takes_place(&play, T1);
	gives_places(&play, T1, 2);
	takes_place(&play, T3);
	takes_place(&play, T3);
	asks(&play, T1, SEM);
	asks(&play, T2, SEM);
	asks(&play, T3, SEM);
	assert_plays(&play, "all who have a place ask");
	(void)state;
}

/* Barriers. */

static void arrives(struct play *play, unsigned who, uint32_t parties)
{
	FEED(&play->past.feed, who, barrier_wait, .id = BARRIER, .parties = parties);
}

static void passes(struct play *play, unsigned who, unsigned waker)
{
	FEED(&play->past.feed, who, barrier_passed, .id = BARRIER, .waker = waker);
}

/* Two rounds of three: without one who arrives, or the last, nobody passes. */
static void test_rounds(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct play play = begin();

		for (int round = 0; round < 2; round++) {
			if (i == 1 && round)
				stops(&play, T3);
			arrives(&play, T2, 3);
			arrives(&play, T3, 3);
			if (i == 2 && round)
				stops(&play, T1);
			passes(&play, T1, 0);
			if (i == 1 && round)
				break;
			passes(&play, T2, T1);
			if (i == 2 && round)
				break;
			passes(&play, T3, T1);
		}
		if (i == 3) {
			arrives(&play, T2, 3);
			asks(&play, T2, BARRIER);
			asks(&play, T3, BARRIER);
		}
		(i == 1 || i == 2 ? assert_stuck : assert_plays)(&play, "a round");
	}
	(void)state;
}

/* Who asks would be the last, or not; who has been let go is not blocked. */
static void test_who_asks_at_a_barrier(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct play play = begin();

		arrives(&play, T2, i == 1 ? 2 : 3);
		if (i == 3) {
			arrives(&play, T3, 3);
			passes(&play, T1, 0);
		}
		asks(&play, i == 0 || i == 1 ? T1 : T2, BARRIER);
		(i == 0 || i == 2 ? assert_plays : assert_passes)(&play, "it asks at a barrier");
	}
	(void)state;
}

static void test_a_barrier_of_unknown_parties(void **state)
{
	struct play play = begin();

	passes(&play, T1, 0);
	assert_plays(&play, "nobody says how many");
	(void)state;
}

static void test_broken_barriers(void **state)
{
	for (int i = 0; i < 3; i++) {
		struct play play = begin();

		if (i == 0)
			FEED(&play.past.feed, T1, barrier_broken, .id = BARRIER, .why = TT_BREAK_ABORT);
		if (i == 1)
			FEED(&play.past.feed, T1, barrier_abort, .id = BARRIER);
		if (i == 2)
			FEED(&play.past.feed, T1, barrier_reset, .id = BARRIER);
		assert_stuck(&play, "what becomes of it is not known");
	}
	(void)state;
}

/* Threads. */

static void test_threads(void **state)
{
	for (int i = 0; i < 7; i++) {
		enum { T6 = T5 + 1 };
		struct play play = begin();

		if (i == 1)
			stops(&play, MAIN);
		if (i != 2) /* its making was not seen */
			FEED(&play.past.feed, MAIN, thread_create, .id = T6);
		FEED(&play.past.feed, T6, thread_start, .id = T6);
		if (i == 1) {
			assert_stuck(&play, "nobody made it");
			continue;
		}
		if (i == 3 || i == 4)
			stops(&play, T6);
		exits(&play.past.feed, T6);
		if (i >= 5)
			asks(&play, MAIN, T6);
		if (i == 5)
			stops(&play, T6);
		if (i == 4)
			FEED(&play.past.feed, MAIN, thread_join_done, .id = T6, .result = TT_WAKE_TIMEOUT);
		else if (i < 4)
			joins(&play.past.feed, MAIN, T6);
		if (i == 5) /* of its end nothing is done */
			play.done[past_number(&play.past, T6)]--;
		(i == 3 ? assert_stuck : i == 6 ? assert_passes : assert_plays)(&play, "a thread");
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_so_many_places),        cmocka_unit_test(test_so_many_signals),
	    cmocka_unit_test(test_who_asks_for_a_place),  cmocka_unit_test(test_few_places),
	    cmocka_unit_test(test_places_given_at_once),  cmocka_unit_test(test_rounds),
	    cmocka_unit_test(test_who_asks_at_a_barrier), cmocka_unit_test(test_a_barrier_of_unknown_parties),
	    cmocka_unit_test(test_broken_barriers),       cmocka_unit_test(test_threads),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
