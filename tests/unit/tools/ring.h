/* SPDX-License-Identifier: MIT */
/*
 * A buffer of LTTng-UST as a file: of a channel and CPU, laid out as its lttng_crash_abi says, with packets to fill.
 */
#ifndef TT_TESTS_RING_H
#define TT_TESTS_RING_H

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib.h>

enum { RING_PACKETS = 4, RING_PACKET = 4096, RING_SIZE = RING_PACKETS * RING_PACKET };

/* Where things are in the file. The packets' memory is in another order than the packets. */
enum {
	RING_PRODUCED = 512,
	RING_CONSUMED = 520,
	RING_COMMITS = 600, /* 24 bytes each, the count at 8 */
	RING_PLACES = 800,  /* 16 bytes each, the place at 8 */
	RING_TABLE = 1000,  /* 32 bytes each, where the pages are told at 16 */
	RING_PAGES = 1400,  /* 16 bytes each, where the data are at 8 */
	RING_DATA = 4096,
	RING_FILE = RING_DATA + RING_SIZE
};

/* Of the layout's fields: bytes from the beginning. */
enum {
	RING_AT_LENGTH = 16,
	RING_AT_ENDIAN = 24,
	RING_AT_MAJOR = 26,
	RING_AT_MINOR = 28,
	RING_AT_WORD = 30,
	RING_AT_TYPE = 31,
	RING_AT_OFFSETS = 32, /* 11 of 4 bytes */
	RING_AT_LENGTHS = 76, /* 8 of a byte */
	RING_AT_STRIDES = 84, /* 3 of 4 bytes */
	RING_AT_SIZE = 96,
	RING_AT_PACKET = 104,
	RING_AT_COUNT = 112,
	RING_AT_MODE = 120,
	RING_LAYOUT = 124
};

struct ring {
	char *path;
	uint8_t *map;
};

static inline void ring_put(struct ring *ring, size_t at, uint64_t number, size_t size)
{
	memcpy(ring->map + at, &number, size);
}

static inline uint64_t ring_get(const struct ring *ring, size_t at)
{
	uint64_t number;

	memcpy(&number, ring->map + at, sizeof number);
	return number;
}

static inline void ring_layout(struct ring *ring)
{
	static const uint8_t magic[16] = {0x17, 0x7B, 0xF1, 0x77, 0xBF, 0x17, 0x7B, 0xF1,
	                                  0x77, 0xBF, 0x17, 0x7B, 0xF1, 0x77, 0xBF, 0x17};
	static const uint32_t offsets[] = {
	    RING_PRODUCED, RING_CONSUMED, RING_COMMITS, 8, RING_PLACES, 8, RING_TABLE, 16, 8, 48, 56};
	static const uint32_t strides[] = {24, 16, 32};

	memcpy(ring->map, magic, sizeof magic);
	ring_put(ring, RING_AT_LENGTH, RING_FILE, 8);
	ring_put(ring, RING_AT_ENDIAN, 0x1234, 2);
	ring_put(ring, RING_AT_WORD, 8, 1);
	memcpy(ring->map + RING_AT_OFFSETS, offsets, sizeof offsets);
	memset(ring->map + RING_AT_LENGTHS, 8, 8);
	memcpy(ring->map + RING_AT_STRIDES, strides, sizeof strides);
	ring_put(ring, RING_AT_SIZE, RING_SIZE, 8);
	ring_put(ring, RING_AT_PACKET, RING_PACKET, 8);
	ring_put(ring, RING_AT_COUNT, RING_PACKETS, 8);
	ring_put(ring, RING_AT_MODE, 1, 4);
}

/* The data of the packet of that index. */
static inline uint8_t *ring_data(const struct ring *ring, unsigned index)
{
	return ring->map + RING_DATA + (index % RING_PACKETS + 1) % RING_PACKETS * RING_PACKET;
}

/* Makes one that is empty. */
static inline struct ring ring_new(const char *path)
{
	struct ring ring = {.path = g_strdup(path)};
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	g_assert(fd != -1 && ftruncate(fd, RING_FILE) == 0);
	ring.map = mmap(NULL, RING_FILE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	g_assert(ring.map != MAP_FAILED);
	close(fd);
	ring_layout(&ring);
	for (unsigned i = 0; i < RING_PACKETS; i++) {
		unsigned place = RING_PACKETS - 1 - i;

		ring_put(&ring, RING_PLACES + 16 * i + 8, place, 8);
		ring_put(&ring, RING_TABLE + 32 * place + 16, RING_PAGES + 16 * place, 8);
		ring_put(&ring, RING_PAGES + 16 * place + 8, (uint64_t)(ring_data(&ring, i) - ring.map), 8);
	}
	return ring;
}

static inline void ring_free(struct ring *ring)
{
	munmap(ring->map, RING_FILE);
	unlink(ring->path);
	g_free(ring->path);
}

/* How many bytes of a packet are committed. */
static inline void ring_commit(struct ring *ring, uint64_t number, uint64_t bytes)
{
	ring_put(ring, RING_COMMITS + 24 * (number % RING_PACKETS) + 8, number / RING_PACKETS * RING_PACKET + bytes, 8);
}

/* Writes a packet of that number, of `size` bytes of which `in_file` are to be in a file; full if it is a whole one. */
static inline void ring_write(struct ring *ring, uint64_t number, uint64_t size, uint64_t in_file)
{
	const uint32_t mark = 0xC1FC1FC1;
	uint64_t bits = in_file * 8;
	uint8_t *data = ring_data(ring, (unsigned)number);

	memset(data, (int)(number + 1), RING_PACKET);
	memset(data, 0, 84);
	memcpy(data, &mark, sizeof mark);
	memcpy(data + 56, &bits, sizeof bits);
	memcpy(data + 64, &number, sizeof number);
	ring_commit(ring, number, size);
	ring_put(ring, RING_PRODUCED, number * RING_PACKET + size, 8);
}

#endif /* TT_TESTS_RING_H */
