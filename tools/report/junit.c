/* SPDX-License-Identifier: MIT */
/*
 * The report for what shows test results: a suite a trace, in it a case a finding, and one that passes for each rule
 * that found nothing. What is suppressed or known is skipped; what is below --fail-on passes, with its text.
 */
#include <string.h>

#include <libxml/xmlwriter.h>

#include "tools/finding/access.h"
#include "tools/check/rules.h"
#include "tools/report/formats.h"
#include "tools/text/sanitize.h"
#include "tools/report/text.h"

static void attribute(xmlTextWriter *xml, const char *name, const char *text)
{
	g_autofree char *shown = tt_sanitize(text);

	xmlTextWriterWriteAttribute(xml, BAD_CAST name, BAD_CAST shown);
}

static void number(xmlTextWriter *xml, const char *name, guint value)
{
	xmlTextWriterWriteFormatAttribute(xml, BAD_CAST name, "%u", value);
}

static void element(xmlTextWriter *xml, const char *name, const char *message, const char *type, const char *text)
{
	g_autofree char *shown = tt_sanitize(text);

	xmlTextWriterStartElement(xml, BAD_CAST name);
	if (message)
		attribute(xml, "message", message);
	if (type)
		attribute(xml, "type", type);
	xmlTextWriterWriteString(xml, BAD_CAST shown);
	xmlTextWriterEndElement(xml);
}

/* The finding as people read it, without colour. The caller's to free. */
static char *text_of(const struct tt_report *report, const struct tt_check *check, const struct tt_finding *finding)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct tt_text as_text = {
	    .pen = {.out = out}, .report = report, .check = check, .pids = check->model->processes->len > 1};

	tt_put_finding(&as_text, finding);
	fclose(out);
	return text;
}

static void begin_case(xmlTextWriter *xml, const struct tt_rule *rule, const char *name)
{
	xmlTextWriterStartElement(xml, BAD_CAST "testcase");
	xmlTextWriterWriteFormatAttribute(xml, BAD_CAST "classname", "trace-thr.%s", rule->id);
	attribute(xml, "name", name);
}

static void put_site(xmlTextWriter *xml, const struct tt_check *check, const struct tt_finding *finding)
{
	struct tt_access place = tt_finding_access(finding);
	const struct tt_site *site = place.caller ? tt_access_site(check, &place) : NULL;

	if (!site || !site->file)
		return;
	attribute(xml, "file", site->file);
	if (site->line > 0)
		number(xml, "line", (guint)site->line);
}

static void put_finding(xmlTextWriter *xml, const struct tt_report *report, const struct tt_check *check,
                        const struct tt_finding *finding)
{
	char *text = text_of(report, check, finding);
	g_autofree char *name = g_strdup_printf("%s [%s]", finding->verdict, finding->fingerprint);
	g_autofree char *why = finding->suppressed ? g_strdup_printf("suppressed by %s", finding->suppressed)
	                                           : g_strdup("known from the baseline");

	begin_case(xml, finding->rule, name);
	put_site(xml, check, finding);
	if (!tt_finding_is_open(finding))
		element(xml, "skipped", why, NULL, "");
	else if (tt_report_fails_on(report, finding))
		element(xml, "failure", finding->verdict, finding->rule->title, text);
	if (!tt_report_fails_on(report, finding))
		element(xml, "system-out", NULL, NULL, text);
	xmlTextWriterEndElement(xml);
	free(text);
}

/* How many findings of the rule the report has, each a case; where there is none, one case passes. */
static guint put_rule(xmlTextWriter *xml, const struct tt_report *report, const struct tt_check *check,
                      const struct tt_rule *rule)
{
	guint n = 0;

	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		if (finding->rule != rule || !tt_report_has(report, finding))
			continue;
		put_finding(xml, report, check, finding);
		n++;
	}
	if (n > 0)
		return n;
	begin_case(xml, rule, rule->title);
	xmlTextWriterEndElement(xml);
	return 0;
}

