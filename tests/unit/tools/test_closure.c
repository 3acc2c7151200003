/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "quest.h"

/*
 * The closure: what must be done so that each of some threads is about to do something, and whether that can be. Each
 * past is a small one in which the answer hangs on one thing.
 */

enum { X = A + 20, Y, Z };

/* What comes before a moment is done, and no more; of others nothing at all. */
static void test_what_comes_before(void **state)
{
	struct quest quest = begin();
	struct feed *feed = &quest.past.feed;

	NESTS(feed, T3, C);
	NESTS(feed, T2, A);
	FEED(feed, T2, sem_released, .id = S1, .n = 1);
	struct tt_point posted = now(&quest, T2);
	NESTS(feed, T2, B);
	FEED(feed, T1, sem_acquired, .id = S1);
	struct tt_point wanted = now(&quest, T1);
	wants(&quest, T1);
	NESTS(feed, T1, D);
	assert_true(find(&quest));
	assert_done_until(&quest, posted);
	assert_done_until(&quest, wanted);
	assert_int_equal(quest.closure->done[past_number(&quest.past, T3)], 0);
	end(&quest);
	(void)state;
}

/*
 * Of sections of one lock that have begun all but the last must be over. T1 is in one, since T3 comes after that; T2
 * may come to be in a later one.
 */
static void test_all_sections_but_the_last(void **state)
{
	for (int later = 0; later < 2; later++) {
		struct quest quest = begin();
		struct feed *feed = &quest.past.feed;

		acquires(feed, T1, A);
		FEED(feed, T1, sem_released, .id = S1, .n = 1);
		struct tt_point inside = now(&quest, T1);
		releases(feed, T1, A);
		struct tt_point over = now(&quest, T1);
		NESTS(feed, T1, B);
		FEED(feed, T3, sem_acquired, .id = S1);
		wants(&quest, T3);
		NESTS(feed, T3, C);
		if (!later)
			wants(&quest, T2);
		acquires(feed, T2, A);
		struct tt_point in_last = now(&quest, T2);
		if (later)
			wants(&quest, T2);
		releases(feed, T2, A);
		assert_true(find(&quest));
		assert_done_until(&quest, later ? over : inside);
		if (later)
			assert_done_until(&quest, in_last);
		end(&quest);
	}
	(void)state;
}

/* Two cannot both be in a section, nor can the first be where it must have been before the other. */
static void test_two_in_one_section(void **state)
{
	enum { BEFORE, INSIDE, AFTER };

	for (int how = BEFORE; how <= AFTER; how++) {
		struct quest quest = begin();
		struct feed *feed = &quest.past.feed;

		acquires(feed, T1, A);
		wants(&quest, T1);
		releases(feed, T1, A);
		if (how == BEFORE)
			wants(&quest, T2);
		acquires(feed, T2, A);
		if (how == INSIDE)
			wants(&quest, T2);
		releases(feed, T2, A);
		if (how == AFTER)
			wants(&quest, T2);
		NESTS(feed, T2, B);
		assert_int_equal(find(&quest), how == BEFORE);
		end(&quest);
	}
	(void)state;
}

/* T1 is in two sections, one in the other. What is over is that which T2 comes to be in, and what is inside of it. */
static void test_nested_sections(void **state)
{
	for (int outer = 0; outer < 2; outer++) {
		struct quest quest = begin();
		struct feed *feed = &quest.past.feed;

		acquires(feed, T1, A);
		acquires(feed, T1, B);
		FEED(feed, T1, sem_released, .id = S1, .n = 1);
		releases(feed, T1, B);
		struct tt_point inner_over = now(&quest, T1);
		releases(feed, T1, A);
		struct tt_point both_over = now(&quest, T1);
		NESTS(feed, T1, C);
		FEED(feed, T3, sem_acquired, .id = S1);
		wants(&quest, T3);
		NESTS(feed, T3, D);
		acquires(feed, T2, outer ? A : B);
		wants(&quest, T2);
		releases(feed, T2, outer ? A : B);
		assert_true(find(&quest));
		assert_done_until(&quest, outer ? both_over : inner_over);
		end(&quest);
	}
	(void)state;
}

