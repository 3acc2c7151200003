/* SPDX-License-Identifier: MIT */
/*
 * The head of a packet: the trace's packet header and the stream's packet context.
 */
#ifndef TT_READ_CTF_DECODE_PACKET_H
#define TT_READ_CTF_DECODE_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/read/ctf/tsdl/layout.h"

/* Sizes are in bytes, from the beginning of the packet. What a packet does not say is 0. */
struct tt_ctf_packet {
	const struct tt_ctf_stream_class *class;
	uint64_t instance;   /* the number of the stream among those of its class; UINT64_MAX: none */
	uint64_t head;       /* the first event is behind it */
	uint64_t content;    /* the last event ends there; at least `head` */
	uint64_t size;       /* the next packet begins there; at least `content` */
	uint64_t begin, end; /* in the clock's cycles */
	uint64_t discarded;  /* events, of the stream so far */
	uint64_t sequence;   /* number in the stream */
	unsigned discarded_bits, sequence_bits; /* how many these counters have before they wrap; 0: there is none */
};

enum tt_ctf_packet_state {
	TT_PACKET_GOOD,
	TT_PACKET_SHORT,   /* the bytes end within the head */
	TT_PACKET_UNKNOWN, /* the metadata, as far as they go, do not describe it */
	TT_PACKET_WRONG,   /* it is none */
};

/* More than the head of any packet has that LTTng writes. */
enum { TT_PACKET_HEAD_ROOM = 512 };

/* Reads the head of the packet that begins the bytes. *why, a constant, says what is wrong or not known. */
enum tt_ctf_packet_state tt_ctf_packet_read(const struct tt_ctf_layout *layout, const uint8_t *bytes, size_t size,
                                            struct tt_ctf_packet *packet, const char **why);

#endif /* TT_READ_CTF_DECODE_PACKET_H */
