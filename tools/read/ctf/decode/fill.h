/* SPDX-License-Identifier: MIT */
/*
 * Filling a struct from the bytes of an event: what plan.h is for Babeltrace's fields. It is made once for a class of
 * events: a list of steps from field to field, each of which goes somewhere or is passed over.
 */
#ifndef TT_READ_CTF_DECODE_FILL_H
#define TT_READ_CTF_DECODE_FILL_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/read/ctf/tsdl/layout.h"
#include "tools/read/bt/field_map.h"

/* Which members go where. */
struct tt_fill_wish {
	tt_field_map_find *find;    /* of the fields; NULL: nowhere */
	tt_field_map_find *context; /* of the contexts; NULL: nowhere */
	const void *data;
	const char *bytes; /* the array of bytes that is told apart; NULL: none */
};

/* Bytes in the packet, lent. */
struct tt_fill_bytes {
	const uint8_t *at;
	uint64_t size;
};

struct tt_fill;

/*
 * For the events of a class. NULL with *why, of the caller to free, if it has what this reader does not know. Members
 * that are known, but of a type that does not fit, are passed over: the trace of another version may have them.
 */
struct tt_fill *tt_fill_new(const struct tt_ctf_layout *layout, const struct tt_ctf_event_class *class,
                            const struct tt_fill_wish *wish, char **why);
void tt_fill_free(struct tt_fill *fill);

/* The fields it fills, without those of contexts, in the order of the trace. Of the caller to free, not its elements.
 */
GPtrArray *tt_fill_fields(const struct tt_fill *fill);

/*
 * Copies the members of the event whose head ends at `at` in the packet of `end` bytes, which begins at an address
 * that is a multiple of 8. As tt_field_map_fill, and what is lent is lent by the packet, or by the fill until it is
 * next used. Returns where the event ends; 0 if the packet ends before. `bytes` may be NULL.
 */
uint64_t tt_fill_event(struct tt_fill *fill, const uint8_t *packet, uint64_t at, uint64_t end, void *target,
                       struct tt_fill_bytes *bytes);

#endif /* TT_READ_CTF_DECODE_FILL_H */
