/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "prediction.h"

/* Who waits on a bare futex, and what of such waits is said; and the waits of who destroys what others wait for. */

enum { FUTEX = 300, OTHER };

static void futex_wait(struct feed *feed, unsigned who)
{
	FEED(feed, who, futex_wait, .id = FUTEX);
}

static void futex_wake(struct feed *feed, unsigned who, int64_t asked)
{
	FEED(feed, who, futex_wake, .id = FUTEX, .asked = asked, .woken = 1);
}

static void futex_woken(struct feed *feed, unsigned who, uint8_t result)
{
	FEED(feed, who, futex_woken, .id = FUTEX, .result = result);
}

static const struct tt_thread *thread_of(const struct feed *feed, unsigned who)
{
	return tt_model_thread(feed->check->model->processes->pdata[0], who);
}

/* T1 and T2 have begun to wait, and the main thread joins the first: nobody else is there. */
static struct feed both_wait(void)
{
	struct feed feed = three_threads();

	futex_wait(&feed, T1);
	futex_wait(&feed, T2);
	return feed;
}

static void assert_stuck(struct feed *feed, const char *edge)
{
	begins_join(feed, MAIN, T1);
	assert_n(feed, 1);
	assert_rule(found(feed, 0), "TT003", TT_LEVEL_ACTUAL);
	assert_int_equal(found(feed, 0)->edges->len, 1);
	assert_edge(found(feed, 0), 0, edge);
	assert_int_equal(found(feed, 0)->edges->len, 1);
}

static void test_nobody_left(void **state)
{
	struct feed feed = three_threads();

	exits(&feed, T2);
	futex_wait(&feed, T1);
	assert_stuck(&feed, "T1 has - wants object-300");
	assert_blocked(found(&feed, 0), 0, "MainThread has - wants T1");
	assert_string_equal(found(&feed, 0)->verdict,
	                    "T1 waits for futex \"object-300\", and nobody is left to wake it");
	assert_true(found(&feed, 0)->anybody);
	feed_free(&feed);
	(void)state;
}

/* All that keeps it from being stuck. */
static void test_may_go_on(void **state)
{
	enum { SHARED, TIMED, WOKEN, MAYBE, ENDED, SOMEBODY, N };

	for (int why = 0; why < N; why++) {
		struct feed feed = three_threads();

		if (why != SOMEBODY)
			exits(&feed, T2);
		FEED(&feed, T1, futex_wait, .id = FUTEX, .shared = why == SHARED,
		     .timeout_ns = why == TIMED ? 1000 : TT_NO_TIMEOUT);
		if (why == WOKEN || why == MAYBE)
			futex_wake(&feed, MAIN, why == WOKEN ? -1 : 1);
		if (why == ENDED)
			futex_woken(&feed, T1, TT_WAKE_CHANGED);
		begins_join(&feed, MAIN, T1);
		assert_n(&feed, 0);
		feed_free(&feed);
	}
	(void)state;
}

/* A wake lets one of two go, nobody knows which; when one has gone, the other is left. */
static void test_one_of_two(void **state)
{
	for (int gone = 0; gone < 2; gone++) {
		struct feed feed = both_wait();

		futex_wake(&feed, MAIN, 1);
		if (gone) {
			futex_woken(&feed, T2, TT_WAKE_NOTIFIED);
			exits(&feed, T2);
			assert_stuck(&feed, "T1 has - wants object-300");
			assert_true(has_note(found(&feed, 0), "Last woken by MainThread"));
		} else {
			begins_join(&feed, MAIN, T1);
			assert_n(&feed, 0);
		}
		feed_free(&feed);
	}
	(void)state;
}

/* Who came to sleep on a value that was gone already is not the one whom the wake let go. */
static void test_changed_takes_no_wake(void **state)
{
	struct feed feed = both_wait();

	futex_wake(&feed, MAIN, 1);
	futex_woken(&feed, T2, TT_WAKE_CHANGED);
	exits(&feed, T2);
	begins_join(&feed, MAIN, T1);
	assert_n(&feed, 0);
	feed_free(&feed);
	(void)state;
}

/* What comes to wait after a wake is not let go by it. */
static void test_wake_before(void **state)
{
	struct feed feed = three_threads();

	exits(&feed, T2);
	futex_wake(&feed, MAIN, -1);
	futex_wait(&feed, T1);
	assert_stuck(&feed, "T1 has - wants object-300");
	assert_true(has_note(found(&feed, 0), "before this wait began"));
	feed_free(&feed);
	(void)state;
}

/* Which thread let another go on, as observers are told. */
struct ends {
	const struct tt_thread *waker;
	enum tt_outcome outcome;
	unsigned n;
};

static void on_end(struct tt_thread *thread, enum tt_outcome outcome, struct tt_thread *waker,
                   const struct tt_event *event, void *data)
{
	struct ends *ends = data;

	*ends = (struct ends){waker, outcome, ends->n + 1};
	(void)thread;
	(void)event;
}

