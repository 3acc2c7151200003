/* SPDX-License-Identifier: MIT */
/*
 * Plans: which findings a run can be steered into, by what lines, and when a run hangs as planned.
 */
#include "feed.h"

#include "tools/check/rules.h"
#include "tools/confirm/match_deadlock.h"
#include "tools/confirm/steer_plan_writer.h"

/* The file that all sites of the feed are in, at their own addresses; it is not there to be looked into. */
static void add_module(struct feed *feed, const char *path)
{
	tt_symbols_add(
	    feed->check->symbols,
	    &(struct tt_module){.pid = feed->pid, .time_ns = FEED_ORIGIN, .base = 0, .size = 0x1000, .path = path});
}

/* Two threads that take A and B in both orders; sites 6 and 7, 10 and 11. */
static struct feed crossed(const char *path)
{
	struct feed feed = three_threads();

	if (path)
		add_module(&feed, path);
	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	feed_finish(&feed);
	return feed;
}

static const struct tt_finding *only(const struct feed *feed)
{
	assert_int_equal(feed->check->findings->len, 1);
	return feed->check->findings->pdata[0];
}

static void test_edges_are_sites(void **state)
{
	struct feed feed = crossed("/nowhere/some prog");
	g_autofree char *why = NULL;

	(void)state;
	assert_true(tt_confirm_can_steer(only(&feed)));
	struct tt_confirm_edges edges = tt_confirm_edges(feed.check, only(&feed), &why);
	g_autoptr(GPtrArray) G_GNUC_UNUSED all = edges.all;
	g_autoptr(GPtrArray) G_GNUC_UNUSED names = edges.names;
	assert_non_null(all);
	assert_null(why);
	assert_int_equal(all->len, 2);
	assert_int_equal(edges.ring, 2);
	assert_string_equal(all->pdata[0], "edge\nheld some prog+0x6\nwanted some prog+0x7\n");
	assert_string_equal(all->pdata[1], "edge\nheld some prog+0xa\nwanted some prog+0xb\n");
	g_autofree char *plan = tt_confirm_steer_plan(&edges, 0.25, 3, true);
	assert_string_equal(plan, "pause 250\nbudget 3000\nmeet\nring 2\n"
	                          "edge\nheld some prog+0x6\nwanted some prog+0x7\n"
	                          "edge\nheld some prog+0xa\nwanted some prog+0xb\n");
	feed_free(&feed);
}

static void test_sites_in_no_file_are_refused(void **state)
{
	struct feed feed = crossed(NULL);
	g_autofree char *why = NULL;

	(void)state;
	assert_null(tt_confirm_edges(feed.check, only(&feed), &why).all);
	assert_string_equal(why, "a site of it is in no file that the trace tells of");
	feed_free(&feed);
}

static void test_a_name_of_two_lines_is_refused(void **state)
{
	struct feed feed = crossed("/nowhere/a\nedge");
	g_autofree char *why = NULL;

	(void)state;
	assert_null(tt_confirm_edges(feed.check, only(&feed), &why).all);
	assert_non_null(why);
	feed_free(&feed);
}

/* What has happened needs no confirming, and what cannot happen has none. */
static void test_only_what_may_happen_is_tried(void **state)
{
	struct feed feed = crossed(NULL);
	struct tt_finding finding = *only(&feed);

	(void)state;
	finding.level = TT_LEVEL_PREDICTED;
	finding.rule = &tt_rules[TT_RULE_PREDICTED];
	assert_true(tt_confirm_can_steer(&finding));
	finding.level = TT_LEVEL_INVERSION;
	assert_false(tt_confirm_can_steer(&finding));
	finding.level = TT_LEVEL_ACTUAL;
	assert_false(tt_confirm_can_steer(&finding));
	finding.level = TT_LEVEL_POTENTIAL;
	assert_true(tt_confirm_can_steer(&finding));
	finding.rule = &tt_rules[TT_RULE_COMMUNICATION];
	assert_true(tt_confirm_can_steer(&finding));
	finding.rule = &tt_rules[TT_RULE_CYCLE];
	assert_false(tt_confirm_can_steer(&finding));
	feed_free(&feed);
}

/* One who waits with a lock for something else, and one who only asks for that lock: in whatever order they are told.
 */
