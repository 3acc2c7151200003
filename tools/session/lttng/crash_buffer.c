/* SPDX-License-Identifier: MIT */
/*
 * A buffer is a ring of packets ("sub-buffers"). Two counts that only grow tell what is in it, in bytes since it was
 * made: `produced`, up to which programs have taken room, and `consumed`, up to which the reader has given it back. Of
 * each packet there is a count of the bytes that were committed without a gap. A program finds room where `produced` is
 * less than the whole buffer ahead of `consumed`, and where it waits for room it looks at `consumed` again and again:
 * to free it, one has to move that, as the consumer daemon does.
 *
 * Where these lie, the buffer says at its beginning.
 */
#include "tools/session/lttng/crash_buffer.h"

#include <endian.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

/* As LTTng-UST has it; what it calls sub-buffer is a packet here. */
struct layout {
	uint8_t magic[16];
	uint64_t mmap_length;
	uint16_t endian, major, minor;
	uint8_t word_size, layout_type;
	struct {
		uint32_t produced, consumed, commit_array, commit, place_array, place, packet_array, packet_shm,
		    packet_data, content_size, packet_size;
	} __attribute__((packed)) offset;
	struct {
		uint8_t produced, consumed, commit, place, packet_shm, packet_data, content_size, packet_size;
	} __attribute__((packed)) length;
	struct {
		uint32_t commit_array, place_array, packet_array;
	} __attribute__((packed)) stride;
	uint64_t size, packet, count;
	uint32_t mode;
} __attribute__((packed));

/* Of a packet's beginning, in bytes: what LTTng-UST writes there. */
enum { AT_BEGIN = 32, AT_END = 40, AT_CONTENT = 48, AT_SIZE = 56, AT_NUMBER = 64 };

static const uint8_t magic[16] = {0x17, 0x7B, 0xF1, 0x77, 0xBF, 0x17, 0x7B, 0xF1,
                                  0x77, 0xBF, 0x17, 0x7B, 0xF1, 0x77, 0xBF, 0x17};

struct tt_crash_buffer {
	uint8_t *map;
	size_t size;
	struct layout layout;
};

static uint64_t load(const struct tt_crash_buffer *buffer, uint64_t offset)
{
	/* Pairs with the programs' commits: what they count is written. */
	return __atomic_load_n((const uint64_t *)(const void *)(buffer->map + offset), __ATOMIC_ACQUIRE);
}

static uint64_t produced(const struct tt_crash_buffer *buffer)
{
	return load(buffer, buffer->layout.offset.produced);
}

static uint64_t consumed(const struct tt_crash_buffer *buffer)
{
	return load(buffer, buffer->layout.offset.consumed);
}

static bool is_power(uint64_t n)
{
	return n && !(n & (n - 1));
}

/* Where the array's last element ends. */
static uint64_t end_of(uint32_t array, uint32_t stride, uint64_t count)
{
	return array + (uint64_t)stride * count + sizeof(uint64_t);
}

/* Only what we know: machine words of 64 bits, nothing overwritten. */
static bool is_known(const struct layout *layout, size_t size)
{
	return !memcmp(layout->magic, magic, sizeof magic) && layout->endian == 0x1234 && !layout->major &&
	       !layout->minor && layout->word_size == sizeof(uint64_t) && !layout->layout_type && layout->mode == 1 &&
	       layout->length.produced == 8 && layout->length.consumed == 8 && layout->length.commit == 8 &&
	       layout->length.place == 8 && layout->length.packet_shm == 8 && layout->length.packet_data == 8 &&
	       layout->offset.content_size == AT_CONTENT && layout->offset.packet_size == AT_SIZE &&
	       is_power(layout->packet) && is_power(layout->count) && layout->count < 1 << 20 &&
	       layout->packet < (uint64_t)1 << 40 && layout->packet >= TT_PACKET_HEADER &&
	       layout->size == layout->packet * layout->count && layout->size <= size &&
	       layout->offset.produced + sizeof(uint64_t) <= size &&
	       layout->offset.consumed + sizeof(uint64_t) <= size &&
	       end_of(layout->offset.commit_array + layout->offset.commit, layout->stride.commit_array,
	              layout->count) <= size &&
	       end_of(layout->offset.place_array + layout->offset.place, layout->stride.place_array, layout->count) <=
	           size &&
	       end_of(layout->offset.packet_array + layout->offset.packet_shm, layout->stride.packet_array,
	              layout->count) <= size;
}

struct tt_crash_buffer *tt_crash_buffer_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct tt_crash_buffer *buffer = g_new0(struct tt_crash_buffer, 1);
	struct stat file;

	buffer->map = MAP_FAILED;
	if (fd != -1 && fstat(fd, &file) == 0 && S_ISREG(file.st_mode) &&
	    file.st_size >= (off_t)sizeof buffer->layout) {
		buffer->size = (size_t)file.st_size;
		buffer->map = mmap(NULL, buffer->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	}
	if (fd != -1)
		close(fd);
	if (buffer->map != MAP_FAILED) {
		memcpy(&buffer->layout, buffer->map, sizeof buffer->layout);
		if (is_known(&buffer->layout, buffer->size))
			return buffer;
	}
	tt_crash_buffer_free(buffer);
	return NULL;
}

