/* SPDX-License-Identifier: MIT */
/*
 * A stream's file, written by hand: its packets are found as far as they are whole, and read; what is lost between
 * them; files that are wrong, cannot be read, or change while they are read.
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

#include "tools/read/ctf/decode/stream.h"
#include "tools/read/ctf/tsdl/clock.h"
#include "tools/read/trace.h"

#define U(size) "integer { size = " #size "; align = 8; } "
#define TIME(size) "integer { size = " #size "; align = 8; map = clock.c.value; } "
#define TRACE                                                                                                          \
	"trace { major = 1; minor = 8; byte_order = le; packet.header := struct { " U(8) "stream_id; " U(              \
	    8) "stream_"                                                                                               \
	       "instance_id; }; }; clock { name = c; };"
#define CONTEXT(time)                                                                                                  \
	"packet.context := struct { " time "timestamp_begin; " U(64) "timestamp_end; " U(16) "content_size; " U(       \
	    16) "packet_size; " U(8) "packet_seq_num; " U(16) "events_discarded; };"
#define EVENTS "event.header := struct { " U(8) "id; " TIME(64) "timestamp; };"
#define STREAM(id) "stream { id = " #id "; " CONTEXT(TIME(64)) EVENTS " }; event { id = 1; stream_id = " #id "; };"

enum { HEAD = 25, EVENT = 9 };

static struct world {
	char *folder, *path;
	struct tt_ctf_layout *layout;
	struct tt_ctf_clocks *clocks;
	struct tt_ctf_stream *stream;
	GByteArray *bytes;
} world;

static void open_with(const char *text)
{
	char *why = NULL;

	world.layout = tt_ctf_layout_new();
	if (tt_ctf_layout_add(world.layout, text, strlen(text), &why) != (gssize)strlen(text))
		fail_msg("%s: %s", why, text);
	world.clocks = tt_ctf_clocks_new();
	world.stream = tt_ctf_stream_new(world.path, world.layout, world.clocks);
}

static void close_world(void)
{
	tt_ctf_stream_free(world.stream);
	tt_ctf_clocks_free(world.clocks);
	tt_ctf_layout_free(world.layout);
}

static int begin(void **state)
{
	(void)state;
	world = (struct world){.folder = g_dir_make_tmp("test-stream-XXXXXX", NULL), .bytes = g_byte_array_new()};
	world.path = g_build_filename(world.folder, "events_3", NULL);
	open_with(TRACE STREAM(0) STREAM(1));
	return 0;
}

static int end(void **state)
{
	(void)state;
	close_world();
	g_byte_array_free(world.bytes, TRUE);
	g_unlink(world.path);
	g_rmdir(world.path);
	g_rmdir(world.folder);
	g_free(world.path);
	g_free(world.folder);
	return 0;
}

static void add(uint64_t number, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		g_byte_array_append(world.bytes, &(guint8){(guint8)(number >> (8 * i))}, 1);
}

struct numbers {
	uint8_t id, instance, sequence;
	uint16_t discarded;
	uint64_t begin, end;
	unsigned events, room; /* room: bytes behind the events */
};

/* A packet whose events are a cycle apart, from its begin on. */
static void packet(struct numbers n)
{
	unsigned content = HEAD + EVENT * n.events;

	add(n.id, 1);
	add(n.instance, 1);
	add(n.begin, 8);
	add(n.end, 8);
	add(content * 8, 2);
	add((content + n.room) * 8, 2);
	add(n.sequence, 1);
	add(n.discarded, 2);
	for (unsigned i = 0; i < n.events; i++) {
		add(1, 1);
		add(n.begin + i, 8);
	}
	for (unsigned i = 0; i < n.room; i++)
		add(0, 1);
}

static void write_file(gsize size)
{
	FILE *out = fopen(world.path, "r+");

	if (!out)
		out = fopen(world.path, "w");
	assert_non_null(out);
	assert_true(!size || fwrite(world.bytes->data, 1, size, out) == size);
	fclose(out);
}

