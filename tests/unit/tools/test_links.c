/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "past.h"

/* The links of a history: of each action what it comes after, of each acquire its release, of each thread the next. */

static struct past begin(void)
{
	struct past past = past_begin();

	for (unsigned who = T1; who <= T5; who++)
		starts(&past.feed, MAIN, who);
	return past;
}

/* Where the latest action is. */
static uint32_t at(const struct past *past)
{
	return past->history->len - 1;
}

#define DO(past, position, who, event, ...)                                                                            \
	do {                                                                                                           \
		FEED(&(past)->feed, who, event, __VA_ARGS__);                                                          \
		*(position) = at(past);                                                                                \
	} while (0)

static void assert_after(const struct past *past, uint32_t later, uint32_t earlier)
{
	assert_int_equal(tt_hb_predecessors_next(past->links, later, TT_NO_POSITION), earlier);
	if (earlier != TT_NO_POSITION && tt_history_at(past->history, earlier)->type != TT_EVENT_barrier_wait)
		assert_int_equal(tt_hb_predecessors_next(past->links, later, earlier), TT_NO_POSITION);
}

static void test_threads(void **state)
{
	enum { T6 = T5 + 1, T7 };
	struct past past = past_begin();
	uint32_t made, started, ended, joined, failed, cancel, again, gone, other;

	DO(&past, &made, MAIN, thread_create, .id = T6);
	DO(&past, &other, MAIN, thread_create, .id = T7);
	DO(&past, &started, T6, thread_start, .id = T6);
	DO(&past, &cancel, MAIN, thread_cancel, .id = T6);
	DO(&past, &again, MAIN, thread_cancel, .id = T6);
	DO(&past, &failed, MAIN, thread_join_done, .id = T6, .result = TT_WAKE_TIMEOUT);
	DO(&past, &ended, T6, thread_exit, .id = T6, .how = TT_END_CANCELLED);
	DO(&past, &joined, MAIN, thread_join_done, .id = T6, .result = TT_WAKE_JOINED);
	FEED(&past.feed, MAIN, thread_cancel, .id = T7);
	DO(&past, &gone, T7, thread_exit, .id = T7, .how = TT_END_RETURNED);
	past_end(&past);
	assert_after(&past, started, made);
	assert_after(&past, ended, cancel);
	assert_after(&past, joined, ended);
	assert_after(&past, failed, TT_NO_POSITION);
	assert_after(&past, gone, other); /* it ended by itself */
	assert_int_equal(past.links->first[past_number(&past, T6)], started);
	assert_int_equal(past.links->next[started], ended);
	assert_int_equal(past.links->next[ended], TT_NO_POSITION);
	assert_int_equal(past.links->next[made], other);
	assert_int_equal(past.links->next[again], failed);
	assert_int_equal(past.links->first[past_number(&past, MAIN)], 0);
	past_free(&past);
	(void)state;
}

/* An object is made before others use it, and destroyed after. */
static void test_objects(void **state)
{
	struct past past = begin();
	uint32_t made, first, last, destroyed;

	DO(&past, &made, MAIN, event_init, .id = EVENT);
	DO(&past, &first, T1, event_clear, .id = EVENT);
	DO(&past, &last, T2, event_clear, .id = EVENT);
	DO(&past, &destroyed, MAIN, event_destroy, .id = EVENT);
	past_end(&past);
	assert_after(&past, first, made);
	assert_after(&past, last, made);
	assert_after(&past, destroyed, last);
	past_free(&past);
	(void)state;
}

/* A static one is made by who comes first, in the same call: that orders nothing; in another call it does. */
static void test_static_objects(void **state)
{
	for (int how = 0; how < 3; how++) {
		struct past past = begin();
		uint32_t made, other;

		DO(&past, &made, T1, event_init, .id = EVENT);
		past.feed.n -= how != 1;
		FEED(&past.feed, how == 2 ? T3 : T1, event_set, .id = EVENT);
		DO(&past, &other, T2, event_clear, .id = EVENT);
		past_end(&past);
		assert_after(&past, other, how ? made : TT_NO_POSITION);
		past_free(&past);
	}
	(void)state;
}

