/* SPDX-License-Identifier: MIT */
/*
 * The steps that lead into a finding, one after the other: of what happened, in its order; of what could happen, those
 * of the witness, else the acquires and then the requests.
 */
#ifndef TT_REPORT_STEPS_H
#define TT_REPORT_STEPS_H

#include "tools/finding/access.h"

struct tt_report_step {
	guint thread; /* its place among the threads */
	const char *verb;
	struct tt_access place;
	bool blocks; /* it never ends */
};

struct tt_steps {
	GPtrArray *threads; /* struct tt_thread: those of the edges first */
	GArray *steps;      /* struct tt_report_step */
};

struct tt_steps *tt_steps_of(const struct tt_finding *finding);
void tt_steps_free(struct tt_steps *steps);

/* `waits for printer`. The caller's to free. */
char *tt_step_text(const struct tt_report_step *step);

/* `alice waits for lock "printer"`: who, what, and of what kind it is. The caller's to free. */
char *tt_step_sentence(const struct tt_report_step *step);

#endif /* TT_REPORT_STEPS_H */
