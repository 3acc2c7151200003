/* SPDX-License-Identifier: MIT */
#include "tests/unit/tools/leaks.h"
#include <jansson.h>

#include "reports.h"
#include "tools/check/rules.h"

/*
 * SARIF: what the schema and code scanning require. The schema itself is too large to be kept here; a report was
 * checked against it by hand when the format was written (docs/reports.md).
 */

static json_t *sarif_of(const struct feed *feed, bool all)
{
	char *text = report_as("sarif", feed, all);
	json_error_t error;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		fail_msg("%d:%d: %s in %s", error.line, error.column, error.text, text);
	free(text);
	return json;
}

static const json_t *run_of(const json_t *sarif)
{
	assert_string_equal(json_string_value(json_object_get(sarif, "version")), "2.1.0");
	assert_int_equal(json_array_size(json_object_get(sarif, "runs")), 1);
	return json_array_get(json_object_get(sarif, "runs"), 0);
}

static const json_t *rules_of(const json_t *run)
{
	const json_t *driver = json_object_get(json_object_get(run, "tool"), "driver");

	assert_string_equal(json_string_value(json_object_get(driver, "name")), "trace-thr");
	return json_object_get(driver, "rules");
}

static const char *text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(json_object_get(object, key), "text"));

	if (!text)
		fail_msg("no message %s", key);
	return text;
}

/* The rules of the table, each with what code scanning shows of it. */
static void test_rules(void **state)
{
	struct feed feed = feed_new(false);

	feed_finish(&feed);
	json_t *sarif = sarif_of(&feed, false);
	const json_t *rules = rules_of(run_of(sarif));
	assert_int_equal(json_array_size(rules), TT_N_RULES);
	for (size_t i = 0; i < TT_N_RULES; i++) {
		const json_t *rule = json_array_get(rules, i);
		const char *uri = json_string_value(json_object_get(rule, "helpUri"));
		g_autofree char *anchor = g_ascii_strdown(tt_rules[i].id, -1);
		assert_string_equal(json_string_value(json_object_get(rule, "id")), tt_rules[i].id);
		assert_string_equal(text_at(rule, "shortDescription"), tt_rules[i].title);
		assert_string_equal(text_at(rule, "fullDescription"), tt_rules[i].about);
		assert_non_null(strstr(text_at(rule, "help"), uri));
		assert_non_null(strstr(uri, "://"));
		assert_non_null(strstr(strchr(uri, '#'), anchor));
	}
	json_decref(sarif);
	feed_free(&feed);
	(void)state;
}

static const json_t *only_result(const json_t *sarif)
{
	const json_t *results = json_object_get(run_of(sarif), "results");

	assert_int_equal(json_array_size(results), 1);
	return json_array_get(results, 0);
}

static void test_result(void **state)
{
	struct feed feed = feed_new(false);

	feed_abba(&feed);
	feed_finish(&feed);
	json_t *sarif = sarif_of(&feed, false);
	const json_t *result = only_result(sarif);
	const json_t *prints = json_object_get(result, "partialFingerprints");
	const json_t *flows = json_object_get(json_array_get(json_object_get(result, "codeFlows"), 0), "threadFlows");
	const json_t *last = json_array_get(json_object_get(json_array_get(flows, 0), "locations"), 1);
	assert_string_equal(json_string_value(json_object_get(result, "ruleId")), "TT001");
	assert_int_equal(json_integer_value(json_object_get(result, "ruleIndex")), TT_RULE_CYCLE);
	assert_string_equal(json_string_value(json_object_get(result, "level")), "error");
	assert_true(g_str_has_prefix(text_at(result, "message"), "T1 and T2 wait for each other.\n"));
	assert_non_null(strstr(text_at(result, "message"), "\nT1 acquires mutex \"A\" at [?+0x1](1)\n"));
	assert_int_equal(json_array_size(json_object_get(result, "locations")), 1);
	assert_int_equal(json_array_size(json_object_get(result, "relatedLocations")), 4);
	assert_string_equal(json_string_value(json_object_get(prints, "primaryLocationLineHash")),
	                    found(&feed, 0)->fingerprint);
	/* A flow a thread, in the order of what happened. */
	assert_int_equal(json_array_size(flows), 2);
	assert_int_equal(json_integer_value(json_object_get(last, "executionOrder")), 4);
	assert_string_equal(text_at(json_object_get(last, "location"), "message"), "T1 waits for mutex \"B\"");
	assert_null(json_object_get(result, "baselineState"));
	assert_null(json_object_get(result, "suppressions"));
	json_decref(sarif);
	feed_free(&feed);
	(void)state;
}

static void test_levels(void **state)
{
	struct feed feed = feed_new(false);

	may_deadlock(&feed);
	feed_finish(&feed);
	json_t *sarif = sarif_of(&feed, false);
	assert_string_equal(json_string_value(json_object_get(only_result(sarif), "level")), "warning");
	json_decref(sarif);
	feed_free(&feed);
	(void)state;
}

/* What is left out is there all the same, and says why. */
static void test_suppressed(void **state)
{
	struct feed feed = feed_new(false);

	feed_abba(&feed);
	feed_finish(&feed);
	((struct tt_finding *)feed.check->findings->pdata[0])->suppressed = g_strdup("known.txt:3");
	json_t *sarif = sarif_of(&feed, false);
	const json_t *suppression = json_array_get(json_object_get(only_result(sarif), "suppressions"), 0);
	assert_string_equal(json_string_value(json_object_get(suppression, "kind")), "external");
	assert_string_equal(json_string_value(json_object_get(suppression, "justification")), "known.txt:3");
	json_decref(sarif);
	feed_free(&feed);
	(void)state;
}

