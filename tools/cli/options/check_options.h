/* SPDX-License-Identifier: MIT */
/*
 * What `check` and `run` have in common on the command line: which findings count, and how the report is written.
 *
 *     struct tt_check_cli_options request = TT_CHECK_CLI_OPTIONS;
 *     g_autofree GOptionEntry *entries = tt_check_option_entries(&request, "output", NULL, 0);
 *     … parse the command line with them …
 *     if (tt_check_options_parse(&request)) {
 *             … check with request.options …
 *             tt_check_options_mark(&request, check);
 *             report = tt_check_options_report(&request, checks);
 *             tt_check_options_write(&request, &report, stdout);
 *             … tt_report_verdict(&report) …
 *     }
 *     tt_check_options_clear(&request);
 */
#ifndef TT_CLI_OPTIONS_CHECK_OPTIONS_H
#define TT_CLI_OPTIONS_CHECK_OPTIONS_H

#include "tools/report/formats.h"

struct tt_check_cli_options {
	struct tt_check_options options;
	char *fail_on, *format_name, *output, *suppressions_path, *baseline_path;
	gboolean all, print_suppressions;
	const struct tt_report_format *format;
	struct tt_suppressions *suppressions;
	struct tt_baseline *baseline;
};

#define TT_CHECK_CLI_OPTIONS                                                                                           \
	(struct tt_check_cli_options)                                                                                  \
	{                                                                                                              \
		.options = TT_CHECK_DEFAULTS                                                                           \
	}

/* For the text of --help. */
#define TT_CHECK_OPTIONS_HELP                                                                                          \
	"Levels, the surest first: actual (the threads are blocked for good), confirmed, predicted, potential (the\n"  \
	"pattern of a deadlock), inversion (a circular order that cannot deadlock in this run; shown with --all).\n"   \
	"docs/rules.md explains the rules, docs/reports.md the formats, suppressions and baselines.\n"

/*
 * The entries for GOption, and `n` more of the command alone. `output` is the name of the option that says into which
 * file the report goes. The caller's to g_free, after parsing.
 */
GOptionEntry *tt_check_option_entries(struct tt_check_cli_options *request, const char *output,
                                      const GOptionEntry *more, guint n);

/* After parsing: takes the options, reads the files that they name, and sees whether the report can be written. False:
 * what is wrong was said on stderr. */
bool tt_check_options_parse(struct tt_check_cli_options *request);

/*
 * Whether the report has somewhere to go where nothing else is written; of a command that reports on stderr, where it
 * and others say more. False: that was said there.
 */
bool tt_check_options_check_destination(const struct tt_check_cli_options *request);

/* Marks what is suppressed or known, so that it does not count. */
void tt_check_options_mark(struct tt_check_cli_options *request, struct tt_check *check);

/* What the checks, to which it was applied, come to. */
struct tt_report tt_check_options_report(const struct tt_check_cli_options *request, const GPtrArray *checks);

/*
 * Writes the report: to the file that was asked for, whole or not at all, else to `out`. False: it could not be
 * written, which was said on stderr.
 */
bool tt_check_options_write(const struct tt_check_cli_options *request, const struct tt_report *report, FILE *out);

/* Says on stderr which suppressions were of no use, for whatever it was applied to. */
void tt_check_options_warn_unused(const struct tt_check_cli_options *request);

void tt_check_options_clear(struct tt_check_cli_options *request);

#endif /* TT_CLI_OPTIONS_CHECK_OPTIONS_H */
