/* SPDX-License-Identifier: MIT */
/*
 * One attempt: the program is run again and recorded, steered by a plan, and what it came to is looked at.
 */
#ifndef TT_CONFIRM_ATTEMPT_H
#define TT_CONFIRM_ATTEMPT_H

#include <stdbool.h>

#include "tools/confirm/steer_plan_writer.h"
#include "tools/session/record.h"

struct tt_attempt_request {
	struct tt_record_options options; /* but for the environment */
	const char *plan;
	const struct tt_confirm_edges *edges; /* those of the plan */
	GHashTable *builds;                   /* those of the trace that the plan is from: build_ids.h */
	guint number;                         /* from 1; the second and later ones are shaken by it, to go other ways */
};

enum tt_attempt_end {
	TT_ATTEMPT_NOTHING,     /* no deadlock */
	TT_ATTEMPT_CONFIRMED,   /* that of the plan */
	TT_ATTEMPT_OTHER,       /* threads are blocked for good, but not there */
	TT_ATTEMPT_CHANGED,     /* no deadlock, and the sites of the plan are other places in what was run */
	TT_ATTEMPT_INTERRUPTED, /* by a signal to us */
	TT_ATTEMPT_FAILED,      /* no recording: *error */
};

struct tt_attempt {
	enum tt_attempt_end end;
	char *folder;  /* the trace, of a deadlock; of others it is removed again */
	char *verdict; /* the deadlock in a line */
	char *changed; /* the file that is of another build */
};

struct tt_attempt tt_attempt_make(const struct tt_attempt_request *request, GError **error);
void tt_attempt_clear(struct tt_attempt *attempt);

#endif /* TT_CONFIRM_ATTEMPT_H */
