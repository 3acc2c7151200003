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

/* The same for several, each under its path, with one closing line of their sums. */
void tt_report_texts(const GPtrArray *checks, const struct tt_check_options *options, FILE *out);

#endif /* TT_REPORT_TEXT_H */
