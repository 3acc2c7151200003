/* SPDX-License-Identifier: MIT */
/*
 * A packet is read into memory when its turn comes, so a stream takes one packet of it, however long it is. The head of
 * a packet is read twice, when it is found and when it is read; it is checked each time, since a file can change.
 */
#include "tools/read/ctf/decode/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/read/ctf/fail.h"
#include "tools/read/delivery/delivery.h"

static const char time_goes_back[] = "its time goes back";

struct tt_ctf_stream *tt_ctf_stream_new(const char *path, const struct tt_ctf_layout *layout,
                                        struct tt_ctf_clocks *clocks)
{
	struct tt_ctf_stream *stream = g_new0(struct tt_ctf_stream, 1);

	stream->path = g_strdup(path);
	stream->layout = layout;
	stream->clocks = clocks;
	stream->fd = -1;
	stream->end_ns = INT64_MIN;
	return stream;
}

void tt_ctf_stream_free(struct tt_ctf_stream *stream)
{
	if (stream->fd != -1)
		close(stream->fd);
	g_free(stream->bytes);
	g_free(stream->path);
	g_free(stream);
}

bool tt_ctf_stream_fail(const struct tt_ctf_stream *stream, const char *why, GError **error)
{
	return tt_ctf_fail(error, stream->path, why);
}

