/* SPDX-License-Identifier: MIT */
/*
 * What is known of events that the tracer lost: how many, when, of whom.
 */
#ifndef TT_FINDING_EVENT_LOSS_H
#define TT_FINDING_EVENT_LOSS_H

#include <stdbool.h>

#include <glib.h>

#include "tools/read/trace.h"

/* What was lost of one of the tracer's buffers. */
struct tt_discarded_by_buffer {
	struct tt_discarded_buffer buffer; /* its strings are interned */
	uint64_t events;                   /* that were counted */
	uint64_t packets;                  /* of unknown size */
	int64_t begin_ns, end_ns;          /* some time in between; INT64_MIN, INT64_MAX unknown */
	bool torn;                         /* as in struct tt_discarded */
	const char *why;                   /* likewise; interned */
};

/* All that was lost. */
struct tt_event_loss {
	uint64_t events, packets;
	int64_t last_ns;    /* no event was lost after it that others rest on; INT64_MAX if that is unknown,
	                       INT64_MIN if none was lost */
	bool torn;          /* of some buffer */
	GPtrArray *buffers; /* struct tt_discarded_by_buffer, in the order of their first loss */
};

void tt_event_loss_init(struct tt_event_loss *loss);
void tt_event_loss_clear(struct tt_event_loss *loss);
void tt_event_loss_add(struct tt_event_loss *all, const struct tt_discarded *loss);

/* `3 events and 1 packet`. The caller's to free. */
char *tt_discarded_count_text(uint64_t events, uint64_t packets);

/* `channel "events" on CPU 1`, `process "prog" (pid 7), …`; NULL if it is unknown. The caller's to free. */
char *tt_discarded_buffer_text(const struct tt_discarded_buffer *buffer);

#endif /* TT_FINDING_EVENT_LOSS_H */
