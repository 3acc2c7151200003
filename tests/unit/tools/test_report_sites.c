/* SPDX-License-Identifier: MIT */
/*
 * Where a finding is, as each format says it: source files below the working folder and elsewhere, lines, functions,
 * binaries without sources, call chains. The sites are this test's: what the symbols keep of an address is replaced.
 */
#include "tests/unit/tools/leaks.h"
#include <jansson.h>
#include <unistd.h>

#include "reports.h"
#include "tools/check/rules.h"
#include "tools/report/baseline.h"
#include "tools/report/text.h"

static const struct tt_stack chain = {.n = 2, .frames = {0x501, 0x502}};

static void acquires_with_stack(struct feed *feed, unsigned who, unsigned lock)
{
	FEED(feed, who, lock_acquired, .id = lock, .kind = feed->kind, .depth = 1, .stack = &chain);
}

/* A deadlock; each thread's chain of calls is known of what it has. */
static struct feed begin(void)
{
	struct feed feed = three_threads();

	acquires_with_stack(&feed, T1, A);
	acquires_with_stack(&feed, T2, B);
	waits(&feed, T2, A, T1);
	waits(&feed, T1, B, T2);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	return feed;
}

static struct tt_site *kept(const struct tt_site *site)
{
	return (struct tt_site *)(uintptr_t)site;
}

/* The finding's place. */
static struct tt_site *site_of(const struct feed *feed)
{
	struct tt_access place = tt_finding_access(found(feed, 0));

	return kept(tt_access_site(feed->check, &place));
}

static void set_source(struct tt_site *site, const char *file, int line, const char *function)
{
	site->file = file;
	site->line = line;
	site->function = function;
}

static json_t *json_as(const char *format, const struct feed *feed, bool all)
{
	char *text = report_as(format, feed, all);
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(json);
	free(text);
	return json;
}

static const json_t *sarif_run(const json_t *sarif)
{
	return json_array_get(json_object_get(sarif, "runs"), 0);
}

static const json_t *sarif_location(const json_t *sarif)
{
	const json_t *result = json_array_get(json_object_get(sarif_run(sarif), "results"), 0);

	assert_int_equal(json_array_size(json_object_get(result, "locations")), 1);
	return json_array_get(json_object_get(result, "locations"), 0);
}

static const char *string_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void assert_artifact(const json_t *sarif, const char *uri, const char *base)
{
	const json_t *physical = json_object_get(sarif_location(sarif), "physicalLocation");
	const json_t *artifact = json_object_get(physical, "artifactLocation");

	assert_string_equal(string_at(artifact, "uri"), uri);
	if (base)
		assert_string_equal(string_at(artifact, "uriBaseId"), base);
	else
		assert_null(json_object_get(artifact, "uriBaseId"));
}

static json_int_t sarif_line(const json_t *sarif)
{
	const json_t *physical = json_object_get(sarif_location(sarif), "physicalLocation");
	const json_t *region = json_object_get(physical, "region");

	assert_null(json_object_get(physical, "address"));
	return region ? json_integer_value(json_object_get(region, "startLine")) : -1;
}

/* A path below the working folder is relative to it, another one whole; what a URI cannot have is escaped. */
static void test_sarif_source(void **state)
{
	struct feed feed = begin();
	struct tt_site *site = site_of(&feed);

	set_source(site, "src/a b.c", 12, "Pool<int>::run");
	json_t *sarif = json_as("sarif", &feed, false);
	assert_artifact(sarif, "src/a%20b.c", "%SRCROOT%");
	assert_int_equal(sarif_line(sarif), 12);
	const json_t *functions = json_object_get(sarif_location(sarif), "logicalLocations");
	assert_int_equal(json_array_size(functions), 1);
	assert_string_equal(string_at(json_array_get(functions, 0), "fullyQualifiedName"), "Pool<int>::run");
	assert_string_equal(string_at(json_array_get(functions, 0), "kind"), "function");
	const json_t *root = json_object_get(json_object_get(sarif_run(sarif), "originalUriBaseIds"), "%SRCROOT%");
	const char *uri = string_at(root, "uri");
	g_autofree char *folder = g_filename_from_uri(uri, NULL, NULL), *here = g_get_current_dir();
	assert_true(g_str_has_suffix(uri, "/"));
	assert_true(g_str_has_prefix(folder, here));
	json_decref(sarif);

	set_source(site, "/usr/src/x y.c", 1, NULL);
	sarif = json_as("sarif", &feed, false);
	assert_artifact(sarif, "file:///usr/src/x%20y.c", NULL);
	assert_int_equal(sarif_line(sarif), 1);
	assert_null(json_object_get(sarif_location(sarif), "logicalLocations"));
	json_decref(sarif);

	set_source(site, "a.c", 0, NULL);
	sarif = json_as("sarif", &feed, false);
	assert_int_equal(sarif_line(sarif), -1);
	json_decref(sarif);
	feed_free(&feed);
	(void)state;
}

