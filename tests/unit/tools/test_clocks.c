/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "tale.h"
#include "ways.h"

/*
 * Happens-before: each thing that orders two threads does so in every order of the run, and orders no more than it has
 * to: not what was done after it, nor what the other did before.
 */

/* What one thread does is in order; what two do that have nothing to do with each other is not. */
static void test_program_order(void **state)
{
	struct tale tale = begin_threads();
	struct tt_point first = acts(&tale, T1), second = acts(&tale, T2), third = acts(&tale, T1);

	before(&tale, first, third, "one thread");
	unordered(&tale, first, second, "two threads");
	unordered(&tale, third, second, "two threads");
	end(&tale);
	(void)state;
}

static void test_making_of_a_thread(void **state)
{
	struct tale tale = begin();
	struct tt_point made = acts(&tale, MAIN);

	FEED(&tale.past.feed, MAIN, thread_create, .id = T1);
	struct tt_point later = acts(&tale, MAIN);
	FEED(&tale.past.feed, T1, thread_start, .id = T1);
	struct tt_point first = acts(&tale, T1);
	before(&tale, made, first, "before the making");
	unordered(&tale, later, first, "after the making");
	end(&tale);
	(void)state;
}

/* A join that gave up orders nothing. */
static void test_join(void **state)
{
	static const enum tt_wake results[] = {TT_WAKE_JOINED, TT_WAKE_TIMEOUT};

	for (size_t i = 0; i < G_N_ELEMENTS(results); i++) {
		struct tale tale = begin_threads();
		struct tt_point last = acts(&tale, T1), early = acts(&tale, T2);

		exits(&tale.past.feed, T1);
		FEED(&tale.past.feed, T2, thread_join_done, .id = T1, .result = results[i]);
		struct tt_point joined = acts(&tale, T2);
		if (results[i] == TT_WAKE_JOINED)
			before(&tale, last, joined, "joined");
		else
			unordered(&tale, last, joined, "the time was over");
		unordered(&tale, last, early, "before the join");
		end(&tale);
	}
	(void)state;
}

/* A timer is a thread: what comes before its start comes before it fires. */
static void test_timer(void **state)
{
	struct tale tale = begin();
	struct feed *feed = &tale.past.feed;
	struct tt_point first = acts(&tale, MAIN);

	FEED(feed, MAIN, timer_start, .id = T1, .interval_ns = 1000);
	FEED(feed, MAIN, thread_create, .id = T1);
	FEED(feed, T1, thread_start, .id = T1);
	struct tt_point later = acts(&tale, MAIN);
	FEED(feed, T1, timer_fired, .id = T1);
	struct tt_point fired = acts(&tale, T1);
	before(&tale, first, fired, "started");
	unordered(&tale, later, fired, "after the start");
	end(&tale);
	(void)state;
}

/* A condition, an event, a semaphore made with 0, a barrier, a lock that another gives back. */
static void test_ways(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
		struct tale tale = begin_threads();
		struct feed *feed = &tale.past.feed;
		struct tt_point early = acts(&tale, T2);

		ways[i].wait(feed);
		struct tt_point first = acts(&tale, T1), letting = past_now(&tale.past, T1);
		ways[i].let(feed);
		struct tt_point later = acts(&tale, T1), leaving = past_now(&tale.past, T2);
		ways[i].leave(feed);
		struct tt_point second = acts(&tale, T2);
		before(&tale, first, second, ways[i].what);
		before(&tale, letting, second, ways[i].what);
		unordered(&tale, first, early, ways[i].what);
		unordered(&tale, later, second, ways[i].what);
		/* What the waiter did is known to the other at a barrier only. */
		expect(&tale, early, later, ways[i].wait == wait_barrier, ways[i].what);
		expect(&tale, first, leaving, false, ways[i].what);
		end(&tale);
	}
	(void)state;
}

