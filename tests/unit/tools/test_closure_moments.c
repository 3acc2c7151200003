/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "quest.h"

/*
 * The closure goes on from moment to moment of its threads, and from question to question.
 */

/*
 * Two threads that overtake each other: the first moment of T1 is over where T2 has its first, that is over where T1
 * has its second, and there T2 has its second. The closure that has gone on from moment to moment is that of the last
 * ones alone, and has looked at no action twice.
 */
static void feed_leapfrog(struct quest *quest, bool all)
{
	struct feed *feed = &quest->past.feed;

	acquires(feed, T1, A);
	if (all)
		wants(quest, T1);
	releases(feed, T1, A);
	acquires(feed, T2, A);
	if (all)
		wants(quest, T2);
	releases(feed, T2, A);
	lets_go(quest, T2, T1, S1);
	acquires(feed, T1, B);
	wants(quest, T1);
	releases(feed, T1, B);
	acquires(feed, T2, C);
	wants(quest, T2);
	releases(feed, T2, C);
}

static void test_later_moments(void **state)
{
	struct quest step_by_step = begin(), last = begin();
	const struct tt_participant *members = step_by_step.members;

	feed_leapfrog(&step_by_step, true);
	feed_leapfrog(&last, false);
	assert_true(find(&step_by_step));
	assert_true(find(&last));
	assert_int_equal(members[0].at, 1);
	assert_int_equal(members[1].at, 1);
	for (guint i = 0; i < last.past.history->process->threads->len; i++)
		assert_int_equal(step_by_step.closure->done[i], last.closure->done[i]);
	assert_true(1000 - step_by_step.closure->steps <= last.past.history->len);
	assert_int_equal(step_by_step.closure->steps, last.closure->steps);
	end(&step_by_step);
	end(&last);
	(void)state;
}

/* T1 has to go on to its second moment; T2 stays where it is, though it has another moment as well. */
static void test_who_stays(void **state)
{
	struct quest quest = begin();
	struct feed *feed = &quest.past.feed;

	acquires(feed, T1, A);
	wants(&quest, T1);
	releases(feed, T1, A);
	acquires(feed, T2, A);
	wants(&quest, T2);
	releases(feed, T2, A);
	wants(&quest, T1);
	NESTS(feed, T1, B);
	wants(&quest, T2);
	NESTS(feed, T2, C);
	assert_true(find(&quest));
	assert_int_equal(quest.members[0].at, 1);
	assert_int_equal(quest.members[1].at, 0);
	end(&quest);
	(void)state;
}

/* All moments are over: there is none. */
static void test_no_moment_is_left(void **state)
{
	struct quest quest = begin();
	struct feed *feed = &quest.past.feed;

	wants(&quest, T1);
	NESTS(feed, T1, A);
	wants(&quest, T1);
	NESTS(feed, T1, B);
	lets_go(&quest, T1, T2, S1);
	wants(&quest, T2);
	NESTS(feed, T2, C);
	assert_false(find(&quest));
	end(&quest);
	(void)state;
}

/* Whether one or two threads can be at such moments. */
static bool can_be(struct quest *quest, const struct tt_point *moments, guint n)
{
	struct tt_participant members[MOST_MEMBERS];
	GArray *positions[MOST_MEMBERS];

	for (guint i = 0; i < n; i++) {
		positions[i] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
		g_array_append_val(positions[i], moments[i].position);
		/* What `at` was before is no matter. */
		members[i] = (struct tt_participant){moments[i].thread, positions[i], 1};
	}
	bool can = tt_sp_closure_find(quest->closure, members, n);
	for (guint i = 0; i < n; i++)
		g_array_free(positions[i], TRUE);
	return can;
}

/* A closure begins anew with each question: nothing is left of what was done, wanted, open, or the last moment. */
static void test_questions_in_a_row(void **state)
{
	struct quest quest = begin();
	struct feed *feed = &quest.past.feed;

	acquires(feed, T1, A);
	struct tt_point first = now(&quest, T1);
	releases(feed, T1, A);
	struct tt_point early = now(&quest, T2);
	acquires(feed, T2, A);
	struct tt_point second = now(&quest, T2);
	releases(feed, T2, A);
	lets_go(&quest, T1, T3, S1);
	struct tt_point posted = {first.thread, now(&quest, T1).position - 1}, third = now(&quest, T3);
	NESTS(feed, T3, B);
	past_end(&quest.past);
	quest.closure = tt_sp_closure_new(quest.past.links, 1000);
	for (int i = 0; i < 2; i++) {
		assert_true(can_be(&quest, (struct tt_point[]){first, early}, 2));
		assert_done_until(&quest, first);
		assert_true(can_be(&quest, &second, 1));
		assert_int_equal(quest.closure->done[first.thread], 0);
		assert_true(can_be(&quest, &third, 1));
		assert_done_until(&quest, posted);
		assert_false(can_be(&quest, (struct tt_point[]){first, second}, 2));
	}
	end(&quest);
	(void)state;
}

/* With no more steps there is no answer. */
static void test_steps(void **state)
{
	for (uint64_t steps = 5; steps <= 1000; steps += 995) {
		struct quest quest = begin();
		struct feed *feed = &quest.past.feed;

		NESTS(feed, T1, A, B, C);
		wants(&quest, T1);
		NESTS(feed, T1, D);
		wants(&quest, T2);
		NESTS(feed, T2, A);
		assert_int_equal(find_within(&quest, steps), steps == 1000);
		assert_int_equal(quest.closure->steps == 0, steps == 5);
		end(&quest);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_later_moments),
	    cmocka_unit_test(test_who_stays),
	    cmocka_unit_test(test_no_moment_is_left),
	    cmocka_unit_test(test_questions_in_a_row),
	    cmocka_unit_test(test_steps),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