/* Sections that overlap: one is over where its own lock is given back. */
static void test_hand_over_hand(void **state)
{
	struct quest quest = begin();
	struct feed *feed = &quest.past.feed;

	acquires(feed, T1, A);
	acquires(feed, T1, B);
	lets_go(&quest, T1, T3, S1);
	releases(feed, T1, A);
	struct tt_point over = now(&quest, T1);
	releases(feed, T1, B);
	wants(&quest, T3);
	NESTS(feed, T3, C);
	acquires(feed, T2, A);
	wants(&quest, T2);
	releases(feed, T2, A);
	assert_true(find(&quest));
	assert_done_until(&quest, over);
	end(&quest);
	(void)state;
}

/* A thread is in a section of `lock` when it lets T4 go on; in what is left of it, it comes to another. */
static struct tt_point section_with(struct quest *quest, unsigned who, unsigned lock, unsigned sem, unsigned other)
{
	struct feed *feed = &quest->past.feed;

	acquires(feed, who, lock);
	lets_go(quest, who, T4, sem);
	if (who == T3)
		wants(quest, T3);
	if (other)
		NESTS(feed, who, other);
	releases(feed, who, lock);
	return now(quest, who);
}

/*
 * T5 comes to be in a section of X. So T1's must be over, in which it comes to Y: so T2's of Y must be over, in which
 * it may come to Z: then T3's of Z must be over as well, but T3 is to be in it. Who stops before nothing changes, or
 * looks at each lock once, says that it can be.
 */
static void test_fixpoint(void **state)
{
	for (int linked = 0; linked < 2; linked++) {
		struct quest quest = begin();
		struct feed *feed = &quest.past.feed;

		section_with(&quest, T3, Z, S3, 0);
		struct tt_point second = section_with(&quest, T2, Y, S2, linked ? Z : 0);
		NESTS(feed, T2, A);
		struct tt_point first = section_with(&quest, T1, X, S1, Y);
		NESTS(feed, T1, A);
		wants(&quest, T4);
		NESTS(feed, T4, B);
		acquires(feed, T5, X);
		wants(&quest, T5);
		releases(feed, T5, X);
		assert_int_equal(find(&quest), !linked);
		if (!linked) {
			assert_done_until(&quest, first);
			assert_done_until(&quest, second);
		}
		end(&quest);
	}
	(void)state;
}

static void reads(struct feed *feed, unsigned who, enum tt_mode mode)
{
	FEED(feed, who, lock_acquired, .id = A, .kind = TT_KIND_RWLOCK, .mode = mode, .depth = 1);
}

static void ends_reading(struct feed *feed, unsigned who, enum tt_mode mode)
{
	FEED(feed, who, lock_released, .id = A, .kind = TT_KIND_RWLOCK, .mode = mode);
}

/* Readers can be in their sections at the same time, and if another wrote between them, before that; a writer cannot.
 */
static void test_readers(void **state)
{
	for (int first = 0; first < 2; first++) {
		for (int second = 0; second < 2; second++) {
			enum tt_mode modes[] = {first ? TT_MODE_EXCLUSIVE : TT_MODE_SHARED,
			                        second ? TT_MODE_EXCLUSIVE : TT_MODE_SHARED};
			struct quest quest = begin();
			struct feed *feed = &quest.past.feed;

			reads(feed, T1, modes[0]);
			wants(&quest, T1);
			ends_reading(feed, T1, modes[0]);
			reads(feed, T3, TT_MODE_EXCLUSIVE);
			ends_reading(feed, T3, TT_MODE_EXCLUSIVE);
			reads(feed, T2, modes[1]);
			wants(&quest, T2);
			ends_reading(feed, T2, modes[1]);
			assert_int_equal(find(&quest), !first && !second);
			end(&quest);
		}
	}
	(void)state;
}

/* So many can have a place of a semaphore as it has places. */
static void test_places(void **state)
{
	for (unsigned places = 1; places <= 3; places++) {
		struct quest quest = begin();
		struct feed *feed = &quest.past.feed;

		FEED(feed, MAIN, sem_init, .id = SEM, .value = places);
		for (unsigned who = T1; who <= T3; who++) {
			takes(feed, who);
			wants(&quest, who);
			posts(feed, who);
		}
		assert_int_equal(find(&quest), places == 3);
		end(&quest);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_comes_before),
	    cmocka_unit_test(test_all_sections_but_the_last),
	    cmocka_unit_test(test_two_in_one_section),
	    cmocka_unit_test(test_nested_sections),
	    cmocka_unit_test(test_hand_over_hand),
	    cmocka_unit_test(test_fixpoint),
	    cmocka_unit_test(test_readers),
	    cmocka_unit_test(test_places),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
