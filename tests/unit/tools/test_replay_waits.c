/* SPDX-License-Identifier: MIT */
#include "play.h"

/* The replay of events and conditions. */

/* Events. */

static void waits_for_event(struct play *play, unsigned who)
{
	FEED(&play->past.feed, who, event_wait, .id = EVENT);
}

static void sets(struct play *play, unsigned who)
{
	FEED(&play->past.feed, who, event_set, .id = EVENT);
}

static void clears(struct play *play, unsigned who)
{
	FEED(&play->past.feed, who, event_clear, .id = EVENT);
}

static void leaves_event(struct play *play, unsigned who, enum tt_wake result)
{
	FEED(&play->past.feed, who, event_woken, .id = EVENT, .result = result, .waker = T1);
}

static void test_an_event_is_set(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct play play = begin();

		if (i < 2)
			waits_for_event(&play, T2);
		if (i % 2)
			stops(&play, T1);
		sets(&play, T1);
		leaves_event(&play, T2, TT_WAKE_SET);
		(i % 2 ? assert_stuck : assert_plays)(&play, "who waits, or comes then");
	}
	(void)state;
}

/* It was set, and is no longer: who waited then goes on, who comes later does not. */
static void test_an_event_is_cleared(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct play play = begin();

		if (i == 0)
			waits_for_event(&play, T2);
		sets(&play, T1);
		if (i == 1)
			waits_for_event(&play, T2);
		if (i == 3)
			stops(&play, T1);
		clears(&play, T1);
		if (i >= 2)
			waits_for_event(&play, T2);
		leaves_event(&play, T2, i < 2 ? TT_WAKE_SET : TT_WAKE_TIMEOUT);
		(i == 3 ? assert_stuck : assert_plays)(&play, "an event that was cleared");
	}
	(void)state;
}

static void test_a_woken_waiter_has_no_timeout(void **state)
{
	struct play play = begin(), second = begin();

	waits_for_event(&play, T2);
	sets(&play, T1);
	clears(&play, T1);
	leaves_event(&play, T2, TT_WAKE_TIMEOUT);
	assert_stuck(&play, "it was let go");
	/* That it was let go once says nothing of its next wait. */
	waits_for_event(&second, T2);
	sets(&second, T1);
	leaves_event(&second, T2, TT_WAKE_SET);
	clears(&second, T1);
	leaves_event(&second, T2, TT_WAKE_SET);
	assert_stuck(&second, "it does not wait");
	(void)state;
}

static void test_who_asks_for_an_event(void **state)
{
	for (int i = 0; i < 5; i++) {
		struct play play = begin();

		if (i != 1)
			waits_for_event(&play, T2);
		if (i == 0)
			clears(&play, T1); /* nobody has set it */
		if (i >= 2)
			sets(&play, T1);
		if (i >= 3)
			clears(&play, T1);
		if (i == 1)
			clears(&play, T1);
		if (i == 4)
			leaves_event(&play, T2, TT_WAKE_SET);
		asks(&play, T2, EVENT);
		(i == 2 || i == 3 ? assert_passes : assert_plays)(&play, "it asks for an event");
	}
	(void)state;
}

/* Conditions. */

static void waits_for(struct play *play, unsigned who)
{
	FEED(&play->past.feed, who, cond_wait, .id = COND, .lock = A);
}

static void notifies(struct play *play, unsigned who, int64_t n)
{
	FEED(&play->past.feed, who, cond_notify, .id = COND, .asked = n, .woken = n < 0 ? 2 : (uint32_t)n);
}

static void leaves(struct play *play, unsigned who, enum tt_wake result)
{
	FEED(&play->past.feed, who, cond_woken, .id = COND, .result = result, .waker = T1);
}

static struct play begin_condition(uint8_t kind)
{
	struct play play = begin();

	FEED(&play.past.feed, MAIN, lock_init, .id = A, .kind = kind);
	FEED(&play.past.feed, MAIN, cond_init, .id = COND, .lock = A);
	return play;
}

static const uint8_t kinds[] = {TT_KIND_LOCK, TT_KIND_RLOCK, TT_KIND_MUTEX};

/* Two wait, two notify: each lets one go. */
static void test_each_notify_counts(void **state)
{
	for (guint i = 0; i < 3 * G_N_ELEMENTS(kinds); i++) {
		struct play play = begin_condition(kinds[i / 3]);

		waits_for(&play, T2);
		waits_for(&play, T3);
		notifies(&play, T1, 1);
		leaves(&play, T2, TT_WAKE_NOTIFIED);
		if (i % 3 == 1)
			stops(&play, T1);
		notifies(&play, T1, 1);
		leaves(&play, T3, i % 3 == 2 ? TT_WAKE_TIMEOUT : TT_WAKE_NOTIFIED);
		(i % 3 == 1 ? assert_stuck : assert_plays)(&play, "two notifies");
	}
	(void)state;
}

