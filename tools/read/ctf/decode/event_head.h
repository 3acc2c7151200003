/* SPDX-License-Identifier: MIT */
/*
 * The head of an event: the number of its class and its time.
 *
 * LTTng has two. The large one has a number of 16 bits and 32 bits of the time, the compact one 5 and 27; where that is
 * not enough, the number is a mark, behind which both follow in full. That is how the metadata describe them: an
 * enumeration chooses an option of a variant.
 */
#ifndef TT_READ_CTF_DECODE_EVENT_HEAD_H
#define TT_READ_CTF_DECODE_EVENT_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/read/ctf/decode/bits.h"
#include "tools/read/ctf/tsdl/layout.h"

enum { TT_HEAD_PARTS = 4, TT_HEAD_OPTIONS = 4 };

/* A number in the head. */
struct tt_head_part {
	enum tt_head_what { TT_HEAD_ID, TT_HEAD_TIME, TT_HEAD_OTHER } what;
	unsigned size, align; /* in bits */
	bool big_endian;
};

struct tt_head_parts {
	unsigned n;
	struct tt_head_part part[TT_HEAD_PARTS];
};

/* What follows where the number is from `first` to `last`. */
struct tt_head_option {
	uint64_t first, last;
	struct tt_head_parts parts;
};

struct tt_event_head {
	unsigned align; /* in bytes */
	bool is_large;  /* exactly as LTTng's large one is, little-endian and without gaps */
	struct tt_head_parts parts;
	unsigned n_options;
	struct tt_head_option options[TT_HEAD_OPTIONS];
};

/* False if it is none that this reader knows. */
bool tt_event_head_make(const struct tt_ctf_layout *layout, const struct tt_ctf_type *header,
                        struct tt_event_head *head);

/*
 * Reads the head at *at, behind which *at is moved, of a packet of `end` bytes. *cycles is the time before, and is
 * moved to that of the event. False if the packet ends within, or the number has no option.
 */
bool tt_event_head_read_any(const struct tt_event_head *head, const uint8_t *packet, uint64_t end, uint64_t *at,
                            uint64_t *id, uint64_t *cycles);

/* The time whose lowest bits are `low`: the first one from `before` on. */
static inline uint64_t tt_later_time(uint64_t before, uint64_t low, unsigned bits)
{
	uint64_t mask = bits < 64 ? ((uint64_t)1 << bits) - 1 : UINT64_MAX;
	uint64_t time = (before & ~mask) | low;

	return bits < 64 && low < (before & mask) ? time + mask + 1 : time;
}

/* As above, quickly for the head that LTTng mostly writes. */
static inline bool tt_event_head_read(const struct tt_event_head *head, const uint8_t *packet, uint64_t end,
                                      uint64_t *at, uint64_t *id, uint64_t *cycles)
{
	if (!head->is_large || end - *at < 6)
		return tt_event_head_read_any(head, packet, end, at, id, cycles);
	*id = tt_bytes_number(packet + *at, 2, false);
	if (*id > head->options[0].last)
		return tt_event_head_read_any(head, packet, end, at, id, cycles);
	*cycles = tt_later_time(*cycles, tt_bytes_number(packet + *at + 2, 4, false), 32);
	*at += 6;
	return true;
}

#endif /* TT_READ_CTF_DECODE_EVENT_HEAD_H */
