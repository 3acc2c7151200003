/* SPDX-License-Identifier: MIT */
/*
 * A report: what the checks of some traces found, and what is left out of it. The formats are a table (formats.h); each
 * is a file that writes one of these.
 */
#ifndef TT_REPORT_H
#define TT_REPORT_H

#include "tools/check/check.h"
#include "tools/finding/suppressions.h"
#include "tools/report/baseline.h"

struct tt_report {
	const GPtrArray *checks; /* struct tt_check, finished; at least one */
	const struct tt_check_options *options;
	const struct tt_suppressions *suppressions; /* applied; NULL: none */
	const struct tt_baseline *baseline;         /* applied; NULL: none */
};

/* The sums of a report. */
struct tt_tally {
	guint findings[TT_N_COUNTS]; /* that are open */
	guint suppressed, known, gone;
	uint64_t events_lost, packets_lost;
};

/* Whether the report has the finding at all: an inversion that cannot deadlock only if all is asked for. */
bool tt_report_has(const struct tt_report *report, const struct tt_finding *finding);

/* Whether the check fails on it. */
bool tt_report_fails_on(const struct tt_report *report, const struct tt_finding *finding);

/* Of all checks. */
enum tt_verdict tt_report_verdict(const struct tt_report *report);
struct tt_tally tt_report_tally(const struct tt_report *report);

/* Adds the sums of a report to those of others. What is gone of a baseline is not added up. */
void tt_tally_add(struct tt_tally *sum, const struct tt_report *report);

/* The closing line: `trace-thr: 1 deadlock, 2 inversions, 0 suppressed, 0 events lost`. The caller's to free. */
char *tt_report_closing(const struct tt_report *report);
char *tt_tally_closing(const struct tt_tally *tally);

/* What lost events do to the rule, in a sentence: `TT003 is potential: …`. The caller's to free. */
char *tt_rule_discarded_text(const struct tt_rule *rule);

#endif /* TT_REPORT_H */