static void finds(bool all, uint64_t packets)
{
	GError *error = NULL;

	if (!tt_ctf_stream_find(world.stream, all, &error))
		fail_msg("%s", error->message);
	assert_int_equal(world.stream->packets, packets);
}

static void assert_failure(bool ok, GError *error, const char *why)
{
	assert_false(ok);
	assert_true(g_error_matches(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE));
	assert_non_null(strstr(error->message, world.path));
	if (!strstr(error->message, why))
		fail_msg("%s, not %s", error->message, why);
	g_error_free(error);
}

static void find_fails(bool all, const char *why)
{
	GError *error = NULL;
	bool ok = tt_ctf_stream_find(world.stream, all, &error);

	assert_failure(ok, error, why);
}

static void peek_fails(const char *why)
{
	GError *error = NULL;
	bool ok = tt_ctf_stream_peek(world.stream, &error);

	assert_failure(ok, error, why);
}

static enum tt_ctf_item peeks(void)
{
	GError *error = NULL;

	if (!tt_ctf_stream_peek(world.stream, &error))
		fail_msg("%s", error->message);
	return world.stream->item;
}

static void takes_event(int64_t time_ns)
{
	assert_int_equal(peeks(), TT_ITEM_EVENT);
	assert_int_equal(world.stream->time_ns, time_ns);
	assert_int_equal(world.stream->id, 1);
	tt_ctf_stream_pass(world.stream, world.stream->at);
}

static void takes_loss(uint64_t events, uint64_t packets, int64_t begin_ns, int64_t end_ns)
{
	assert_int_equal(peeks(), TT_ITEM_LOSS);
	assert_int_equal(world.stream->time_ns, begin_ns);
	struct tt_discarded loss = tt_ctf_stream_take_loss(world.stream);
	assert_int_equal(loss.count, events);
	assert_int_equal(loss.packets, packets);
	assert_int_equal(loss.begin_ns, begin_ns);
	assert_int_equal(loss.end_ns, end_ns);
	assert_int_equal(loss.buffer.cpu, 3);
	assert_int_equal(loss.buffer.pid, -1);
	assert_null(loss.buffer.process);
}

/* A byte more each time: a packet is found when it is whole, and what was found is not found again. */
static void test_grows(void **state)
{
	packet((struct numbers){.begin = 100, .end = 110, .events = 2, .room = 5});
	guint first = world.bytes->len;
	packet((struct numbers){.begin = 110, .end = 120, .events = 1});
	for (gsize size = 0; size <= world.bytes->len; size++) {
		write_file(size);
		finds(false, size >= world.bytes->len ? 2 : size >= first ? 1 : 0);
		assert_int_equal(world.stream->found, size >= world.bytes->len ? size : size >= first ? first : 0);
		assert_int_equal(world.stream->end_ns, size >= world.bytes->len ? 120
		                                       : size >= first          ? 110
		                                                                : INT64_MIN);
	}
	takes_event(100);
	takes_event(101);
	takes_event(110);
	assert_int_equal(peeks(), TT_ITEM_NONE);
	assert_int_equal(peeks(), TT_ITEM_NONE);
	tt_ctf_stream_rewind(world.stream);
	takes_event(100);
	tt_ctf_stream_rewind(world.stream);
	takes_event(100);
	takes_event(101);
	(void)state;
}

/* Nothing more will come: then what is there in part is damage. */
static void test_cut(void **state)
{
	packet((struct numbers){.begin = 100, .end = 110, .events = 2});
	for (gsize size = 1; size < world.bytes->len; size++) {
		assert_int_equal(truncate(world.path, 0) == -1 || size > 1, true);
		write_file(size);
		find_fails(true, "cut short");
	}
	write_file(world.bytes->len);
	finds(true, 1);
	(void)state;
}

static void test_empty(void **state)
{
	write_file(0);
	finds(true, 0);
	assert_int_equal(peeks(), TT_ITEM_NONE);
	assert_int_equal(world.stream->fd, -1);
	(void)state;
}

