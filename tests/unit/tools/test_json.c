/* SPDX-License-Identifier: MIT */
#include "tests/unit/tools/leaks.h"
#include <jansson.h>

#include "reports.h"

/* The report for programs: its shape, and that nothing in a name breaks it. */

static json_t *json_of(const struct feed *feed)
{
	char *text = report_as("json", feed, false);
	json_error_t error;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		fail_msg("%d:%d: %s in %s", error.line, error.column, error.text, text);
	free(text);
	return json;
}

/* What lies at the path, whose parts are keys or numbers: `traces/0/findings`. NULL: nothing. */
static const json_t *at(const json_t *json, const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);

	for (size_t i = 0; json && parts[i]; i++)
		json = json_is_array(json) ? json_array_get(json, strtoul(parts[i], NULL, 10))
		                           : json_object_get(json, parts[i]);
	return json;
}

static void assert_text(const json_t *json, const char *path, const char *expected)
{
	const json_t *value = at(json, path);

	if (!json_is_string(value))
		fail_msg("no text at %s", path);
	assert_string_equal(json_string_value(value), expected);
}

static void assert_number(const json_t *json, const char *path, json_int_t expected)
{
	const json_t *value = at(json, path);

	if (!json_is_integer(value))
		fail_msg("no number at %s", path);
	assert_int_equal(json_integer_value(value), expected);
}

#define FINDING "traces/0/findings/0/"

static void test_deadlock(void **state)
{
	struct feed feed = feed_new(false);

	feed_abba(&feed);
	begins_join(&feed, MAIN, T2);
	feed_finish(&feed);
	json_t *json = json_of(&feed);
	assert_text(json, "format", "trace-thr check");
	assert_number(json, "version", 1);
	assert_text(json, "verdict", "fails");
	assert_text(json, "fail_on", "predicted");
	assert_number(json, "summary/deadlocks", 1);
	assert_number(json, "summary/events_lost", 0);
	assert_true(json_is_null(at(json, "traces/0/path")));
	assert_number(json, "traces/0/events", 5);
	assert_number(json, "traces/0/threads", 3);
	assert_text(json, FINDING "rule", "TT001");
	assert_text(json, FINDING "level", "actual");
	assert_text(json, FINDING "verdict", "T1 and T2 wait for each other");
	assert_text(json, FINDING "fingerprint", found(&feed, 0)->fingerprint);
	assert_true(json_is_true(at(json, FINDING "fails")));
	assert_true(json_is_true(at(json, FINDING "cycle")));
	assert_int_equal(json_array_size(at(json, FINDING "edges")), 2);
	assert_text(json, FINDING "edges/0/thread/name", "T1");
	assert_number(json, FINDING "edges/0/thread/pid", 100);
	assert_text(json, FINDING "edges/0/holds/object/name", "A");
	assert_text(json, FINDING "edges/0/holds/object/kind", "mutex");
	assert_text(json, FINDING "edges/0/holds/mode", "exclusive");
	assert_number(json, FINDING "edges/0/holds/time_ns", FEED_ORIGIN + 1000000);
	assert_text(json, FINDING "edges/0/holds/site/offset", "0x1");
	assert_text(json, FINDING "edges/0/wants/object/name", "B");
	assert_text(json, FINDING "blocked/0/thread/name", "MainThread");
	assert_null(at(json, FINDING "blocked/0/holds"));
	assert_text(json, FINDING "blocked/0/wants/object/family", "thread");
	assert_int_equal(json_array_size(at(json, FINDING "witness")), 0);
	json_decref(json);
	feed_free(&feed);
	(void)state;
}

static void test_clean(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	feed_finish(&feed);
	json_t *json = json_of(&feed);
	assert_text(json, "verdict", "passes");
	assert_int_equal(json_array_size(at(json, "traces/0/findings")), 0);
	assert_int_equal(json_array_size(at(json, "traces/0/lost/weaker")), 0);
	json_decref(json);
	feed_free(&feed);
	(void)state;
}

/* How many events were lost, when, of whom, and what is worth less for it. */
static void test_loss(void **state)
{
	struct feed feed = feed_new(false);
	const struct tt_discarded_buffer buffer = {.channel = "events", .cpu = 1, .process = "prog", .pid = 7};

	NESTS(&feed, T1, A, B);
	for (int64_t i = 0; i < 2; i++) /* of one buffer: one row */
		tt_check_add_discarded(feed.check, &(struct tt_discarded){.begin_ns = FEED_ORIGIN + i,
		                                                          .end_ns = FEED_ORIGIN + 5 + i,
		                                                          .count = 3,
		                                                          .buffer = buffer});
	tt_check_add_discarded(
	    feed.check,
	    &(struct tt_discarded){.begin_ns = -1, .end_ns = -1, .torn = true, .buffer = {.cpu = -1, .pid = -1}});
	feed_finish(&feed);
	json_t *json = json_of(&feed);
	assert_text(json, "verdict", "unknown");
	assert_number(json, "summary/events_lost", 6);
	assert_number(json, "summary/packets_lost", 1);
	assert_int_equal(json_array_size(at(json, "traces/0/lost/buffers")), 2);
	assert_number(json, "traces/0/lost/buffers/0/events", 6);
	assert_number(json, "traces/0/lost/buffers/0/begin_ns", FEED_ORIGIN);
	assert_number(json, "traces/0/lost/buffers/0/end_ns", FEED_ORIGIN + 6);
	assert_text(json, "traces/0/lost/buffers/0/channel", "events");
	assert_number(json, "traces/0/lost/buffers/0/cpu", 1);
	assert_text(json, "traces/0/lost/buffers/0/process", "prog");
	assert_number(json, "traces/0/lost/buffers/0/pid", 7);
	assert_true(json_is_true(at(json, "traces/0/lost/buffers/1/torn")));
	assert_null(at(json, "traces/0/lost/buffers/1/begin_ns"));
	assert_null(at(json, "traces/0/lost/buffers/1/cpu"));
	assert_text(json, "traces/0/lost/weaker/2/rule", "TT003");
	json_decref(json);
	feed_free(&feed);
	(void)state;
}

