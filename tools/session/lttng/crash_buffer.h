/* SPDX-License-Identifier: MIT */
/*
 * One of LTTng-UST's buffers, of a channel and CPU, as it lies in a file: by the layout that it tells of itself for
 * lttng-crash (struct lttng_crash_abi 0.0 of LTTng-UST, since 2.7), and read by its rules.
 */
#ifndef TT_SESSION_LTTNG_CRASH_BUFFER_H
#define TT_SESSION_LTTNG_CRASH_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tt_crash_buffer;

/* Maps it. NULL: it is none, or of another layout. */
struct tt_crash_buffer *tt_crash_buffer_open(const char *path);
void tt_crash_buffer_free(struct tt_crash_buffer *buffer);

/* Whether it has, or had, an event. */
bool tt_crash_buffer_has_event(const struct tt_crash_buffer *buffer);

/* What a look at a packet finds. */
enum tt_packet_state {
	TT_PACKET_NONE, /* there is none */
	TT_PACKET_FULL, /* it is complete */
	TT_PACKET_OPEN, /* programs are at work on it; or one was killed in the midst of an event */
};

struct tt_packet {
	const uint8_t *data;
	size_t size;         /* what of it is complete: up to an event that is being written */
	size_t size_in_file; /* what it takes there, with padding */
	uint64_t number;     /* of packets in its stream */
	uint64_t begin_ns;   /* when it was begun; 0: that is not written yet */
	bool last;           /* no other one is begun */
	bool torn; /* an event behind `size` is begun and not complete: its thread is at that, or was killed */
};

/* The packet that is `behind` the oldest: 0 is the oldest itself. */
enum tt_packet_state tt_crash_buffer_look(const struct tt_crash_buffer *buffer, uint64_t behind,
                                          struct tt_packet *packet);

/* Whether programs wait for room in it. */
bool tt_crash_buffer_is_full(const struct tt_crash_buffer *buffer);

/* The oldest packet is written: its room is the programs'. */
void tt_crash_buffer_release(struct tt_crash_buffer *buffer);

/* All packets are: at once, so that no other reader sees some of them only. */
void tt_crash_buffer_release_all(struct tt_crash_buffer *buffer);

/* Of the start of a packet in a file: its size there, and its number. False: it is no packet's. */
enum { TT_PACKET_HEADER = 84 };
bool tt_packet_of_header(const uint8_t header[TT_PACKET_HEADER], uint64_t *size, uint64_t *number);

/* Makes such a start say that the packet ends after `size` bytes, at this time, and takes `size_in_file`. */
void tt_packet_end(uint8_t header[TT_PACKET_HEADER], size_t size, size_t size_in_file, uint64_t time_ns);

#endif /* TT_SESSION_LTTNG_CRASH_BUFFER_H */