void tt_crash_buffer_free(struct tt_crash_buffer *buffer)
{
	if (buffer->map != MAP_FAILED)
		munmap(buffer->map, buffer->size);
	g_free(buffer);
}

bool tt_crash_buffer_has_event(const struct tt_crash_buffer *buffer)
{
	return produced(buffer) > TT_PACKET_HEADER;
}

bool tt_crash_buffer_is_full(const struct tt_crash_buffer *buffer)
{
	uint64_t mask = ~(buffer->layout.packet - 1);

	return (produced(buffer) & mask) - (consumed(buffer) & mask) >= buffer->layout.size - buffer->layout.packet;
}

/* Where the data of the packet lie; NULL: the file says nonsense. */
static const uint8_t *data_of(const struct tt_crash_buffer *buffer, uint64_t index)
{
	const struct layout *layout = &buffer->layout;
	uint64_t place =
	    load(buffer, layout->offset.place_array + index * layout->stride.place_array + layout->offset.place);

	if (place > layout->count)
		return NULL;
	uint64_t pages =
	    load(buffer, layout->offset.packet_array + place * layout->stride.packet_array + layout->offset.packet_shm);
	if (pages > buffer->size || pages + layout->offset.packet_data + sizeof(uint64_t) > buffer->size)
		return NULL;
	uint64_t at = load(buffer, pages + layout->offset.packet_data);
	return at <= buffer->size && layout->packet <= buffer->size - at ? buffer->map + at : NULL;
}

enum tt_packet_state tt_crash_buffer_look(const struct tt_crash_buffer *buffer, uint64_t behind,
                                          struct tt_packet *packet)
{
	const struct layout *layout = &buffer->layout;
	uint64_t begin = (consumed(buffer) & ~(layout->packet - 1)) + behind * layout->packet, end = produced(buffer);
	uint64_t index = (begin & (layout->size - 1)) / layout->packet;
	uint64_t before = (begin & ~(layout->size - 1)) / layout->count; /* committed in earlier rounds */
	uint64_t committed =
	    load(buffer, layout->offset.commit_array + index * layout->stride.commit_array + layout->offset.commit) -
	    before;

	*packet = (struct tt_packet){.data = data_of(buffer, index), .last = end <= begin + layout->packet};
	if (end <= begin || !packet->data)
		return TT_PACKET_NONE;
	packet->torn = committed < MIN(end - begin, layout->packet);
	if (committed > layout->packet || committed < TT_PACKET_HEADER)
		return TT_PACKET_OPEN;
	packet->size = packet->size_in_file = committed;
	memcpy(&packet->number, packet->data + AT_NUMBER, sizeof packet->number);
	memcpy(&packet->begin_ns, packet->data + AT_BEGIN, sizeof packet->begin_ns);
	if (committed < layout->packet)
		return TT_PACKET_OPEN;
	/* Written by who committed the last byte, before it counted that. Whole bytes, and whole pages at that. */
	uint64_t bits;
	memcpy(&bits, packet->data + AT_SIZE, sizeof bits);
	if (bits / 8 >= TT_PACKET_HEADER && bits / 8 <= layout->packet)
		packet->size_in_file = bits / 8;
	return TT_PACKET_FULL;
}

/* After we have read it: pairs with the programs, which look for room before they write. */
static void consume(struct tt_crash_buffer *buffer, uint64_t up_to)
{
	__atomic_store_n((uint64_t *)(void *)(buffer->map + buffer->layout.offset.consumed), up_to, __ATOMIC_RELEASE);
}

void tt_crash_buffer_release(struct tt_crash_buffer *buffer)
{
	consume(buffer, (consumed(buffer) & ~(buffer->layout.packet - 1)) + buffer->layout.packet);
}

void tt_crash_buffer_release_all(struct tt_crash_buffer *buffer)
{
	uint64_t end = produced(buffer) & ~(buffer->layout.packet - 1);

	if (end > consumed(buffer))
		consume(buffer, end);
}

bool tt_packet_of_header(const uint8_t header[TT_PACKET_HEADER], uint64_t *size, uint64_t *number)
{
	uint32_t ctf;
	uint64_t bits;

	memcpy(&ctf, header, sizeof ctf);
	memcpy(&bits, header + AT_SIZE, sizeof bits);
	memcpy(number, header + AT_NUMBER, sizeof *number);
	*size = bits / 8;
	return ctf == 0xC1FC1FC1 && *size >= TT_PACKET_HEADER;
}

void tt_packet_end(uint8_t header[TT_PACKET_HEADER], size_t size, size_t size_in_file, uint64_t time_ns)
{
	uint64_t content = size * 8, whole = size_in_file * 8;

	memcpy(header + AT_END, &time_ns, sizeof time_ns);
	memcpy(header + AT_CONTENT, &content, sizeof content);
	memcpy(header + AT_SIZE, &whole, sizeof whole);
}
