/* SPDX-License-Identifier: MIT */
/*
 * The report as SARIF 2.1.0, fit for code scanning: one run; a result's location is where the first thread waits, all
 * other sites are related locations that the message links to, the schedule is a code flow with a thread flow a thread.
 */
#include "tools/report/sarif/sarif.h"

#include <string.h>

#include <trace_thr/types.h>

#include "tools/check/rules.h"
#include "tools/report/formats.h"
#include "tools/text/sanitize.h"
#include "tools/report/json.h"

#define SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

/* Results. */

/* In a message, brackets make links. */
static void append_plain(GString *message, const char *text)
{
	for (; *text; text++) {
		if (strchr("[]\\", *text))
			g_string_append_c(message, '\\');
		g_string_append_c(message, *text);
	}
}

/* `alice waits for lock "printer" at [copy_page print.c:25](2)`, a line. */
static void append_step(GString *message, const struct tt_check *check, const struct tt_report_step *step, guint id)
{
	g_autofree char *sentence = tt_step_sentence(step);
	g_autofree char *site = step->place.caller ? tt_site_text(tt_access_site(check, &step->place)) : NULL;

	g_string_append_c(message, '\n');
	append_plain(message, sentence);
	if (!site)
		return;
	g_string_append(message, " at [");
	append_plain(message, site);
	g_string_append_printf(message, "](%u)", id);
}

static json_t *message_of(const struct tt_check *check, const struct tt_finding *finding, const struct tt_steps *steps)
{
	GString *message = g_string_new(NULL);
	json_t *json;

	append_plain(message, finding->verdict);
	g_string_append_c(message, '.');
	for (guint i = 0; i < steps->steps->len; i++)
		append_step(message, check, &g_array_index(steps->steps, struct tt_report_step, i), i + 1);
	if (finding->remedy) {
		g_string_append_c(message, '\n');
		append_plain(message, finding->remedy);
	}
	json = tt_sarif_message(message->str);
	g_string_free(message, TRUE);
	return json;
}

/* With an id that the message links to. */
static json_t *related_of(const struct tt_check *check, const struct tt_steps *steps)
{
	json_t *related = json_array();

	for (guint i = 0; i < steps->steps->len; i++) {
		const struct tt_report_step *step = &g_array_index(steps->steps, struct tt_report_step, i);
		json_t *location;
		if (!step->place.caller)
			continue;
		g_autofree char *sentence = tt_step_sentence(step);
		location = tt_sarif_location(check, &step->place);
		json_object_set_new(location, "id", json_integer(i + 1));
		json_object_set_new(location, "message", tt_sarif_message(sentence));
		json_array_append_new(related, location);
	}
	return related;
}

/* What one thread does; the order tells how it goes between the threads. */
static json_t *flow_of(const struct tt_check *check, const struct tt_steps *steps, guint thread)
{
	json_t *flow = json_array();

	for (guint i = 0; i < steps->steps->len; i++) {
		const struct tt_report_step *step = &g_array_index(steps->steps, struct tt_report_step, i);
		json_t *location;
		if (step->thread != thread)
			continue;
		g_autofree char *sentence = tt_step_sentence(step);
		location = tt_sarif_location(check, &step->place);
		json_object_set_new(location, "message", tt_sarif_message(sentence));
		json_array_append_new(flow, json_pack("{so si ss}", "location", location, "executionOrder", (int)i + 1,
		                                      "importance", step->blocks ? "essential" : "important"));
	}
	return flow;
}

/* NULL if there is nothing to tell. */
static json_t *flows_of(const struct tt_check *check, const struct tt_steps *steps)
{
	json_t *flows = json_array();

	for (guint i = 0; i < steps->threads->len; i++) {
		const struct tt_thread *thread = steps->threads->pdata[i];
		json_t *flow = flow_of(check, steps, i);
		json_t *object = json_pack("{so}", "locations", flow);
		bool empty = json_array_size(flow) == 0;
		json_object_set_new(object, "id", tt_json_text(thread->name));
		json_object_set_new(object, "message", tt_sarif_message(thread->name));
		if (empty)
			json_decref(object);
		else
			json_array_append_new(flows, object);
	}
	if (json_array_size(flows) > 0)
		return json_pack("[{so}]", "threadFlows", flows);
	json_decref(flows);
	return NULL;
}

