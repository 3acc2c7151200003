/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "prediction.h"
#include "ways.h"

/*
 * Communication deadlocks that a run got past: a wait, with a lock held that the other needs first.
 */

/* A join is a request for what the thread has until it ends. */
static void test_join_under_lock(void **state)
{
	for (int ordered = 0; ordered < 2; ordered++) {
		struct feed feed = feed_new(false);

		starts(&feed, MAIN, T1);
		NESTS(&feed, T1, A);
		if (ordered)
			FEED(&feed, T1, event_set, .id = EVENT, .woken = 0);
		exits(&feed, T1);
		if (ordered)
			FEED(&feed, MAIN, event_woken, .id = EVENT, .result = TT_WAKE_SET);
		acquires(&feed, MAIN, A);
		joins(&feed, MAIN, T1);
		releases(&feed, MAIN, A);
		assert_n(&feed, ordered ? 0 : 1);
		if (!ordered) {
			assert_rule(found(&feed, 0), "TT013", TT_LEVEL_PREDICTED);
			assert_true(strstr(found(&feed, 0)->verdict, "MainThread joins T1 while holding mutex \"A\"") !=
			            NULL);
		}
		feed_free(&feed);
	}
	(void)state;
}

/* Who is joined with A held asks for A with a time limit: it gives up, and ends. */
static void test_join_of_the_patient(void **state)
{
	for (int timed = 0; timed < 2; timed++) {
		struct feed feed = feed_new(true);

		starts(&feed, MAIN, T1);
		FEED(&feed, T1, lock_acquired, .id = A, .depth = 1, .limit = timed ? TT_LIMIT_TIMED : TT_LIMIT_NONE);
		releases(&feed, T1, A);
		exits(&feed, T1);
		acquires(&feed, MAIN, A);
		joins(&feed, MAIN, T1);
		releases(&feed, MAIN, A);
		assert_n(&feed, timed ? 0 : 1);
		feed_free(&feed);
	}
	(void)state;
}

/*
 * A barrier of a mutex, a count and a semaphore: T1 comes last, and waits with A for T2, which took A at the same site
 * and went on. If T2 took it elsewhere, that is another thing to do.
 */
static void test_last_of_equals(void **state)
{
	for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
		struct feed feed = three_threads();

		FEED(&feed, MAIN, sem_init, .id = SEM, .value = 0);
		for (unsigned i = 0; i < 2; i++) {
			unsigned who = i ? T1 : T2;
			feed.n = elsewhere && i ? 5000 : 1000;
			acquires(&feed, who, A);
			feed.n = 10000 + i * 1000;
			if (i) {
				FEED(&feed, T1, sem_wait, .id = SEM);
				FEED(&feed, T2, sem_released, .id = SEM, .n = 1, .value = 1);
				FEED(&feed, T1, sem_acquired, .id = SEM, .value = 0);
			}
			releases(&feed, who, A);
		}
		assert_n(&feed, 1);
		assert_rule(found(&feed, 0), "TT013", elsewhere ? TT_LEVEL_PREDICTED : TT_LEVEL_POTENTIAL);
		feed_free(&feed);
	}
	(void)state;
}

/*
 * One condition after another, made, waited for with A held, and destroyed, whose waker needs A at other times: told
 * once. Where the waker needs A where no order leads there, nothing is told, and that not all were looked at is said;
 * but not where it never does.
 */
static void test_made_in_turn(void **state)
{
	enum { TIMES = 300 };

	enum { AT_OTHER_TIMES, NEVER, ONLY_BEFORE, N_CASES };

	for (int needs = 0; needs < N_CASES; needs++) {
		struct feed feed = three_threads();

		if (needs == ONLY_BEFORE) {
			NESTS(&feed, T2, A);
			FEED(&feed, T2, event_set, .id = EVENT, .woken = 0);
			FEED(&feed, T1, event_woken, .id = EVENT, .result = TT_WAKE_SET);
		}

		for (unsigned i = 0; i < TIMES; i++) {
			unsigned cond = COND + 10 + i;
			FEED(&feed, T1, cond_init, .id = cond);
			acquires(&feed, T1, A);
			acquires(&feed, T1, B);
			feed.n = 1000; /* one site */
			FEED(&feed, T1, cond_wait, .id = cond, .lock = B);
			feed.n = 2000 + 100 * i;
			releases(&feed, T1, B);
			FEED(&feed, T2, cond_notify, .id = cond, .asked = 1, .woken = 1);
			FEED(&feed, T1, cond_woken, .id = cond, .result = TT_WAKE_NOTIFIED);
			acquires(&feed, T1, B);
			releases(&feed, T1, B);
			releases(&feed, T1, A);
			FEED(&feed, T1, cond_destroy, .id = cond);
			if (needs == AT_OTHER_TIMES)
				NESTS(&feed, T2, A);
		}
		assert_n(&feed, needs == AT_OTHER_TIMES);
		assert_int_equal(feed.check->limits->len, needs == ONLY_BEFORE);
		feed_free(&feed);
	}
	(void)state;
}

