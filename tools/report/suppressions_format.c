/* SPDX-License-Identifier: MIT */
/* Suppressions for what was found, each with its verdict as a comment: to be read, then added to a file. */
#include "tools/report/formats.h"
#include "tools/text/sanitize.h"

static void put(const struct tt_check *check, const struct tt_finding *finding, FILE *out)
{
	g_autofree char *verdict = tt_harmless_name(finding->verdict);
	g_autofree char *line = tt_suppression_for(check, finding);

	fprintf(out, "# %s (%s): %s\n%s\n", finding->rule->title, tt_level_name(finding->level), verdict, line);
}

void tt_report_suppressions(const struct tt_report *report, FILE *out)
{
	for (guint i = 0; i < report->checks->len; i++) {
		const struct tt_check *check = report->checks->pdata[i];
		for (guint j = 0; j < check->findings->len; j++) {
			const struct tt_finding *finding = check->findings->pdata[j];
			if (tt_report_has(report, finding) && tt_finding_is_open(finding))
				put(check, finding, out);
		}
	}
}
