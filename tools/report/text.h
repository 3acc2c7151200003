/*
 * The report for people, in lockdep's manner: who holds what since when and where, who waits for it, the schedule in
 * columns, what to do.
 */
#ifndef TT_REPORT_TEXT_H
#define TT_REPORT_TEXT_H

#include <stdio.h>

#include "tools/check/check.h"

/*
 * Prints what the check found and the closing line, `trace-thr: 1 deadlock, 2 inversions, 0 suppressed, 0 events
 * lost`. In colour if `out` is a terminal and NO_COLOR is not set.
 */
void tt_report_text(const struct tt_check *check, const struct tt_check_options *options, FILE *out);

/* The same for several, each under its path, with one closing line of their sums. What was told already is only
 * counted. */
void tt_report_texts(const GPtrArray *checks, const struct tt_check_options *options, FILE *out);

/* Only the findings, while the program runs: no closing line. */
void tt_report_findings(const struct tt_check *check, FILE *out);

/* The sums of several reports, and the closing line of all. */
struct tt_tally {
	guint findings[TT_N_COUNTS];
	uint64_t events_lost, packets_lost;
};
void tt_tally_add(struct tt_tally *tally, const struct tt_check *check, const struct tt_check_options *options);
void tt_tally_put(const struct tt_tally *tally, FILE *out);

#endif /* TT_REPORT_TEXT_H */
