/* SPDX-License-Identifier: MIT */
/*
 * What the consumer daemon did, done in its place: buffers that lie below the salvage's folder, made by this test, go
 * to the trace.
 */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <glib/gstdio.h>

#include "tests/unit/tools/ring.h"
#include "tools/session/lttng/crash_buffer.h"
#include "tools/session/dirs.h"
#include "tools/session/lttng/salvage.h"

#define STREAM "ust/uid/0/64-bit/events_0"

struct room {
	char *trace; /* the folder of the trace */
	struct tt_salvage *salvage;
	struct ring ring; /* of STREAM */
	char *file;       /* which goes here */
};

static gint64 now_us = 1000000;

gint64 g_get_monotonic_time(void)
{
	return now_us;
}

/* Where a file lies that is `name` in the trace. */
static char *place_of(const struct room *room, const char *name)
{
	char *path = g_build_filename(tt_salvage_path(room->salvage), "session-1", name, NULL);
	g_autofree char *folder = g_path_get_dirname(path);

	g_mkdir_with_parents(folder, 0755);
	return path;
}

static int begin(void **state)
{
	struct room *room = g_new0(struct room, 1);
	g_autofree char *path = NULL;

	room->trace = g_dir_make_tmp("test-salvage-XXXXXX", NULL);
	room->salvage = tt_salvage_new(room->trace);
	assert_non_null(room->salvage);
	path = place_of(room, STREAM);
	room->ring = ring_new(path);
	room->file = g_build_filename(room->trace, STREAM, NULL);
	*state = room;
	return 0;
}

static int end(void **state)
{
	struct room *room = *state;

	ring_free(&room->ring);
	tt_salvage_free(room->salvage);
	tt_remove_tree(room->trace);
	g_free(room->trace);
	g_free(room->file);
	g_free(room);
	return 0;
}

static void assert_file(const struct room *room, const uint8_t *expected, size_t size)
{
	g_autofree char *text = NULL;
	gsize length;

	assert_true(g_file_get_contents(room->file, &text, &length, NULL));
	assert_int_equal(length, size);
	assert_memory_equal(text, expected, size);
}

static void fill(struct room *room, uint64_t from, uint64_t to)
{
	for (uint64_t number = from; number < to; number++)
		ring_write(&room->ring, number, RING_PACKET, RING_PACKET);
}

/* Full packets are written, and their room is free; the one at work stays, till the end. */
static void test_packets(void **state)
{
	struct room *room = *state;
	g_autofree uint8_t *expected = g_malloc0(3 * RING_PACKET);
	uint64_t begin_ns, content = 300 * 8, size = RING_PACKET * 8;

	fill(room, 0, 2);
	ring_write(&room->ring, 2, 300, 0);
	tt_salvage_look(room->salvage);
	tt_salvage_look(room->salvage);
	assert_true(tt_salvage_has_event(room->salvage));
	tt_salvage_pump(room->salvage);
	for (unsigned i = 0; i < 2; i++)
		memcpy(expected + i * RING_PACKET, ring_data(&room->ring, i), RING_PACKET);
	assert_file(room, expected, 2 * RING_PACKET);
	assert_int_equal(ring_get(&room->ring, RING_CONSUMED), 2 * RING_PACKET);
	assert_true(tt_salvage_finish(room->salvage));
	memcpy(expected + 2 * RING_PACKET, ring_data(&room->ring, 2), 300);
	memcpy(expected + 2 * RING_PACKET + 48, &content, 8);
	memcpy(expected + 2 * RING_PACKET + 56, &size, 8);
	g_autofree char *text = NULL;
	assert_true(g_file_get_contents(room->file, &text, NULL, NULL));
	memcpy(&begin_ns, text + 2 * RING_PACKET + 40, 8);
	assert_in_range(begin_ns, 1, UINT64_MAX / 2);
	memcpy(expected + 2 * RING_PACKET + 40, &begin_ns, 8);
	assert_file(room, expected, 3 * RING_PACKET);
}

