/* SPDX-License-Identifier: MIT */
/*
 * The formats of a report: a table; each is a file.
 */
#ifndef TT_REPORT_FORMATS_H
#define TT_REPORT_FORMATS_H

#include <stdio.h>

#include "tools/report/report.h"

struct tt_report_format {
	const char *name;
	void (*write)(const struct tt_report *report, FILE *out);
	bool document; /* nothing else may be where it is written to */
	/* What of the report, written as `text`, those that it is for would not take: a line to free; NULL: nothing. */
	char *(*excess)(const struct tt_report *report, const char *text, size_t size);
};

/* The table; a row without a name at the end. The first is the default. */
extern const struct tt_report_format tt_report_formats[];

/* The row of that name, NULL: the first. NULL if there is none. */
const struct tt_report_format *tt_report_format_find(const char *name);

void tt_report_text(const struct tt_report *report, FILE *out);   /* for people, see text.h */
void tt_report_json(const struct tt_report *report, FILE *out);   /* for programs: docs/check.schema.json */
void tt_report_sarif(const struct tt_report *report, FILE *out);  /* for code scanning: SARIF 2.1.0 */
void tt_report_junit(const struct tt_report *report, FILE *out);  /* for what shows test results */
void tt_report_github(const struct tt_report *report, FILE *out); /* annotations of a workflow */

char *tt_report_sarif_excess(const struct tt_report *report, const char *text, size_t size);

/* Not in the table: the suppressions that would silence what was found, each with its verdict as a comment. */
void tt_report_suppressions(const struct tt_report *report, FILE *out);

#endif /* TT_REPORT_FORMATS_H */
