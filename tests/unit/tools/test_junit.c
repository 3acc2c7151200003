/* SPDX-License-Identifier: MIT */
#include "tests/unit/tools/leaks.h"
#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "reports.h"
#include "tools/check/rules.h"

/* JUnit: a case a finding, one that passes for each rule without, and XML whatever the names are. */

struct junit {
	xmlDoc *doc;
	xmlXPathContext *paths;
};

static struct junit junit_of(const struct feed *feed)
{
	char *text = report_as("junit", feed, false);
	struct junit junit = {.doc = xmlReadMemory(text, (int)strlen(text), "report", NULL, XML_PARSE_NONET)};

	if (!junit.doc)
		fail_msg("no XML: %s", text);
	junit.paths = xmlXPathNewContext(junit.doc);
	free(text);
	return junit;
}

static void junit_free(struct junit *junit)
{
	xmlXPathFreeContext(junit->paths);
	xmlFreeDoc(junit->doc);
}

/* What the path gives as text. Interned. */
static const char *text_at(const struct junit *junit, const char *path)
{
	xmlXPathObject *result = xmlXPathEvalExpression(BAD_CAST path, junit->paths);
	xmlChar *text = xmlXPathCastToString(result);
	const char *interned = g_intern_string((const char *)text);

	xmlFree(text);
	xmlXPathFreeObject(result);
	return interned;
}

/* The counts say what is there. */
static void assert_counts(const struct junit *junit, int tests, int failures, int errors, int skipped)
{
	const struct {
		const char *attribute, *count;
		int expected;
	} rows[] = {{"string(//testsuite/@tests)", "string(count(//testcase))", tests},
	            {"string(//testsuite/@failures)", "string(count(//failure))", failures},
	            {"string(//testsuite/@errors)", "string(count(//error))", errors},
	            {"string(//testsuite/@skipped)", "string(count(//skipped))", skipped}};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *expected = g_strdup_printf("%d", rows[i].expected);
		assert_string_equal(text_at(junit, rows[i].attribute), expected);
		assert_string_equal(text_at(junit, rows[i].count), expected);
	}
}

static void test_deadlock(void **state)
{
	struct feed feed = feed_new(false);

	feed_abba(&feed);
	feed_finish(&feed);
	struct junit junit = junit_of(&feed);
	assert_counts(&junit, TT_N_RULES + 1, 1, 0, 0);
	assert_string_equal(text_at(&junit, "string(//failure/@message)"), "T1 and T2 wait for each other");
	assert_string_equal(text_at(&junit, "string(//failure/../@classname)"), "trace-thr.TT001");
	assert_non_null(strstr(text_at(&junit, "string(//failure)"), "*** DEADLOCK ***"));
	assert_string_equal(text_at(&junit, "string(//testsuites/@failures)"), "1");
	junit_free(&junit);
	feed_free(&feed);
	(void)state;
}

/* What does not fail passes, or is skipped. */
static void test_no_failures(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	may_deadlock(&feed);
	feed_finish(&feed);
	((struct tt_finding *)feed.check->findings->pdata[0])->known = true;
	struct junit junit = junit_of(&feed);
	assert_counts(&junit, TT_N_RULES + 1, 0, 0, 1);
	assert_string_equal(text_at(&junit, "string(//skipped/@message)"), "known from the baseline");
	assert_string_equal(text_at(&junit, "string(count(//system-out))"), "2");
	junit_free(&junit);
	feed_free(&feed);
	(void)state;
}

static void test_loss(void **state)
{
	struct feed feed = feed_new(false);

	const struct tt_discarded_buffer buffer = {.channel = "<\033&", .cpu = -1, .pid = -1};

	tt_check_add_discarded(feed.check,
	                       &(struct tt_discarded){.begin_ns = -1, .end_ns = -1, .count = 3, .buffer = buffer});
	feed_finish(&feed);
	struct junit junit = junit_of(&feed);
	assert_counts(&junit, TT_N_RULES + 1, 0, 1, 0);
	assert_string_equal(text_at(&junit, "string(//error/@message)"), "3 events lost");
	assert_non_null(strstr(text_at(&junit, "string(//error)"), "TT003 is potential"));
	assert_non_null(strstr(text_at(&junit, "string(//error)"), "of channel \"<?&\""));
	junit_free(&junit);
	feed_free(&feed);
	(void)state;
}

static void test_hostile_names(void **state)
{
	struct feed feed = feed_new(false);

	feed_hostile(&feed);
	feed_finish(&feed);
	struct junit junit = junit_of(&feed);
	assert_counts(&junit, TT_N_RULES + 1, 1, 0, 0);
	assert_non_null(strstr(text_at(&junit, "string(//failure)"), "<a>&\"'?[2J"));
	junit_free(&junit);
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_deadlock),
	    cmocka_unit_test(test_no_failures),
	    cmocka_unit_test(test_loss),
	    cmocka_unit_test(test_hostile_names),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	xmlCleanupParser();
	return failed;
}