/* A packet of more than a page that is not full takes whole pages; one that ends with a page no more. */
static void test_open_packets_take_pages(void **state)
{
	static const uint64_t sizes[] = {85, RING_PACKET - 1};
	struct room *room = *state;
	struct stat info;

	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		if (i) {
			end(state);
			begin(state);
			room = *state;
		}
		ring_write(&room->ring, 0, sizes[i], 0);
		tt_salvage_look(room->salvage);
		assert_true(tt_salvage_finish(room->salvage));
		assert_int_equal(stat(room->file, &info), 0);
		assert_int_equal(info.st_size, RING_PACKET);
	}
}

/* Behind what the consumer has written: without half a packet, and without what is there already. */
static void test_goes_on(void **state)
{
	struct room *room = *state;
	g_autofree char *folder = g_path_get_dirname(room->file);
	g_autofree char *index = g_build_filename(folder, "index", NULL);
	g_autofree char *index_file = g_build_filename(index, "events_0.idx", NULL);
	g_autofree uint8_t *expected = g_malloc0(4 * RING_PACKET);

	fill(room, 0, 3);
	for (unsigned i = 0; i < 3; i++)
		memcpy(expected + i * RING_PACKET, ring_data(&room->ring, i), RING_PACKET);
	g_mkdir_with_parents(index, 0755);
	assert_true(g_file_set_contents(index_file, "x", 1, NULL));
	assert_true(g_file_set_contents(room->file, (const char *)expected, 2 * RING_PACKET + 100, NULL));
	tt_salvage_look(room->salvage);
	tt_salvage_pump(room->salvage); /* the consumer has not released the first two */
	assert_file(room, expected, 3 * RING_PACKET);
	assert_false(g_file_test(index, G_FILE_TEST_EXISTS));
	assert_int_equal(ring_get(&room->ring, RING_CONSUMED), 3 * RING_PACKET);
	fill(room, 3, 4);
	memcpy(expected + 3 * RING_PACKET, ring_data(&room->ring, 3), RING_PACKET);
	assert_true(tt_salvage_finish(room->salvage));
	assert_file(room, expected, 4 * RING_PACKET);
}

/* What is in the file is no packet: it is cut off. A head alone is no event, and is not written. */
static void test_nothing_of_use(void **state)
{
	struct room *room = *state;

	g_autofree char *folder = g_path_get_dirname(room->file);
	g_mkdir_with_parents(folder, 0755);
	assert_true(g_file_set_contents(room->file, "half a packet", -1, NULL));
	ring_write(&room->ring, 0, 84, 0);
	tt_salvage_look(room->salvage);
	assert_false(tt_salvage_has_event(room->salvage));
	assert_true(tt_salvage_finish(room->salvage));
	assert_file(room, NULL, 0);
}

/* A packet less than a whole one in the file. */
static void test_small_packets(void **state)
{
	struct room *room = *state;

	ring_write(&room->ring, 0, RING_PACKET, 1024);
	ring_write(&room->ring, 1, RING_PACKET, 2048);
	tt_salvage_look(room->salvage);
	tt_salvage_pump(room->salvage);
	g_autofree uint8_t *expected = g_malloc(3072);
	memcpy(expected, ring_data(&room->ring, 0), 1024);
	memcpy(expected + 1024, ring_data(&room->ring, 1), 2048);
	assert_file(room, expected, 3072);
}

/* A writer was killed in the midst of an event: once nobody has room, and two seconds more, the packet goes. */
static void test_stuck(void **state)
{
	struct room *room = *state;

	ring_write(&room->ring, 0, 300, 0);
	fill(room, 1, 3);
	tt_salvage_look(room->salvage);
	ring_put(&room->ring, RING_PRODUCED, 3 * RING_PACKET - 1, 8); /* there is room still */
	for (int i = 0; i < 3; i++, now_us += 3000000)
		tt_salvage_pump(room->salvage);
	assert_int_equal(ring_get(&room->ring, RING_CONSUMED), 0);
	fill(room, 2, 4);
	tt_salvage_pump(room->salvage);
	now_us += 2000000;
	tt_salvage_pump(room->salvage);
	assert_int_equal(ring_get(&room->ring, RING_CONSUMED), 0);
	now_us += 1;
	tt_salvage_pump(room->salvage);
	assert_int_equal(ring_get(&room->ring, RING_CONSUMED), 4 * RING_PACKET);
	assert_false(tt_salvage_finish(room->salvage));
}

