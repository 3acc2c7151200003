/* SPDX-License-Identifier: MIT */
/*
 * Reading a folder while it is written: a trace is copied into another folder piece by piece, and what is told
 * meanwhile is what is told of the whole.
 */
#include "tests/unit/tools/leaks.h"
#include "tests/unit/tools/reading.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/doors/doors.h"
#include "tests/unit/tools/lttng.h"
#include "tools/read/live/tail.h"

#define FIRST "ust/uid/0/64-bit"
#define SECOND "ust/uid/1000/64-bit"
#define THREAD_START CTF_WHAT "u8 _daemon; u32 _native_id; u32 _ppid; u64 _target; string _recording;"

static const struct tt_trace_handler handler = {door_event, door_module, door_loss};

/* A folder to read from, and what was told of it. */
struct growing {
	char *from, *to;
	struct tt_tail *tail;
	struct door told;
	GPtrArray *files;
};

static void put_hold(struct ctf *ctf, uint64_t time_ns, const char *name, uint64_t id)
{
	ctf_event(ctf, 0, time_ns, 41);
	ctf_what(ctf, 41, "worker", name, id);
	ctf_put(ctf, TT_KIND_MUTEX, 1);
	ctf_put(ctf, TT_MODE_EXCLUSIVE, 1);
	ctf_put(ctf, 1, 4);
}

/* Packets of the time from `at` to `at` + 100 in steps of `step`, some of them after a loss. */
static void write_trace(const char *folder, const char *stream, uint64_t step)
{
	struct ctf ctf = ctf_begin(folder);

	ctf_class(&ctf, "trace_thr:lock_acquired", LOCK_HOLD);
	ctf_class(&ctf, "other:thing", "u8 _x;");
	for (uint64_t at = 1000; at < 2000; at += 100) {
		for (uint64_t i = 0; i < 100; i += step)
			put_hold(&ctf, at + i, i % 2 ? "" : "queue", at * step + i);
		ctf_event(&ctf, 1, at + 99, 41);
		ctf_put(&ctf, 0, 1);
		ctf.discarded += at % 300 ? 0 : step;
		ctf.sequence += at % 500 ? 0 : 2;
		ctf_packet(&ctf);
	}
	ctf_end(&ctf);
	char *written = g_build_filename(folder, "stream_0", NULL), *named = g_build_filename(folder, stream, NULL);
	assert_int_equal(rename(written, named), 0);
	g_free(written);
	g_free(named);
}

static int begin(void **state)
{
	struct growing *g = g_new0(struct growing, 1);
	char *first, *second;

	g->from = g_dir_make_tmp("trace-thr-test-XXXXXX", NULL);
	g->to = g_dir_make_tmp("trace-thr-test-XXXXXX", NULL);
	first = g_build_filename(g->from, FIRST, NULL);
	second = g_build_filename(g->from, SECOND, NULL);
	write_trace(first, "events_0", 7);
	write_trace(second, "events_0", 11);
	g->told.lines = g_array_new(FALSE, FALSE, sizeof(struct door_line));
	g_array_set_clear_func(g->told.lines, door_clear_line);
	g->tail = tt_tail_open(g->to, &(struct tt_tail_options){.root = 0}, &handler, &g->told);
	g_free(first);
	g_free(second);
	*state = g;
	return 0;
}

static int end(void **state)
{
	struct growing *g = *state;

	tt_tail_close(g->tail);
	door_close(&g->told);
	remove_tree(g->from);
	remove_tree(g->to);
	g_free(g->from);
	g_free(g->to);
	g_free(g);
	return 0;
}

