/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "prediction.h"
#include "ways.h"

/*
 * What another order of the run can lead into, and what it cannot: for each thing that orders threads the smallest run
 * in which it keeps two apart, and the nearest in which it does not.
 */

/* T1 nests, lets T2 go on, which then nests the other way. */
static void test_let_go_after(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
		struct feed feed = all_of_it();

		ways[i].wait(&feed);
		NESTS(&feed, T1, A, B);
		ways[i].let(&feed);
		ways[i].leave(&feed);
		NESTS(&feed, T2, B, A);
		g_autofree char *why = g_strdup_printf("%s puts what T1 does here before what T2 does", ways[i].what);
		assert_excluded(&feed, why);
		feed_free(&feed);
	}
	(void)state;
}

/* T1 lets T2 go on before it nests. The steps say so. */
static void test_let_go_before(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
		struct feed feed = all_of_it();

		ways[i].wait(&feed);
		ways[i].let(&feed);
		NESTS(&feed, T1, A, B);
		ways[i].leave(&feed);
		NESTS(&feed, T2, B, A);
		assert_predicted(&feed);
		feed_free(&feed);
	}
	(void)state;
}

static void test_steps(void **state)
{
	struct feed feed = all_of_it();

	wait_event(&feed);
	let_event(&feed);
	NESTS(&feed, T1, A, B);
	leave_event(&feed);
	NESTS(&feed, T2, B, A);
	assert_predicted(&feed);
	assert_step(&feed, 0, "T1", TT_EVENT_event_set, "object-201");
	assert_step(&feed, 1, "T1", TT_EVENT_lock_acquired, "A");
	assert_step(&feed, 2, "T2", TT_EVENT_event_woken, "object-201");
	assert_step(&feed, 3, "T2", TT_EVENT_lock_acquired, "B");
	assert_step(&feed, 4, "T1", TT_EVENT_lock_wait, "B");
	assert_step(&feed, 5, "T2", TT_EVENT_lock_wait, "A");
	assert_int_equal(found(&feed, 0)->witness->len, 6);
	feed_free(&feed);
	(void)state;
}

/* An event that was set when T2 came to it, so that it did not wait; and was cleared and set again before. */
static void test_event_that_was_set(void **state)
{
	struct feed feed = all_of_it();

	let_event(&feed);
	NESTS(&feed, T1, A, B);
	FEED(&feed, T1, event_clear, .id = EVENT);
	let_event(&feed);
	FEED(&feed, T2, event_woken, .id = EVENT, .result = TT_WAKE_SET);
	NESTS(&feed, T2, B, A);
	assert_excluded(&feed, "event \"object-201\" puts");
	feed_free(&feed);

	feed = all_of_it();
	let_event(&feed);
	NESTS(&feed, T1, A, B);
	let_event(&feed);
	FEED(&feed, T2, event_woken, .id = EVENT, .result = TT_WAKE_SET);
	NESTS(&feed, T2, B, A);
	assert_predicted(&feed);
	feed_free(&feed);
	(void)state;
}

/* The post that a wait needs is that which made up for the first value. */
static void test_semaphore_with_a_value(void **state)
{
	for (unsigned value = 0; value < 2; value++) {
		struct feed feed = all_of_it();

		FEED(&feed, MAIN, sem_init, .id = SEM, .value = value);
		NESTS(&feed, T1, A, B);
		posts(&feed, T1);
		takes(&feed, T2);
		NESTS(&feed, T2, B, A);
		if (value == 0)
			assert_excluded(&feed, "semaphore");
		else
			assert_predicted(&feed);
		feed_free(&feed);
	}
	(void)state;
}

/* A wait that ended since the thread was cancelled: what its clean-up handlers do comes after the cancelling. */
static void test_cancelled_wait(void **state)
{
	for (int after = 0; after < 2; after++) {
		struct feed feed = all_of_it();

		wait_condition(&feed);
		if (!after)
			NESTS(&feed, T1, A, B);
		FEED(&feed, T1, thread_cancel, .id = T2);
		if (after)
			NESTS(&feed, T1, A, B);
		FEED(&feed, T2, cond_woken, .id = COND, .result = TT_WAKE_CANCELLED);
		acquires(&feed, T2, G);
		releases(&feed, T2, G);
		NESTS(&feed, T2, B, A);
		if (after)
			assert_predicted(&feed);
		else
			assert_excluded(&feed, "condition \"object-200\" puts");
		feed_free(&feed);
	}
	(void)state;
}