/* T2 joins T1, which needs A; the main thread joins T2 with A held, when it has been cancelled, or not. */
static void test_cancelled_join(void **state)
{
	for (int cancelled = 0; cancelled < 2; cancelled++) {
		struct feed feed = all_of_it();

		begins_join(&feed, T2, T1);
		if (cancelled) {
			FEED(&feed, MAIN, thread_cancel, .id = T2);
			FEED(&feed, T2, thread_exit, .id = T2, .how = TT_END_CANCELLED);
		} else {
			NESTS(&feed, T1, A);
			exits(&feed, T1);
			joins(&feed, T2, T1);
			exits(&feed, T2);
		}
		acquires(&feed, MAIN, A);
		joins(&feed, MAIN, T2);
		releases(&feed, MAIN, A);
		if (cancelled) {
			NESTS(&feed, T1, A);
			exits(&feed, T1);
			assert_n(&feed, 1);
			assert_rule(found(&feed, 0), "TT013", TT_LEVEL_INVERSION);
			assert_true(has_note(found(&feed, 0), "T2 was cancelled, so it does not wait for thread"));
		} else {
			assert_n(&feed, 1);
			assert_rule(found(&feed, 0), "TT013", TT_LEVEL_PREDICTED);
		}
		feed_free(&feed);
	}
	(void)state;
}

/*
 * The last one at a barrier comes to it with A held, which the other had before, and so would wait with it if it came
 * first; not so if the other has A only later.
 */
static void test_last_at_a_barrier(void **state)
{
	for (int after = 0; after < 2; after++) {
		struct feed feed = three_threads();

		if (!after)
			NESTS(&feed, T1, A);
		FEED(&feed, T1, barrier_wait, .id = BARRIER, .parties = 2);
		acquires(&feed, T2, A);
		FEED(&feed, T2, barrier_passed, .id = BARRIER, .index = 1);
		releases(&feed, T2, A);
		FEED(&feed, T1, barrier_passed, .id = BARRIER, .waker = T2);
		if (after)
			NESTS(&feed, T1, A);
		assert_n(&feed, after ? 0 : 1);
		if (!after) {
			assert_rule(found(&feed, 0), "TT013", TT_LEVEL_PREDICTED);
			assert_string_equal(tt_finding_edge(found(&feed, 0), 0)->thread->name, "T2");
		}
		feed_free(&feed);
	}
	(void)state;
}

/*
 * A nested monitor: T2 waits with A held. T1 comes to A before it lets T2 go on, but had A before T2 did; or comes to
 * it after that only; or another lets T2 go on as well, who has nothing to do with A.
 */
static void test_wake_up_under_lock(void **state)
{
	enum { BEFORE, AFTER, ANOTHER, HANDLER };

	for (size_t i = 0; i < G_N_ELEMENTS(ways) - 1; i++) {
		for (int how = BEFORE; how <= HANDLER; how++) {
			struct feed feed = all_of_it();

			if (ways[i].wait == wait_barrier && how == ANOTHER)
				FEED(&feed, MAIN, barrier_init, .id = BARRIER, .parties = 2);
			if (how != AFTER)
				NESTS(&feed, T1, A);
			acquires(&feed, T2, A);
			ways[i].wait(&feed);
			if (how == HANDLER)
				waits(&feed, T1, A, T2); /* and what lets T2 go on is done by a handler, meanwhile */
			ways[i].let(&feed);
			ways[i].leave(&feed);
			releases(&feed, T2, A);
			if (how == AFTER || how == HANDLER)
				NESTS(&feed, T1, A);
			if (how == ANOTHER) {
				FEED(&feed, T3, cond_notify, .id = COND, .asked = 1);
				FEED(&feed, T3, event_set, .id = EVENT);
				posts(&feed, T3);
				FEED(&feed, T3, barrier_wait, .id = BARRIER, .parties = 2);
			}
			assert_n(&feed, how == BEFORE ? 1 : 0);
			if (how == BEFORE) {
				assert_rule(found(&feed, 0), "TT013", TT_LEVEL_PREDICTED);
				assert_int_equal(found(&feed, 0)->edges->len, 2);
				assert_string_equal(edge_text(tt_finding_edge(found(&feed, 0), 1)), "T1 has - wants A");
			}
			feed_free(&feed);
		}
	}
	(void)state;
}

/* A condition that is waited for with one lock, and later with another: each is given up for its wait. */
static void test_condition_with_two_locks(void **state)
{
	struct feed feed = all_of_it();

	for (unsigned lock = A; lock <= B; lock++) {
		acquires(&feed, T2, lock);
		FEED(&feed, T2, cond_wait, .id = COND, .lock = lock);
		releases(&feed, T2, lock);
		NESTS(&feed, T1, A);
		acquires(&feed, T1, A);
		FEED(&feed, T1, cond_notify, .id = COND, .asked = 1, .woken = 1);
		releases(&feed, T1, A);
		FEED(&feed, T2, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED, .waker = T1);
		acquires(&feed, T2, lock);
		releases(&feed, T2, lock);
	}
	assert_n(&feed, 0);
	feed_free(&feed);
	(void)state;
}