/* Copies the bytes of a file up to `size`. True: that is all of it. */
static bool copy(const struct growing *g, const char *file, gsize size)
{
	char *from = g_build_filename(g->from, file, NULL), *to = g_build_filename(g->to, file, NULL);
	char *folder = g_path_get_dirname(to), *bytes;
	gsize all;
	FILE *out;

	g_mkdir_with_parents(folder, 0755);
	assert_true(g_file_get_contents(from, &bytes, &all, NULL));
	out = fopen(to, "w+"); /* as the consumer does, the file stays the same one */
	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, MIN(size, all), out), MIN(size, all));
	fclose(out);
	g_free(bytes);
	g_free(folder);
	g_free(from);
	g_free(to);
	return size >= all;
}

static void poll_all(struct growing *g)
{
	GError *error = NULL;

	if (!tt_tail_poll(g->tail, &error))
		fail_msg("%s", error->message);
}

static enum tt_tail_result try_until(struct growing *g, int64_t time_ns)
{
	GError *error = NULL;
	enum tt_tail_result result = tt_tail_read_until(g->tail, time_ns, &error);

	if (result == TT_TAIL_FAILED)
		fail_msg("%s", error->message);
	assert_int_equal(result == TT_TAIL_DISORDER, error != NULL);
	g_clear_error(&error);
	return result;
}

static void read_until(struct growing *g, int64_t time_ns, enum tt_tail_result expected)
{
	assert_int_equal(try_until(g, time_ns), expected);
}

/* What was told is what the whole tells, as far as it goes. */
static void assert_told(struct growing *g, bool all)
{
	struct door whole = door_open(&tt_source_fast, g->from);

	assert_true(whole.ok);
	if (all)
		assert_int_equal(g->told.lines->len, whole.lines->len);
	assert_true(g->told.lines->len <= whole.lines->len);
	for (guint i = 0; i < g->told.lines->len; i++) {
		const struct door_line *a = &g_array_index(g->told.lines, struct door_line, i);
		const struct door_line *b = &g_array_index(whole.lines, struct door_line, i);

		assert_int_equal(a->time_ns, b->time_ns);
		assert_string_equal(a->text, b->text);
	}
	door_close(&whole);
}

static void finish(struct growing *g)
{
	GError *error = NULL;

	if (tt_tail_end(g->tail, &error) != TT_TAIL_READ)
		fail_msg("%s", error ? error->message : "");
	assert_told(g, true);
}

static const char *const files[] = {FIRST "/metadata", FIRST "/events_0", SECOND "/metadata", SECOND "/events_0"};

/* Every file grows by a few bytes in its turn; what is complete is told each time. */
static void grow_by(struct growing *g, gsize step)
{
	bool all = false;

	for (gsize size = step; !all; size += step) {
		all = true;
		for (unsigned i = 0; i < G_N_ELEMENTS(files); i++)
			all &= copy(g, files[i], size);
		poll_all(g);
		if (tt_tail_n_streams(g->tail) == 2 && tt_tail_complete(g->tail) != TT_TAIL_NEVER)
			assert_true(try_until(g, tt_tail_complete(g->tail)) <= TT_TAIL_LATER);
	}
	assert_true(g->told.lines->len > 100);
	assert_told(g, false);
	finish(g);
}

static void test_small_steps(void **state)
{
	grow_by(*state, 97);
}

static void test_large_steps(void **state)
{
	grow_by(*state, 5000);
}

/* LTTng's metadata are in packets with padding, and each comes in part before it is whole. */
static void test_metadata_in_packets(void **state)
{
	struct growing *g = *state;
	g_autofree char *first = g_build_filename(g->from, FIRST, NULL);
	g_autofree char *second = g_build_filename(g->from, SECOND, NULL);
	struct lttng t = lttng_begin(&(struct lttng_form){.large = true});
	bool all = false;

	remove_tree(second);
	lttng_class(&t, 0, "trace_thr:event_clear", LTTNG_WHAT);
	lttng_event(&t, 0, 1000);
	lttng_number(&t, 41, 4);
	lttng_text(&t, "worker");
	lttng_number(&t, 1, 8);
	lttng_number(&t, 1, 8);
	lttng_text(&t, "flag");
	lttng_number(&t, 1, 8);
	lttng_end(&t, first);
	for (gsize size = 1; !all; size += 101) {
		bool whole = copy(g, files[0], size);
		all = copy(g, files[1], size) && whole;
		poll_all(g);
	}
	read_until(g, INT64_MAX, TT_TAIL_READ);
	assert_int_equal(g->told.lines->len, 1);
	finish(g);
}

