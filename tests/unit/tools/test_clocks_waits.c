/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "tale.h"

/*
 * Happens-before by semaphores, barriers, conditions and events: which of several that can have let a thread go on did.
 */

/* With n places at first, wait j needs j - n posts: the first of them. */
static void test_semaphore_with_a_value(void **state)
{
	for (unsigned value = 0; value < 3; value++) {
		struct tale tale = begin_threads();
		struct feed *feed = &tale.past.feed;
		struct tt_point posted[3];

		FEED(feed, MAIN, sem_init, .id = SEM, .value = value);
		for (unsigned i = 0; i < 3; i++) {
			posted[i] = acts(&tale, T1);
			posts(feed, T1);
		}
		for (unsigned j = 0; j < 3; j++) {
			takes(feed, T2);
			struct tt_point taken = acts(&tale, T2);
			for (unsigned i = 0; i < 3; i++)
				expect(&tale, posted[i], taken, i + value <= j, "semaphore");
		}
		end(&tale);
	}
	(void)state;
}

/* One that was made before the trace had what its first event says. */
static void test_semaphore_from_before(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;

	FEED(feed, T2, sem_acquired, .id = SEM, .value = 1);
	struct tt_point first = acts(&tale, T1);
	posts(feed, T1);
	takes(feed, T2);
	struct tt_point second = acts(&tale, T2);
	takes(feed, T2);
	struct tt_point third = acts(&tale, T2);
	unordered(&tale, first, second, "there were two places");
	before(&tale, first, third, "and no third");
	end(&tale);
	(void)state;
}

/* A post of many lets so many go on; the rest is for the next post. As many as there can be cost no more than one. */
static void test_post_of_many(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;

	FEED(feed, MAIN, sem_init, .id = SEM);
	struct tt_point first = acts(&tale, T1);
	FEED(feed, T1, sem_released, .id = SEM, .n = 2);
	struct tt_point later = acts(&tale, T1);
	FEED(feed, T1, sem_released, .id = SEM, .n = UINT32_MAX);
	for (unsigned i = 0; i < 3; i++) {
		takes(feed, T2 + i);
		struct tt_point taken = acts(&tale, T2 + i);
		before(&tale, first, taken, "a post of two");
		expect(&tale, later, taken, i == 2, "the post after it");
	}
	end(&tale);
	(void)state;
}

/* Arrivals come before each departure of their round, departures before none. */
static void test_barrier_of_three(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;
	struct tt_point arrived[3], waiting, left[3];

	for (unsigned i = 0; i < 3; i++)
		arrived[i] = acts(&tale, T1 + i);
	FEED(feed, T1, barrier_wait, .id = BARRIER, .parties = 3);
	FEED(feed, T2, barrier_wait, .id = BARRIER, .parties = 3);
	waiting = past_now(&tale.past, T2);
	FEED(feed, T3, barrier_passed, .id = BARRIER, .index = 2);
	left[2] = acts(&tale, T3);
	FEED(feed, T1, barrier_passed, .id = BARRIER, .waker = T3);
	left[0] = acts(&tale, T1);
	FEED(feed, T2, barrier_passed, .id = BARRIER, .waker = T3);
	left[1] = acts(&tale, T2);
	expect(&tale, arrived[0], waiting, false, "arrivals");
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned j = 0; j < 3; j++)
			expect(&tale, arrived[i], left[j], true, "arrival and departure");
		expect(&tale, left[i], left[(i + 1) % 3], false, "departures");
		expect(&tale, arrived[i], arrived[(i + 1) % 3], false, "arrivals");
	}
	end(&tale);
	(void)state;
}

/* Who comes in one round waits for nobody of another. */
static void test_rounds_of_a_barrier(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;
	struct tt_point first = acts(&tale, T1);

	FEED(feed, T1, barrier_wait, .id = BARRIER, .parties = 2);
	FEED(feed, T2, barrier_passed, .id = BARRIER, .index = 1);
	FEED(feed, T1, barrier_passed, .id = BARRIER, .waker = T2);
	FEED(feed, T3, barrier_wait, .id = BARRIER, .parties = 2);
	FEED(feed, T4, barrier_passed, .id = BARRIER, .index = 1);
	FEED(feed, T3, barrier_passed, .id = BARRIER, .waker = T4);
	unordered(&tale, first, acts(&tale, T4), "another round");
	end(&tale);
	(void)state;
}

/* Two wait; the second is notified first. */
static struct tt_point notify_twice(struct tale *tale, struct tt_point left[2])
{
	struct feed *feed = &tale->past.feed;

	for (unsigned who = T2; who <= T3; who++) {
		acquires(feed, who, G);
		FEED(feed, who, cond_wait, .id = COND, .lock = G);
		releases(feed, who, G);
	}
	FEED(feed, T4, cond_notify, .id = COND, .asked = 1, .woken = 1);
	struct tt_point second = acts(tale, T5);
	FEED(feed, T5, cond_notify, .id = COND, .asked = 1, .woken = 1);
	for (unsigned who = T3; who >= T2; who--) {
		FEED(feed, who, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED);
		left[who - T2] = acts(tale, who);
	}
	return second;
}