static void test_a_notify_of_several(void **state)
{
	for (guint i = 0; i < 2 * G_N_ELEMENTS(kinds); i++) {
		struct play play = begin_condition(kinds[i / 2]);

		for (unsigned who = T2; who <= T4; who++)
			waits_for(&play, who);
		notifies(&play, T1, i % 2 ? -1 : 2);
		leaves(&play, T2, TT_WAKE_NOTIFIED);
		leaves(&play, T3, TT_WAKE_NOTIFIED);
		asks(&play, T4, COND);
		(i % 2 ? assert_passes : assert_plays)(&play, "the third of those who wait");
	}
	(void)state;
}

/* Whom a condition of pthreads wakes is not known: who asks could be the one. One of the library wakes the first. */
static void test_who_asks_for_a_condition(void **state)
{
	for (guint i = 0; i < 2 * G_N_ELEMENTS(kinds); i++) {
		struct play play = begin_condition(kinds[i / 2]);
		bool known = kinds[i / 2] != TT_KIND_MUTEX;

		waits_for(&play, T2);
		waits_for(&play, T3);
		notifies(&play, T1, 1);
		asks(&play, i % 2 ? T2 : T3, COND);
		(known && i % 2 == 0 ? assert_plays : assert_passes)(&play, "it asks for a condition");
	}
	(void)state;
}

/* More than wait are asked for: who comes later is none of them. */
static void test_a_notify_of_more_than_wait(void **state)
{
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct play play = begin_condition(kinds[i]);

		notifies(&play, T1, 1);
		waits_for(&play, T2);
		notifies(&play, T1, 3);
		leaves(&play, T2, TT_WAKE_NOTIFIED);
		waits_for(&play, T3);
		asks(&play, T3, COND);
		assert_plays(&play, "it comes later");
	}
	(void)state;
}

/* Whose time was over is not among those who wait. */
static void test_who_has_left(void **state)
{
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct play play = begin_condition(kinds[i]);

		waits_for(&play, T2);
		leaves(&play, T2, TT_WAKE_TIMEOUT);
		waits_for(&play, T3);
		notifies(&play, T1, 1);
		leaves(&play, T3, TT_WAKE_NOTIFIED);
		waits_for(&play, T4);
		asks(&play, T4, COND);
		assert_plays(&play, "the notify was for T3");
	}
	(void)state;
}

/* One who waits for another, and one who does not wait. */
static void test_who_waits_at_a_condition(void **state)
{
	struct play play = begin_condition(TT_KIND_LOCK);

	waits_for(&play, T2);
	notifies(&play, T1, 1);
	leaves(&play, T2, TT_WAKE_NOTIFIED);
	asks(&play, T2, COND);
	assert_passes(&play, "it waits no longer");
	(void)state;
}

/* Woken without a cause: that can be at any time. */
static void test_without_a_cause(void **state)
{
	struct play play = begin();

	waits_for(&play, T2);
	leaves(&play, T2, TT_WAKE_NOTIFIED);
	assert_plays(&play, "nobody woke it");
	(void)state;
}

/* What other processes can do is not in the history. */
static void test_shared(void **state)
{
	struct play play = begin_condition(TT_KIND_MUTEX), lock = begin();

	FEED(&play.past.feed, MAIN, object_shared, .id = COND, .object = TT_OBJECT_CONDITION);
	waits_for(&play, T2);
	expect(&play, false, play.past.history->len - 2, "a condition between processes");
	FEED(&lock.past.feed, MAIN, object_shared, .id = A, .object = TT_OBJECT_LOCK);
	acquires(&lock.past.feed, T1, A);
	asks(&lock, T2, A);
	assert_plays(&lock, "a lock between processes");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_an_event_is_set),
	    cmocka_unit_test(test_an_event_is_cleared),
	    cmocka_unit_test(test_a_woken_waiter_has_no_timeout),
	    cmocka_unit_test(test_who_asks_for_an_event),
	    cmocka_unit_test(test_each_notify_counts),
	    cmocka_unit_test(test_a_notify_of_several),
	    cmocka_unit_test(test_who_asks_for_a_condition),
	    cmocka_unit_test(test_a_notify_of_more_than_wait),
	    cmocka_unit_test(test_who_has_left),
	    cmocka_unit_test(test_who_waits_at_a_condition),
	    cmocka_unit_test(test_without_a_cause),
	    cmocka_unit_test(test_shared),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
