/* SPDX-License-Identifier: MIT */
/*
 * A buffer as it lies in a file: whose layout is known, and what of it is whole.
 */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib/gstdio.h>

#include "tests/unit/tools/ring.h"
#include "tools/session/lttng/crash_buffer.h"

struct room {
	char *folder, *path;
	struct ring ring;
	struct tt_crash_buffer *buffer;
};

static int begin(void **state)
{
	struct room *room = g_new0(struct room, 1);

	room->folder = g_dir_make_tmp("test-crash-buffer-XXXXXX", NULL);
	room->path = g_build_filename(room->folder, "events_0", NULL);
	room->ring = ring_new(room->path);
	room->buffer = tt_crash_buffer_open(room->path);
	assert_non_null(room->buffer);
	*state = room;
	return 0;
}

static int end(void **state)
{
	struct room *room = *state;

	tt_crash_buffer_free(room->buffer);
	ring_free(&room->ring);
	g_rmdir(room->folder);
	g_free(room->folder);
	g_free(room->path);
	g_free(room);
	return 0;
}

/* Whether it is known with another number there. */
static bool is_known_with(struct room *room, size_t at, uint64_t number, size_t size)
{
	struct tt_crash_buffer *buffer;

	ring_put(&room->ring, at, number, size);
	buffer = tt_crash_buffer_open(room->path);
	if (buffer)
		tt_crash_buffer_free(buffer);
	ring_layout(&room->ring);
	ring_put(&room->ring, RING_AT_MAJOR, 0, 2);
	ring_put(&room->ring, RING_AT_MINOR, 0, 2);
	ring_put(&room->ring, RING_AT_TYPE, 0, 1);
	return buffer;
}

/* Another version, another machine, another way of working: not ours to read. */
static void test_other_layouts(void **state)
{
	struct room *room = *state;

	assert_true(is_known_with(room, RING_AT_MODE, 1, 4));
	assert_false(is_known_with(room, 15, 0x18, 1));
	assert_false(is_known_with(room, RING_AT_ENDIAN, 0x3412, 2));
	assert_false(is_known_with(room, RING_AT_MAJOR, 1, 2));
	assert_false(is_known_with(room, RING_AT_MINOR, 1, 2));
	assert_false(is_known_with(room, RING_AT_WORD, 4, 1));
	assert_false(is_known_with(room, RING_AT_TYPE, 1, 1));
	assert_false(is_known_with(room, RING_AT_MODE, 0, 4));
	for (size_t length = 0; length < 8; length++) /* but those of the sizes in the packet, which it has */
		assert_int_equal(is_known_with(room, RING_AT_LENGTHS + length, 4, 1), length >= 6);
	assert_false(is_known_with(room, RING_AT_OFFSETS + 36, 40, 4));
	assert_false(is_known_with(room, RING_AT_OFFSETS + 40, 64, 4));
}

/* Sizes that do not fit to each other, or are none. */
static void test_sizes(void **state)
{
	struct room *room = *state;

	assert_false(is_known_with(room, RING_AT_SIZE, RING_SIZE / 2, 8));
	assert_false(is_known_with(room, RING_AT_COUNT, RING_PACKETS + 1, 8));
	assert_false(is_known_with(room, RING_AT_COUNT, 0, 8));
	assert_false(is_known_with(room, RING_AT_PACKET, 0, 8));
	ring_put(&room->ring, RING_AT_SIZE, RING_PACKETS * (RING_PACKET - 1), 8);
	assert_false(is_known_with(room, RING_AT_PACKET, RING_PACKET - 1, 8)); /* no power of two */
	ring_put(&room->ring, RING_AT_SIZE, 3 * RING_PACKET, 8);
	assert_false(is_known_with(room, RING_AT_COUNT, 3, 8));
	ring_put(&room->ring, RING_AT_SIZE, RING_PACKETS * 64, 8);
	assert_false(is_known_with(room, RING_AT_PACKET, 64, 8)); /* less than its header */
	ring_put(&room->ring, RING_AT_SIZE, RING_PACKETS * 128, 8);
	assert_true(is_known_with(room, RING_AT_PACKET, 128, 8));
	ring_put(&room->ring, RING_AT_SIZE, 2 * RING_SIZE, 8);
	assert_false(is_known_with(room, RING_AT_PACKET, 2 * RING_PACKET, 8)); /* more than the file */
}

