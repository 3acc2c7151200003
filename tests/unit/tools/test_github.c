/* SPDX-License-Identifier: MIT */
#include "tests/unit/tools/leaks.h"
#include "reports.h"

/* Annotations: a line a finding, and no name can end one or begin another. */

static char *github_of(const struct feed *feed, size_t n, char ***lines)
{
	char *text = report_as("github", feed, false);

	*lines = g_strsplit(text, "\n", -1);
	if (g_strv_length(*lines) != n + 1) /* one is empty, behind the last end of line */
		fail_msg("%u lines, not %zu: %s", g_strv_length(*lines) - 1, n, text);
	return text;
}

static void test_deadlock(void **state)
{
	struct feed feed = feed_new(false);
	g_auto(GStrv) lines = NULL;

	feed_abba(&feed);
	feed_finish(&feed);
	free(github_of(&feed, 2, &lines));
	assert_true(g_str_has_prefix(lines[0], "::error title=TT001 deadlock (actual)::T1 and T2 wait for each "
	                                       "other%0AT1 acquires mutex \"A\" at ?+0x1%0AT2 acquires mutex"));
	assert_non_null(strstr(lines[0], found(&feed, 0)->fingerprint));
	assert_string_equal(lines[1], "trace-thr: 1 deadlock, 0 inversions, 0 suppressed, 0 events lost");
	feed_free(&feed);
	(void)state;
}

static void test_levels(void **state)
{
	struct feed feed = feed_new(false);
	g_auto(GStrv) lines = NULL;

	may_deadlock(&feed);
	feed_finish(&feed);
	free(github_of(&feed, 2, &lines));
	assert_true(g_str_has_prefix(lines[0], "::warning title=TT011 lock-order inversion (potential)::"));
	feed_free(&feed);
	(void)state;
}

/* What is left out makes no noise. */
static void test_suppressed(void **state)
{
	struct feed feed = feed_new(false);
	g_auto(GStrv) lines = NULL;

	feed_abba(&feed);
	feed_finish(&feed);
	((struct tt_finding *)feed.check->findings->pdata[0])->suppressed = g_strdup("known.txt:3");
	free(github_of(&feed, 1, &lines));
	assert_string_equal(lines[0], "trace-thr: 0 deadlocks, 0 inversions, 1 suppressed, 0 events lost");
	feed_free(&feed);
	(void)state;
}

static void test_loss(void **state)
{
	struct feed feed = feed_new(false);
	g_auto(GStrv) lines = NULL;

	tt_check_add_discarded(feed.check, &(struct tt_discarded){.begin_ns = -1, .end_ns = -1, .count = 3});
	feed_finish(&feed);
	free(github_of(&feed, 2, &lines));
	assert_true(g_str_has_prefix(lines[0], "::warning title=trace-thr::3 events lost"));
	assert_non_null(strstr(lines[0], "%0ATT003 is potential"));
	feed_free(&feed);
	(void)state;
}

static void test_hostile_names(void **state)
{
	struct feed feed = feed_new(false);
	g_auto(GStrv) lines = NULL;

	feed_hostile(&feed);
	feed_finish(&feed);
	char *text = github_of(&feed, 2, &lines);
	for (const char *c = text; *c; c++)
		assert_true(*c == '\n' || (unsigned char)*c >= ' ');
	assert_true(g_utf8_validate(text, -1, NULL));
	assert_non_null(strstr(text, "%250A"));      /* a percent sign of a name */
	assert_non_null(strstr(text, "%0A::error")); /* an end of line of a name */
	free(text);
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_deadlock), cmocka_unit_test(test_levels),        cmocka_unit_test(test_suppressed),
	    cmocka_unit_test(test_loss),     cmocka_unit_test(test_hostile_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
