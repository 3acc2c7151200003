/* SPDX-License-Identifier: MIT */
/* Traces that are none, or damaged. */
#include <sys/stat.h>
#include <unistd.h>

#include <babeltrace2/babeltrace.h>

#include "tests/unit/tools/reading.h"
#include "tools/read/source.h"

static void test_nothing_there(void **state)
{
	struct fixture *f = *state;
	char *folder = f->folder;

	assert_fails(f, TT_TRACE_ERROR_NONE_THERE); /* an empty folder */
	g_clear_error(&f->error);
	f->folder = g_build_filename(folder, "none", NULL);
	assert_fails(f, TT_TRACE_ERROR_NONE_THERE);
	g_clear_error(&f->error);
	ctf_write(folder, "none", "", 0); /* a file */
	assert_fails(f, TT_TRACE_ERROR_NONE_THERE);
	g_free(f->folder);
	f->folder = folder;
}

static void test_foreign(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);

	ctf_class(&ctf, "other:trace_thr", "u8 _x;");
	ctf_event(&ctf, 0, 1, 41);
	ctf_put(&ctf, 0, 1);
	ctf_end(&ctf);
	assert_fails(f, TT_TRACE_ERROR_FOREIGN);
}

static void test_no_permission(void **state)
{
	struct fixture *f = *state;
	bool root = !geteuid();

	write_holds(f->folder, (uint64_t[]){1, 0});
	assert_return_code(chmod(f->folder, 0), 0);
	if (root) /* who may look anywhere: be nobody meanwhile */
		assert_return_code(seteuid(65534), 0);
	assert_fails(f, TT_TRACE_ERROR_UNREADABLE);
	if (root)
		assert_return_code(seteuid(0), 0);
	assert_non_null(strstr(f->error->message, "Permission denied"));
	assert_return_code(chmod(f->folder, 0700), 0);
}

/* A file cut short at any place is read or refused. */
static void cut_everywhere(struct fixture *f, const char *file, bool must_fail)
{
	char *path = g_build_filename(f->folder, file, NULL);
	char *whole;
	gsize size;

	assert_true(g_file_get_contents(path, &whole, &size, NULL));
	for (gsize cut = 0; cut < size; cut++) {
		ctf_write(f->folder, file, whole, cut);
		if (read_trace(f)) {
			assert_null(f->error);
			assert_true(!must_fail || !f->summary.events);
		} else {
			assert_non_null(f->error);
			assert_null(strchr(f->error->message, '\n'));
			g_clear_error(&f->error);
		}
	}
	g_free(whole);
	g_free(path);
}

static void test_cut_stream(void **state)
{
	write_holds(((struct fixture *)*state)->folder, (uint64_t[]){1, 2, 3, 0});
	cut_everywhere(*state, "stream_0", true);
}

static void test_cut_metadata(void **state)
{
	write_holds(((struct fixture *)*state)->folder, (uint64_t[]){1, 2, 3, 0});
	cut_everywhere(*state, "metadata", false);
}

/* A number of 4 bytes, in either byte order. */
static void append32(GByteArray *to, guint32 number, bool swapped)
{
	ctf_append(to, swapped ? GUINT32_SWAP_LE_BE(number) : number, 4);
}

/* A packet of metadata, as tracers write it. */
static void append_packet(GByteArray *to, const char *text, gsize size, bool swapped)
{
	append32(to, 0x75d11d57, swapped);
	ctf_append(to, 0, 8); /* the uuid */
	ctf_append(to, 0, 8);
	ctf_append(to, 0, 4);
	append32(to, (37 + (guint32)size) * 8, swapped);
	append32(to, (37 + (guint32)size) * 8, swapped);
	ctf_append(to, 0, 3);
	ctf_append(to, 1, 1);
	ctf_append(to, 8, 1);
	g_byte_array_append(to, (const guint8 *)text, (guint)size);
}

static void assert_cut_short(struct fixture *f, const GByteArray *packets, guint from)
{
	for (guint cut = from; cut < packets->len; cut++) {
		ctf_write(f->folder, "metadata", packets->data, cut);
		assert_fails(f, TT_TRACE_ERROR_UNREADABLE);
		assert_non_null(strstr(f->error->message, "cut short"));
		g_clear_error(&f->error);
	}
}