/* Finds the size of the file, and opens it when it has one: most buffers of a large machine stay empty. */
static bool look(struct tt_ctf_stream *stream, uint64_t *size, GError **error)
{
	struct stat info;

	*size = 0;
	if (stream->fd == -1 && !lstat(stream->path, &info) && !info.st_size)
		return true;
	if (stream->fd == -1)
		stream->fd = open(stream->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (stream->fd == -1 || fstat(stream->fd, &info))
		return tt_ctf_fail_system(error, stream->path);
	*size = S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
	return true;
}

/* Reads up to `size` bytes; *got is less at the end of the file. */
static bool read_at(struct tt_ctf_stream *stream, uint64_t offset, uint8_t *bytes, size_t size, size_t *got,
                    GError **error)
{
	ssize_t part = 1;

	for (*got = 0; *got < size && part; *got += (size_t)part) {
		part = pread(stream->fd, bytes + *got, size - *got, (off_t)(offset + *got));
		if (part < 0)
			return tt_ctf_fail_system(error, stream->path);
	}
	return true;
}

/* What the first packet tells of all: NULL, or why it cannot be read. */
static const char *begin(struct tt_ctf_stream *stream, const struct tt_ctf_packet *packet)
{
	const struct tt_ctf_stream_class *class = packet->class;
	const struct tt_ctf_type *begins = tt_ctf_find_member(class->packet_context, "timestamp_begin");
	const struct tt_ctf_clock *clock =
	    begins && begins->clock ? tt_ctf_find_clock(stream->layout, begins->clock) : NULL;

	if (!clock)
		return "its packets have no clock";
	stream->time = tt_ctf_clocks_time(stream->clocks, clock);
	if (!stream->time)
		return "its clock is another one than that of the other traces";
	if (!tt_event_head_make(stream->layout, class->event_header, &stream->head))
		return "the head of its events is none that is known";
	stream->class = class;
	stream->instance = packet->instance;
	return NULL;
}

/* Whether the packet goes with those before it, the last of which ended at `last`: NULL, or why not. */
static const char *check(struct tt_ctf_stream *stream, const struct tt_ctf_packet *packet, uint64_t last,
                         int64_t *end_ns)
{
	const char *why = stream->class ? NULL : begin(stream, packet);
	int64_t begin_ns;

	if (!why && (packet->class != stream->class || packet->instance != stream->instance))
		why = "two packets are of two streams";
	if (!why && (!tt_ctf_time_ns(stream->time, packet->begin, &begin_ns) ||
	             !tt_ctf_time_ns(stream->time, packet->end, end_ns)))
		why = "a time is out of range";
	if (!why && packet->end < packet->begin)
		why = "a packet ends before it begins";
	if (!why && packet->begin < last)
		why = time_goes_back;
	return why;
}

/* Finds the packet at the end of those found, in `size` bytes. *more is false if it is not there. */
static bool find_packet(struct tt_ctf_stream *stream, uint64_t size, bool all, bool *more, GError **error)
{
	uint8_t head[TT_PACKET_HEAD_ROOM];
	struct tt_ctf_packet packet;
	const char *why = NULL;
	int64_t end_ns = 0;
	size_t got;

	*more = false;
	if (!read_at(stream, stream->found, head, MIN(sizeof head, (size_t)(size - stream->found)), &got, error))
		return false;
	switch (tt_ctf_packet_read(stream->layout, head, got, &packet, &why)) {
	case TT_PACKET_WRONG:
		return tt_ctf_stream_fail(stream, why ? why : "a packet cannot be one", error);
	case TT_PACKET_UNKNOWN:
		return !all || tt_ctf_stream_fail(stream, why, error);
	case TT_PACKET_SHORT:
		if (got == sizeof head)
			return tt_ctf_stream_fail(stream, "the head of a packet has no end", error);
		return !all || tt_ctf_stream_fail(stream, "its last packet is cut short", error);
	case TT_PACKET_GOOD:
		break;
	}
	if ((why = check(stream, &packet, stream->found_end, &end_ns)))
		return tt_ctf_stream_fail(stream, why, error);
	if (packet.size > size - stream->found)
		return !all || tt_ctf_stream_fail(stream, "its last packet is cut short", error);
	stream->found += packet.size;
	stream->packets++;
	stream->found_end = packet.end;
	stream->end_ns = end_ns;
	*more = true;
	return true;
}

bool tt_ctf_stream_find(struct tt_ctf_stream *stream, bool all, GError **error)
{
	uint64_t size;
	bool more = true;

	if (!look(stream, &size, error))
		return false;
	while (more && stream->found < size)
		if (!find_packet(stream, size, all, &more, error))
			return false;
	return true;
}

void tt_ctf_stream_rewind(struct tt_ctf_stream *stream)
{
	stream->next = 0;
	stream->packet = (struct tt_ctf_packet){.class = NULL};
	stream->at = 0;
	stream->n_losses = 0;
	stream->item = TT_ITEM_NONE;
}

static void add_loss(struct tt_ctf_stream *stream, uint64_t events, uint64_t packets, int64_t begin_ns, int64_t end_ns)
{
	struct tt_discarded *loss = &stream->losses[stream->n_losses++];

	*loss = (struct tt_discarded){.begin_ns = begin_ns, .end_ns = end_ns, .count = events, .packets = packets};
	loss->buffer = (struct tt_discarded_buffer){.cpu = -1, .pid = -1};
	loss->buffer.process = stream->layout->process;
	loss->buffer.pid = stream->layout->pid;
	tt_lost_buffer_name(&loss->buffer, stream->path);
}

/* How much a counter of so many bits went on. */
static uint64_t step_of(uint64_t from, uint64_t to, unsigned bits)
{
	return (to - from) & (UINT64_MAX >> (64 - bits));
}

/*
 * What was lost between the packet before and this one. The tracer counts the events lost of a stream up to the end of
 * a packet, and numbers its packets; of the first packet, nobody knows how many were lost before.
 */
static void find_losses(struct tt_ctf_stream *stream)
{
	const struct tt_ctf_packet *packet = &stream->packet, *before = &stream->before;
	int64_t last_ns = 0, begin_ns = 0, end_ns = 0;

	tt_ctf_time_ns(stream->time, before->end, &last_ns);
	tt_ctf_time_ns(stream->time, packet->begin, &begin_ns);
	tt_ctf_time_ns(stream->time, packet->end, &end_ns);
	stream->n_losses = 0;
	if (!before->class) {
		if (packet->discarded_bits && packet->discarded)
			add_loss(stream, 0, 0, begin_ns, end_ns);
		return;
	}
	if (packet->discarded_bits && packet->discarded != before->discarded)
		add_loss(stream, step_of(before->discarded, packet->discarded, packet->discarded_bits), 0, last_ns,
		         end_ns);
	if (packet->sequence_bits && step_of(before->sequence, packet->sequence, packet->sequence_bits) > 1)
		add_loss(stream, 0, step_of(before->sequence, packet->sequence, packet->sequence_bits) - 1, last_ns,
		         begin_ns);
}

static void make_room(struct tt_ctf_stream *stream, size_t size)
{
	if (stream->room >= size)
		return;
	g_free(stream->bytes);
	stream->bytes = g_malloc(size); /* aligned for any number */
	stream->room = size;
}

/* Reads the packet that begins at `next`, which was found. */
static bool load_packet(struct tt_ctf_stream *stream, GError **error)
{
	uint8_t head[TT_PACKET_HEAD_ROOM];
	const char *why = NULL;
	int64_t end_ns;
	size_t got;

	stream->before = stream->packet;
	if (!read_at(stream, stream->next, head, MIN(sizeof head, (size_t)(stream->found - stream->next)), &got, error))
		return false;
	if (tt_ctf_packet_read(stream->layout, head, got, &stream->packet, &why) != TT_PACKET_GOOD ||
	    check(stream, &stream->packet, stream->before.end, &end_ns) ||
	    stream->packet.size > stream->found - stream->next)
		return tt_ctf_stream_fail(stream, "it has changed while it was read", error);
	make_room(stream, (size_t)stream->packet.content);
	if (!read_at(stream, stream->next, stream->bytes, (size_t)stream->packet.content, &got, error))
		return false;
	if (got < stream->packet.content)
		return tt_ctf_stream_fail(stream, "it has become shorter while it was read", error);
	stream->next += stream->packet.size;
	stream->at = stream->packet.head;
	stream->cycles = stream->packet.begin;
	find_losses(stream);
	return true;
}

/* The clock of a buffer's events never goes back, and none is later than the end of its packet. */
static bool peek_event(struct tt_ctf_stream *stream, GError **error)
{
	uint64_t before = stream->cycles;

	if (!tt_event_head_read(&stream->head, stream->bytes, stream->packet.content, &stream->at, &stream->id,
	                        &stream->cycles))
		return tt_ctf_stream_fail(stream, "an event is longer than its packet", error);
	if (stream->cycles < before)
		return tt_ctf_stream_fail(stream, time_goes_back, error);
	if (stream->cycles > stream->packet.end)
		return tt_ctf_stream_fail(stream, "an event is later than the end of its packet", error);
	if (!tt_ctf_time_ns(stream->time, stream->cycles, &stream->time_ns))
		return tt_ctf_stream_fail(stream, "a time is out of range", error);
	stream->item = TT_ITEM_EVENT;
	return true;
}

bool tt_ctf_stream_peek(struct tt_ctf_stream *stream, GError **error)
{
	if (stream->item != TT_ITEM_NONE)
		return true;
	while (!stream->n_losses && stream->at >= stream->packet.content) {
		if (stream->next >= stream->found)
			return true;
		if (!load_packet(stream, error))
			return false;
	}
	if (!stream->n_losses)
		return peek_event(stream, error);
	stream->item = TT_ITEM_LOSS;
	stream->time_ns = stream->losses[0].begin_ns;
	return true;
}

struct tt_discarded tt_ctf_stream_take_loss(struct tt_ctf_stream *stream)
{
	struct tt_discarded loss = stream->losses[0];

	stream->losses[0] = stream->losses[1];
	stream->n_losses--;
	stream->item = TT_ITEM_NONE;
	return loss;
}

void tt_ctf_stream_pass(struct tt_ctf_stream *stream, uint64_t end)
{
	stream->at = end;
	stream->item = TT_ITEM_NONE;
}