/* There was room in between: the time counts from the last that there was none. */
static void test_stuck_anew(void **state)
{
	struct room *room = *state;

	ring_write(&room->ring, 0, 300, 0);
	fill(room, 1, 4);
	tt_salvage_look(room->salvage);
	tt_salvage_pump(room->salvage);
	now_us += 1500000;
	ring_put(&room->ring, RING_PRODUCED, 2 * RING_PACKET, 8);
	tt_salvage_pump(room->salvage);
	ring_put(&room->ring, RING_PRODUCED, 4 * RING_PACKET, 8);
	tt_salvage_pump(room->salvage);
	now_us += 1500000;
	tt_salvage_pump(room->salvage);
	assert_int_equal(ring_get(&room->ring, RING_CONSUMED), 0);
}

/* At the end one that lacks an event is torn, the last one too. */
static void test_torn_at_the_end(void **state)
{
	struct room *room = *state;

	fill(room, 0, 2);
	ring_write(&room->ring, 2, 300, 0);
	ring_put(&room->ring, RING_PRODUCED, 2 * RING_PACKET + 400, 8);
	tt_salvage_look(room->salvage);
	tt_salvage_pump(room->salvage);
	assert_false(tt_salvage_finish(room->salvage));
	struct stat info;
	assert_int_equal(stat(room->file, &info), 0);
	assert_int_equal(info.st_size, 3 * RING_PACKET);
}

static uint64_t number_in_file(const struct room *room, unsigned packet, size_t at)
{
	g_autofree char *text = NULL;
	uint64_t number;
	gsize length;

	assert_true(g_file_get_contents(room->file, &text, &length, NULL));
	assert_true((packet + 1) * RING_PACKET <= length);
	memcpy(&number, text + packet * RING_PACKET + at, sizeof number);
	return number;
}

/* Of the packet of that number: when it was begun. */
static void put_begin(struct room *room, uint64_t number, uint64_t begin_ns)
{
	memcpy(ring_data(&room->ring, (unsigned)number) + 32, &begin_ns, sizeof begin_ns);
}

/*
 * The consumer daemon has written one packet and cannot go on: the next has a torn event. What it holds up to that is
 * taken, and what follows; the daemon's buffer is empty; what the daemon writes since then goes.
 */
static void test_rest(void **state)
{
	struct room *room = *state;
	g_autofree char *folder = g_path_get_dirname(room->file);
	FILE *daemon;

	fill(room, 0, 1);
	tt_salvage_look(room->salvage);
	g_mkdir_with_parents(folder, 0755);
	daemon = fopen(room->file, "w");
	assert_int_equal(fwrite(ring_data(&room->ring, 0), RING_PACKET, 1, daemon), 1);
	fflush(daemon);
	ring_put(&room->ring, RING_CONSUMED, RING_PACKET, 8);
	ring_write(&room->ring, 1, 300, 0);
	fill(room, 2, 3);
	put_begin(room, 2, 4711);
	ring_write(&room->ring, 3, 200, 0);
	ring_put(&room->ring, RING_PRODUCED, 4 * RING_PACKET, 8); /* the session is stopped: all packets are closed */
	assert_true(tt_salvage_take_rest(room->salvage));
	assert_int_equal(ring_get(&room->ring, RING_CONSUMED), 4 * RING_PACKET);
	for (int i = 0; i < 5; i++) /* more than is taken: none of it may be left behind that */
		assert_int_equal(fwrite(ring_data(&room->ring, 3), RING_PACKET, 1, daemon), 1);
	fclose(daemon);
	tt_salvage_write_rest(room->salvage);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(number_in_file(room, i, 64), i);
	assert_int_equal(number_in_file(room, 1, 48), 300 * 8);
	assert_int_equal(number_in_file(room, 1, 40), 4711); /* it ends where the next begins */
	assert_int_equal(number_in_file(room, 3, 48), 200 * 8);
	struct stat info;
	assert_int_equal(stat(room->file, &info), 0);
	assert_int_equal(info.st_size, 4 * RING_PACKET);
}