/* Each place that it tells of is in the file, to its last byte. */
static void test_places_in_the_file(void **state)
{
	struct room *room = *state;
	const struct {
		size_t at;
		uint64_t most;
	} places[] = {
	    {RING_AT_OFFSETS, RING_FILE - 8},
	    {RING_AT_OFFSETS + 4, RING_FILE - 8},
	    {RING_AT_OFFSETS + 8, RING_FILE - 8 - 8 - 24 * RING_PACKETS},
	    {RING_AT_OFFSETS + 16, RING_FILE - 8 - 8 - 16 * RING_PACKETS},
	    {RING_AT_OFFSETS + 24, RING_FILE - 8 - 16 - 32 * RING_PACKETS},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		assert_true(is_known_with(room, places[i].at, places[i].most, 4));
		assert_false(is_known_with(room, places[i].at, places[i].most + 1, 4));
	}
	assert_false(is_known_with(room, RING_AT_STRIDES, RING_FILE, 4));
	assert_false(is_known_with(room, RING_AT_STRIDES + 4, RING_FILE, 4));
	assert_false(is_known_with(room, RING_AT_STRIDES + 8, RING_FILE, 4));
}

static void test_what_is_no_buffer(void **state)
{
	struct room *room = *state;
	g_autofree char *other = g_build_filename(room->folder, "other", NULL);
	struct tt_crash_buffer *buffer;

	assert_null(tt_crash_buffer_open(other));
	assert_null(tt_crash_buffer_open(room->folder));
	assert_true(g_file_set_contents(other, (const char *)room->ring.map, RING_LAYOUT - 1, NULL));
	assert_null(tt_crash_buffer_open(other));
	assert_true(g_file_set_contents(other, (const char *)room->ring.map, RING_LAYOUT, NULL));
	assert_null(tt_crash_buffer_open(other)); /* its data are not there */
	g_unlink(other);
	assert_int_equal(symlink(room->path, other), 0);
	assert_null(tt_crash_buffer_open(other));
	g_unlink(other);
	buffer = tt_crash_buffer_open(room->path);
	assert_non_null(buffer);
	tt_crash_buffer_free(buffer);
}

static void test_empty(void **state)
{
	struct room *room = *state;
	struct tt_packet packet;

	assert_false(tt_crash_buffer_has_event(room->buffer));
	assert_false(tt_crash_buffer_is_full(room->buffer));
	assert_int_equal(tt_crash_buffer_look(room->buffer, 0, &packet), TT_PACKET_NONE);
	ring_write(&room->ring, 0, 84, 0);
	assert_false(tt_crash_buffer_has_event(room->buffer));
	ring_write(&room->ring, 0, 85, 0);
	assert_true(tt_crash_buffer_has_event(room->buffer));
}

static void assert_packet(const struct room *room, enum tt_packet_state expected, uint64_t number, size_t size,
                          size_t in_file, bool last)
{
	struct tt_packet packet;

	assert_int_equal(tt_crash_buffer_look(room->buffer, 0, &packet), expected);
	assert_int_equal(packet.number, number);
	assert_int_equal(packet.size, size);
	assert_int_equal(packet.size_in_file, in_file);
	assert_int_equal(packet.last, last);
	assert_memory_equal(packet.data, ring_data(&room->ring, (unsigned)number), RING_PACKET);
}

/* Packet by packet, round by round. */
static void test_rounds(void **state)
{
	struct room *room = *state;

	for (uint64_t number = 0; number < 3 * RING_PACKETS; number++) {
		ring_write(&room->ring, number, RING_PACKET, RING_PACKET);
		assert_packet(room, TT_PACKET_FULL, number, RING_PACKET, RING_PACKET, true);
		tt_crash_buffer_release(room->buffer);
		assert_int_equal(ring_get(&room->ring, RING_CONSUMED), (number + 1) * RING_PACKET);
	}
}

