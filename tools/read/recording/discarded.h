/* SPDX-License-Identifier: MIT */
/*
 * Loss: Babeltrace's messages about what the tracer dropped.
 */
#ifndef TT_READ_RECORDING_DISCARDED_H
#define TT_READ_RECORDING_DISCARDED_H

#include <babeltrace2/babeltrace.h>

#include "tools/read/trace.h"

/* What a message says was lost, and the stream that lost it. NULL if it says nothing of that. */
const bt_stream *tt_discarded_of(const bt_message *message, struct tt_discarded *loss);

#endif /* TT_READ_RECORDING_DISCARDED_H */