/* One that lacks its first event is there, empty; one whose head is not whole is not, nor has it a time. */
static void test_rest_without_events(void **state)
{
	struct room *room = *state;

	ring_write(&room->ring, 0, 84, 0);
	ring_write(&room->ring, 1, 83, 0);
	ring_write(&room->ring, 2, 300, 0);
	put_begin(room, 1, 4711);
	put_begin(room, 2, 4712);
	ring_put(&room->ring, RING_PRODUCED, 3 * RING_PACKET, 8);
	tt_salvage_look(room->salvage);
	assert_true(tt_salvage_take_rest(room->salvage));
	tt_salvage_write_rest(room->salvage);
	assert_int_equal(number_in_file(room, 0, 48), 84 * 8);
	assert_int_equal(number_in_file(room, 0, 40), 4712);
	assert_int_equal(number_in_file(room, 1, 64), 2);
}

/* A daemon that is slow, or has all, is not in need of it: nothing is taken from it. */
static void test_no_rest(void **state)
{
	struct room *room = *state;

	assert_false(tt_salvage_take_rest(NULL));
	tt_salvage_look(room->salvage);
	assert_false(tt_salvage_take_rest(room->salvage));
	ring_write(&room->ring, 0, 300, 0); /* begun, and whole so far */
	assert_false(tt_salvage_take_rest(room->salvage));
	fill(room, 0, 1);
	ring_write(&room->ring, 1, 300, 0);
	ring_put(&room->ring, RING_PRODUCED, 2 * RING_PACKET, 8);
	assert_false(tt_salvage_take_rest(room->salvage)); /* torn, but behind one that it can have */
	tt_salvage_write_rest(room->salvage);
	assert_false(g_file_test(room->file, G_FILE_TEST_EXISTS));
	assert_int_equal(ring_get(&room->ring, RING_CONSUMED), 0);
}

/* What cannot be written is lost, but no program waits for it. */
static void test_cannot_be_written(void **state)
{
	struct room *room = *state;

	g_mkdir_with_parents(room->file, 0755); /* a folder in its place */
	fill(room, 0, 2);
	tt_salvage_look(room->salvage);
	tt_salvage_pump(room->salvage);
	assert_int_equal(ring_get(&room->ring, RING_CONSUMED), 2 * RING_PACKET);
	assert_false(tt_salvage_finish(room->salvage));
}