static void test_no_file(void **state)
{
	find_fails(false, "No such file");
	g_mkdir(world.path, 0755);
	finds(true, 0); /* is none of bytes */
	(void)state;
}

/* What was lost is between the end of a packet and the next; counters go round. */
static void test_losses(void **state)
{
	packet((struct numbers){.begin = 100, .end = 110, .sequence = 254, .discarded = 65530});
	packet((struct numbers){.begin = 110, .end = 120, .sequence = 255, .discarded = 65530, .events = 1});
	packet((struct numbers){.begin = 130, .end = 140, .sequence = 0, .discarded = 2, .events = 1});
	packet((struct numbers){.begin = 150, .end = 160, .sequence = 3, .discarded = 2});
	packet((struct numbers){.begin = 170, .end = 180, .sequence = 5, .discarded = 3, .events = 1});
	write_file(world.bytes->len);
	finds(true, 5);
	takes_loss(0, 0, 100, 110); /* before the first: nobody knows how many */
	takes_event(110);
	takes_loss(8, 0, 120, 140);
	takes_event(130);
	takes_loss(0, 2, 140, 150);
	takes_loss(1, 0, 160, 180);
	takes_loss(0, 1, 160, 170);
	takes_event(170);
	assert_int_equal(peeks(), TT_ITEM_NONE);
	(void)state;
}