/* An empty folder, and one that is not there yet, have nothing; that is no error. */
static void test_nothing_yet(void **state)
{
	struct growing *g = *state;

	poll_all(g);
	assert_int_equal(tt_tail_n_streams(g->tail), 0);
	assert_int_equal(tt_tail_complete(g->tail), TT_TAIL_NEVER);
	read_until(g, INT64_MAX, TT_TAIL_READ);
	assert_false(tt_tail_pending(g->tail));
	assert_int_equal(rmdir(g->to), 0);
	poll_all(g);
	assert_int_equal(tt_tail_summary(g->tail)->events, 0);
}

/* A stream is known while it is empty, by its path, and nothing is complete then. */
static void test_streams(void **state)
{
	struct growing *g = *state;
	const struct tt_tail_stream *stream;

	copy(g, files[0], G_MAXSIZE);
	copy(g, files[1], G_MAXSIZE);
	copy(g, files[3], 0);
	poll_all(g);
	assert_int_equal(tt_tail_n_streams(g->tail), 2);
	stream = tt_tail_stream(g->tail, 0);
	assert_string_equal(stream->path, files[1]);
	assert_string_equal(stream->channel, "events");
	assert_int_equal(stream->uid, 0);
	assert_int_equal(stream->cpu, 0);
	assert_int_equal(stream->packets, 10);
	assert_int_equal(stream->end_ns, 1999);
	stream = tt_tail_stream(g->tail, 1);
	assert_string_equal(stream->path, files[3]);
	assert_int_equal(stream->uid, 1000);
	assert_int_equal(stream->end_ns, TT_TAIL_NEVER);
	assert_int_equal(tt_tail_complete(g->tail), TT_TAIL_NEVER);
	assert_true(tt_tail_pending(g->tail));
}

/* A packet is there when all of it is, also if its head is; what is lost before it comes with it. */
static void test_packet_in_part(void **state)
{
	struct growing *g = *state;

	copy(g, files[0], G_MAXSIZE);
	copy(g, files[1], 60);
	poll_all(g);
	assert_int_equal(tt_tail_stream(g->tail, 0)->packets, 0);
	assert_false(tt_tail_pending(g->tail));
	copy(g, files[1], 1200);
	poll_all(g);
	assert_int_equal(tt_tail_stream(g->tail, 0)->packets, 1);
	read_until(g, 1050, TT_TAIL_READ);
	assert_int_equal(g->told.lines->len, 8);
	assert_true(tt_tail_pending(g->tail));
	read_until(g, 1099, TT_TAIL_READ);
	assert_int_equal(g->told.lines->len, 15);
	assert_false(tt_tail_pending(g->tail)); /* others' events do not count */
}

/* Events that are there before what describes them wait for that, and no event of a later time passes them. */
static void test_metadata_later(void **state)
{
	struct growing *g = *state;
	g_autofree char *path = g_build_filename(g->from, files[0], NULL), *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	copy(g, files[0], (gsize)(strstr(text, "event { name = \"trace_thr:") - text) + 40);
	copy(g, files[1], G_MAXSIZE);
	copy(g, files[2], G_MAXSIZE);
	copy(g, files[3], G_MAXSIZE);
	poll_all(g);
	assert_int_equal(tt_tail_complete(g->tail), 1998);
	assert_true(tt_tail_pending(g->tail));
	read_until(g, 1500, TT_TAIL_LATER);
	assert_int_equal(g->told.lines->len, 0);
	copy(g, files[0], G_MAXSIZE);
	poll_all(g);
	read_until(g, 1500, TT_TAIL_READ);
	finish(g);
}