static void test_who_woke(void **state)
{
	static const struct {
		uint8_t result;
		enum tt_outcome outcome;
		bool by_waker;
	} cases[] = {
	    {TT_WAKE_NOTIFIED, TT_OUTCOME_GOT, true},     {TT_WAKE_CHANGED, TT_OUTCOME_GOT, false},
	    {TT_WAKE_TIMEOUT, TT_OUTCOME_TIMEOUT, false}, {TT_WAKE_INTERRUPTED, TT_OUTCOME_ERROR, false},
	    {TT_WAKE_REFUSED, TT_OUTCOME_ERROR, false},   {TT_WAKE_CANCELLED, TT_OUTCOME_ERROR, false},
	};
	static const struct tt_observer observer = {.wait_ended = on_end};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct feed feed = both_wait();
		struct ends ends = {.n = 0};

		tt_model_observe(feed.check->model, &observer, &ends);
		futex_wake(&feed, MAIN, 1);
		futex_woken(&feed, T1, cases[i].result);
		assert_int_equal(ends.n, 1);
		assert_int_equal(ends.outcome, cases[i].outcome);
		assert_ptr_equal(ends.waker, cases[i].by_waker ? thread_of(&feed, MAIN) : NULL);
		/* An end without a beginning ends nothing. */
		futex_woken(&feed, T1, TT_WAKE_NOTIFIED);
		FEED(&feed, T2, futex_woken, .id = OTHER, .result = TT_WAKE_NOTIFIED);
		assert_int_equal(ends.n, 1);
		feed_free(&feed);
	}
	(void)state;
}

/* A circle through one: T1 has the mutex and sleeps, T2, which would wake it, waits for the mutex. */
static void test_circle(void **state)
{
	for (int somebody = 0; somebody < 2; somebody++) {
		struct feed feed = three_threads();

		if (somebody)
			starts(&feed, MAIN, T3);
		acquires(&feed, T1, A);
		futex_wait(&feed, T1);
		waits(&feed, T2, A, T1);
		if (somebody) {
			begins_join(&feed, MAIN, T1);
			assert_n(&feed, 0);
		} else {
			assert_stuck(&feed, "T1 has - wants object-300");
			assert_int_equal(found(&feed, 0)->blocked->len, 2);
		}
		feed_free(&feed);
	}
	(void)state;
}

/* What a wake came after, what it woke comes after: no other order of these nestings is possible. */
static void test_order(void **state)
{
	for (int woken = 0; woken < 2; woken++) {
		struct feed feed = all_of_it();

		futex_wait(&feed, T2);
		NESTS(&feed, T1, A, B);
		if (woken)
			futex_wake(&feed, T1, 1);
		futex_woken(&feed, T2, woken ? TT_WAKE_NOTIFIED : TT_WAKE_CHANGED);
		NESTS(&feed, T2, B, A);
		if (woken)
			assert_excluded(&feed, "");
		else
			assert_predicted(&feed);
		feed_free(&feed);
	}
	(void)state;
}

/* A lock that no other thread can know of yet takes part in no circle; who wakes another may have shown it. */
static void test_wake_publishes(void **state)
{
	for (int wakes = 0; wakes < 2; wakes++) {
		struct feed feed = all_of_it();

		FEED(&feed, T1, lock_init, .id = A, .kind = TT_KIND_MUTEX);
		if (wakes)
			futex_wake(&feed, T1, 1);
		NESTS(&feed, T1, A, B);
		NESTS(&feed, T2, B, A);
		if (wakes)
			assert_predicted(&feed);
		else
			assert_excluded(&feed, "");
		feed_free(&feed);
	}
	(void)state;
}

/* Who destroys a condition waits for its waiters, so for whoever would notify them; the mutex is nothing to it. */
static void test_destroyed_condition(void **state)
{
	enum { WAITS, NOTIFIED, ALL_NOTIFIED, TIMED, HOLDS, N };

	for (int how = 0; how < N; how++) {
		struct feed feed = three_threads();

		exits(&feed, T2);
		acquires(&feed, T1, A);
		FEED(&feed, T1, cond_wait, .id = COND, .lock = A, .timeout_ns = how == TIMED ? 1000 : TT_NO_TIMEOUT);
		releases(&feed, T1, A);
		if (how != WAITS)
			acquires(&feed, MAIN, A); /* and keeps it: who is notified leaves the condition before that */
		if (how == NOTIFIED || how == ALL_NOTIFIED)
			FEED(&feed, MAIN, cond_notify, .id = COND, .asked = how == NOTIFIED ? 1 : -1, .woken = 1);
		FEED(&feed, MAIN, cond_destroy_wait, .id = COND);
		assert_n(&feed, how == WAITS || how == HOLDS ? 1 : 0);
		if (n_found(&feed)) {
			assert_rule(found(&feed, 0), "TT003", TT_LEVEL_ACTUAL);
			assert_edge(found(&feed, 0), how == WAITS ? 1 : 0, "MainThread has - wants object-200");
		}
		if (how == WAITS)
			assert_edge(found(&feed, 0), 0, "T1 has - wants object-200");
		feed_free(&feed);
	}
	(void)state;
}