static void test_sarif_binary(void **state)
{
	struct feed feed = begin();
	struct tt_site *site = site_of(&feed);

	site->module = "libpool.so";
	site->offset = 0x1234;
	json_t *sarif = json_as("sarif", &feed, false);
	const json_t *physical = json_object_get(sarif_location(sarif), "physicalLocation");
	const json_t *address = json_object_get(physical, "address");
	assert_artifact(sarif, "libpool.so", "%SRCROOT%");
	assert_int_equal(json_integer_value(json_object_get(address, "relativeAddress")), 0x1234);
	assert_null(json_object_get(physical, "region"));
	json_decref(sarif);

	site->module = NULL;
	sarif = json_as("sarif", &feed, false);
	assert_null(json_object_get(sarif_location(sarif), "physicalLocation"));
	json_decref(sarif);
	feed_free(&feed);
	(void)state;
}

/* What a baseline says of the finding: it is new, or was there. */
static void assert_standing(const char *baseline_text, const char *expected, guint gone)
{
	char path[] = "/tmp/test-baseline-XXXXXX";
	struct feed feed = feed_new(false);
	struct tt_check_options options = {.fail_on = TT_LEVEL_PREDICTED};
	g_autoptr(GPtrArray) checks = g_ptr_array_new();
	struct tt_report report = {.checks = checks, .options = &options};
	may_deadlock(&feed);
	feed_finish(&feed);
	char *own = report_as("json", &feed, false);
	int fd = mkstemp(path);

	assert_true(g_file_set_contents(path, baseline_text ? baseline_text : own, -1, NULL));
	struct tt_baseline *baseline = tt_baseline_read(path, NULL);
	assert_non_null(baseline);
	tt_baseline_apply(baseline, feed.check);
	report.baseline = baseline;
	g_ptr_array_add(checks, feed.check);
	char *text = report_written("sarif", &report);
	json_t *sarif = json_loads(text, 0, NULL);
	const json_t *result = json_array_get(json_object_get(sarif_run(sarif), "results"), 0);
	const json_t *summary = json_object_get(sarif_run(sarif), "properties");
	assert_string_equal(string_at(result, "baselineState"), expected);
	assert_int_equal(json_integer_value(json_object_get(summary, "known")), strcmp(expected, "new") != 0);
	assert_int_equal(json_integer_value(json_object_get(summary, "gone")), gone);
	json_decref(sarif);
	free(text);
	free(own);
	close(fd);
	unlink(path);
	tt_baseline_free(baseline);
	feed_free(&feed);
}

static void test_sarif_baseline(void **state)
{
	assert_standing(NULL, "unchanged", 0);
	struct feed feed = begin();
	char *other = report_as("json", &feed, false);
	assert_standing(other, "new", 1);
	free(other);
	feed_free(&feed);
	(void)state;
}

/* A finding that is not reported changes nothing, where it is before others. */
static void test_not_reported(void **state)
{
	static const char *const formats[] = {"sarif", "junit"};
	struct feed feed = begin();
	struct tt_finding *inversion = tt_finding_new(&tt_rules[TT_RULE_CYCLE], TT_LEVEL_INVERSION, g_strdup("x"));
	char *before[G_N_ELEMENTS(formats)];

	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
		before[i] = report_as(formats[i], &feed, false);
	g_ptr_array_insert(feed.check->findings, 0, inversion);
	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
		char *after = report_as(formats[i], &feed, false);
		assert_string_equal(after, before[i]);
		free(after);
		free(before[i]);
	}
	feed_free(&feed);
	(void)state;
}