/* A user whose trace comes after its time was read: told as disorder, once, and before it. */
static void test_disorder(void **state)
{
	struct growing *g = *state;
	guint told;

	copy(g, files[0], G_MAXSIZE);
	copy(g, files[1], G_MAXSIZE);
	poll_all(g);
	read_until(g, 1500, TT_TAIL_READ);
	told = g->told.lines->len;
	copy(g, files[2], G_MAXSIZE);
	copy(g, files[3], G_MAXSIZE);
	poll_all(g);
	read_until(g, 1600, TT_TAIL_DISORDER);
	assert_int_equal(g->told.lines->len, told);
	read_until(g, 1600, TT_TAIL_READ);
	assert_true(g->told.lines->len > told);
	assert_int_equal(g_array_index(g->told.lines, struct door_line, told).time_ns, 1000);
	read_until(g, 1999, TT_TAIL_READ);
}

/* At the end, what is there in part is damage. */
static void test_end_in_part(void **state)
{
	struct growing *g = *state;
	GError *error = NULL;

	copy(g, files[0], G_MAXSIZE);
	copy(g, files[1], 1300);
	poll_all(g);
	read_until(g, 1099, TT_TAIL_READ);
	assert_int_equal(tt_tail_end(g->tail, &error), TT_TAIL_FAILED);
	assert_int_equal(error->code, TT_TRACE_ERROR_UNREADABLE);
	g_clear_error(&error);
}

/* A packet that cannot be one is damage at once. */
static void test_damage(void **state)
{
	struct growing *g = *state;
	g_autofree char *path = g_build_filename(g->from, files[1], NULL);
	GError *error = NULL;
	FILE *file = fopen(path, "r+");

	fputs("XXXX", file);
	fclose(file);
	copy(g, files[0], G_MAXSIZE);
	copy(g, files[1], G_MAXSIZE);
	assert_false(tt_tail_poll(g->tail, &error));
	assert_int_equal(error->code, TT_TRACE_ERROR_UNREADABLE);
	g_clear_error(&error);
}

/* Of a channel aside what is not described yet holds nothing up, but is not known either. */
static void test_metadata_later_aside(void **state)
{
	struct growing *g = *state;
	g_autofree char *path = g_build_filename(g->from, files[0], NULL), *text = NULL;

	tt_tail_close(g->tail);
	g->tail = tt_tail_open(g->to, &(struct tt_tail_options){.aside = "events"}, &handler, &g->told);
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	copy(g, files[0], (gsize)(strstr(text, "event { name = \"trace_thr:") - text) + 40);
	copy(g, files[1], G_MAXSIZE);
	poll_all(g);
	assert_true(tt_tail_stream(g->tail, 0)->aside);
	assert_int_equal(tt_tail_complete(g->tail), TT_TAIL_NEVER);
	assert_false(tt_tail_pending(g->tail));
	assert_int_equal(try_until(g, 1500), TT_TAIL_READ);
	assert_true(tt_tail_pending_aside(g->tail));
	copy(g, files[0], G_MAXSIZE);
	poll_all(g);
	assert_int_equal(try_until(g, 1500), TT_TAIL_READ);
	assert_false(tt_tail_pending_aside(g->tail));
}

/* What is told stops when the handler says so: by an event, or by a module. */
static int tells_left;

static bool event_until(const struct tt_event *event, void *data)
{
	return door_event(event, data) && --tells_left > 0;
}

static bool module_until(const struct tt_module *module, void *data)
{
	return door_module(module, data) && --tells_left > 0;
}

/* Reads anew, by another handler. */
static void read_by(struct growing *g, const struct tt_trace_handler *other, const char *aside)
{
	tt_tail_close(g->tail);
	g_array_set_size(g->told.lines, 0);
	g->tail = tt_tail_open(g->to, &(struct tt_tail_options){.aside = aside}, other, &g->told);
}

