#include "past.h"
#include "tools/check/closure.h"

/*
 * The closure: what must be done so that each of some threads is about to do something, and whether that can be. Each
 * past is a small one in which the answer hangs on one thing.
 */

enum { X = A + 20, Y, Z };
enum { S1 = 300, S2, S3, S4 };

enum { MOST_MEMBERS = 3 };

/* A past, and the question whether threads can be at moments of it at the same time. */
struct quest {
	struct past past;
	struct tt_closure *closure; /* in the end */
	struct tt_member members[MOST_MEMBERS];
	GArray *moments[MOST_MEMBERS]; /* their positions */
	guint n;
};

static struct quest begin(void)
{
	struct quest quest = {.past = past_begin()};

	for (unsigned who = T1; who <= T5; who++)
		starts(&quest.past.feed, MAIN, who);
	for (unsigned sem = S1; sem <= S4; sem++)
		FEED(&quest.past.feed, MAIN, sem_init, .id = sem);
	return quest;
}

/* The thread is to be where it is now; if it is asked for again: there or here. */
static void wants(struct quest *quest, unsigned who)
{
	struct tt_moment now = past_now(&quest->past, who);
	guint i = 0;

	while (i < quest->n && quest->members[i].thread != now.thread)
		i++;
	if (i == quest->n) {
		assert_true(quest->n < MOST_MEMBERS);
		quest->moments[quest->n] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
		quest->members[quest->n++] = (struct tt_member){now.thread, quest->moments[i], 0};
	}
	g_array_append_val(quest->moments[i], now.position);
}

/* Ends the past. Whether they can; by looking at so many actions at most. */
static bool find_within(struct quest *quest, uint64_t steps)
{
	past_end(&quest->past);
	quest->closure = tt_closure_new(quest->past.links, steps);
	return tt_closure_find(quest->closure, quest->members, quest->n);
}

static bool find(struct quest *quest)
{
	return find_within(quest, 1000);
}

static void end(struct quest *quest)
{
	for (guint i = 0; i < quest->n; i++)
		g_array_free(quest->moments[i], TRUE);
	tt_closure_free(quest->closure);
	past_free(&quest->past);
}

/* What is done of a thread ends just before this moment. */
static void assert_done_until(const struct quest *quest, struct tt_moment moment)
{
	assert_int_equal(quest->closure->done[moment.thread], moment.position);
}

/* One posts and another waits: what the one has done until now comes before what the other does from now on. */
static void lets_go(struct quest *quest, unsigned who, unsigned other, unsigned sem)
{
	FEED(&quest->past.feed, who, sem_released, .id = sem, .n = 1);
	FEED(&quest->past.feed, other, sem_acquired, .id = sem);
}

static struct tt_moment now(const struct quest *quest, unsigned who)
{
	return past_now(&quest->past, who);
}

/* What comes before a moment is done, and no more; of others nothing at all. */
static void test_what_comes_before(void **state)
{
	struct quest quest = begin();
	struct feed *feed = &quest.past.feed;

	NESTS(feed, T3, C);
	NESTS(feed, T2, A);
	FEED(feed, T2, sem_released, .id = S1, .n = 1);
	struct tt_moment posted = now(&quest, T2);
	NESTS(feed, T2, B);
	FEED(feed, T1, sem_acquired, .id = S1);
	struct tt_moment wanted = now(&quest, T1);
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
		struct tt_moment inside = now(&quest, T1);
		releases(feed, T1, A);
		struct tt_moment over = now(&quest, T1);
		NESTS(feed, T1, B);
		FEED(feed, T3, sem_acquired, .id = S1);
		wants(&quest, T3);
		NESTS(feed, T3, C);
		if (!later)
			wants(&quest, T2);
		acquires(feed, T2, A);
		struct tt_moment in_last = now(&quest, T2);
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
		struct tt_moment inner_over = now(&quest, T1);
		releases(feed, T1, A);
		struct tt_moment both_over = now(&quest, T1);
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
	struct tt_moment over = now(&quest, T1);
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
static struct tt_moment section_with(struct quest *quest, unsigned who, unsigned lock, unsigned sem, unsigned other)
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
		struct tt_moment second = section_with(&quest, T2, Y, S2, linked ? Z : 0);
		NESTS(feed, T2, A);
		struct tt_moment first = section_with(&quest, T1, X, S1, Y);
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
	const struct tt_member *members = step_by_step.members;

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

/* Whether one or two threads can be at such moments. */
static bool can_be(struct quest *quest, const struct tt_moment *moments, guint n)
{
	struct tt_member members[MOST_MEMBERS];
	GArray *positions[MOST_MEMBERS];

	for (guint i = 0; i < n; i++) {
		positions[i] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
		g_array_append_val(positions[i], moments[i].position);
		/* What `at` was before is no matter. */
		members[i] = (struct tt_member){moments[i].thread, positions[i], 1};
	}
	bool can = tt_closure_find(quest->closure, members, n);
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
	struct tt_moment first = now(&quest, T1);
	releases(feed, T1, A);
	struct tt_moment early = now(&quest, T2);
	acquires(feed, T2, A);
	struct tt_moment second = now(&quest, T2);
	releases(feed, T2, A);
	lets_go(&quest, T1, T3, S1);
	struct tt_moment posted = {first.thread, now(&quest, T1).position - 1}, third = now(&quest, T3);
	NESTS(feed, T3, B);
	past_end(&quest.past);
	quest.closure = tt_closure_new(quest.past.links, 1000);
	for (int i = 0; i < 2; i++) {
		assert_true(can_be(&quest, (struct tt_moment[]){first, early}, 2));
		assert_done_until(&quest, first);
		assert_true(can_be(&quest, &second, 1));
		assert_int_equal(quest.closure->done[first.thread], 0);
		assert_true(can_be(&quest, &third, 1));
		assert_done_until(&quest, posted);
		assert_false(can_be(&quest, (struct tt_moment[]){first, second}, 2));
	}
	end(&quest);
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
	    cmocka_unit_test(test_what_comes_before),
	    cmocka_unit_test(test_all_sections_but_the_last),
	    cmocka_unit_test(test_two_in_one_section),
	    cmocka_unit_test(test_nested_sections),
	    cmocka_unit_test(test_hand_over_hand),
	    cmocka_unit_test(test_fixpoint),
	    cmocka_unit_test(test_later_moments),
	    cmocka_unit_test(test_who_stays),
	    cmocka_unit_test(test_no_moment_is_left),
	    cmocka_unit_test(test_questions_in_a_row),
	    cmocka_unit_test(test_readers),
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
