/*
 * What is known of events that the tracer lost: how many, when, of whom.
 */
#ifndef TT_FINDING_EVENT_LOSS_H
#define TT_FINDING_EVENT_LOSS_H

#include <stdbool.h>

#include <glib.h>

#include "tools/read/trace.h"

/* What was lost of one of the tracer's buffers. */
struct tt_lost {
	struct tt_lost_buffer buffer; /* its strings are interned */
	uint64_t events;              /* that were counted */
	uint64_t packets;             /* of unknown size */
	int64_t begin_ns, end_ns;     /* some time in between; INT64_MIN, INT64_MAX unknown */
	bool torn;                    /* as in struct tt_loss */
	const char *why;              /* likewise; interned */
};

/* All that was lost. */
struct tt_check_loss {
	uint64_t events, packets;
	int64_t last_ns;    /* no event was lost after it that others rest on; INT64_MAX if that is unknown,
	                       INT64_MIN if none was lost */
	bool torn;          /* of some buffer */
	GPtrArray *buffers; /* struct tt_lost, in the order of their first loss */
};

void tt_check_loss_init(struct tt_check_loss *loss);
void tt_check_loss_clear(struct tt_check_loss *loss);
void tt_check_loss_add(struct tt_check_loss *all, const struct tt_loss *loss);

/* `3 events and 1 packet`. The caller's to free. */
char *tt_count_lost_text(uint64_t events, uint64_t packets);

/* `channel "events" on CPU 1`, `process "prog" (pid 7), …`; NULL if it is unknown. The caller's to free. */
char *tt_lost_buffer_text(const struct tt_lost_buffer *buffer);

#endif /* TT_FINDING_EVENT_LOSS_H */