static void test_stops(void **state)
{
	static const struct tt_trace_handler until = {event_until, door_module, door_loss};
	struct growing *g = *state;
	GError *error = NULL;

	read_by(g, &until, NULL);
	tells_left = 5;
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
		copy(g, files[i], G_MAXSIZE);
	poll_all(g);
	read_until(g, 1999, TT_TAIL_STOPPED);
	assert_int_equal(tells_left, 0);
	read_by(g, &until, NULL);
	tells_left = 5;
	assert_int_equal(tt_tail_end(g->tail, &error), TT_TAIL_STOPPED);
	assert_null(error);
}

/* Modules at a time after all events, in a channel that is aside. */
static void write_modules(const struct growing *g)
{
	g_autofree char *folder = g_build_filename(g->to, "ust/uid/0/32-bit", NULL);
	g_autofree char *written = g_build_filename(folder, "stream_0", NULL);
	g_autofree char *named = g_build_filename(folder, "modules_0", NULL);
	struct ctf ctf = ctf_begin(folder);

	ctf_class(&ctf, "trace_thr:module_loaded",
	          CTF_WHO
	          "u64 _base; u64 _size; string _path; u8 __build_id_length; u8 _build_id[ __build_id_length ];");
	for (uint64_t i = 0; i < 2; i++) {
		ctf_event(&ctf, 0, 5000 + i, 41);
		ctf_put(&ctf, 41, 4);
		ctf_text(&ctf, "main");
		ctf_put(&ctf, 1, 8);
		ctf_put(&ctf, 0, 8);
		ctf_put(&ctf, 0x10000 * (i + 1), 8);
		ctf_put(&ctf, 0x1000, 8);
		ctf_text(&ctf, "/lib/a");
		ctf_put(&ctf, 0, 1);
	}
	ctf_packet(&ctf);
	ctf_end(&ctf);
	assert_int_equal(rename(written, named), 0);
}

static void test_aside(void **state)
{
	static const struct tt_trace_handler until = {door_event, module_until, door_loss},
					     none = {door_event, NULL, NULL};
	struct growing *g = *state;

	read_by(g, &handler, "modules");
	write_modules(g);
	copy(g, files[0], G_MAXSIZE);
	copy(g, files[1], G_MAXSIZE);
	poll_all(g);
	assert_int_equal(tt_tail_n_streams(g->tail), 2);
	assert_int_equal(tt_tail_complete(g->tail), 1998); /* modules do not count */
	read_until(g, 1000, TT_TAIL_READ);
	assert_int_equal(tt_tail_summary(g->tail)->modules, 2);
	assert_int_equal(tt_tail_summary(g->tail)->events, 1);
	assert_int_equal(g_array_index(g->told.lines, struct door_line, 0).kind, 'm');
	assert_int_equal(g_array_index(g->told.lines, struct door_line, 2).kind, 'e');
	read_until(g, 1999, TT_TAIL_READ);
	assert_false(tt_tail_pending(g->tail));

	read_by(g, &until, "modules");
	tells_left = 1;
	poll_all(g);
	read_until(g, 1999, TT_TAIL_STOPPED);
	assert_int_equal(g->told.lines->len, 1);
	read_by(g, &none, "modules");
	poll_all(g);
	read_until(g, 1999, TT_TAIL_READ);
	assert_int_equal(tt_tail_summary(g->tail)->modules, 2);
}

#define GROWING(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    GROWING(test_nothing_yet),
	    GROWING(test_streams),
	    GROWING(test_small_steps),
	    GROWING(test_large_steps),
	    GROWING(test_metadata_in_packets),
	    GROWING(test_packet_in_part),
	    GROWING(test_metadata_later),
	    GROWING(test_disorder),
	    GROWING(test_metadata_later_aside),
	    GROWING(test_end_in_part),
	    GROWING(test_damage),
	    GROWING(test_stops),
	    GROWING(test_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