/* Nor half of it: what fits of a packet is taken back. */
static void test_no_half_packets(void **state)
{
	struct room *room = *state;
	struct stat info;
	pid_t pid;
	int status;

	fill(room, 0, 2);
	tt_salvage_look(room->salvage);
	pid = fork(); /* a limit is for good */
	if (pid == 0) {
		struct rlimit limit = {RING_PACKET + 100, RING_PACKET + 100};

		signal(SIGXFSZ, SIG_IGN);
		g_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
		tt_salvage_pump(room->salvage);
		_exit(tt_salvage_finish(room->salvage));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(stat(room->file, &info), 0);
	assert_int_equal(info.st_size, RING_PACKET);
	assert_int_equal(ring_get(&room->ring, RING_CONSUMED), 2 * RING_PACKET);
}

/* What describes the events, copied at the end; also of a user that comes later. */
static void test_metadata(void **state)
{
	struct room *room = *state;
	g_autofree char *first = place_of(room, "ust/uid/0/64-bit/metadata");
	g_autofree char *later = place_of(room, "ust/uid/7/64-bit/metadata");
	g_autofree char *empty = place_of(room, "ust/uid/8/64-bit/metadata");
	g_autofree char *copy = g_build_filename(room->trace, "ust/uid/7/64-bit/metadata", NULL);
	g_autofree char *no_copy = g_build_filename(room->trace, "ust/uid/8", NULL);
	g_autofree char *text = NULL;

	assert_true(g_file_set_contents(first, "first", -1, NULL));
	assert_true(g_file_set_contents(empty, "", 0, NULL));
	tt_salvage_look(room->salvage);
	assert_true(g_file_set_contents(later, "later", -1, NULL));
	tt_salvage_look(room->salvage);
	g_unlink(later); /* we have hold of it */
	assert_true(tt_salvage_finish(room->salvage));
	assert_true(g_file_get_contents(copy, &text, NULL, NULL));
	assert_string_equal(text, "later");
	assert_false(g_file_test(no_copy, G_FILE_TEST_EXISTS));
}

static void test_metadata_that_cannot_be_written(void **state)
{
	struct room *room = *state;
	g_autofree char *path = place_of(room, "ust/uid/0/64-bit/metadata");
	g_autofree char *copy = g_build_filename(room->trace, "ust/uid/0/64-bit/metadata/x", NULL);

	assert_true(g_file_set_contents(path, "text", -1, NULL));
	g_mkdir_with_parents(copy, 0755);
	tt_salvage_look(room->salvage);
	assert_false(tt_salvage_finish(room->salvage));
}

/* Events of the program are those of a channel; a file that LTTng has not made ready is looked at again. */
static void test_has_event(void **state)
{
	struct room *room = *state;
	g_autofree char *modules = place_of(room, "ust/uid/0/64-bit/modules_0");
	g_autofree char *beside = g_build_filename(tt_salvage_path(room->salvage), "session-1", "events_9", NULL);
	struct ring other = ring_new(modules), none = ring_new(beside), late;

	ring_write(&other, 0, 300, 0);
	ring_write(&none, 0, 300, 0); /* is not below "ust": in no trace */
	ring_put(&room->ring, RING_AT_ENDIAN, 0, 2);
	tt_salvage_look(room->salvage);
	assert_false(tt_salvage_has_event(room->salvage));
	ring_write(&room->ring, 0, 300, 0);
	assert_false(tt_salvage_has_event(room->salvage));
	ring_layout(&room->ring);
	tt_salvage_look(room->salvage);
	assert_true(tt_salvage_has_event(room->salvage));
	assert_true(tt_salvage_has_event(NULL));
	late = ring_new(beside);
	ring_free(&late);
	ring_free(&other);
	munmap(none.map, RING_FILE);
	g_free(none.path);
}

/* A folder that no one has a lock of is one left over, and goes with the next recording; others stay. */
static void test_sweep(void **state)
{
	struct room *room = *state;
	char *left = g_mkdtemp(g_strdup("/dev/shm/trace-thr-XXXXXX")),
	     *held = g_mkdtemp(g_strdup("/dev/shm/trace-thr-XXXXXX")),
	     *other = g_mkdtemp(g_strdup("/dev/shm/test-salvage-XXXXXX"));
	g_autofree char *file = g_build_filename(left, "x", NULL);
	int lock = open(held, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(g_file_set_contents(file, "x", 1, NULL));
	assert_int_equal(flock(lock, LOCK_SH), 0);
	tt_salvage_free(tt_salvage_new(room->trace));
	assert_false(g_file_test(left, G_FILE_TEST_EXISTS));
	assert_true(g_file_test(held, G_FILE_TEST_EXISTS));
	assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
	assert_true(g_file_test(tt_salvage_path(room->salvage), G_FILE_TEST_EXISTS));
	close(lock);
	rmdir(held);
	rmdir(other);
	g_free(left);
	g_free(held);
	g_free(other);
}

static void test_none(void **state)
{
	struct room *room = *state;
	g_autofree char *path = NULL;
	struct tt_salvage *salvage = tt_salvage_new(room->trace);

	path = g_strdup(tt_salvage_path(salvage));
	assert_true(g_str_has_prefix(path, "/dev/shm/trace-thr-"));
	assert_true(tt_salvage_finish(salvage)); /* of nothing */
	tt_salvage_free(salvage);
	assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	tt_salvage_look(NULL);
	tt_salvage_pump(NULL);
	assert_false(tt_salvage_finish(NULL));
	tt_salvage_free(NULL);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_packets),
	    TEST(test_open_packets_take_pages),
	    TEST(test_goes_on),
	    TEST(test_nothing_of_use),
	    TEST(test_small_packets),
	    TEST(test_stuck),
	    TEST(test_stuck_anew),
	    TEST(test_torn_at_the_end),
	    TEST(test_rest),
	    TEST(test_rest_without_events),
	    TEST(test_no_rest),
	    TEST(test_cannot_be_written),
	    TEST(test_no_half_packets),
	    TEST(test_metadata),
	    TEST(test_metadata_that_cannot_be_written),
	    TEST(test_has_event),
	    TEST(test_sweep),
	    TEST(test_none),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
