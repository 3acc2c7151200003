/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "feed.h"

/*
 * Which moments of the run a prediction tells: the first that the closure finds may not replay, so others are tried,
 * and the sites are those of what was proven. Each run is one that `make accuracy` found, made small.
 */

static void post(struct feed *feed, unsigned who)
{
	FEED(feed, who, sem_released, .id = SEM, .n = 1, .value = 1);
}

static void take(struct feed *feed, unsigned who, uint64_t left)
{
	FEED(feed, who, sem_acquired, .id = SEM, .value = left);
}

/* MAIN gave a place back before T1 took both: that comes into the witness too. */
static void test_place_given_back(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 1);
	FEED(&feed, MAIN, sem_init, .id = SEM, .value = 2);
	take(&feed, MAIN, 1);
	starts(&feed, MAIN, T2);
	acquires(&feed, T2, A);
	starts(&feed, MAIN, T1);
	post(&feed, MAIN);
	NESTS(&feed, T2, B);
	acquires(&feed, T1, B);
	take(&feed, T1, 1);
	take(&feed, T1, 0);
	releases(&feed, T2, A);
	post(&feed, T1);
	post(&feed, T1);
	NESTS(&feed, T1, A);
	releases(&feed, T1, B);
	assert_n(&feed, 1);
	assert_rule(found(&feed, 0), "TT010", TT_LEVEL_PREDICTED);
	feed_free(&feed);
	(void)state;
}

/* MAIN waited for the condition before T2, and gave up before the notify: so that wakes T2. */
static void test_waiter_gone(void **state)
{
	struct feed feed = feed_new(false);

	feed.kind = TT_KIND_LOCK;
	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 1);
	acquires(&feed, MAIN, A);
	starts(&feed, MAIN, T1);
	starts(&feed, MAIN, T2);
	FEED(&feed, MAIN, cond_wait, .id = COND, .lock = A, .timeout_ns = 1000);
	releases(&feed, MAIN, A);
	FEED(&feed, MAIN, cond_woken, .id = COND, .result = TT_WAKE_TIMEOUT);
	acquires(&feed, MAIN, A);
	releases(&feed, MAIN, A);
	acquires(&feed, T2, A);
	acquires(&feed, T2, B);
	FEED(&feed, T2, cond_wait, .id = COND, .lock = A, .timeout_ns = TT_NO_TIMEOUT);
	releases(&feed, T2, A);
	acquires(&feed, T1, A);
	FEED(&feed, T1, cond_notify, .id = COND, .asked = 1, .woken = 1);
	releases(&feed, T1, A);
	FEED(&feed, T2, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED, .waker = T1);
	acquires(&feed, T2, A);
	releases(&feed, T2, B);
	NESTS(&feed, T2, B);
	releases(&feed, T2, A);
	acquires(&feed, T1, B);
	NESTS(&feed, T1, A);
	releases(&feed, T1, B);
	feed_finish(&feed);
	bool predicted = false;

	for (guint i = 0; i < feed.check->findings->len; i++)
		predicted |= strcmp(found(&feed, i)->rule->id, "TT010") == 0;
	assert_true(predicted);
	feed_free(&feed);
	(void)state;
}

/* T1's first wait is for what T2 posts without a lock; only the second can hang, and is told. */
static void test_site_of_the_wait(void **state)
{
	struct feed feed = three_threads();

	FEED(&feed, MAIN, sem_init, .id = SEM, .value = 0);
	post(&feed, T2);
	NESTS(&feed, T2, A);
	post(&feed, T2);
	acquires(&feed, T1, A);
	take(&feed, T1, 1);
	take(&feed, T1, 0);
	uint64_t second = feed.n;

	releases(&feed, T1, A);
	assert_n(&feed, 1);
	assert_rule(found(&feed, 0), "TT013", TT_LEVEL_PREDICTED);
	assert_int_equal(tt_finding_edge(found(&feed, 0), 0)->wanted_caller, second);
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_place_given_back),
	    cmocka_unit_test(test_waiter_gone),
	    cmocka_unit_test(test_site_of_the_wait),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
