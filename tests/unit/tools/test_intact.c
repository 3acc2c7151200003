/* SPDX-License-Identifier: MIT */
/*
 * What is looked at before Babeltrace is: whether metadata and indexes are whole. And files of which nobody knows how
 * much is in them.
 */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <glib/gstdio.h>

#include "tools/read/recording/bounded_file.h"
#include "tools/read/recording/trace_integrity.h"
#include "tools/read/trace.h"
#include "tools/session/dirs.h"

static char *folder;
static GByteArray *bytes;

static int begin(void **state)
{
	g_autofree char *index = NULL;

	(void)state;
	folder = g_dir_make_tmp("test-intact-XXXXXX", NULL);
	index = g_build_filename(folder, "index", NULL);
	g_mkdir(index, 0755);
	bytes = g_byte_array_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	tt_remove_tree(folder);
	g_clear_pointer(&folder, g_free);
	g_byte_array_free(bytes, TRUE);
	return 0;
}

static void add(uint64_t number, unsigned size, bool big_endian)
{
	for (unsigned i = 0; i < size; i++) {
		unsigned place = big_endian ? size - 1 - i : i;

		guint8 byte = (guint8)(place < 8 ? number >> 8 * place : 0);

		g_byte_array_append(bytes, &byte, 1);
	}
}

static void write_to(const char *name, gsize size)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	assert_true(g_file_set_contents(path, (const char *)bytes->data, (gssize)size, NULL));
}

static bool is_intact(const char *fault)
{
	g_autoptr(GError) error = NULL;
	bool ok = tt_trace_is_intact(folder, &error);

	assert_int_equal(ok, error == NULL);
	if (error) {
		assert_true(g_error_matches(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE));
		if (!strstr(error->message, fault))
			fail_msg("%s, not %s", error->message, fault);
	}
	return ok;
}

/* A packet of metadata: its head is 37 bytes. */
static void add_metadata(unsigned content, unsigned size, bool big_endian)
{
	guint begin = bytes->len;

	add(0x75d11d57, 4, big_endian);
	add(0, 20, false);
	add(content * 8, 4, big_endian);
	add(size * 8, 4, big_endian);
	add(0, 5, false);
	while (bytes->len < begin + size)
		add('x', 1, false);
}

static void test_metadata(void **state)
{
	static const struct {
		unsigned content, size;
		bool whole;
	} cases[] = {{60, 80, true}, {80, 80, true}, {37, 80, true}, {36, 80, false}, {81, 80, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		for (int big_endian = 0; big_endian < 2; big_endian++) {
			g_byte_array_set_size(bytes, 0);
			add_metadata(50, 64, big_endian);
			add_metadata(cases[i].content, cases[i].size, big_endian);
			write_to("metadata", bytes->len);
			assert_int_equal(is_intact("cut short"), cases[i].whole);
		}
	}
	/* Of the last packet the padding may be missing, and no more. */
	g_byte_array_set_size(bytes, 0);
	add_metadata(50, 64, false);
	add_metadata(60, 80, false);
	for (gsize size = 1; size <= bytes->len; size++) {
		write_to("metadata", size);
		bool whole = size < 4 || (size >= 50 && size <= 64) || size >= 64 + 60;
		if (is_intact("cut short") != whole)
			fail_msg("%zu of %u bytes", size, bytes->len);
	}
	(void)state;
}

static void test_plain_metadata(void **state)
{
	g_byte_array_append(bytes, (const guint8 *)"/* CTF 1.8 */", 13);
	write_to("metadata", 13);
	assert_true(is_intact(""));
	write_to("metadata", 0);
	assert_true(is_intact(""));
	g_autofree char *path = g_build_filename(folder, "metadata", NULL);
	g_unlink(path);
	assert_false(is_intact("the user who recorded it"));
	(void)state;
}

/* An index of so many packets of 100 bytes, and of one that begins elsewhere. */
static void write_index(uint32_t magic, uint32_t entry, unsigned n, unsigned wrong)
{
	g_byte_array_set_size(bytes, 0);
	add(magic, 4, true);
	add(1, 8, true);
	add(entry, 4, true);
	for (unsigned i = 0; i < n; i++) {
		guint at = bytes->len;
		add(100 * i + (i == wrong ? 4 : 0), 8, true);
		add(800, 8, true);
		while (bytes->len < at + entry)
			add(0, 1, true);
	}
	write_to("index/events_0.idx", bytes->len);
}

static void test_index(void **state)
{
	write_to("metadata", 0);
	g_byte_array_set_size(bytes, 300);
	write_to("events_0", 300);
	write_index(0xc1f1dcc1, 64, 3, 9);
	assert_true(is_intact(""));
	for (unsigned wrong = 0; wrong < 3; wrong++) {
		write_index(0xc1f1dcc1, 64, 3, wrong);
		assert_false(is_intact("events_0.idx"));
		write_index(0xc1f1dcc1, 16, 3, wrong);
		assert_false(is_intact("events_0.idx"));
	}
	/* What Babeltrace leaves alone: of another kind, of another size, of a stream that is not there. */
	write_index(0xc1f1dcc2, 64, 3, 1);
	assert_true(is_intact(""));
	write_index(0xc1f1dcc1, 15, 3, 1);
	assert_true(is_intact(""));
	write_index(0xc1f1dcc1, 64, 2, 1);
	assert_true(is_intact(""));
	write_index(0xc1f1dcc1, 64, 3, 1);
	write_to("index/events_0.idx", 15);
	assert_true(is_intact(""));
	write_index(0xc1f1dcc1, 64, 3, 1);
	write_to("index/events_0", bytes->len); /* not called so */
	write_to("index/other.idx", bytes->len);
	write_index(0xc1f1dcc1, 64, 3, 9);
	assert_true(is_intact(""));
	/* The last entry is there in part: it does not count. */
	write_index(0xc1f1dcc1, 64, 3, 1);
	write_to("index/events_0.idx", bytes->len - 1);
	assert_true(is_intact(""));
	(void)state;
}

static void read_fails(const char *path, int code)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	size_t size;

	assert_false(tt_bounded_file_read(path, &text, &size, &error));
	assert_true(g_error_matches(error, G_FILE_ERROR, code));
	assert_true(g_str_has_prefix(error->message, path));
	assert_null(text);
}

static void test_bounded(void **state)
{
	g_autofree char *path = g_build_filename(folder, "file", NULL), *fifo = g_build_filename(folder, "fifo", NULL);
	g_autofree char *text = NULL;
	size_t size;

	add(0, 1, false);
	add('y', 1, false);
	write_to("file", 2);
	assert_true(tt_bounded_file_read(path, &text, &size, NULL));
	assert_int_equal(size, 2);
	assert_memory_equal(text, "\0y", 3);
	read_fails(folder, G_FILE_ERROR_ISDIR);
	g_unlink(path);
	read_fails(path, G_FILE_ERROR_NOENT);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	read_fails(fifo, G_FILE_ERROR_PIPE);
	read_fails("/dev/zero", G_FILE_ERROR_FAILED); /* has no end */
	(void)state;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_metadata),
	    TEST(test_plain_metadata),
	    TEST(test_index),
	    TEST(test_bounded),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