/* The latest place that a thread took comes back first; of several at once as many. */
static void test_matches(void **state)
{
	struct past past = begin();
	uint32_t lock, unlock, places[4], one, two, others;

	DO(&past, &lock, T1, lock_acquired, .id = A, .depth = 1);
	FEED(&past.feed, MAIN, sem_init, .id = SEM, .value = 9);
	for (unsigned i = 0; i < 3; i++)
		DO(&past, &places[i], T1, sem_acquired, .id = SEM, .value = 8 - i);
	DO(&past, &others, T2, sem_acquired, .id = SEM, .value = 5);
	DO(&past, &one, T1, sem_released, .id = SEM, .n = 1);
	DO(&past, &places[3], T1, sem_acquired, .id = SEM, .value = 5);
	DO(&past, &unlock, T1, lock_released, .id = A);
	DO(&past, &two, T1, sem_released, .id = SEM, .n = 2);
	past_end(&past);
	assert_int_equal(past.links->match[lock], unlock);
	assert_int_equal(past.links->match[unlock], lock);
	assert_int_equal(past.links->match[places[2]], one);
	assert_int_equal(past.links->match[one], places[2]);
	assert_int_equal(past.links->match[places[3]], two);
	assert_int_equal(past.links->match[places[1]], two);
	assert_int_equal(past.links->match[two], places[1]);
	assert_int_equal(past.links->match[places[0]], TT_NO_POSITION);
	assert_int_equal(past.links->match[others], TT_NO_POSITION);
	assert_int_equal(past.links->places[tt_model_object(past.history->process, SEM)->number], 9);
	assert_int_equal(past.links->uses[tt_model_object(past.history->process, SEM)->number], TT_SYNC_PERMITS);
	assert_int_equal(past.links->uses[tt_model_object(past.history->process, A)->number], TT_SYNC_LOCK);
	assert_true(tt_action_acquires(tt_history_at(past.history, others)));
	assert_false(tt_action_releases(tt_history_at(past.history, others)));
	assert_true(tt_action_releases(tt_history_at(past.history, two)));
	assert_false(tt_action_acquires(tt_history_at(past.history, two)));
	past_free(&past);
	(void)state;
}

/* Signals: the first ones are those that it began with, each next one of the post that it is counted in. */
static void test_signals(void **state)
{
	for (unsigned value = 0; value < 3; value++) {
		struct past past = begin();
		uint32_t made, posts[3], taken[5];
		static const uint32_t counts[] = {2, 1, 3};

		DO(&past, &made, MAIN, sem_init, .id = SEM, .value = value);
		for (unsigned i = 0; i < 3; i++)
			DO(&past, &posts[i], T1, sem_released, .id = SEM, .n = counts[i]);
		for (unsigned i = 0; i < 5; i++)
			DO(&past, &taken[i], T2 + i % 2, sem_acquired, .id = SEM);
		past_end(&past);
		for (unsigned i = 0; i < 5; i++) {
			uint32_t n = i < value ? 0 : i - value;
			assert_after(&past, taken[i], i < value ? made : posts[n < 2 ? 0 : n < 3 ? 1 : 2]);
			assert_int_equal(past.links->match[taken[i]], TT_NO_POSITION);
		}
		assert_int_equal(past.links->uses[tt_model_object(past.history->process, SEM)->number],
		                 TT_SYNC_SIGNALS);
		past_free(&past);
	}
	(void)state;
}

/* Of one that was made before the trace, the first event tells what it had. */
static void test_first_value(void **state)
{
	for (int post = 0; post < 2; post++) {
		struct past past = begin();

		if (post)
			FEED(&past.feed, T1, sem_released, .id = SEM, .n = 1, .value = 7);
		FEED(&past.feed, T1, sem_acquired, .id = SEM, .value = 4);
		FEED(&past.feed, T1, sem_acquired, .id = SEM, .value = 3);
		past_end(&past);
		assert_int_equal(past.links->places[tt_model_object(past.history->process, SEM)->number], post ? 0 : 5);
		past_free(&past);
	}
	(void)state;
}

/* What failed comes after the latest acquire, if it is to fail again; who comes past a once after its routine. */
static void test_failures_and_onces(void **state)
{
	struct past past = begin();
	uint32_t taken, failed, sem, sem_failed, routine, past_it, later;

	DO(&past, &taken, T1, lock_acquired, .id = A, .depth = 1);
	DO(&past, &failed, T2, lock_failed, .id = A, .why = TT_FAILURE_BUSY);
	DO(&past, &sem, T1, sem_acquired, .id = SEM);
	DO(&past, &sem_failed, T2, sem_failed, .id = SEM, .why = TT_FAILURE_BUSY);
	past.feed.kind = TT_KIND_ONCE;
	acquires(&past.feed, T1, B);
	DO(&past, &routine, T1, lock_released, .id = B, .kind = TT_KIND_ONCE);
	for (unsigned i = 0; i < 2; i++) {
		DO(&past, i ? &later : &past_it, T2 + i, lock_acquired, .id = B, .kind = TT_KIND_ONCE,
		   .mode = TT_MODE_SHARED, .depth = 1);
		FEED(&past.feed, T2 + i, lock_released, .id = B, .kind = TT_KIND_ONCE, .mode = TT_MODE_SHARED);
	}
	past_end(&past);
	assert_after(&past, failed, taken);
	assert_after(&past, sem_failed, sem);
	assert_after(&past, past_it, routine);
	assert_after(&past, later, routine);
	assert_false(tt_hb_is_unconditional(tt_history_at(past.history, failed)));
	assert_false(tt_hb_is_unconditional(tt_history_at(past.history, sem_failed)));
	assert_true(tt_hb_is_unconditional(tt_history_at(past.history, taken)));
	past_free(&past);
	(void)state;
}