/* Where events were lost and nothing was found, the suite has an error: it is no verdict. */
static void put_loss(xmlTextWriter *xml, const struct tt_report *report, const struct tt_check *check)
{
	bool unknown = tt_check_verdict(check, report->options) == TT_VERDICT_UNKNOWN;
	g_autofree char *count = tt_event_loss_text(check);
	g_autofree char *message = g_strdup_printf("%s lost", count);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < check->loss.buffers->len; i++) {
		g_autofree char *lost = tt_check_discarded_text(check, check->loss.buffers->pdata[i]);
		g_string_append_printf(text, "%s\n", lost);
	}
	for (size_t i = 0; i < TT_N_RULES; i++) {
		g_autofree char *weaker = tt_rule_discarded_text(&tt_rules[i]);
		g_string_append_printf(text, "%s\n", weaker);
	}
	xmlTextWriterStartElement(xml, BAD_CAST "testcase");
	attribute(xml, "classname", "trace-thr");
	attribute(xml, "name", "no event is lost");
	if (tt_check_has_discarded(check))
		element(xml, unknown ? "error" : "system-out", unknown ? message : NULL, unknown ? "lost" : NULL,
		        text->str);
	xmlTextWriterEndElement(xml);
	g_string_free(text, TRUE);
}

/* The counts that a suite begins with. */
struct counts {
	guint tests, failures, errors, skipped;
};

static struct counts count(const struct tt_report *report, const struct tt_check *check)
{
	struct counts counts = {.tests = 1, .errors = tt_check_verdict(check, report->options) == TT_VERDICT_UNKNOWN};
	bool found[TT_N_RULES] = {false};

	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		if (!tt_report_has(report, finding))
			continue;
		found[finding->rule - tt_rules] = true;
		counts.tests++;
		counts.failures += tt_report_fails_on(report, finding);
		counts.skipped += !tt_finding_is_open(finding);
	}
	for (size_t i = 0; i < TT_N_RULES; i++)
		counts.tests += !found[i];
	return counts;
}

static void put_counts(xmlTextWriter *xml, const struct counts *counts)
{
	number(xml, "tests", counts->tests);
	number(xml, "failures", counts->failures);
	number(xml, "errors", counts->errors);
	number(xml, "skipped", counts->skipped);
}

static void put_suite(xmlTextWriter *xml, const struct tt_report *report, const struct tt_check *check)
{
	struct counts counts = count(report, check);

	xmlTextWriterStartElement(xml, BAD_CAST "testsuite");
	attribute(xml, "name", check->path ? check->path : "trace-thr");
	put_counts(xml, &counts);
	for (size_t i = 0; i < TT_N_RULES; i++)
		put_rule(xml, report, check, &tt_rules[i]);
	put_loss(xml, report, check);
	xmlTextWriterEndElement(xml);
}

static void put_suites(xmlTextWriter *xml, const struct tt_report *report)
{
	struct counts sum = {.tests = 0};

	for (guint i = 0; i < report->checks->len; i++) {
		struct counts counts = count(report, report->checks->pdata[i]);
		sum.tests += counts.tests;
		sum.failures += counts.failures;
		sum.errors += counts.errors;
		sum.skipped += counts.skipped;
	}
	xmlTextWriterStartElement(xml, BAD_CAST "testsuites");
	attribute(xml, "name", "trace-thr check");
	put_counts(xml, &sum);
	for (guint i = 0; i < report->checks->len; i++)
		put_suite(xml, report, report->checks->pdata[i]);
	xmlTextWriterEndElement(xml);
}

void tt_report_junit(const struct tt_report *report, FILE *out)
{
	xmlBuffer *buffer = xmlBufferCreate();
	xmlTextWriter *xml = xmlNewTextWriterMemory(buffer, 0);

	xmlTextWriterSetIndent(xml, 1);
	xmlTextWriterStartDocument(xml, NULL, "UTF-8", NULL);
	put_suites(xml, report);
	xmlTextWriterEndDocument(xml);
	xmlFreeTextWriter(xml);
	fwrite(xmlBufferContent(buffer), 1, (size_t)xmlBufferLength(buffer), out);
	xmlBufferFree(buffer);
}
