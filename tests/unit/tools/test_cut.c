/* SPDX-License-Identifier: MIT */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tools/check/check.h"
#include "tools/read/recording/cut.h"
#include "tools/read/recording/manifest.h"

static bool lose(const struct tt_discarded *loss, void *check)
{
	tt_check_add_discarded(check, loss);
	return true;
}

static const struct tt_check_options options = {.fail_on = TT_LEVEL_PREDICTED};

/* What a check knows of a recording with this manifest. */
static struct tt_check *told(const struct tt_manifest *manifest)
{
	static const struct tt_trace_handler handler = {.loss = lose};
	struct tt_check *check = tt_check_new(&options);

	tt_cut_tell(manifest, &handler, check, &check->summary);
	return check;
}

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(tt_cut_of_word(NULL), TT_CUT_NONE);
	assert_null(tt_cut_word(TT_CUT_NONE));
	for (int cut = TT_CUT_UNFINISHED; cut < TT_N_CUTS; cut++) {
		assert_int_equal(tt_cut_of_word(tt_cut_word((enum tt_cut)cut)), cut);
		assert_non_null(tt_cut_text((enum tt_cut)cut));
	}
	assert_int_equal(tt_cut_of_word("a later version's"), TT_CUT_UNFINISHED);
}

static void test_whole(void **state)
{
	struct tt_check *check = told(&(struct tt_manifest){.pid = 1});

	(void)state;
	assert_false(tt_check_has_discarded(check));
	assert_int_equal(check->summary.cuts, 0);
	tt_check_free(check);
}

/* Of every cut there is no verdict; what happened before it stands where all of that is there. */
static void test_cuts(void **state)
{
	(void)state;
	for (int cut = TT_CUT_UNFINISHED; cut < TT_N_CUTS; cut++) {
		for (int even = 0; even < 2; even++) {
			struct tt_manifest manifest = {.cut = (enum tt_cut)cut, .cut_ns = 5, .cut_even = even};
			struct tt_check *check = told(&manifest);
			g_autofree char *text = tt_check_discarded_text(check, check->loss.buffers->pdata[0]);

			assert_true(tt_check_has_discarded(check));
			assert_int_equal(tt_check_verdict(check, &options), TT_VERDICT_UNKNOWN);
			assert_true(even ? check->loss.last_ns < 0 : check->loss.last_ns == INT64_MAX);
			assert_non_null(strstr(text, tt_cut_text((enum tt_cut)cut)));
			tt_check_free(check);
		}
	}
}

static void test_left_out(void **state)
{
	char *left_out[] = {(char[]){"one (pid 7)"}, (char[]){"two (pid 8)"}, NULL};
	struct tt_check *check = told(&(struct tt_manifest){.left_out = left_out});
	g_autofree char *text = tt_check_discarded_text(check, check->loss.buffers->pdata[1]);

	(void)state;
	assert_int_equal(check->loss.buffers->len, 2);
	assert_non_null(strstr(text, "two (pid 8)"));
	assert_true(tt_check_has_discarded(check) && check->loss.last_ns < 0);
	tt_check_free(check);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_whole),
	    cmocka_unit_test(test_cuts),
	    cmocka_unit_test(test_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