/* A step whose place is unknown has no location; those behind it keep the numbers that the message links to. */
static void test_sarif_related(void **state)
{
	struct feed feed = begin();

	g_array_index(found(&feed, 0)->edges, struct tt_edge, 0).held_caller = 0;
	json_t *sarif = json_as("sarif", &feed, false);
	const json_t *result = json_array_get(json_object_get(sarif_run(sarif), "results"), 0);
	const json_t *related = json_object_get(result, "relatedLocations");
	assert_int_equal(json_array_size(related), 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(json_integer_value(json_object_get(json_array_get(related, i), "id")), i + 2);
	json_decref(sarif);
	feed_free(&feed);
	(void)state;
}

static void test_sarif_limits(void **state)
{
	struct feed feed = begin();

	g_ptr_array_add(feed.check->limits, g_strdup("not all was looked at"));
	json_t *sarif = json_as("sarif", &feed, false);
	const json_t *invocation = json_array_get(json_object_get(sarif_run(sarif), "invocations"), 0);
	const json_t *notices = json_object_get(invocation, "toolExecutionNotifications");
	assert_int_equal(json_array_size(notices), 1);
	assert_string_equal(string_at(json_array_get(notices, 0), "level"), "note");
	assert_string_equal(string_at(json_object_get(json_array_get(notices, 0), "message"), "text"),
	                    "not all was looked at");
	json_decref(sarif);
	char *text = report_as("text", &feed, false);
	assert_non_null(strstr(text, "Limit: not all was looked at\n"));
	free(text);
	feed_free(&feed);
	(void)state;
}

/* An annotation is for a file of the repository; others have none. */
static void test_github(void **state)
{
	static const struct {
		const char *file;
		int line;
		const char *begin;
	} cases[] = {
	    {"src/a,b.c", 12, "::error file=src/a%2Cb.c,line=12,title=TT001 "},
	    {"a.c", 1, "::error file=a.c,line=1,title=TT001 "},
	    {"a.c", 0, "::error file=a.c,title=TT001 "},
	    {"/usr/src/x.c", 12, "::error title=TT001 "},
	    {NULL, 12, "::error title=TT001 "},
	};
	struct feed feed = begin();

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		set_source(site_of(&feed), cases[i].file, cases[i].line, "worker");
		char *text = report_as("github", &feed, false);
		if (!g_str_has_prefix(text, cases[i].begin))
			fail_msg("%s, not %s", text, cases[i].begin);
		free(text);
	}
	feed_free(&feed);
	(void)state;
}

static void test_junit(void **state)
{
	static const struct {
		const char *file;
		int line;
		const char *attributes;
	} cases[] = {
	    {"src/a.c", 12, " file=\"src/a.c\" line=\"12\""},
	    {"/x.c", 1, " file=\"/x.c\" line=\"1\""},
	    {"a.c", 0, " file=\"a.c\">"},
	};
	struct feed feed = begin();

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		set_source(site_of(&feed), cases[i].file, cases[i].line, NULL);
		char *text = report_as("junit", &feed, false);
		if (!strstr(text, cases[i].attributes))
			fail_msg("no%s in %s", cases[i].attributes, text);
		free(text);
	}
	set_source(site_of(&feed), NULL, 12, NULL);
	char *text = report_as("junit", &feed, false);
	assert_null(strstr(text, " file="));
	assert_null(strstr(text, " line="));
	free(text);
	feed_free(&feed);
	(void)state;
}

static const json_t *json_edge(const json_t *json, size_t i)
{
	const json_t *trace = json_array_get(json_object_get(json, "traces"), 0);
	const json_t *finding = json_array_get(json_object_get(trace, "findings"), 0);
	const json_t *edge = json_array_get(json_object_get(finding, "edges"), i);

	assert_non_null(edge);
	return edge;
}

static void test_json(void **state)
{
	struct feed feed = begin();
	const struct tt_edge *edge = tt_finding_edge(found(&feed, 0), 0);
	struct tt_access held = tt_edge_acquire(edge), wanted = tt_edge_request(edge);

	set_source(kept(tt_access_site(feed.check, &held)), "src/a.c", 12, "worker");
	set_source(kept(tt_access_site(feed.check, &wanted)), "src/b.c", 0, NULL);
	json_t *json = json_as("json", &feed, false);
	const json_t *has = json_object_get(json_edge(json, 0), "holds");
	const json_t *wants = json_object_get(json_edge(json, 0), "wants");
	const json_t *stack = json_object_get(has, "stack"), *site = json_object_get(has, "site");
	assert_string_equal(string_at(site, "file"), "src/a.c");
	assert_string_equal(string_at(site, "function"), "worker");
	assert_int_equal(json_integer_value(json_object_get(site, "line")), 12);
	assert_int_equal(json_array_size(stack), 3); /* the call itself, and those beyond it */
	assert_string_equal(string_at(json_array_get(stack, 0), "file"), "src/a.c");
	assert_string_equal(string_at(json_array_get(stack, 1), "offset"), "0x501");
	assert_string_equal(string_at(json_array_get(stack, 2), "offset"), "0x502");
	assert_null(json_object_get(json_object_get(wants, "site"), "line"));
	assert_string_equal(string_at(json_object_get(wants, "site"), "file"), "src/b.c");
	assert_null(json_object_get(wants, "stack"));
	const json_t *thread = json_object_get(json_edge(json, 0), "thread");
	assert_int_equal(json_integer_value(json_object_get(thread, "tid")), edge->thread->native_id);
	assert_true(json_is_false(json_object_get(thread, "daemon")));
	json_decref(json);
	feed_free(&feed);
	(void)state;
}

