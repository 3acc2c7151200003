/* SPDX-License-Identifier: MIT */
#include "tools/report/report.h"

#include "tools/check/rules.h"

bool tt_report_has(const struct tt_report *report, const struct tt_finding *finding)
{
	return report->options->all || finding->level > TT_LEVEL_INVERSION;
}

bool tt_report_fails_on(const struct tt_report *report, const struct tt_finding *finding)
{
	return finding->level >= report->options->fail_on && tt_finding_is_open(finding);
}

enum tt_verdict tt_report_verdict(const struct tt_report *report)
{
	enum tt_verdict verdict = TT_VERDICT_PASSES;

	/* Findings in one trace outweigh that another one allows no verdict. */
	for (guint i = 0; i < report->checks->len; i++)
		verdict = MAX(verdict, tt_check_verdict(report->checks->pdata[i], report->options));
	return verdict;
}

/* What has not happened, and what no order of the run is shown to lead into, is no deadlock, whatever its rule. */
static enum tt_count counts_as(const struct tt_finding *finding)
{
	bool weak = finding->level < TT_LEVEL_PREDICTED && !finding->rule->happened;

	return weak ? TT_COUNT_INVERSION : finding->rule->count;
}

static void count(const struct tt_report *report, const struct tt_check *check, struct tt_tally *tally)
{
	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		if (!tt_report_has(report, finding))
			continue;
		tally->suppressed += finding->suppressed != NULL;
		tally->known += !finding->suppressed && finding->known;
		tally->findings[counts_as(finding)] += tt_finding_is_open(finding);
	}
	tally->events_lost += check->loss.events;
	tally->packets_lost += check->loss.packets;
}

void tt_tally_add(struct tt_tally *sum, const struct tt_report *report)
{
	for (guint i = 0; i < report->checks->len; i++)
		count(report, report->checks->pdata[i], sum);
}

struct tt_tally tt_report_tally(const struct tt_report *report)
{
	struct tt_tally tally = {.suppressed = 0};

	tt_tally_add(&tally, report);
	if (report->baseline) {
		g_autoptr(GPtrArray) gone = tt_baseline_gone(report->baseline);
		tally.gone = gone->len;
	}
	return tally;
}

char *tt_tally_closing(const struct tt_tally *tally)
{
	guint deadlocks = tally->findings[TT_COUNT_DEADLOCK], inversions = tally->findings[TT_COUNT_INVERSION];
	GString *line = g_string_new("trace-thr: ");

	g_string_append_printf(line, "%u deadlock%s, %u inversion%s, %u suppressed, ", deadlocks,
	                       deadlocks == 1 ? "" : "s", inversions, inversions == 1 ? "" : "s", tally->suppressed);
	g_string_append_printf(line, "%" G_GUINT64_FORMAT " event%s", tally->events_lost,
	                       tally->events_lost == 1 ? "" : "s");
	if (tally->packets_lost > 0)
		g_string_append_printf(line, " and %" G_GUINT64_FORMAT " packet%s", tally->packets_lost,
		                       tally->packets_lost == 1 ? "" : "s");
	g_string_append(line, " lost");
	return g_string_free(line, FALSE);
}

char *tt_report_closing(const struct tt_report *report)
{
	const struct tt_tally tally = tt_report_tally(report);

	return tt_tally_closing(&tally);
}

char *tt_rule_discarded_text(const struct tt_rule *rule)
{
	return g_strdup_printf("%s %s", rule->id, rule->lost);
}