/* The library's wake in the order in which they came; of pthreads it is the first notify that can have been it. */
static void test_conditions(void **state)
{
	static const struct {
		uint8_t kind;
		unsigned woken; /* by the second notify */
	} cases[] = {{TT_KIND_LOCK, T3}, {TT_KIND_RLOCK, T3}, {TT_KIND_MUTEX, T2}, {TT_KIND_ERRORCHECK, T2}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tale tale = begin_threads();
		struct tt_point left[2];

		tale.past.feed.kind = cases[i].kind;
		struct tt_point second = notify_twice(&tale, left);
		for (unsigned j = 0; j < 2; j++)
			expect(&tale, second, left[j], T2 + j == cases[i].woken, tt_word_lock_kind(cases[i].kind));
		end(&tale);
	}
	(void)state;
}

/* All who wait come after a notify of all; who came to wait after it, or whose time was over, does not. */
static void test_notify_all(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;

	FEED(feed, T2, cond_wait, .id = COND, .lock = G);
	FEED(feed, T3, cond_wait, .id = COND, .lock = G);
	FEED(feed, T4, cond_wait, .id = COND, .lock = G, .timeout_ns = 1);
	struct tt_point first = acts(&tale, T1);
	FEED(feed, T1, cond_notify, .id = COND, .asked = -1);
	FEED(feed, T5, cond_wait, .id = COND, .lock = G);
	for (unsigned who = T2; who <= T5; who++) {
		FEED(feed, who, cond_woken, .id = COND, .result = who == T4 ? TT_WAKE_TIMEOUT : TT_WAKE_NOTIFIED);
		expect(&tale, first, acts(&tale, who), who == T2 || who == T3, feed_name(who));
	}
	end(&tale);
	(void)state;
}

/* Who finds an event set comes after what set it, which is not a set since; a clear ends that. */
static void test_event_that_is_set(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;
	struct tt_point cleared = acts(&tale, T1);

	FEED(feed, T1, event_set, .id = EVENT);
	FEED(feed, T1, event_clear, .id = EVENT);
	struct tt_point first = acts(&tale, T3);
	FEED(feed, T3, event_set, .id = EVENT);
	struct tt_point again = acts(&tale, T4);
	FEED(feed, T4, event_set, .id = EVENT);
	FEED(feed, T2, event_woken, .id = EVENT, .result = TT_WAKE_SET);
	struct tt_point second = acts(&tale, T2);
	before(&tale, first, second, "set");
	unordered(&tale, again, second, "set already");
	unordered(&tale, cleared, second, "cleared");
	end(&tale);
	(void)state;
}

/* Nor does one whose time was over. */
/* One that waits is woken by the set, also where the event is cleared before it has come back. */
static void test_event_that_is_cleared_again(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;

	FEED(feed, T2, event_wait, .id = EVENT);
	struct tt_point first = acts(&tale, T1);
	FEED(feed, T1, event_set, .id = EVENT);
	FEED(feed, T1, event_clear, .id = EVENT);
	FEED(feed, T2, event_woken, .id = EVENT, .result = TT_WAKE_SET);
	before(&tale, first, acts(&tale, T2), "set, then cleared");
	end(&tale);
	(void)state;
}

/* Who came in a round that broke is none of those who come in the next. */
static void test_round_after_a_broken_one(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;
	struct tt_point first = acts(&tale, T1);

	FEED(feed, T1, barrier_wait, .id = BARRIER, .parties = 3);
	FEED(feed, T2, barrier_abort, .id = BARRIER);
	FEED(feed, T2, barrier_reset, .id = BARRIER);
	FEED(feed, T3, barrier_wait, .id = BARRIER, .parties = 2);
	FEED(feed, T4, barrier_passed, .id = BARRIER, .index = 1);
	unordered(&tale, first, acts(&tale, T4), "a broken round");
	end(&tale);
	(void)state;
}

static void test_event_timeout(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;

	FEED(feed, T2, event_wait, .id = EVENT, .timeout_ns = 1);
	struct tt_point first = acts(&tale, T1);
	FEED(feed, T1, event_set, .id = EVENT);
	FEED(feed, T2, event_woken, .id = EVENT, .result = TT_WAKE_TIMEOUT);
	unordered(&tale, first, acts(&tale, T2), "the time was over");
	end(&tale);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_event_that_is_cleared_again),
	    cmocka_unit_test(test_round_after_a_broken_one),
	    cmocka_unit_test(test_semaphore_with_a_value),
	    cmocka_unit_test(test_semaphore_from_before),
	    cmocka_unit_test(test_post_of_many),
	    cmocka_unit_test(test_barrier_of_three),
	    cmocka_unit_test(test_rounds_of_a_barrier),
	    cmocka_unit_test(test_conditions),
	    cmocka_unit_test(test_notify_all),
	    cmocka_unit_test(test_event_that_is_set),
	    cmocka_unit_test(test_event_timeout),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