/* Threads in the text: with more than one process, of which and what it runs; and what is said of a thread alone. */
static void test_text_threads(void **state)
{
	struct feed feed = begin();
	struct tt_edge *edge = &g_array_index(found(&feed, 0)->edges, struct tt_edge, 0);
	const struct tt_module module = {.pid = 100, .size = UINT64_MAX / 2, .path = "/usr/bin/the-app"};
	char *text;

	text = report_as("text", &feed, false);
	assert_null(strstr(text, "  pid 100"));
	assert_null(strstr(text, "  daemon"));
	assert_non_null(strstr(text, "  tid 1002\n"));
	free(text);
	edge->thread->daemon = true;
	edge->thread->native_id = 0;
	feed.pid = 101;
	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 1);
	text = report_as("text", &feed, false);
	assert_non_null(strstr(text, "  pid 100  "));
	assert_non_null(strstr(text, "  pid 100  daemon\n"));
	free(text);
	tt_check_add_module(feed.check, &module);
	text = report_as("text", &feed, false);
	assert_non_null(strstr(text, "  pid 100 (the-app)  daemon\n"));
	free(text);
	edge->wanted = NULL;
	edge->note = g_strdup("ended");
	text = report_as("text", &feed, false);
	assert_non_null(strstr(text, "  daemon  ended\n"));
	free(text);
	feed_free(&feed);
	(void)state;
}

/* Findings alone, as of a program that still runs. */
static void test_findings_alone(void **state)
{
	struct feed feed = begin();
	char *alone = NULL, *whole = report_as("text", &feed, false);
	size_t size;
	FILE *out = open_memstream(&alone, &size);

	tt_report_findings(feed.check, out);
	fclose(out);
	assert_true(size > 0);
	assert_true(g_str_has_prefix(whole, alone));
	assert_null(strstr(alone, "pid 100"));
	free(alone);
	free(whole);
	feed.pid = 101;
	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 1);
	out = open_memstream(&alone, &size);
	tt_report_findings(feed.check, out);
	fclose(out);
	assert_non_null(strstr(alone, "pid 100"));
	free(alone);
	feed_free(&feed);
	(void)state;
}

/* Of more buffers than it names, it says how many there are. */
static void test_many_buffers(void **state)
{
	for (int n = 7; n <= 10; n++) {
		struct feed feed = feed_new(false);
		g_autofree char *more = g_strdup_printf("and of %d more buffers", n - 8);
		for (int i = 0; i < n; i++)
			tt_check_add_discarded(
			    feed.check, &(struct tt_discarded){
					    .begin_ns = -1, .end_ns = -1, .count = 3, .buffer = {.cpu = i, .pid = -1}});
		feed_finish(&feed);
		assert_int_equal(feed.check->loss.buffers->len, n);
		char *text = report_as("text", &feed, false);
		assert_int_equal(strstr(text, "more buffers") != NULL, n > 8);
		assert_int_equal(strstr(text, more) != NULL, n > 8);
		free(text);
		feed_free(&feed);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sarif_source),   cmocka_unit_test(test_sarif_binary),
	    cmocka_unit_test(test_sarif_limits),   cmocka_unit_test(test_sarif_related),
	    cmocka_unit_test(test_not_reported),   cmocka_unit_test(test_sarif_baseline),
	    cmocka_unit_test(test_github),         cmocka_unit_test(test_junit),
	    cmocka_unit_test(test_json),           cmocka_unit_test(test_text_threads),
	    cmocka_unit_test(test_findings_alone), cmocka_unit_test(test_many_buffers),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
