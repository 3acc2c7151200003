/* SPDX-License-Identifier: MIT */
/*
 * Values that were read, put into a struct: their limits, and text that is none.
 */
#include "tests/unit/tools/leaks.h"
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <glib.h>

#include "tools/read/recording/bounded_file.h"
#include "tools/read/delivery/put.h"

static uint64_t put(enum tt_field_type type, uint64_t value, bool is_signed)
{
	const struct tt_field field = {.type = type};
	uint64_t place = 0;

	if (is_signed)
		tt_put_signed(&field, (int64_t)value, (char *)&place);
	else
		tt_put_unsigned(&field, value, (char *)&place);
	return place;
}

static void test_numbers(void **state)
{
	assert_int_equal(put(TT_FIELD_U8, 255, false), 255);
	assert_int_equal(put(TT_FIELD_U8, 256, false), 255);
	assert_int_equal(put(TT_FIELD_U32, UINT32_MAX, false), UINT32_MAX);
	assert_int_equal(put(TT_FIELD_U32, UINT64_C(1) << 32, false), UINT32_MAX);
	assert_int_equal(put(TT_FIELD_U64, UINT64_MAX, false), UINT64_MAX);
	assert_int_equal(put(TT_FIELD_I64, INT64_MAX, false), INT64_MAX);
	assert_int_equal(put(TT_FIELD_I64, UINT64_MAX, false), INT64_MAX);
	assert_int_equal(put(TT_FIELD_TEXT, 7, false), 0);
	assert_int_equal(put(TT_FIELD_STACK, 7, false), 0);
	assert_int_equal(put(TT_FIELD_I64, (uint64_t)INT64_C(-7), true), (uint64_t)INT64_C(-7));
	assert_int_equal(put(TT_FIELD_I64, (uint64_t)INT64_MIN, true), (uint64_t)INT64_MIN);
	assert_int_equal(put(TT_FIELD_U8, 0, true), 0);
	assert_int_equal(put(TT_FIELD_U8, 7, true), 7);
	assert_int_equal(put(TT_FIELD_U8, (uint64_t)INT64_C(-1), true), 255); /* too large for it */
	assert_int_equal(put(TT_FIELD_U32, (uint64_t)INT64_MIN, true), UINT32_MAX);
	assert_int_equal(put(TT_FIELD_U64, (uint64_t)INT64_C(-1), true), UINT64_MAX);
	(void)state;
}

/* A byte that is no text at each place of words of eight bytes; and text that is, though not ASCII. */
static void test_text(void **state)
{
	char text[40] = "";
	char *repaired = NULL;

	for (size_t n = 0; n < sizeof text - 1; n++) {
		assert_string_equal(tt_put_text(text, n, &repaired), text);
		assert_null(repaired);
		text[n] = 'x';
	}
	assert_string_equal(tt_put_text("never", 0, &repaired), "");
	for (size_t n = 1; n < sizeof text - 1; n++) {
		for (size_t bad = 0; bad < n; bad++) {
			memset(text, 'x', n);
			text[n] = '\0';
			text[bad] = '\xff';
			const char *made = tt_put_text(text, n, &repaired);
			assert_ptr_equal(made, repaired);
			assert_true(g_utf8_validate(made, -1, NULL));
			text[bad] = 'x';
			assert_ptr_equal(tt_put_text(text, n, &repaired), text);
		}
	}
	assert_string_equal(tt_put_text("später", strlen("später"), &repaired), "später");
	g_free(repaired);
	(void)state;
}

static void test_files(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("test-put-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "file", NULL), *text = NULL;
	g_autoptr(GError) error = NULL;
	size_t size;

	assert_false(tt_bounded_file_read(folder, &text, &size, &error));
	assert_true(g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_ISDIR));
	assert_non_null(strstr(error->message, folder));
	g_clear_error(&error);
	assert_false(tt_bounded_file_read(path, &text, &size, &error));
	assert_true(g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT));
	g_clear_error(&error);
	assert_false(tt_bounded_file_read("/dev/zero", &text, &size, &error)); /* has no end */
	assert_non_null(error);
	assert_true(g_file_set_contents(path, "a\0b", 3, NULL));
	assert_true(tt_bounded_file_read(path, &text, &size, NULL));
	assert_int_equal(size, 3);
	assert_memory_equal(text, "a\0b", 4);
	unlink(path);
	assert_int_equal(rmdir(folder), 0);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers), cmocka_unit_test(test_text),
	                                   cmocka_unit_test(test_files)};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