/* Two packets that do not go together. */
static void test_wrong_packets(void **state)
{
	static const struct {
		struct numbers first, second;
		const char *why;
	} cases[] = {
	    {{.begin = 1, .end = 2}, {.begin = 2, .end = 3, .id = 1}, "two streams"},
	    {{.begin = 1, .end = 2}, {.begin = 2, .end = 3, .instance = 1}, "two streams"},
	    {{.begin = 1, .end = 3}, {.begin = 2, .end = 3}, "goes back"},
	    {{.begin = 1, .end = 2}, {.begin = 4, .end = 3}, "before it begins"},
	    {{.begin = 1, .end = 2}, {.begin = 2, .end = UINT64_MAX}, "out of range"},
	    {{.begin = 1, .end = 2}, {.begin = UINT64_MAX, .end = UINT64_MAX}, "out of range"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_byte_array_set_size(world.bytes, 0);
		packet(cases[i].first);
		packet(cases[i].second);
		write_file(world.bytes->len);
		find_fails(false, cases[i].why);
		assert_int_equal(world.stream->packets, 1);
		close_world();
		open_with(TRACE STREAM(0) STREAM(1));
	}
	g_byte_array_set_size(world.bytes, 0);
	packet((struct numbers){.id = 7});
	write_file(world.bytes->len);
	finds(false, 0); /* its metadata may come yet */
	find_fails(true, "describe");
	(void)state;
}

/* Events that a packet cannot have. */
static void test_wrong_events(void **state)
{
	static const struct {
		uint64_t end, second;
		const char *why;
	} cases[] = {
	    {110, 99, "goes back"},
	    {100, 101, "later than the end"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_byte_array_set_size(world.bytes, 0);
		packet((struct numbers){.begin = 100, .end = cases[i].end, .events = 1});
		g_byte_array_set_size(world.bytes, 0);
		packet((struct numbers){.begin = 100, .end = cases[i].end, .events = 2});
		world.bytes->data[world.bytes->len - 8] = (guint8)cases[i].second;
		write_file(world.bytes->len);
		finds(true, 1);
		takes_event(100);
		peek_fails(cases[i].why);
		close_world();
		open_with(TRACE STREAM(0) STREAM(1));
	}
	/* Half an event. */
	g_byte_array_set_size(world.bytes, 0);
	packet((struct numbers){.begin = 100, .end = 110, .events = 2});
	world.bytes->data[18] = (guint8)((world.bytes->len - 1) * 8);
	world.bytes->data[19] = (guint8)((world.bytes->len - 1) * 8 >> 8);
	write_file(world.bytes->len);
	finds(true, 1);
	takes_event(100);
	peek_fails("longer than its packet");
	(void)state;
}

/* Between being found and read. */
static void test_changed(void **state)
{
	packet((struct numbers){.begin = 100, .end = 110, .events = 1});
	guint first = world.bytes->len;
	packet((struct numbers){.begin = 110, .end = 120, .events = 1});
	write_file(world.bytes->len);
	finds(true, 2);
	takes_event(100);
	world.bytes->data[first + 2] = 109; /* its begin */
	write_file(world.bytes->len);
	peek_fails("changed");
	world.bytes->data[first + 2] = 110;
	world.bytes->data[first] = 9; /* its stream */
	write_file(world.bytes->len);
	tt_ctf_stream_rewind(world.stream);
	takes_event(100);
	peek_fails("changed");
	world.bytes->data[first] = 0;
	world.bytes->data[first + 20] += 8; /* its size */
	write_file(world.bytes->len);
	tt_ctf_stream_rewind(world.stream);
	takes_event(100);
	peek_fails("changed");
	world.bytes->data[first + 20] -= 8;
	write_file(world.bytes->len);
	tt_ctf_stream_rewind(world.stream);
	takes_event(100);
	assert_int_equal(truncate(world.path, world.bytes->len - 1), 0);
	peek_fails("shorter");
	(void)state;
}

/* A head that goes on and on is none, whatever may come. */
static void test_head_without_end(void **state)
{
	close_world();
	open_with("trace { packet.header := struct { " U(8) "a[600]; }; }; clock { name = c; }; stream { };");
	g_byte_array_set_size(world.bytes, 511);
	write_file(511);
	finds(false, 0);
	g_byte_array_set_size(world.bytes, 512);
	write_file(512);
	find_fails(false, "no end");
	(void)state;
}

/* A clock that is not there, or another one; a head of events that is not known. */
static void test_wrong_streams(void **state)
{
	static const char *const texts[][2] = {
	    {TRACE "stream { id = 0; " CONTEXT(U(64)) EVENTS " };", "no clock"},
	    {TRACE "stream { id = 0; " CONTEXT("integer { size = 64; align = 8; map = clock.d.value; } ") EVENTS " };",
	     "no clock"},
	    {TRACE "stream { id = 0; " CONTEXT(TIME(64)) "event.header := struct { string s; }; };",
	     "head of its events"},
	    {TRACE "stream { id = 0; " CONTEXT(TIME(64)) "};", "head of its events"},
	};

	packet((struct numbers){.begin = 100, .end = 110});
	write_file(world.bytes->len);
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		close_world();
		open_with(texts[i][0]);
		find_fails(false, texts[i][1]);
	}
	close_world();
	open_with(TRACE STREAM(0));
	tt_ctf_clocks_time(world.clocks, &(struct tt_ctf_clock){.name = "c", .uuid = "u", .frequency = 1000000000});
	find_fails(false, "another one");
	(void)state;
}

/* The buffers of one process. */
static void test_of_a_process(void **state)
{
	close_world();
	open_with(TRACE "env { procname = \"prog\"; vpid = 77; };" STREAM(0));
	packet((struct numbers){.begin = 100, .end = 110, .discarded = 1});
	write_file(world.bytes->len);
	finds(true, 1);
	assert_int_equal(peeks(), TT_ITEM_LOSS);
	struct tt_discarded loss = tt_ctf_stream_take_loss(world.stream);
	assert_string_equal(loss.buffer.process, "prog");
	assert_int_equal(loss.buffer.pid, 77);
	assert_string_equal(loss.buffer.channel, "events");
	(void)state;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_grows),         TEST(test_cut),          TEST(test_empty),
	    TEST(test_no_file),       TEST(test_losses),       TEST(test_wrong_packets),
	    TEST(test_wrong_events),  TEST(test_changed),      TEST(test_head_without_end),
	    TEST(test_wrong_streams), TEST(test_of_a_process),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