static void test_open(void **state)
{
	struct room *room = *state;
	struct tt_packet packet;

	ring_write(&room->ring, 0, 200, 0);
	assert_packet(room, TT_PACKET_OPEN, 0, 200, 200, true);
	ring_commit(&room->ring, 0, 84);
	assert_packet(room, TT_PACKET_OPEN, 0, 84, 84, true);
	ring_commit(&room->ring, 0, 83); /* its head is not whole yet */
	assert_packet(room, TT_PACKET_OPEN, 0, 0, 0, true);
	ring_commit(&room->ring, 0, RING_PACKET + 1); /* nonsense */
	assert_packet(room, TT_PACKET_OPEN, 0, 0, 0, true);
	ring_commit(&room->ring, 0, RING_PACKET);
	ring_write(&room->ring, 1, 200, 0);
	assert_int_equal(tt_crash_buffer_look(room->buffer, 1, &packet), TT_PACKET_OPEN);
	assert_int_equal(packet.number, 1);
	assert_int_equal(tt_crash_buffer_look(room->buffer, 2, &packet), TT_PACKET_NONE);
	assert_packet(room, TT_PACKET_FULL, 0, RING_PACKET, RING_PACKET, false);
	ring_put(&room->ring, RING_CONSUMED, 100, 8); /* part of a packet is none */
	assert_packet(room, TT_PACKET_FULL, 0, RING_PACKET, RING_PACKET, false);
	ring_put(&room->ring, RING_PRODUCED, RING_PACKET, 8);
	assert_packet(room, TT_PACKET_FULL, 0, RING_PACKET, RING_PACKET, true);
	ring_put(&room->ring, RING_CONSUMED, RING_PACKET, 8);
	assert_int_equal(tt_crash_buffer_look(room->buffer, 0, &packet), TT_PACKET_NONE);
}

/* What is committed is less than what programs have taken room for. */
static void test_torn(void **state)
{
	struct room *room = *state;
	struct tt_packet packet;

	ring_write(&room->ring, 0, 200, 0);
	tt_crash_buffer_look(room->buffer, 0, &packet);
	assert_false(packet.torn);
	ring_put(&room->ring, RING_PRODUCED, 201, 8);
	tt_crash_buffer_look(room->buffer, 0, &packet);
	assert_true(packet.torn);
	ring_commit(&room->ring, 0, RING_PACKET - 1);
	ring_put(&room->ring, RING_PRODUCED, 2 * RING_PACKET, 8);
	tt_crash_buffer_look(room->buffer, 0, &packet);
	assert_true(packet.torn);
	ring_commit(&room->ring, 0, RING_PACKET);
	tt_crash_buffer_look(room->buffer, 0, &packet);
	assert_false(packet.torn);
}

/* What is begun and not closed is not released; nor is what was released before taken back. */
static void test_release_all(void **state)
{
	struct room *room = *state;

	ring_write(&room->ring, 2, 200, 0);
	tt_crash_buffer_release_all(room->buffer);
	assert_int_equal(ring_get(&room->ring, RING_CONSUMED), 2 * RING_PACKET);
	ring_put(&room->ring, RING_CONSUMED, 2 * RING_PACKET + 100, 8);
	tt_crash_buffer_release_all(room->buffer);
	assert_int_equal(ring_get(&room->ring, RING_CONSUMED), 2 * RING_PACKET + 100);
}

/* What it says that it takes in a file, if that can be. */
static void test_size_in_file(void **state)
{
	static const uint64_t said[] = {84, 4096, 0, 83, 4097};
	struct room *room = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
		ring_write(&room->ring, 0, RING_PACKET, said[i]);
		assert_packet(room, TT_PACKET_FULL, 0, RING_PACKET, i < 2 ? said[i] : RING_PACKET, true);
	}
}