/* What a rule of prediction claims, step by step. */
static void test_witness(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	feed_finish(&feed);
	struct tt_finding *finding = feed.check->findings->pdata[0];
	g_array_set_size(finding->witness, 0);
	add_witness(finding);
	json_t *json = json_of(&feed);
	assert_int_equal(json_array_size(at(json, FINDING "witness")), 4);
	assert_text(json, FINDING "witness/0/thread/name", "T1");
	assert_text(json, FINDING "witness/0/event", "lock_acquired");
	assert_text(json, FINDING "witness/0/object/name", "A");
	assert_true(json_is_false(at(json, FINDING "witness/0/blocks")));
	assert_text(json, FINDING "witness/3/event", "lock_wait");
	assert_true(json_is_true(at(json, FINDING "witness/3/blocks")));
	json_decref(json);
	feed_free(&feed);
	(void)state;
}

static void test_hostile_names(void **state)
{
	struct feed feed = feed_new(false);

	feed_hostile(&feed);
	feed_finish(&feed);
	json_t *json = json_of(&feed);
	g_autofree char *lock = g_utf8_make_valid(HOSTILE_LOCK, -1);
	assert_text(json, FINDING "edges/0/holds/object/name", lock);
	g_autofree char *thread = g_utf8_make_valid(HOSTILE_THREAD, -1);
	assert_text(json, FINDING "edges/0/thread/name", thread);
	json_decref(json);
	feed_free(&feed);
	(void)state;
}

static json_t *json_written(const struct tt_report *report)
{
	char *text = report_written("json", report);
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(json);
	free(text);
	return json;
}

/* What a file of suppressions has that silenced nothing, and what of a baseline is gone. */
static void test_what_is_left_out(void **state)
{
	char a[] = "TT001:A", b[] = "TT001:B", c[] = "TT001:C", file[] = "known.txt", base[] = "base.json";
	struct tt_suppression lines[] = {
	    {.line = 1, .text = a}, {.line = 2, .text = b, .uses = 1}, {.line = 4, .text = c}};
	struct tt_suppressions suppressions = {.path = file, .all = g_ptr_array_new()};
	struct tt_baseline baseline = {
	    .path = base, .fingerprints = g_ptr_array_new(), .found = g_hash_table_new(g_str_hash, g_str_equal)};
	struct tt_check_options options = {.fail_on = TT_LEVEL_PREDICTED};
	g_autoptr(GPtrArray) checks = g_ptr_array_new();
	struct tt_report report = {.checks = checks, .options = &options};
	struct feed feed = feed_new(false);

	feed_finish(&feed);
	g_ptr_array_add(checks, feed.check);
	json_t *json = json_written(&report);
	assert_null(at(json, "suppressions"));
	assert_null(at(json, "baseline"));
	json_decref(json);
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		g_ptr_array_add(suppressions.all, &lines[i]);
	g_ptr_array_add(baseline.fingerprints, a);
	g_ptr_array_add(baseline.fingerprints, b);
	g_hash_table_insert(baseline.found, a, GINT_TO_POINTER(true));
	g_hash_table_insert(baseline.found, b, GINT_TO_POINTER(false));
	report.suppressions = &suppressions;
	report.baseline = &baseline;
	json = json_written(&report);
	assert_text(json, "suppressions/file", "known.txt");
	assert_int_equal(json_array_size(at(json, "suppressions/unused")), 2);
	assert_number(json, "suppressions/unused/0/line", 1);
	assert_text(json, "suppressions/unused/0/text", "TT001:A");
	assert_number(json, "suppressions/unused/1/line", 4);
	assert_text(json, "baseline/file", "base.json");
	assert_int_equal(json_array_size(at(json, "baseline/gone")), 1);
	assert_text(json, "baseline/gone/0", "TT001:B");
	json_decref(json);
	g_ptr_array_free(suppressions.all, TRUE);
	g_ptr_array_free(baseline.fingerprints, TRUE);
	g_hash_table_destroy(baseline.found);
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_deadlock),      cmocka_unit_test(test_clean),
	    cmocka_unit_test(test_loss),          cmocka_unit_test(test_witness),
	    cmocka_unit_test(test_hostile_names), cmocka_unit_test(test_what_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
