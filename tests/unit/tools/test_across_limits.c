/* SPDX-License-Identifier: MIT */
#include "runs.h"

/* Inversions across runs: where there is too much to look at it all, or too little to be sure, the report says so. */

/* Adds a run by hand that asks for a lock while it has another, at `sites` places, each by `takers` threads. */
static void put_orders(const struct runs *runs, unsigned has, unsigned asks, guint sites, guint takers)
{
	struct tt_class held = {.lock = "mutex", .name = feed_name(has), .module = "libq.so", .file = ""},
			wanted = held;
	struct tt_db_run run = {.program = "test", .pid = has * 1000 + asks};
	g_autoptr(GArray) gates = g_array_new(FALSE, FALSE, sizeof(struct tt_gate));

	wanted.name = feed_name(asks);
	tt_class_identify(&held);
	tt_class_identify(&wanted);
	tt_run_identify(&run, NULL);
	tt_db_begin(runs->db);
	tt_db_put_class(runs->db, &held);
	tt_db_put_class(runs->db, &wanted);
	tt_db_put_run(runs->db, &run);
	for (guint i = 0; i < sites; i++) {
		g_autofree char *site = g_strdup_printf("f a.c:%u", i);
		struct tt_order order = {
		    .held = &held, .wanted = &wanted, .held_site = site, .wanted_site = site, .gates = gates};
		tt_order_identify(&order);
		tt_db_put_order(runs->db, &order);
		for (guint j = 0; j < takers; j++)
			tt_db_put_seen(runs->db, &order,
			               &(struct tt_occurrence){.run = &run, .thread = j, .role = "T"});
	}
	assert_true(tt_db_commit(runs->db, NULL));
}

/* A run that asks for A while it holds `held`: what its check finds, and whether it says that something is missing. */
static void assert_limit(struct runs *runs, unsigned held, guint n, const char *limit)
{
	struct feed feed = a_run(runs, "libq.so");

	NESTS(&feed, T1, held, A);
	assert_n(&feed, n);
	assert_int_equal(feed.check->limits->len, limit ? 1 : 0);
	if (limit)
		assert_non_null(strstr(feed.check->limits->pdata[0], limit));
	feed_free(&feed);
}

static void test_too_many_orders_of_a_pair_are_told(void **state)
{
	struct runs runs = runs_begin();

	put_orders(&runs, A, B, TT_MAX_ORDERS, 1);
	assert_limit(&runs, B, 1, NULL);
	put_orders(&runs, A, B, TT_MAX_ORDERS + 1, 1);
	assert_limit(&runs, B, 1, "Of 1 pair of lock classes only 256 orders of other runs were looked at");
	assert_limit(&runs, C, 0, NULL); /* it has nothing to do with them */
	runs_end(&runs);
	(void)state;
}

/* Where each lock is asked for under each other one, less is looked at. */
static void test_many_pairs_are_told(void **state)
{
	enum { N = 8 };
	struct runs runs = runs_begin();
	struct feed feed;

	for (unsigned i = A; i < A + N; i++) {
		for (unsigned j = A; j < A + N; j++) {
			if (i != j)
				put_orders(&runs, i, j, TT_MAX_ORDERS, 1);
		}
	}
	feed = a_run(&runs, "libq.so");
	NESTS(&feed, T1, A, B);
	feed_finish(&feed);
	assert_true(n_found(&feed) > 0);
	const char *limit = g_ptr_array_index(feed.check->limits, feed.check->limits->len - 1);
	assert_non_null(strstr(limit, "Of 56 pairs of lock classes only 178 orders"));
	assert_non_null(strstr(limit, "To look at more: trace-thr db check"));
	feed_free(&feed);
	runs_end(&runs);
	(void)state;
}

/* A ring of more locks than takers are looked at. */
static void test_too_many_takers_are_told(void **state)
{
	for (guint takers = TT_MAX_OCCURRENCES - 1; takers <= TT_MAX_OCCURRENCES; takers++) {
		struct runs runs = runs_begin();
		for (unsigned i = 0; i < TT_MAX_OCCURRENCES; i++)
			put_orders(&runs, A + i, A + i + 1, 1, takers);
		assert_limit(&runs, A + TT_MAX_OCCURRENCES, 1,
		             takers < TT_MAX_OCCURRENCES ? NULL : "inversions across runs of more than 8 locks");
		runs_end(&runs);
	}
	(void)state;
}

/* One run has a circle in more ways than are tried. */
static void test_too_many_ways_are_told(void **state)
{
	enum { GATES = 12 };
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	NESTS(&feed, T1, A, B);
	for (unsigned i = 1; i <= GATES; i++) {
		NESTS(&feed, T1, B + i, A, B);
		NESTS(&feed, T2, B + GATES + i, B, A);
	}
	feed_finish(&feed);
	feed_free(&feed);
	feed = a_run(&runs, "libq.so");
	NESTS(&feed, T1, A, B);
	assert_n(&feed, 0);
	assert_int_equal(feed.check->limits->len, 1);
	assert_non_null(
	    strstr(feed.check->limits->pdata[0], "Of 1 circular lock order across runs there are too many ways"));
	feed_free(&feed);
	runs_end(&runs);
	(void)state;
}

/* What was lost may have been a release. */
static void test_lost_events_are_not_kept(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	NESTS(&feed, T1, B, A);
	tt_check_add_discarded(feed.check, &(struct tt_discarded){.begin_ns = -1, .end_ns = -1, .count = 1});
	assert_n(&feed, 0);
	assert_int_equal(feed.check->limits->len, 1);
	feed_free(&feed);
	feed = a_run(&runs, "libq.so");
	NESTS(&feed, T1, A, B);
	assert_n(&feed, 0);
	feed_free(&feed);
	runs_end(&runs);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_too_many_orders_of_a_pair_are_told), cmocka_unit_test(test_many_pairs_are_told),
	    cmocka_unit_test(test_too_many_takers_are_told),           cmocka_unit_test(test_too_many_ways_are_told),
	    cmocka_unit_test(test_lost_events_are_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