/* The destruction ends the wait. Held up, it is no wait for a wake-up under a lock either. */
static void test_destroyed(void **state)
{
	struct feed feed = three_threads();

	waits_for_condition(&feed, T1);
	acquires(&feed, T2, B);
	FEED(&feed, T2, cond_destroy_wait, .id = COND);
	assert_non_null(thread_of(&feed, T2)->wait.object);
	assert_int_equal(thread_of(&feed, T2)->wait.object->waiters->len, 1);
	acquires(&feed, MAIN, A);
	FEED(&feed, MAIN, cond_notify, .id = COND, .asked = 1, .woken = 1);
	FEED(&feed, T1, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED);
	releases(&feed, MAIN, A);
	FEED(&feed, T2, cond_destroy, .id = COND);
	assert_null(thread_of(&feed, T2)->wait.object);
	releases(&feed, T2, B);
	assert_n(&feed, 0);
	feed_free(&feed);
	(void)state;
}

/* In a forked child, which has the count of those who waited in the parent, but none of them. */
static void test_destroyed_in_child(void **state)
{
	for (int waited = 0; waited < 2; waited++) {
		struct feed feed = three_threads();

		FEED(&feed, MAIN, cond_init, .id = COND);
		if (waited)
			waits_for_condition(&feed, T1);
		feed.pid = 200;
		FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 200, .ppid = 100);
		FEED(&feed, MAIN, cond_destroy_wait, .id = COND);
		assert_n(&feed, (guint)waited);
		if (waited) {
			assert_rule(found(&feed, 0), "TT003", TT_LEVEL_ACTUAL);
			assert_edge(found(&feed, 0), 0, "MainThread has - wants object-200");
			assert_int_equal(tt_finding_edge(found(&feed, 0), 0)->thread->process->pid, 200);
		}
		feed_free(&feed);
	}
	(void)state;
}

/* A barrier: who has come waits, and who destroys it is none of the parties. */
static void test_destroyed_barrier(void **state)
{
	for (int passed = 0; passed < 2; passed++) {
		struct feed feed = three_threads();

		FEED(&feed, T1, barrier_wait, .id = BARRIER, .index = 0, .n_waiting = 1, .parties = 2);
		if (passed)
			FEED(&feed, T2, barrier_passed, .id = BARRIER, .index = 1);
		exits(&feed, T2);
		FEED(&feed, MAIN, barrier_destroy_wait, .id = BARRIER);
		assert_n(&feed, passed ? 0 : 1);
		if (!passed) {
			assert_edge(found(&feed, 0), 0, "T1 has - wants object-203");
			assert_edge(found(&feed, 0), 1, "MainThread has - wants object-203");
			assert_non_null(strstr(found(&feed, 0)->verdict, "1 of 2 have come"));
		}
		feed_free(&feed);
	}
	(void)state;
}

/* Two join one thread: by pthreads one of them is told of its end. The library tells both, each when it comes to run.
 */
static void test_joined_twice(void **state)
{
	for (int misuse = 0; misuse < 2; misuse++) {
		struct feed feed = three_threads();

		begins_join(&feed, MAIN, T1);
		if (misuse)
			FEED(&feed, T2, misuse, .id = T1, .object = TT_OBJECT_THREAD, .why = TT_MISUSE_JOINED_TWICE);
		begins_join(&feed, T2, T1);
		exits(&feed, T1);
		joins(&feed, MAIN, T1);
		assert_n(&feed, (guint)misuse);
		if (misuse) {
			assert_rule(found(&feed, 0), "TT003", TT_LEVEL_ACTUAL);
			assert_edge(found(&feed, 0), 0, "T2 has - wants T1");
			assert_string_equal(found(&feed, 0)->verdict,
			                    "T2 waits for thread \"T1\", which MainThread has joined already");
			/* Whoever else is there can do nothing. */
			assert_false(found(&feed, 0)->anybody);
		}
		feed_free(&feed);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nobody_left),
	    cmocka_unit_test(test_may_go_on),
	    cmocka_unit_test(test_one_of_two),
	    cmocka_unit_test(test_changed_takes_no_wake),
	    cmocka_unit_test(test_wake_before),
	    cmocka_unit_test(test_who_woke),
	    cmocka_unit_test(test_circle),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_wake_publishes),
	    cmocka_unit_test(test_destroyed_condition),
	    cmocka_unit_test(test_destroyed),
	    cmocka_unit_test(test_destroyed_in_child),
	    cmocka_unit_test(test_destroyed_barrier),
	    cmocka_unit_test(test_joined_twice),
	};
	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
