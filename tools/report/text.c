/* SPDX-License-Identifier: MIT */
#include "tools/report/text.h"

#include <inttypes.h>

#include "tools/check/rules.h"
#include "tools/report/formats.h"

/* More findings than this are cut short unless all is asked for. */
enum { MOST_SHOWN = 20 };

static const char *const meanings[] = {
    [TT_LEVEL_INVERSION] = "a circular lock order that cannot deadlock in any order of this run",
    [TT_LEVEL_POTENTIAL] = "the pattern of a deadlock; no order of this run was shown to lead into it",
    [TT_LEVEL_PREDICTED] = "another order of this run's events leads into it",
    [TT_LEVEL_CONFIRMED] = "a second run was steered into it",
    [TT_LEVEL_ACTUAL] = "threads of this run are blocked for good",
};

/* The trace as a whole. */

static bool is_shown(const struct tt_text *text, const struct tt_finding *finding)
{
	return tt_report_has(text->report, finding) && tt_finding_is_open(finding);
}

static void put_levels(struct tt_text *text)
{
	bool used[TT_LEVEL_ACTUAL + 1] = {false};

	for (guint i = 0; i < text->check->findings->len; i++) {
		const struct tt_finding *finding = text->check->findings->pdata[i];
		if (is_shown(text, finding))
			used[finding->level] = true;
	}
	for (int level = TT_LEVEL_ACTUAL; level >= TT_LEVEL_INVERSION; level--) {
		if (used[level])
			tt_put(&text->pen, TT_DIM, "Level %s: %s.\n", tt_level_name((enum tt_level)level),
			       meanings[level]);
	}
}

static void put_clean(struct tt_text *text)
{
	guint threads = tt_check_threads(text->check);
	g_autofree char *lost = tt_event_loss_text(text->check);

	tt_put(&text->pen, TT_BOLD, "no deadlock found: %" PRIu64 " event%s, %u thread%s, %s lost\n",
	       text->check->events, text->check->events == 1 ? "" : "s", threads, threads == 1 ? "" : "s", lost);
	if (tt_check_has_discarded(text->check))
		tt_put(&text->pen, TT_PLAIN, "This is no verdict, since events are missing: %s.\n",
		       text->check->summary.cuts || text->check->summary.untold ? "see below what of"
		       : text->check->loss.torn
		           ? "let the program end by itself, or by SIGTERM"
		           : "record again, without --drop; a larger /dev/shm and fewer busy threads help");
}

/* Whether a finding of the rule is shown. */
static bool shows_rule(const struct tt_text *text, const struct tt_rule *rule)
{
	for (guint i = 0; i < text->check->findings->len; i++) {
		const struct tt_finding *finding = text->check->findings->pdata[i];
		if (finding->rule == rule && is_shown(text, finding))
			return true;
	}
	return false;
}

/* When events were lost, and of whom; and what of the findings is worth less for it. */
static void put_loss(struct tt_text *text)
{
	const struct tt_event_loss *loss = &text->check->loss;
	enum { MOST_BUFFERS = 8 };

	for (guint i = 0; i < MIN(loss->buffers->len, MOST_BUFFERS); i++) {
		g_autofree char *lost = tt_check_discarded_text(text->check, loss->buffers->pdata[i]);
		tt_put_note(text, "", lost);
	}
	if (loss->buffers->len > MOST_BUFFERS)
		tt_put(&text->pen, TT_PLAIN, "    ... and of %u more buffers\n", loss->buffers->len - MOST_BUFFERS);
	for (size_t i = 0; loss->buffers->len > 0 && i < TT_N_RULES; i++) {
		g_autofree char *weaker = tt_rule_discarded_text(&tt_rules[i]);
		if (shows_rule(text, &tt_rules[i]))
			tt_put_note(text, "Weaker for it:", weaker);
	}
}

static void put_findings(struct tt_text *text)
{
	const GPtrArray *findings = text->check->findings;
	guint shown = 0;

	for (guint i = 0; i < findings->len; i++) {
		const struct tt_finding *finding = findings->pdata[i];
		if (is_shown(text, finding) && (shown++ < MOST_SHOWN || text->all) && !finding->told)
			tt_put_finding(text, finding);
	}
	if (shown > MOST_SHOWN && !text->all)
		tt_put(&text->pen, TT_BOLD, "... and %u more findings: --all shows them.\n\n", shown - MOST_SHOWN);
	put_levels(text);
	if (shown == 0)
		put_clean(text);
}

static void put_check(struct tt_text *text)
{
	text->pids = text->check->model->processes->len > 1;
	put_findings(text);
	for (guint i = 0; i < text->check->limits->len; i++)
		tt_put_note(text, "Limit:", text->check->limits->pdata[i]);
	put_loss(text);
}

/* The report as a whole. */

static void put_baseline(struct tt_text *text)
{
	const struct tt_baseline *baseline = text->report->baseline;
	struct tt_tally tally = tt_report_tally(text->report);

	if (baseline)
		tt_put(&text->pen, TT_PLAIN, "Baseline %s: %u known, not shown; %u of its %u gone.\n", baseline->path,
		       tally.known, tally.gone, baseline->fingerprints->len);
}

void tt_report_findings(const struct tt_check *check, FILE *out)
{
	struct tt_text text = {.pen = tt_text_writer(out), .check = check, .pids = check->model->processes->len > 1};

	for (guint i = 0; i < check->findings->len; i++)
		tt_put_finding(&text, check->findings->pdata[i]);
}

void tt_report_text(const struct tt_report *report, FILE *out)
{
	struct tt_text text = {.pen = tt_text_writer(out), .report = report, .all = report->options->all};
	g_autofree char *closing = tt_report_closing(report);

	for (guint i = 0; i < report->checks->len; i++) {
		text.check = report->checks->pdata[i];
		if (report->checks->len > 1)
			tt_put(&text.pen, TT_BOLD, "%s%s:\n\n", i > 0 ? "\n" : "", text.check->path);
		put_check(&text);
	}
	put_baseline(&text);
	tt_put(&text.pen, TT_PLAIN, "%s\n", closing);
}