/* Programs wait for room when the next packet would be the oldest one. */
static void test_full(void **state)
{
	struct room *room = *state;

	ring_put(&room->ring, RING_PRODUCED, 3 * RING_PACKET - 1, 8);
	assert_false(tt_crash_buffer_is_full(room->buffer));
	ring_put(&room->ring, RING_PRODUCED, 3 * RING_PACKET, 8);
	assert_true(tt_crash_buffer_is_full(room->buffer));
	ring_put(&room->ring, RING_CONSUMED, RING_PACKET - 1, 8);
	assert_true(tt_crash_buffer_is_full(room->buffer));
	ring_put(&room->ring, RING_CONSUMED, RING_PACKET, 8);
	assert_false(tt_crash_buffer_is_full(room->buffer));
	ring_put(&room->ring, RING_PRODUCED, 4 * RING_PACKET + 1, 8);
	assert_true(tt_crash_buffer_is_full(room->buffer));
}

/* A file that says nonsense while it is read: nothing is read beyond it. */
static void test_nonsense(void **state)
{
	struct room *room = *state;
	struct tt_packet packet;
	const struct {
		size_t at;
		uint64_t most; /* that is still in the file */
	} places[] = {
	    {RING_PLACES + 8, RING_PACKETS},
	    {RING_TABLE + 32 * 3 + 16, RING_FILE - 16},
	    {RING_PAGES + 16 * 3 + 8, RING_FILE - RING_PACKET},
	};

	ring_write(&room->ring, 0, RING_PACKET, RING_PACKET);
	ring_put(&room->ring, RING_FILE - 8, RING_DATA, 8);
	for (size_t place = RING_PACKETS; place <= RING_PACKETS + 1; place++) /* one is the reader's */
		ring_put(&room->ring, RING_TABLE + 32 * place + 16, RING_PAGES, 8);
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		uint64_t good = ring_get(&room->ring, places[i].at);

		ring_put(&room->ring, places[i].at, places[i].most, 8);
		assert_int_not_equal(tt_crash_buffer_look(room->buffer, 0, &packet), TT_PACKET_NONE);
		ring_put(&room->ring, places[i].at, places[i].most + 1, 8);
		assert_int_equal(tt_crash_buffer_look(room->buffer, 0, &packet), TT_PACKET_NONE);
		ring_put(&room->ring, places[i].at, UINT64_MAX - 4, 8);
		assert_int_equal(tt_crash_buffer_look(room->buffer, 0, &packet), TT_PACKET_NONE);
		ring_put(&room->ring, places[i].at, good, 8);
	}
	assert_packet(room, TT_PACKET_FULL, 0, RING_PACKET, RING_PACKET, true);
}

static void test_header(void **state)
{
	struct room *room = *state;
	uint8_t *header = ring_data(&room->ring, 6);
	uint64_t size, number, time_ns, content;

	ring_write(&room->ring, 6, RING_PACKET, 84);
	assert_true(tt_packet_of_header(header, &size, &number));
	assert_int_equal(size, 84);
	assert_int_equal(number, 6);
	ring_write(&room->ring, 6, RING_PACKET, 83);
	assert_false(tt_packet_of_header(header, &size, &number));
	tt_packet_end(header, 100, 4096, 12345);
	assert_true(tt_packet_of_header(header, &size, &number));
	assert_int_equal(size, 4096);
	memcpy(&time_ns, header + 40, 8);
	memcpy(&content, header + 48, 8);
	assert_int_equal(time_ns, 12345);
	assert_int_equal(content, 800);
	header[0] ^= 1;
	assert_false(tt_packet_of_header(header, &size, &number));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_other_layouts),
	    TEST(test_sizes),
	    TEST(test_places_in_the_file),
	    TEST(test_what_is_no_buffer),
	    TEST(test_empty),
	    TEST(test_rounds),
	    TEST(test_open),
	    TEST(test_size_in_file),
	    TEST(test_torn),
	    TEST(test_release_all),
	    TEST(test_full),
	    TEST(test_nonsense),
	    TEST(test_header),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