/* A barrier: the last comes after all of the round, the others after it; who broke it, after whom it was broken. */
static void test_barriers(void **state)
{
	struct past past = begin();
	uint32_t arrivals[4], last, left, aborted, broken, late;

	DO(&past, &arrivals[0], T1, barrier_wait, .id = BARRIER, .parties = 3);
	DO(&past, &arrivals[1], T2, barrier_wait, .id = BARRIER, .parties = 3);
	DO(&past, &last, T3, barrier_passed, .id = BARRIER);
	DO(&past, &left, T1, barrier_passed, .id = BARRIER, .waker = T3);
	FEED(&past.feed, T2, barrier_passed, .id = BARRIER, .waker = T3);
	DO(&past, &arrivals[2], T1, barrier_wait, .id = BARRIER, .parties = 3);
	DO(&past, &aborted, T4, barrier_abort, .id = BARRIER);
	DO(&past, &broken, T1, barrier_broken, .id = BARRIER, .why = TT_BREAK_ABORT, .waker = T4);
	DO(&past, &late, T5, barrier_broken, .id = BARRIER, .why = TT_BREAK_ABORT);
	DO(&past, &arrivals[3], T2, barrier_wait, .id = BARRIER, .parties = 3);
	past_end(&past);
	assert_after(&past, last, arrivals[1]);
	assert_int_equal(tt_hb_predecessors_next(past.links, last, arrivals[1]), arrivals[0]);
	assert_int_equal(tt_hb_predecessors_next(past.links, last, arrivals[0]), TT_NO_POSITION);
	assert_after(&past, left, last);
	for (unsigned i = 0; i < 4; i++)
		assert_after(&past, arrivals[i], TT_NO_POSITION);
	assert_after(&past, broken, aborted);
	assert_after(&past, late, broken); /* which broke it anew */
	past_free(&past);
	(void)state;
}

/* Conditions of pthreads: each notify counts for as many as it asked for, of those who waited then. */
static void test_conditions(void **state)
{
	struct past past = begin();
	uint32_t first, second, woken[4], cancel, cancelled;

	FEED(&past.feed, MAIN, lock_init, .id = A, .kind = TT_KIND_MUTEX);
	FEED(&past.feed, T5, cond_notify, .id = COND, .asked = 5);
	for (unsigned who = T1; who <= T4; who++)
		FEED(&past.feed, who, cond_wait, .id = COND, .lock = A);
	DO(&past, &first, T5, cond_notify, .id = COND, .asked = 2);
	DO(&past, &second, T5, cond_notify, .id = COND, .asked = 1);
	for (unsigned i = 0; i < 3; i++)
		DO(&past, &woken[i], T1 + i, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED);
	DO(&past, &cancel, MAIN, thread_cancel, .id = T4);
	DO(&past, &cancelled, T4, cond_woken, .id = COND, .result = TT_WAKE_CANCELLED);
	FEED(&past.feed, T1, cond_wait, .id = COND, .lock = A);
	DO(&past, &woken[3], T1, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED);
	past_end(&past);
	assert_after(&past, woken[0], first);
	assert_after(&past, woken[1], first);
	assert_after(&past, woken[2], second);
	assert_after(&past, woken[3], TT_NO_POSITION);
	assert_after(&past, cancelled, cancel);
	past_free(&past);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_threads),
	    cmocka_unit_test(test_objects),
	    cmocka_unit_test(test_static_objects),
	    cmocka_unit_test(test_matches),
	    cmocka_unit_test(test_signals),
	    cmocka_unit_test(test_first_value),
	    cmocka_unit_test(test_failures_and_onces),
	    cmocka_unit_test(test_barriers),
	    cmocka_unit_test(test_conditions),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