/* Metadata in packets, cut short: Babeltrace would read on for ever. */
static void test_cut_packet(void **state)
{
	const char text[] = "/* CTF 1.8 */ trace { major = 1; minor = 8; byte_order = le; };";
	struct fixture *f = *state;

	for (int swapped = 0; swapped < 2; swapped++) {
		GByteArray *packets = g_byte_array_new();

		append_packet(packets, text, sizeof text, swapped);
		assert_cut_short(f, packets, 4); /* before that it is no packet */
		guint first = packets->len;
		append_packet(packets, "", 0, swapped);
		assert_cut_short(f, packets, first + 1);
		g_byte_array_free(packets, TRUE);
	}
}

/* The smallest packet there is, which has no text, is whole; what has less content than a header is none. */
static void test_packet_without_text(void **state)
{
	const char text[] = "/* CTF 1.8 */ trace { major = 1; minor = 8; byte_order = le; };";
	struct fixture *f = *state;
	GByteArray *packets = g_byte_array_new();

	append_packet(packets, text, sizeof text, false);
	guint at = packets->len + 24; /* the second one's content */
	append_packet(packets, "", 0, false);
	ctf_write(f->folder, "metadata", packets->data, packets->len);
	assert_fails(f, TT_TRACE_ERROR_FOREIGN);
	g_clear_error(&f->error);
	packets->data[at]--;
	ctf_write(f->folder, "metadata", packets->data, packets->len);
	assert_fails(f, TT_TRACE_ERROR_UNREADABLE);
	assert_non_null(strstr(f->error->message, "cut short"));
	g_byte_array_free(packets, TRUE);
}

/* An index that points outside of its stream: Babeltrace would abort. Our own reader does without. */
static void test_damaged_index(void **state)
{
	const guint32 head[] = {GUINT32_TO_BE(0xc1f1dcc1), GUINT32_TO_BE(1), GUINT32_TO_BE(1), GUINT32_TO_BE(72)};
	struct fixture *f = *state;
	char *stream = g_build_filename(f->folder, "stream_0", NULL);
	char *index = g_build_filename(f->folder, "index", NULL);
	guint64 entry[9] = {0};
	GByteArray *bytes = g_byte_array_new();
	struct stat info;

	write_holds(f->folder, (uint64_t[]){1, 2, 0});
	g_mkdir(index, 0755);
	assert_return_code(stat(stream, &info), 0);
	entry[0] = GUINT64_TO_BE(1 << 20);
	entry[1] = GUINT64_TO_BE((guint64)info.st_size * 8);
	g_byte_array_append(bytes, (const guint8 *)head, sizeof head);
	g_byte_array_append(bytes, (const guint8 *)entry, sizeof entry);
	ctf_write(index, "stream_0.idx", bytes->data, bytes->len);
	f->doors_differ = true;
	assert_reads(f);
	f->doors_differ = true;
	g_setenv(TT_READER_VARIABLE, "babeltrace", TRUE);
	assert_fails(f, TT_TRACE_ERROR_UNREADABLE);
	assert_non_null(strstr(f->error->message, "index"));
	g_unsetenv(TT_READER_VARIABLE);
	g_byte_array_free(bytes, TRUE);
	g_free(stream);
	g_free(index);
}

/* Babeltrace leaks what it has parsed of metadata that it then refuses. The plugin stays, so the leaks have a name. */
static const bt_plugin *plugin;
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)
{
	return "leak:babeltrace-plugin-ctf\n";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_nothing_there), TEST(test_foreign),    TEST(test_no_permission),       TEST(test_cut_stream),
	    TEST(test_cut_metadata),  TEST(test_cut_packet), TEST(test_packet_without_text), TEST(test_damaged_index),
	};

	bt_plugin_find("ctf", BT_TRUE, BT_FALSE, BT_TRUE, BT_TRUE, BT_FALSE, &plugin);
	return cmocka_run_group_tests_name("damaged trace", tests, NULL, NULL);
}