/* What is known goes on from thread to thread, and by which action is told. */
static void test_chain(void **state)
{
	struct past past = past_begin();
	struct feed *feed = &past.feed;

	for (unsigned who = T1; who <= T3; who++)
		starts(feed, MAIN, who);
	for (unsigned sem = SEM; sem <= SEM + 1; sem++)
		FEED(feed, MAIN, sem_init, .id = sem);
	struct tt_point first = past_now(&past, T1);
	NESTS(feed, T1, A);
	FEED(feed, T1, sem_released, .id = SEM, .n = 1);
	FEED(feed, T2, sem_acquired, .id = SEM);
	FEED(feed, T2, sem_released, .id = SEM + 1, .n = 1);
	uint32_t wait = past_now(&past, T3).position, through = 0;
	FEED(feed, T3, sem_acquired, .id = SEM + 1);
	struct tt_point second = past_now(&past, T3);
	NESTS(feed, T3, A);
	past_end(&past);
	struct tt_vector_clocks *clocks = clocks_of(&past);
	assert_true(tt_vc_before(clocks, first, second, &through));
	assert_int_equal(through, wait);
	tt_vector_clocks_free(clocks);
	past_free(&past);
	(void)state;
}

/* Critical sections can change places, of any kind of lock; but those who come after a once come after its routine. */
static void test_locks(void **state)
{
	static const uint8_t kinds[] = {TT_KIND_MUTEX, TT_KIND_RLOCK, TT_KIND_RWLOCK, TT_KIND_SPIN, TT_KIND_ONCE};

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct tale tale = begin_threads();
		struct tt_point first = acts(&tale, T1);

		tale.past.feed.kind = kinds[i];
		NESTS(&tale.past.feed, T1, A);
		NESTS(&tale.past.feed, T2, A);
		struct tt_point second = acts(&tale, T2);
		if (kinds[i] == TT_KIND_ONCE)
			before(&tale, first, second, "once");
		else
			unordered(&tale, first, second, tt_word_lock_kind(kinds[i]));
		end(&tale);
	}
	(void)state;
}

/* A try that failed does not have to fail again. */
static void test_failure(void **state)
{
	struct tale tale = begin_threads();
	struct tt_point first = acts(&tale, T1);

	acquires(&tale.past.feed, T1, A);
	FEED(&tale.past.feed, T2, lock_failed, .id = A, .kind = TT_KIND_MUTEX, .why = TT_FAILURE_BUSY);
	unordered(&tale, first, acts(&tale, T2), "a try that failed");
	end(&tale);
	(void)state;
}

/* Nobody uses what is not made; but who makes it by coming to it first makes it for nobody. */
static void test_making_of_an_object(void **state)
{
	for (int first_sight = 0; first_sight < 2; first_sight++) {
		struct tale tale = begin_threads();
		struct feed *feed = &tale.past.feed;
		struct tt_point first = acts(&tale, T1);

		FEED(feed, T1, lock_init, .id = A, .kind = TT_KIND_LOCK);
		if (first_sight)
			feed->n--;
		acquires(feed, T1, A);
		releases(feed, T1, A);
		NESTS(feed, T2, A);
		if (first_sight)
			unordered(&tale, first, acts(&tale, T2), "first sight");
		else
			before(&tale, first, acts(&tale, T2), "made");
		end(&tale);
	}
	(void)state;
}

/* What was done to it comes before its end. */
static void test_end_of_an_object(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;
	struct tt_point first = acts(&tale, T1);

	NESTS(feed, T1, A);
	FEED(feed, T2, lock_destroy, .id = A, .kind = TT_KIND_MUTEX);
	before(&tale, first, acts(&tale, T2), "destroyed");
	end(&tale);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_program_order),
	    cmocka_unit_test(test_making_of_a_thread),
	    cmocka_unit_test(test_join),
	    cmocka_unit_test(test_timer),
	    cmocka_unit_test(test_ways),
	    cmocka_unit_test(test_chain),
	    cmocka_unit_test(test_locks),
	    cmocka_unit_test(test_failure),
	    cmocka_unit_test(test_making_of_an_object),
	    cmocka_unit_test(test_end_of_an_object),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