static void test_one_waits_and_one_asks(void **state)
{
	struct feed feed = three_threads();
	g_autofree char *why = NULL;

	(void)state;
	add_module(&feed, "/nowhere/prog");
	NESTS(&feed, T2, A);
	FEED(&feed, T2, event_set, .id = EVENT);
	acquires(&feed, T1, A);
	uint64_t held = feed.n;
	FEED(&feed, T1, event_woken, .id = EVENT, .result = TT_WAKE_SET);
	releases(&feed, T1, A);
	feed_finish(&feed);
	assert_true(tt_confirm_can_steer(only(&feed)));
	struct tt_confirm_edges edges = tt_confirm_edges(feed.check, only(&feed), &why);
	g_autoptr(GPtrArray) G_GNUC_UNUSED all = edges.all;
	g_autoptr(GPtrArray) G_GNUC_UNUSED names = edges.names;
	g_autofree char *first =
	    g_strdup_printf("edge\nheld prog+0x%x\nwaits prog+0x%x\n", (unsigned)held, (unsigned)held + 1);
	g_autofree char *second = g_strdup_printf("edge\nwanted prog+0x%x\n", (unsigned)held - 3);
	assert_non_null(all);
	assert_int_equal(edges.ring, 0);
	assert_int_equal(all->len, 2);
	assert_string_equal(all->pdata[0], first);
	assert_string_equal(all->pdata[1], second);
	feed_free(&feed);
}

/* It hangs as planned where each edge has a thread of its own. */
static void test_a_hang_is_that_of_the_plan(void **state)
{
	struct feed before = crossed("/nowhere/prog"), after = three_threads();
	g_autofree char *why = NULL;
	bool planned;

	(void)state;
	struct tt_confirm_edges edges = tt_confirm_edges(before.check, only(&before), &why);
	g_autoptr(GPtrArray) G_GNUC_UNUSED all = edges.all;
	g_autoptr(GPtrArray) G_GNUC_UNUSED names = edges.names;
	add_module(&after, "/nowhere/prog");
	/* the same sites: 6 and 7, 10 and 11 */
	acquires(&after, T1, A);
	waits(&after, T1, B, T2);
	after.n = 9;
	acquires(&after, T2, B);
	assert_null(tt_match_deadlock(after.check, &edges, &planned));
	waits(&after, T2, A, T1);
	feed_finish(&after);
	assert_ptr_equal(tt_match_deadlock(after.check, &edges, &planned), found(&after, 0));
	assert_true(planned);
	g_ptr_array_add(all, g_strdup(all->pdata[0])); /* a third, at the first's sites */
	g_ptr_array_add(names, g_strdup(names->pdata[0]));
	assert_non_null(tt_match_deadlock(after.check, &edges, &planned));
	assert_false(planned);
	feed_free(&before);
	feed_free(&after);
}

/* At other sites it is that of the plan too, if these are the threads and locks of it. */
static void test_a_hang_at_other_sites(void **state)
{
	for (unsigned other = 0; other < 3; other++) {
		struct feed before = crossed("/nowhere/prog"), after = three_threads();
		unsigned second = other == 1 ? C : B;
		g_autofree char *why = NULL;
		bool planned;

		struct tt_confirm_edges edges = tt_confirm_edges(before.check, only(&before), &why);
		g_autoptr(GPtrArray) G_GNUC_UNUSED all = edges.all;
		g_autoptr(GPtrArray) G_GNUC_UNUSED names = edges.names;
		add_module(&after, "/nowhere/prog");
		if (other == 2)
			starts(&after, MAIN, T3);
		after.n = 100;
		acquires(&after, T1, A);
		waits(&after, T1, second, T2);
		acquires(&after, other == 2 ? T3 : T2, second);
		waits(&after, other == 2 ? T3 : T2, A, T1);
		feed_finish(&after);
		assert_ptr_equal(tt_match_deadlock(after.check, &edges, &planned), found(&after, 0));
		assert_int_equal(planned, other == 0);
		feed_free(&before);
		feed_free(&after);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_edges_are_sites),
	    cmocka_unit_test(test_sites_in_no_file_are_refused),
	    cmocka_unit_test(test_a_name_of_two_lines_is_refused),
	    cmocka_unit_test(test_only_what_may_happen_is_tried),
	    cmocka_unit_test(test_one_waits_and_one_asks),
	    cmocka_unit_test(test_a_hang_is_that_of_the_plan),
	    cmocka_unit_test(test_a_hang_at_other_sites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
