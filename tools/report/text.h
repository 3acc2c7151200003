/* SPDX-License-Identifier: MIT */
/*
 * The report for people, in lockdep's manner: who holds what since when and where, who waits for it, the schedule in
 * columns, what to do.
 */
#ifndef TT_REPORT_TEXT_H
#define TT_REPORT_TEXT_H

#include "tools/text/text_writer.h"
#include "tools/report/report.h"

enum { TT_TEXT_WIDTH = 104 };

/* A text in the making. */
struct tt_text {
	struct tt_text_writer pen;
	const struct tt_report *report;
	const struct tt_check *check; /* the one that is told of */
	bool all;
	bool pids; /* there are several processes: say which */
};

/* Only the findings of a check, while the program runs: no closing line. */
void tt_report_findings(const struct tt_check *check, FILE *out);

/* A finding, whole, and an empty line. */
void tt_put_finding(struct tt_text *text, const struct tt_finding *finding);

/* An indented paragraph: a head in bold, which may be empty, and what it is about. */
void tt_put_note(struct tt_text *text, const char *head, const char *note);

#endif /* TT_REPORT_TEXT_H */
