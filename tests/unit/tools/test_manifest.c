/* SPDX-License-Identifier: MIT */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib/gstdio.h>

#include "tools/read/recording/manifest.h"

static char *folder;

static int set_up(void **state)
{
	(void)state;
	folder = g_dir_make_tmp("test-manifest-XXXXXX", NULL);
	return folder ? 0 : -1;
}

static int tear_down(void **state)
{
	g_autofree char *file = g_build_filename(folder, TT_MANIFEST_FILE, NULL);

	(void)state;
	g_unlink(file);
	g_rmdir(folder);
	g_free(folder);
	return 0;
}

static void put(const char *text)
{
	g_autofree char *file = g_build_filename(folder, TT_MANIFEST_FILE, NULL);
	assert_true(g_file_set_contents(file, text, -1, NULL));
}

static void test_round_trip(void **state)
{
	char *program[] = {(char[]){"./prog"}, (char[]){""}, (char[]){"\"quoted\"\n\\"}, (char[]){"später"}, NULL};
	char *left_out[] = {(char[]){"other (pid 7)"}, NULL};
	char recording[] = "00c0ffee";
	const struct tt_manifest wrote = {.program = program,
	                                  .recording = recording,
	                                  .pid = 4194304,
	                                  .begin_ns = 1700000000123456789,
	                                  .end_ns = 1700000001123456789,
	                                  .exit_status = -1,
	                                  .signal = 15,
	                                  .timed_out = true,
	                                  .preload = true,
	                                  .stack = 8,
	                                  .cut = TT_CUT_CONSUMER,
	                                  .cut_ns = 1700000000500000000,
	                                  .cut_even = true,
	                                  .left_out = left_out};
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_true(tt_manifest_write(folder, &wrote, &error));
	struct tt_manifest *read = tt_manifest_read(folder, &error);
	assert_non_null(read);
	assert_null(error);
	for (int i = 0; program[i]; i++)
		assert_string_equal(read->program[i], program[i]);
	assert_null(read->program[4]);
	assert_string_equal(read->recording, recording);
	assert_int_equal(read->pid, wrote.pid);
	assert_true(read->begin_ns == wrote.begin_ns && read->end_ns == wrote.end_ns);
	assert_int_equal(read->exit_status, -1);
	assert_int_equal(read->signal, 15);
	assert_true(read->timed_out);
	assert_false(read->interrupted);
	assert_true(read->preload);
	assert_int_equal(read->stack, 8);
	assert_int_equal(read->cut, TT_CUT_CONSUMER);
	assert_true(read->cut_ns == wrote.cut_ns && read->cut_even);
	assert_string_equal(read->left_out[0], left_out[0]);
	assert_null(read->left_out[1]);
	tt_manifest_free(read);
}

/* JSON has only text: what is none is kept as far as it is. */
static void test_argument_that_is_no_text(void **state)
{
	char *program[] = {(char[]){"prog"}, (char[]){"a\xff"}, NULL};
	const struct tt_manifest wrote = {.program = program, .interrupted = true, .torn = true};

	(void)state;
	assert_true(tt_manifest_write(folder, &wrote, NULL));
	struct tt_manifest *read = tt_manifest_read(folder, NULL);
	assert_non_null(read);
	assert_true(g_str_has_prefix(read->program[1], "a"));
	assert_true(g_utf8_validate(read->program[1], -1, NULL));
	assert_true(read->interrupted);
	assert_true(read->torn);
	tt_manifest_free(read);
}

static void test_none(void **state)
{
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_null(tt_manifest_read(folder, &error));
	assert_null(error);
	assert_null(tt_manifest_read("/nowhere/at/all", &error));
	assert_null(error);
}

static void test_damaged(void **state)
{
#define REST                                                                                                           \
	"\"begin_ns\": 1, \"end_ns\": 2, \"exit_status\": 0, \"signal\": 0, \"timed_out\": false, \"interrupted\": "   \
	"false}"
	static const char *const texts[] = {
	    "",
	    "{",
	    "[]",
	    "{}",
	    "\xff\xfe",
	    "{\"program\": [\"a\"], \"pid\": \"7\", " REST,
	    "{\"program\": [\"a\"], \"pid\": -7, " REST,
	    "{\"program\": [\"a\"], \"pid\": 4294967296, " REST,
	    "{\"program\": [\"a\", 7], \"pid\": 7, " REST,
	    "{\"program\": \"a\", \"pid\": 7, " REST,
	    "{\"program\": [\"a\"], \"recording\": 7, \"pid\": 7, " REST,
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;

		put(texts[i]);
		assert_null(tt_manifest_read(folder, &error));
		assert_non_null(error);
		assert_non_null(strstr(error->message, TT_MANIFEST_FILE));
		assert_null(strchr(error->message, '\n'));
	}
}

/* A later version may say more. */
static void test_more_than_is_known(void **state)
{
	(void)state;
	put("{\"program\": [\"a\"], \"pid\": 7, \"new\": [{}], " REST);
	struct tt_manifest *read = tt_manifest_read(folder, NULL);
	assert_non_null(read);
	assert_int_equal(read->pid, 7);
	assert_null(read->recording); /* an earlier one has none */
	tt_manifest_free(read);
}

static void test_cannot_write(void **state)
{
	char *program[] = {(char[]){"prog"}, NULL};
	const struct tt_manifest manifest = {.program = program};
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_false(tt_manifest_write("/nowhere/at/all", &manifest, &error));
	assert_non_null(error);
	assert_null(strchr(error->message, '\n'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_round_trip, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_argument_that_is_no_text, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_none, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_damaged, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_more_than_is_known, set_up, tear_down),
	    cmocka_unit_test(test_cannot_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