static void passes_once(struct feed *feed, unsigned who, enum tt_mode mode)
{
	FEED(feed, who, lock_acquired, .id = Z, .kind = TT_KIND_ONCE, .mode = mode, .depth = 1);
	if (mode == TT_MODE_EXCLUSIVE)
		NESTS(feed, who, A, B);
	FEED(feed, who, lock_released, .id = Z, .kind = TT_KIND_ONCE, .mode = mode);
}

/* Who comes past a once comes after its routine, but not after others who came past it. */
static void test_once_that_is_done(void **state)
{
	struct feed feed = all_of_it();

	passes_once(&feed, T1, TT_MODE_EXCLUSIVE);
	passes_once(&feed, T2, TT_MODE_SHARED);
	NESTS(&feed, T2, B, A);
	assert_excluded(&feed, "once \"Z\" puts");
	feed_free(&feed);

	feed = all_of_it();
	passes_once(&feed, T1, TT_MODE_EXCLUSIVE);
	NESTS(&feed, T2, B, C);
	passes_once(&feed, T2, TT_MODE_SHARED);
	passes_once(&feed, T3, TT_MODE_SHARED);
	NESTS(&feed, T3, C, B);
	assert_predicted(&feed);
	feed_free(&feed);
	(void)state;
}

/* Who comes after a barrier comes after all that came to it, the last or not. */
static void test_barrier_of_three(void **state)
{
	struct feed feed = all_of_it();

	NESTS(&feed, T1, A, B);
	FEED(&feed, T1, barrier_wait, .id = BARRIER, .parties = 3);
	FEED(&feed, T2, barrier_wait, .id = BARRIER, .parties = 3);
	FEED(&feed, T3, barrier_passed, .id = BARRIER);
	FEED(&feed, T2, barrier_passed, .id = BARRIER, .waker = T3);
	NESTS(&feed, T2, B, A);
	assert_excluded(&feed, "barrier");
	feed_free(&feed);

	feed = all_of_it();
	FEED(&feed, T1, barrier_wait, .id = BARRIER, .parties = 3);
	FEED(&feed, T2, barrier_wait, .id = BARRIER, .parties = 3);
	FEED(&feed, T3, barrier_passed, .id = BARRIER);
	FEED(&feed, T1, barrier_passed, .id = BARRIER, .waker = T3);
	NESTS(&feed, T1, A, B);
	FEED(&feed, T2, barrier_passed, .id = BARRIER, .waker = T3);
	NESTS(&feed, T2, B, A);
	assert_predicted(&feed);
	feed_free(&feed);
	(void)state;
}

/* What failed must fail again: T2 found C taken, so T1 has it then. */
static void test_a_try_that_failed(void **state)
{
	struct feed feed = all_of_it();

	acquires(&feed, T1, C);
	FEED(&feed, T2, lock_failed, .id = C, .kind = TT_KIND_MUTEX, .why = TT_FAILURE_BUSY);
	releases(&feed, T1, C);
	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	assert_predicted(&feed);
	feed_free(&feed);

	/* It was T1's second time, after the nesting. */
	feed = all_of_it();
	NESTS(&feed, T1, A, B);
	acquires(&feed, T1, C);
	FEED(&feed, T2, lock_failed, .id = C, .kind = TT_KIND_MUTEX, .why = TT_FAILURE_BUSY);
	releases(&feed, T1, C);
	NESTS(&feed, T2, B, A);
	assert_potential(&feed);
	feed_free(&feed);
	(void)state;
}

/* With lost events, or locks from before the trace, nothing is predicted. */
static void test_loss(void **state)
{
	struct feed feed = feed_new(false);
	struct tt_discarded loss = {.begin_ns = 0, .end_ns = 1, .count = 1};

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	tt_check_add_discarded(feed.check, &loss);
	assert_potential(&feed);
	feed_free(&feed);

	feed = feed_new(false);
	waits(&feed, T3, G, T4);
	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	assert_potential(&feed);
	assert_true(has_note(found(&feed, 0), "from before the trace"));
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_let_go_after),
	    cmocka_unit_test(test_let_go_before),
	    cmocka_unit_test(test_steps),
	    cmocka_unit_test(test_event_that_was_set),
	    cmocka_unit_test(test_semaphore_with_a_value),
	    cmocka_unit_test(test_once_that_is_done),
	    cmocka_unit_test(test_cancelled_wait),
	    cmocka_unit_test(test_barrier_of_three),
	    cmocka_unit_test(test_a_try_that_failed),
	    cmocka_unit_test(test_loss),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
