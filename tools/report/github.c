/* SPDX-License-Identifier: MIT */
/*
 * The report as annotations of a GitHub workflow: one command a finding, at the site where its first thread waits.
 *
 *     ::error file=print.c,line=25,title=TT001 deadlock (actual)::alice and bob wait for each other%0A…
 */
#include <string.h>

#include "tools/check/rules.h"
#include "tools/report/formats.h"
#include "tools/text/sanitize.h"
#include "tools/report/steps.h"

/* What would end a message; of a property also what would end that. */
static const char in_message[] = "%\r\n", in_property[] = "%\r\n:,";

static void append(GString *line, const char *text, const char *special)
{
	g_autofree char *shown = tt_sanitize(text);

	for (const char *c = shown; *c; c++) {
		if (strchr(special, *c))
			g_string_append_printf(line, "%%%02X", (unsigned char)*c);
		else
			g_string_append_c(line, *c);
	}
}

static const char *command_of(const struct tt_report *report, const struct tt_finding *finding)
{
	if (tt_report_fails_on(report, finding))
		return "error";
	return finding->level > TT_LEVEL_INVERSION ? "warning" : "notice";
}

/* Where it is, if the file is below the working folder, as those of a repository are. */
static void append_site(GString *line, const struct tt_check *check, const struct tt_finding *finding)
{
	struct tt_access place = tt_finding_access(finding);
	const struct tt_site *site = place.caller ? tt_access_site(check, &place) : NULL;

	if (!site || !site->file || g_path_is_absolute(site->file))
		return;
	g_string_append(line, "file=");
	append(line, site->file, in_property);
	if (site->line > 0)
		g_string_append_printf(line, ",line=%d", site->line);
	g_string_append_c(line, ',');
}

static void append_message(GString *line, const struct tt_check *check, const struct tt_finding *finding)
{
	struct tt_steps *steps = tt_steps_of(finding);

	append(line, finding->verdict, in_message);
	for (guint i = 0; i < steps->steps->len; i++) {
		const struct tt_report_step *step = &g_array_index(steps->steps, struct tt_report_step, i);
		g_autofree char *sentence = tt_step_sentence(step);
		g_autofree char *site = step->place.caller ? tt_site_text(tt_access_site(check, &step->place)) : NULL;
		g_autofree char *whole = g_strdup_printf("\n%s%s%s", sentence, site ? " at " : "", site ? site : "");
		append(line, whole, in_message);
	}
	if (finding->remedy) {
		append(line, "\n", in_message);
		append(line, finding->remedy, in_message);
	}
	append(line, "\nFingerprint ", in_message);
	append(line, finding->fingerprint, in_message);
	tt_steps_free(steps);
}

static void put_finding(const struct tt_report *report, const struct tt_check *check, const struct tt_finding *finding,
                        FILE *out)
{
	GString *line = g_string_new("::");
	g_autofree char *title =
	    g_strdup_printf("%s %s (%s)", finding->rule->id, finding->rule->title, tt_level_name(finding->level));

	g_string_append_printf(line, "%s ", command_of(report, finding));
	append_site(line, check, finding);
	g_string_append(line, "title=");
	append(line, title, in_property);
	g_string_append(line, "::");
	append_message(line, check, finding);
	fprintf(out, "%s\n", line->str);
	g_string_free(line, TRUE);
}

/* Whose events were lost, when, and what that weakens. */
static void put_loss(const struct tt_check *check, FILE *out)
{
	GString *line = g_string_new("::warning title=trace-thr::");

	if (!tt_check_has_discarded(check)) {
		g_string_free(line, TRUE);
		return;
	}
	for (guint i = 0; i < check->loss.buffers->len; i++) {
		g_autofree char *lost = tt_check_discarded_text(check, check->loss.buffers->pdata[i]);
		append(line, i > 0 ? "\n" : "", in_message);
		append(line, lost, in_message);
	}
	for (size_t i = 0; i < TT_N_RULES; i++) {
		g_autofree char *weaker = tt_rule_discarded_text(&tt_rules[i]);
		append(line, "\n", in_message);
		append(line, weaker, in_message);
	}
	fprintf(out, "%s\n", line->str);
	g_string_free(line, TRUE);
}

void tt_report_github(const struct tt_report *report, FILE *out)
{
	g_autofree char *closing = tt_report_closing(report);

	for (guint i = 0; i < report->checks->len; i++) {
		const struct tt_check *check = report->checks->pdata[i];
		for (guint j = 0; j < check->findings->len; j++) {
			const struct tt_finding *finding = check->findings->pdata[j];
			if (tt_report_has(report, finding) && tt_finding_is_open(finding))
				put_finding(report, check, finding, out);
		}
		put_loss(check, out);
	}
	fprintf(out, "%s\n", closing);
}