static void set_standing(json_t *result, const struct tt_report *report, const struct tt_finding *finding)
{
	if (report->baseline)
		json_object_set_new(result, "baselineState", json_string(finding->known ? "unchanged" : "new"));
	if (finding->suppressed)
		json_object_set_new(
		    result, "suppressions",
		    json_pack("[{ss so}]", "kind", "external", "justification", tt_json_text(finding->suppressed)));
}

static json_t *locations_of(const struct tt_check *check, const struct tt_finding *finding)
{
	struct tt_access place = tt_finding_access(finding);
	json_t *location = place.caller ? tt_sarif_location(check, &place) : NULL;

	return location ? json_pack("[o]", location) : json_array();
}

static json_t *result_of(const struct tt_report *report, const struct tt_check *check, const struct tt_finding *finding)
{
	struct tt_steps *steps = tt_steps_of(finding);
	json_t *result = json_object();

	json_object_set_new(result, "ruleId", json_string(finding->rule->id));
	json_object_set_new(result, "ruleIndex", json_integer(finding->rule - tt_rules));
	json_object_set_new(result, "level", json_string(tt_sarif_level(finding->level)));
	json_object_set_new(result, "message", message_of(check, finding, steps));
	json_object_set_new(result, "locations", locations_of(check, finding));
	json_object_set_new(result, "relatedLocations", related_of(check, steps));
	json_object_set_new(result, "codeFlows", flows_of(check, steps));
	/* Code scanning knows the first; without it, it would make one from the line. */
	json_object_set_new(
	    result, "partialFingerprints",
	    json_pack("{ssss}", "primaryLocationLineHash", finding->fingerprint, "traceThr/v1", finding->fingerprint));
	set_standing(result, report, finding);
	json_object_set_new(result, "properties",
	                    json_pack("{ss so so}", "level", tt_level_name(finding->level), "trace",
	                              tt_json_text(check->path), "verdict", tt_json_text(finding->verdict)));
	tt_steps_free(steps);
	return result;
}

/* The run. */

static void append_notice(json_t *notices, const char *level, const char *text)
{
	json_array_append_new(notices, json_pack("{ss so}", "level", level, "message", tt_sarif_message(text)));
}

/* What makes the report worth less: lost events, and what was not looked at. */
static void append_notices(json_t *notices, const struct tt_check *check)
{
	for (guint i = 0; i < check->loss.buffers->len; i++) {
		g_autofree char *lost = tt_check_discarded_text(check, check->loss.buffers->pdata[i]);
		append_notice(notices, "warning", lost);
	}
	for (size_t i = 0; tt_check_has_discarded(check) && i < TT_N_RULES; i++) {
		g_autofree char *weaker = tt_rule_discarded_text(&tt_rules[i]);
		append_notice(notices, "note", weaker);
	}
	for (guint i = 0; i < check->limits->len; i++)
		append_notice(notices, "note", check->limits->pdata[i]);
}

static json_t *summary_of(const struct tt_report *report)
{
	struct tt_tally tally = tt_report_tally(report);

	return json_pack("{sI sI sI sI}", "suppressed", (json_int_t)tally.suppressed, "known", (json_int_t)tally.known,
	                 "gone", (json_int_t)tally.gone, "eventsLost", (json_int_t)tally.events_lost);
}

void tt_report_sarif(const struct tt_report *report, FILE *out)
{
	json_t *results = json_array(), *notices = json_array(), *run;

	for (guint i = 0; i < report->checks->len; i++) {
		const struct tt_check *check = report->checks->pdata[i];
		for (guint j = 0; j < check->findings->len; j++) {
			if (tt_report_has(report, check->findings->pdata[j]))
				json_array_append_new(results, result_of(report, check, check->findings->pdata[j]));
		}
		append_notices(notices, check);
	}
	run = json_pack("{s{s{ss ss ss so}} s[{sb so}] so so so}", "tool", "driver", "name", "trace-thr", "version",
	                TTHR_VERSION, "semanticVersion", TTHR_VERSION, "rules", tt_sarif_rules(), "invocations",
	                "executionSuccessful", true, "toolExecutionNotifications", notices, "originalUriBaseIds",
	                tt_sarif_root(), "results", results, "properties", summary_of(report));
	tt_json_write(json_pack("{ss ss s[o]}", "$schema", SCHEMA, "version", "2.1.0", "runs", run), out);
}