/*
 * T1 ends with A, in which it notifies a condition of A; MAIN joins it with A held, and did not need to wait for the
 * condition, since T1 was first. What MAIN did rests on that: not so if the condition is another lock's.
 */
static void test_section_that_is_relied_on(void **state)
{
	for (unsigned other = 0; other < 2; other++) {
		struct feed feed = feed_new(false);

		starts(&feed, MAIN, T1);
		if (other) {
			acquires(&feed, MAIN, B);
			FEED(&feed, MAIN, cond_wait, .id = COND, .lock = B);
			releases(&feed, MAIN, B);
		}
		acquires(&feed, T1, A);
		FEED(&feed, T1, cond_notify, .id = COND, .asked = 1, .woken = other);
		releases(&feed, T1, A);
		exits(&feed, T1);
		if (other) {
			FEED(&feed, MAIN, cond_woken, .id = COND, .result = TT_WAKE_TIMEOUT);
			acquires(&feed, MAIN, B);
			releases(&feed, MAIN, B);
		}
		acquires(&feed, MAIN, A);
		joins(&feed, MAIN, T1);
		releases(&feed, MAIN, A);
		assert_n(&feed, 1);
		assert_rule(found(&feed, 0), "TT013", other ? TT_LEVEL_PREDICTED : TT_LEVEL_POTENTIAL);
		assert_true(other || has_note(found(&feed, 0), "may have waited for that as well"));
		feed_free(&feed);
	}
	(void)state;
}

static void takes_place(struct feed *feed, unsigned who)
{
	FEED(feed, who, sem_acquired, .id = SEM);
}

static void gives_place(struct feed *feed, unsigned who)
{
	FEED(feed, who, sem_released, .id = SEM, .n = 1);
}

static void asks_with_place(struct feed *feed, unsigned who)
{
	takes_place(feed, who);
	NESTS(feed, who, A);
	gives_place(feed, who);
}

/*
 * T3 asks for a place with A held, which those who have the places ask for. It hangs if these have them all: not with a
 * place more, nor if one of them does not ask for A, nor if it has given its place back before it does.
 */
static void test_places_under_lock(void **state)
{
	enum { ALL_ASK, PLACE_MORE, ONE_DOES_NOT, ONE_HAS_NONE, CASES };

	for (int how = 0; how < CASES; how++) {
		struct feed feed = three_threads();

		starts(&feed, MAIN, T3);
		FEED(&feed, MAIN, sem_init, .id = SEM, .value = how == PLACE_MORE ? 3 : 2);
		asks_with_place(&feed, T1);
		if (how == ONE_DOES_NOT || how == ONE_HAS_NONE) {
			takes_place(&feed, T2);
			gives_place(&feed, T2);
			if (how == ONE_HAS_NONE)
				NESTS(&feed, T2, A);
		} else {
			asks_with_place(&feed, T2);
		}
		acquires(&feed, T3, A);
		takes_place(&feed, T3);
		gives_place(&feed, T3);
		releases(&feed, T3, A);
		assert_n(&feed, how == ALL_ASK ? 1 : 0);
		if (how == ALL_ASK) {
			assert_rule(found(&feed, 0), "TT013", TT_LEVEL_PREDICTED);
			assert_int_equal(found(&feed, 0)->edges->len, 3);
			assert_string_equal(edge_text(tt_finding_edge(found(&feed, 0), 0)),
			                    "T3 has A wants object-202");
			assert_true(strstr(found(&feed, 0)->verdict, "which T1 and T2 ask for with all its places"));
		}
		feed_free(&feed);
	}
	(void)state;
}

/* What T3 would have done next is not known, as it hangs: it might have set the event. */
static void test_run_that_hung(void **state)
{
	for (int hung = 0; hung < 2; hung++) {
		struct feed feed = three_threads();
		bool predicted = false;

		starts(&feed, MAIN, T3);
		NESTS(&feed, T1, A);
		FEED(&feed, T1, event_set, .id = EVENT);
		acquires(&feed, T2, A);
		FEED(&feed, T2, event_woken, .id = EVENT, .result = TT_WAKE_SET);
		releases(&feed, T2, A);
		if (hung) {
			acquires(&feed, T3, B);
			waits(&feed, T3, B, T3);
		}
		feed_finish(&feed);
		for (guint i = 0; i < n_found(&feed); i++)
			predicted |= strcmp(found(&feed, i)->rule->id, "TT013") == 0 &&
			             found(&feed, i)->level == TT_LEVEL_PREDICTED;
		assert_int_equal(predicted, !hung);
		feed_free(&feed);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_join_under_lock),          cmocka_unit_test(test_made_in_turn),
	    cmocka_unit_test(test_join_of_the_patient),      cmocka_unit_test(test_last_of_equals),
	    cmocka_unit_test(test_cancelled_join),           cmocka_unit_test(test_last_at_a_barrier),
	    cmocka_unit_test(test_wake_up_under_lock),       cmocka_unit_test(test_section_that_is_relied_on),
	    cmocka_unit_test(test_places_under_lock),        cmocka_unit_test(test_run_that_hung),
	    cmocka_unit_test(test_condition_with_two_locks),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