static void test_loss(void **state)
{
	struct feed feed = feed_new(false);

	tt_check_add_discarded(feed.check, &(struct tt_discarded){.begin_ns = -1, .end_ns = -1, .count = 3});
	feed_finish(&feed);
	json_t *sarif = sarif_of(&feed, false);
	const json_t *invocation = json_array_get(json_object_get(run_of(sarif), "invocations"), 0);
	const json_t *notice = json_array_get(json_object_get(invocation, "toolExecutionNotifications"), 0);
	assert_true(json_is_true(json_object_get(invocation, "executionSuccessful")));
	assert_string_equal(json_string_value(json_object_get(notice, "level")), "warning");
	assert_true(g_str_has_prefix(text_at(notice, "message"), "3 events lost"));
	json_decref(sarif);
	feed_free(&feed);
	(void)state;
}

/* Messages are shown: nothing is obeyed, and brackets of names make no links. */
static void test_hostile_names(void **state)
{
	struct feed feed = feed_new(false);

	feed_hostile(&feed);
	feed_finish(&feed);
	json_t *sarif = sarif_of(&feed, false);
	const char *message = text_at(only_result(sarif), "message");
	assert_null(strchr(message, '\033'));
	assert_non_null(strstr(message, "?\\[2J"));
	assert_non_null(strstr(message, "\\]\\](x)"));
	json_decref(sarif);
	feed_free(&feed);
	(void)state;
}

/* What is said of a report of so many findings, and of that text. */
static char *excess_of(guint findings, const char *text, size_t size)
{
	struct feed feed = feed_new(false);
	struct tt_check_options options = {.fail_on = TT_LEVEL_PREDICTED};
	g_autoptr(GPtrArray) checks = g_ptr_array_new();
	struct tt_report report = {.checks = checks, .options = &options};

	feed_finish(&feed);
	for (guint i = 0; i < findings; i++)
		g_ptr_array_add(feed.check->findings,
		                tt_finding_new(&tt_rules[0], TT_LEVEL_ACTUAL, g_strdup("verdict")));
	g_ptr_array_add(checks, feed.check);
	char *excess = tt_report_format_find("sarif")->excess(&report, text, size);
	feed_free(&feed);
	return excess;
}

static void assert_excess(guint findings, const char *text, size_t size, const char *words)
{
	g_autofree char *excess = excess_of(findings, text, size);

	if (!words != !excess || (words && !strstr(excess, words)))
		fail_msg("%u findings, %zu bytes: %s", findings, size, excess);
}

/* GitHub's limits: the first number that is too many, and size only where it does not compress. */
static void test_excess(void **state)
{
	enum { SIZE = 11 * 1000 * 1000 };
	g_autofree char *text = g_malloc0(SIZE);
	g_autoptr(GRand) random = g_rand_new_with_seed(1);

	(void)state;
	assert_excess(5000, "", 0, NULL);
	assert_excess(5001, "", 0, "shows 5000");
	assert_excess(25001, "", 0, "will refuse");
	assert_excess(1, text, SIZE, NULL);
	for (size_t i = 0; i < SIZE; i++)
		text[i] = (char)g_rand_int(random);
	assert_excess(1, text, SIZE, "will refuse");
}

/* Without debug information a place is a binary and an address in it; relative paths count from the folder of the
 * check. */
static void assert_place(const char *path, const char *uri, const char *base)
{
	struct feed feed = feed_new(false);
	char file[64];

	g_strlcpy(file, path, sizeof file);
	tt_symbols_add(feed.check->symbols,
	               &(struct tt_module){.pid = feed.pid, .time_ns = FEED_ORIGIN, .size = 1 << 20, .path = file});
	feed_abba(&feed);
	feed_finish(&feed);
	json_t *sarif = sarif_of(&feed, false);
	const json_t *location = json_array_get(json_object_get(only_result(sarif), "locations"), 0);
	const json_t *physical = json_object_get(location, "physicalLocation");
	const json_t *artifact = json_object_get(physical, "artifactLocation");
	const json_t *address = json_object_get(physical, "address");
	const json_t *root = json_object_get(json_object_get(run_of(sarif), "originalUriBaseIds"), "%SRCROOT%");
	assert_string_equal(json_string_value(json_object_get(artifact, "uri")), uri);
	assert_int_equal(g_strcmp0(json_string_value(json_object_get(artifact, "uriBaseId")), base), 0);
	assert_in_range(json_integer_value(json_object_get(address, "relativeAddress")), 1, 4);
	assert_null(json_object_get(physical, "region"));
	assert_true(g_str_has_prefix(json_string_value(json_object_get(root, "uri")), "file:///"));
	assert_true(g_str_has_suffix(json_string_value(json_object_get(root, "uri")), "/"));
	json_decref(sarif);
	feed_free(&feed);
}

static void test_places(void **state)
{
	assert_place("/no where/lib q.so", "lib%20q.so", "%SRCROOT%");
	assert_place("libq.so", "libq.so", "%SRCROOT%");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rules),      cmocka_unit_test(test_result), cmocka_unit_test(test_levels),
	    cmocka_unit_test(test_suppressed), cmocka_unit_test(test_loss),   cmocka_unit_test(test_hostile_names),
	    cmocka_unit_test(test_excess),     cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
