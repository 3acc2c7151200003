/* SPDX-License-Identifier: MIT */
/*
 * Decoding: what Babeltrace's messages say of the program, told to a handler.
 */
#ifndef TT_READ_BT_DECODE_H
#define TT_READ_BT_DECODE_H

#include <stdbool.h>

#include <babeltrace2/babeltrace.h>

#include "tools/read/delivery/delivery.h"

struct tt_decoder;

/* Tells the handler events and losses, and counts them in the summary; all three stay the caller's. */
struct tt_decoder *tt_decoder_new(const struct tt_trace_handler *handler, void *data, struct tt_trace_summary *summary);
void tt_decoder_free(struct tt_decoder *decoder);

/* From now on only the process `root` and its family count: see process_filter.h. Until then, all do. */
void tt_decoder_only(struct tt_decoder *decoder, uint32_t root, const char *recording);

/* Takes the next message. False if the handler wants no more. */
bool tt_decoder_take(struct tt_decoder *decoder, const bt_message *message);

#endif /* TT_READ_BT_DECODE_H */
