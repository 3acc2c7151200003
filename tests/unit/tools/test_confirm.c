/*
 * Plans: which findings a run can be steered into, by what lines, and when two are of the same sites.
 */
#include "feed.h"

#include "tools/check/rules.h"
#include "tools/confirm/plan.h"

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
	g_autoptr(GPtrArray) edges = tt_confirm_edges(feed.check, only(&feed), &why);
	assert_non_null(edges);
	assert_null(why);
	assert_int_equal(edges->len, 2);
	assert_string_equal(edges->pdata[0], "edge\nheld some prog+0x6\nwanted some prog+0x7\n");
	assert_string_equal(edges->pdata[1], "edge\nheld some prog+0xa\nwanted some prog+0xb\n");
	g_autofree char *plan = tt_confirm_plan(edges, 0.25, 3, true);
	assert_string_equal(plan, "pause 250\nbudget 3000\nmeet\n"
	                          "edge\nheld some prog+0x6\nwanted some prog+0x7\n"
	                          "edge\nheld some prog+0xa\nwanted some prog+0xb\n");
	feed_free(&feed);
}

static void test_sites_in_no_file_are_refused(void **state)
{
	struct feed feed = crossed(NULL);
	g_autofree char *why = NULL;

	(void)state;
	assert_null(tt_confirm_edges(feed.check, only(&feed), &why));
	assert_string_equal(why, "a site of it is in no file that the trace tells of");
	feed_free(&feed);
}

static void test_a_name_of_two_lines_is_refused(void **state)
{
	struct feed feed = crossed("/nowhere/a\nedge");
	g_autofree char *why = NULL;

	(void)state;
	assert_null(tt_confirm_edges(feed.check, only(&feed), &why));
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
	finding.rule = &tt_rules[TT_RULE_COMMUNICATION];
	assert_false(tt_confirm_can_steer(&finding));
	feed_free(&feed);
}

static GPtrArray *list(const char *const *texts)
{
	GPtrArray *array = g_ptr_array_new();

	for (; *texts; texts++)
		g_ptr_array_add(array, (void *)(uintptr_t)*texts);
	return array;
}

static void test_a_cycle_begins_anywhere(void **state)
{
	g_autoptr(GPtrArray) abc = list((const char *const[]){"a", "b", "c", NULL});
	g_autoptr(GPtrArray) cab = list((const char *const[]){"c", "a", "b", NULL});
	g_autoptr(GPtrArray) acb = list((const char *const[]){"a", "c", "b", NULL});
	g_autoptr(GPtrArray) ab = list((const char *const[]){"a", "b", NULL});

	(void)state;
	assert_true(tt_confirm_is_same(abc, abc));
	assert_true(tt_confirm_is_same(abc, cab));
	assert_true(tt_confirm_is_same(cab, abc));
	assert_false(tt_confirm_is_same(abc, acb));
	assert_false(tt_confirm_is_same(abc, ab));
	assert_false(tt_confirm_is_same(ab, abc));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_edges_are_sites),
	    cmocka_unit_test(test_sites_in_no_file_are_refused),
	    cmocka_unit_test(test_a_name_of_two_lines_is_refused),
	    cmocka_unit_test(test_only_what_may_happen_is_tried),
	    cmocka_unit_test(test_a_cycle_begins_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
