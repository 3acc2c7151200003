/* SPDX-License-Identifier: MIT */
#include "feed.h"

#include "tools/stats/stats_format.h"

/* Counts: what is counted as a wait and a hold, of whom, where, and how long. A time is in milliseconds. */

struct count {
	struct tt_stats *stats;
	int64_t now_ms;
};

static struct count begin(const struct tt_stats_selection *selection)
{
	struct tt_stats_selection all = {.to_ns = INT64_MAX};

	return (struct count){.stats = tt_stats_new(selection ? selection : &all)};
}

/* At that time the thread makes the event. */
static void at(struct count *count, int64_t ms, unsigned who, struct tt_event event)
{
	count->now_ms = ms;
	event.time_ns = FEED_ORIGIN + ms * 1000000;
	event.pid = 1;
	event.thread_id = who;
	event.thread = feed_name(who);
	event.name = feed_name(event.id);
	if (!event.timeout_ns)
		event.timeout_ns = TT_NO_TIMEOUT;
	tt_stats_feed(count->stats, &event);
}

#define AT(count, ms, who, event, ...)                                                                                 \
	at(count, ms, who, (struct tt_event){.type = TT_EVENT_##event, .kind = TT_KIND_MUTEX, __VA_ARGS__})

static const struct tt_usage *of_object(const struct count *count, uint64_t id)
{
	for (guint i = 0; i < count->stats->objects->len; i++) {
		const struct tt_object_usage *one = count->stats->objects->pdata[i];
		if (one->object->id == id)
			return &one->usage;
	}
	fail_msg("nothing is counted of object %u", (unsigned)id);
	return NULL;
}

static const struct tt_usage *of_site(const struct count *count, uint64_t caller)
{
	for (guint i = 0; i < count->stats->sites->len; i++) {
		const struct tt_site_usage *one = count->stats->sites->pdata[i];
		if (one->caller == caller)
			return &one->usage;
	}
	fail_msg("nothing is counted of site %u", (unsigned)caller);
	return NULL;
}

static void assert_usage(const struct tt_usage *got, struct tt_usage wanted)
{
	assert_int_equal(got->acquired, wanted.acquired);
	assert_int_equal(got->waits, wanted.waits);
	assert_int_equal(got->gave_up, wanted.gave_up);
	assert_int_equal(got->wait_ns, wanted.wait_ns);
	assert_int_equal(got->longest_wait_ns, wanted.longest_wait_ns);
	assert_int_equal(got->hold_ns, wanted.hold_ns);
	assert_int_equal(got->longest_hold_ns, wanted.longest_hold_ns);
}

#define MS *INT64_C(1000000)

/* T1 has A for 5 ms, for which T2 waits from the second on; then T2 has it for 2 ms. */
static void contend(struct count *count)
{
	AT(count, 0, T1, lock_acquired, .id = A, .depth = 1, .caller = 10);
	AT(count, 1, T2, lock_wait, .id = A, .caller = 20);
	AT(count, 5, T1, lock_released, .id = A, .caller = 11);
	AT(count, 6, T2, lock_acquired, .id = A, .depth = 1, .caller = 20);
	AT(count, 8, T2, lock_released, .id = A, .caller = 21);
}

static void test_contention(void **state)
{
	struct count count = begin(NULL);

	(void)state;
	contend(&count);
	tt_stats_finish(count.stats);
	assert_usage(of_object(&count, A), (struct tt_usage){2, 1, 0, 5 MS, 5 MS, 7 MS, 5 MS});
	assert_usage(of_site(&count, 20), (struct tt_usage){1, 1, 0, 5 MS, 5 MS, 2 MS, 2 MS});
	assert_usage(of_site(&count, 10), (struct tt_usage){1, 0, 0, 0, 0, 5 MS, 5 MS});
	tt_stats_free(count.stats);
}

static void test_only_a_part_of_the_time(void **state)
{
	struct tt_stats_selection selection = {.from_ns = 2 MS, .to_ns = 4 MS};
	struct count count = begin(&selection);

	(void)state;
	contend(&count);
	tt_stats_finish(count.stats);
	assert_usage(of_object(&count, A), (struct tt_usage){1, 1, 0, 2 MS, 2 MS, 2 MS, 2 MS});
	tt_stats_free(count.stats);
}

static void test_only_a_thread(void **state)
{
	GPatternSpec *pattern = g_pattern_spec_new(feed_name(T2));
	struct tt_stats_selection selection = {.thread = pattern, .to_ns = INT64_MAX};
	struct count count = begin(&selection);

	(void)state;
	contend(&count);
	tt_stats_finish(count.stats);
	assert_int_equal(count.stats->threads->len, 1);
	assert_usage(of_object(&count, A), (struct tt_usage){1, 1, 0, 5 MS, 5 MS, 2 MS, 2 MS});
	g_pattern_spec_free(pattern);
	tt_stats_free(count.stats);
}

static void test_gave_up(void **state)
{
	struct count count = begin(NULL);

	(void)state;
	AT(&count, 0, T1, lock_acquired, .id = A, .depth = 1, .caller = 10);
	AT(&count, 1, T2, lock_wait, .id = A, .caller = 20, .timeout_ns = 1 MS);
	AT(&count, 2, T2, lock_failed, .id = A, .why = TT_FAILURE_TIMEOUT, .caller = 20);
	tt_stats_finish(count.stats);
	assert_usage(of_object(&count, A), (struct tt_usage){1, 1, 1, 1 MS, 1 MS, 2 MS, 2 MS});
	tt_stats_free(count.stats);
}

/* Who waits at the end has waited until then, and has not given up. */
static void test_still_waiting(void **state)
{
	struct count count = begin(NULL);

	(void)state;
	AT(&count, 0, T1, lock_acquired, .id = A, .depth = 1, .caller = 10);
	AT(&count, 1, T2, lock_wait, .id = A, .caller = 20);
	AT(&count, 9, T1, lock_acquired, .id = B, .depth = 1, .caller = 11);
	tt_stats_finish(count.stats);
	assert_usage(of_object(&count, A), (struct tt_usage){1, 1, 0, 8 MS, 8 MS, 9 MS, 9 MS});
	tt_stats_free(count.stats);
}

/* A wait for a condition is none for a lock. */
static void test_other_waits(void **state)
{
	struct count count = begin(NULL);
	const struct tt_thread_usage *thread;

	(void)state;
	AT(&count, 0, T1, lock_acquired, .id = A, .depth = 1, .caller = 10);
	AT(&count, 1, T1, cond_wait, .id = COND, .lock = A, .caller = 11);
	AT(&count, 1, T1, lock_released, .id = A, .caller = 11);
	AT(&count, 5, T1, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED, .caller = 11);
	AT(&count, 5, T1, lock_acquired, .id = A, .depth = 1, .caller = 11);
	tt_stats_finish(count.stats);
	thread = count.stats->threads->pdata[0];
	assert_int_equal(thread->others.waits, 1);
	assert_int_equal(thread->others.wait_ns, 4 MS);
	assert_int_equal(thread->locks.waits, 0);
	tt_stats_free(count.stats);
}

static void test_order(void **state)
{
	struct tt_usage waits = {.waits = 1, .wait_ns = 2}, holds = {.acquired = 9, .hold_ns = 9}, none = {.waits = 0};

	(void)state;
	assert_true(tt_usage_compare(TT_SORT_WAIT, &holds, &waits) > 0);
	assert_true(tt_usage_compare(TT_SORT_HOLD, &holds, &waits) < 0);
	assert_true(tt_usage_compare(TT_SORT_COUNT, &holds, &waits) < 0);
	assert_true(tt_usage_compare(TT_SORT_WAIT, &none, &holds) > 0);
	assert_true(tt_usage_compare(TT_SORT_WAIT, &none, &none) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_contention),    cmocka_unit_test(test_only_a_part_of_the_time),
	    cmocka_unit_test(test_only_a_thread), cmocka_unit_test(test_gave_up),
	    cmocka_unit_test(test_still_waiting), cmocka_unit_test(test_other_waits),
	    cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
