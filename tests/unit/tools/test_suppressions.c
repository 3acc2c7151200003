/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "leaks.h"
#include "reports.h"
#include "tools/finding/suppressions.h"

/* Suppressions: what lines there are, what each silences, and what is said of wrong ones. */

/* A file of that text is read. NULL with *error. */
static struct tt_suppressions *suppressions_of(const char *text, gssize size, GError **error)
{
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp("trace-thr-test-XXXXXX", &path, NULL);
	struct tt_suppressions *suppressions;

	assert_true(fd >= 0);
	close(fd);
	assert_true(g_file_set_contents(path, text, size, NULL));
	suppressions = tt_suppressions_read(path, error);
	g_remove(path);
	return suppressions;
}

/* A deadlock of T1 and T2 with A and B. */
static struct feed deadlock(void)
{
	struct feed feed = feed_new(false);

	feed_abba(&feed);
	feed_finish(&feed);
	return feed;
}

static void assert_silences(const char *text, bool silences)
{
	struct tt_check_options options = TT_CHECK_DEFAULTS;
	struct feed feed = deadlock();
	struct tt_suppressions *suppressions = suppressions_of(text, -1, NULL);

	assert_non_null(suppressions);
	tt_suppressions_apply(suppressions, feed.check);
	if ((found(&feed, 0)->suppressed != NULL) != silences)
		fail_msg("%s %s", text, silences ? "does not silence" : "silences");
	assert_int_equal(tt_check_verdict(feed.check, &options), silences ? TT_VERDICT_PASSES : TT_VERDICT_FAILS);
	tt_suppressions_free(suppressions);
	feed_free(&feed);
}

static void test_lines(void **state)
{
	static const struct {
		const char *text;
		bool silences;
	} cases[] = {
	    {"TT001:lock:A", true},
	    {"TT001:A", true},
	    {"TT0*:lock:?", true},
	    {"*:thread:T1", true},
	    {"TT001:T1", true},
	    {"  TT001:lock:B  \r\n", true},
	    {"# a comment\n\nTT001:lock:A", true},
	    {"TT001:lock:A*", true},
	    {"TT011:lock:A", false},   /* another rule */
	    {"TT001:lock:C", false},   /* no such lock */
	    {"TT001:lock:T1", false},  /* a thread is none */
	    {"TT001:thread:A", false}, /* nor the other way round */
	    {"TT001:lock:a", false},   /* not that letter */
	    {"TT001:function:A", false},
	    {"TT001:file:*", false}, /* no site is known here */
	    {"", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_silences(cases[i].text, cases[i].silences);
	(void)state;
}

/* The first line that fits is the one; the others, and where it stands, are known. */
static void test_uses(void **state)
{
	struct feed feed = deadlock();
	struct tt_suppressions *suppressions =
	    suppressions_of("TT001:lock:C\n#\nTT001:lock:A\nTT001:lock:B\n", -1, NULL);
	static const guint uses[] = {0, 1, 0};

	tt_suppressions_apply(suppressions, feed.check);
	assert_int_equal(suppressions->all->len, 3);
	for (guint i = 0; i < 3; i++)
		assert_int_equal(((struct tt_suppression *)suppressions->all->pdata[i])->uses, uses[i]);
	assert_true(g_str_has_suffix(found(&feed, 0)->suppressed, ":3"));
	tt_suppressions_free(suppressions);
	feed_free(&feed);
	(void)state;
}

static void test_bad_lines(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
	    {"#\nnonsense", ":2: no colon in 'nonsense'"},
	    {"TT9*:A", ":1: no rule 'TT9*'"},
	    {":A", ":1: no rule ''"},
	    {"TT001:", ":1: nothing behind the colon"},
	    {"TT001:lock:", ":1: nothing behind the colon"},
	    {"TT001:mutex:A", ":1: no field 'mutex'"},
	    {"TT001:lock:\xff", ":1: this is no UTF-8"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		assert_null(suppressions_of(cases[i].text, -1, &error));
		if (!strstr(error->message, cases[i].says))
			fail_msg("%s, not: %s", error->message, cases[i].says);
		assert_null(strchr(error->message, '\n'));
	}
	(void)state;
}

static void test_no_text(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) missing = NULL;

	assert_null(suppressions_of("TT001:A\0B", 9, &error));
	assert_non_null(strstr(error->message, "is no text"));
	assert_null(tt_suppressions_read("/nowhere/at all", &missing));
	assert_non_null(strstr(missing->message, "cannot read the suppressions"));
	(void)state;
}

/* C++ names have colons; they are no fields. */
static void test_colons_of_names(void **state)
{
	struct tt_suppressions *suppressions = suppressions_of("TT001:pool::run\nTT001:function:a::b:c", -1, NULL);

	assert_non_null(suppressions);
	assert_int_equal(((struct tt_suppression *)suppressions->all->pdata[0])->fields, 15);
	tt_suppressions_free(suppressions);
	(void)state;
}

/* What is printed for a finding silences it, whatever it is called. */
static void test_printed(void **state)
{
	struct feed plain = deadlock(), hostile = feed_new(false);
	struct feed *feeds[] = {&plain, &hostile};

	feed_hostile(&hostile);
	feed_finish(&hostile);
	for (size_t i = 0; i < G_N_ELEMENTS(feeds); i++) {
		char *text = report_as("text", feeds[i], false);
		g_autofree char *line = tt_suppression_for(feeds[i]->check, found(feeds[i], 0));
		assert_null(strchr(line, '\n'));
		struct tt_suppressions *suppressions = suppressions_of(line, -1, NULL);
		assert_non_null(suppressions);
		tt_suppressions_apply(suppressions, feeds[i]->check);
		if (!found(feeds[i], 0)->suppressed)
			fail_msg("%s does not silence: %s", line, text);
		tt_suppressions_free(suppressions);
		feed_free(feeds[i]);
		free(text);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines),           cmocka_unit_test(test_uses),
	    cmocka_unit_test(test_bad_lines),       cmocka_unit_test(test_no_text),
	    cmocka_unit_test(test_colons_of_names), cmocka_unit_test(test_printed),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
