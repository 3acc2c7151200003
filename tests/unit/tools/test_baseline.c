/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include <glib/gstdio.h>

#include "leaks.h"
#include "reports.h"

/* Baselines: what an earlier report has is known, and what it had and is no more is gone. */

static struct tt_baseline *baseline_of(const char *text, GError **error)
{
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp("trace-thr-test-XXXXXX", &path, NULL);
	struct tt_baseline *baseline;

	assert_true(fd >= 0);
	close(fd);
	assert_true(g_file_set_contents(path, text, -1, NULL));
	baseline = tt_baseline_read(path, error);
	g_remove(path);
	return baseline;
}

/* One of these inversions, or both. */
static struct feed inversions(bool first, bool second)
{
	struct feed feed = feed_new(false);

	if (first) {
		NESTS(&feed, T1, A, B);
		NESTS(&feed, T2, B, A);
	}
	if (second) {
		NESTS(&feed, T1, C, D);
		NESTS(&feed, T2, D, C);
	}
	feed_finish(&feed);
	return feed;
}

/* A deadlock that happened, known by the names of its locks only: it may be another one. */
static void test_unnamed(void **state)
{
	struct feed before = feed_new(false), now = feed_new(false), inversion = inversions(true, false),
		    same = inversions(true, false);
	struct feed *const feeds[] = {&before, &inversion};
	struct feed *const others[] = {&now, &same};

	for (size_t i = 0; i < G_N_ELEMENTS(feeds); i++) {
		if (i == 0) {
			feed_abba(&before);
			feed_finish(&before);
			feed_abba(&now);
			feed_finish(&now);
		}
		char *text = report_as("json", feeds[i], false);
		struct tt_baseline *baseline = baseline_of(text, NULL);

		assert_string_equal(found(feeds[i], 0)->fingerprint, found(others[i], 0)->fingerprint);
		tt_baseline_apply(baseline, others[i]->check);
		assert_int_equal(found(others[i], 0)->known, i == 1);
		g_autoptr(GPtrArray) gone = tt_baseline_gone(baseline);
		assert_int_equal(gone->len, 0);
		tt_baseline_free(baseline);
		g_free(text);
		feed_free(feeds[i]);
		feed_free(others[i]);
	}
	(void)state;
}

static void test_known_new_gone(void **state)
{
	struct tt_check_options options = {.fail_on = TT_LEVEL_POTENTIAL};
	struct feed before = inversions(true, true), now = inversions(true, false), other = feed_new(false);
	g_autoptr(GPtrArray) checks = g_ptr_array_new();
	char *text = report_as("json", &before, false);
	struct tt_baseline *baseline = baseline_of(text, NULL);
	struct tt_report report = {.checks = checks, .options = &options, .baseline = baseline};

	feed_abba(&other);
	feed_finish(&other);
	assert_int_equal(baseline->fingerprints->len, 2);
	tt_baseline_apply(baseline, now.check);
	tt_baseline_apply(baseline, other.check);
	assert_true(found(&now, 0)->known);
	assert_int_equal(tt_check_verdict(now.check, &options), TT_VERDICT_PASSES);
	assert_false(found(&other, 0)->known);
	assert_int_equal(tt_check_verdict(other.check, &options), TT_VERDICT_FAILS);
	g_ptr_array_add(checks, now.check);
	char *told = report_written("text", &report);
	assert_non_null(strstr(told, ": 1 known, not shown; 1 of its 2 gone.\ntrace-thr: 0 deadlocks, 0 inversions,"));
	g_autoptr(GPtrArray) gone = tt_baseline_gone(baseline);
	assert_int_equal(gone->len, 1);
	assert_string_equal(gone->pdata[0], found(&before, 1)->fingerprint);
	tt_baseline_free(baseline);
	free(text);
	free(told);
	feed_free(&before);
	feed_free(&now);
	feed_free(&other);
	(void)state;
}

/* A report that leaves out what is known is as good a baseline as the one before it. */
static void test_from_report_to_report(void **state)
{
	struct feed one = inversions(true, false), two = inversions(true, false);
	char *first = report_as("json", &one, false);
	struct tt_baseline *baseline = baseline_of(first, NULL);

	tt_baseline_apply(baseline, two.check);
	char *second = report_as("json", &two, false);
	struct tt_baseline *again = baseline_of(second, NULL);
	assert_int_equal(again->fingerprints->len, 1);
	tt_baseline_free(baseline);
	tt_baseline_free(again);
	free(first);
	free(second);
	feed_free(&one);
	feed_free(&two);
	(void)state;
}

/* One that a trace has twice: those after it count as well. */
static void test_repeated_fingerprint(void **state)
{
	struct tt_baseline *baseline =
	    baseline_of("{\"format\": \"trace-thr check\", \"traces\": [{\"findings\": ["
	                "{\"fingerprint\": \"1\"}, {\"fingerprint\": \"1\"}, {\"fingerprint\": \"2\"}]}]}",
	                NULL);

	assert_non_null(baseline);
	assert_int_equal(baseline->fingerprints->len, 2);
	tt_baseline_free(baseline);
	(void)state;
}

static void test_none(void **state)
{
	static const char *const texts[] = {
	    "",
	    "nonsense",
	    "[]",
	    "{}",
	    "{\"format\": \"trace-thr check\"}",
	    "{\"format\": \"other\", \"traces\": []}",
	    "{\"format\": \"trace-thr check\", \"traces\": [1]}",
	    "{\"format\": \"trace-thr check\", \"traces\": [{\"findings\": [{}]}]}",
	    "{\"format\": \"trace-thr check\", \"traces\": [{\"findings\": [{\"fingerprint\": 1}]}]}",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		assert_null(baseline_of(texts[i], &error));
		assert_non_null(strstr(error->message, " is no baseline"));
		assert_null(strchr(error->message, '\n'));
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_repeated_fingerprint),
	    cmocka_unit_test(test_known_new_gone),
	    cmocka_unit_test(test_from_report_to_report),
	    cmocka_unit_test(test_unnamed),
	    cmocka_unit_test(test_none),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
