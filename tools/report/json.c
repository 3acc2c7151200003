/* SPDX-License-Identifier: MIT */
/* The report for programs. Its schema is docs/check.schema.json: what is added here is added there. */
#include "tools/report/json.h"

#include <inttypes.h>

#include <trace_thr/types.h>

#include "tools/finding/access.h"
#include "tools/check/rules.h"
#include "tools/report/formats.h"

/* Grows when a reader of the old shape would be misled; what is only added leaves it. */
enum { VERSION = 1 };

json_t *tt_json_text(const char *text)
{
	g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;

	return valid ? json_string(valid) : json_null();
}

void tt_json_set_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, tt_json_text(text));
}

void tt_json_write(json_t *value, FILE *out)
{
	json_dumpf(value, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(value);
}

static json_t *number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *texts_of(const GPtrArray *texts)
{
	json_t *array = json_array();

	for (guint i = 0; i < texts->len; i++)
		json_array_append_new(array, tt_json_text(texts->pdata[i]));
	return array;
}

/* Places. */

static json_t *site_of(const struct tt_site *site)
{
	json_t *object = json_object();

	tt_json_set_text(object, "function", site->function);
	tt_json_set_text(object, "file", site->file);
	if (site->line)
		json_object_set_new(object, "line", json_integer(site->line));
	tt_json_set_text(object, "module", site->module);
	json_object_set_new(object, "offset", json_sprintf("0x%" PRIx64, site->offset));
	return object;
}

static json_t *thread_of(const struct tt_check *check, const struct tt_thread *thread)
{
	json_t *object = json_object();

	json_object_set_new(object, "name", tt_json_text(thread->name));
	json_object_set_new(object, "id", number(thread->id));
	json_object_set_new(object, "pid", number(thread->process->pid));
	tt_json_set_text(object, "program", tt_check_program(check, thread->process));
	if (thread->native_id)
		json_object_set_new(object, "tid", number(thread->native_id));
	json_object_set_new(object, "daemon", json_boolean(thread->daemon));
	return object;
}

static json_t *object_of(const struct tt_object *object)
{
	static const char *const families[] = {
	    [TT_FAMILY_LOCK] = "lock",           [TT_FAMILY_CONDITION] = "condition", [TT_FAMILY_EVENT] = "event",
	    [TT_FAMILY_SEMAPHORE] = "semaphore", [TT_FAMILY_BARRIER] = "barrier",     [TT_FAMILY_THREAD] = "thread",
	    [TT_FAMILY_LOCAL] = "local",         [TT_FAMILY_FUTEX] = "futex",
	};
	json_t *json = json_object();

	json_object_set_new(json, "name", tt_json_text(object->name));
	json_object_set_new(json, "id", number(object->id));
	json_object_set_new(json, "family", json_string(families[object->family]));
	if (object->family == TT_FAMILY_LOCK)
		tt_json_set_text(json, "kind", tt_word_lock_kind(object->kind));
	return json;
}

static void set_site(json_t *json, const struct tt_check *check, const struct tt_access *place)
{
	g_autoptr(GPtrArray) frames = NULL;
	json_t *stack;

	if (!place->caller)
		return;
	json_object_set_new(json, "site", site_of(tt_access_site(check, place)));
	frames = place->stack ? tt_access_frames(check, place) : NULL;
	if (!frames)
		return;
	stack = json_array();
	for (guint i = 0; i < frames->len; i++)
		json_array_append_new(stack, site_of(frames->pdata[i]));
	json_object_set_new(json, "stack", stack);
}

/* NULL, which jansson leaves out, if there is no such side. */
static json_t *place_of(const struct tt_check *check, const struct tt_access *place)
{
	json_t *json;

	if (!place->object)
		return NULL;
	json = json_object();
	json_object_set_new(json, "object", object_of(place->object));
	json_object_set_new(json, "mode", json_string(tt_word_mode(place->mode)));
	json_object_set_new(json, "time_ns", json_integer(place->time_ns));
	set_site(json, check, place);
	return json;
}

/* Findings. */

static json_t *edges_of(const struct tt_check *check, const GArray *edges)
{
	json_t *array = json_array();

	for (guint i = 0; i < edges->len; i++) {
		const struct tt_edge *edge = &g_array_index(edges, struct tt_edge, i);
		struct tt_access holds = tt_edge_acquire(edge), wants = tt_edge_request(edge);
		json_t *json = json_object();

		json_object_set_new(json, "thread", thread_of(check, edge->thread));
		json_object_set_new(json, "holds", place_of(check, &holds));
		json_object_set_new(json, "wants", place_of(check, &wants));
		tt_json_set_text(json, "note", edge->note);
		json_array_append_new(array, json);
	}
	return array;
}

static json_t *witness_of(const struct tt_check *check, const struct tt_finding *finding)
{
	json_t *array = json_array();

	for (guint i = 0; i < finding->witness->len; i++) {
		const struct tt_witness_step *step = &g_array_index(finding->witness, struct tt_witness_step, i);
		struct tt_access place = tt_step_access(step);
		json_t *json = place.object ? place_of(check, &place) : json_object();

		json_object_set_new(json, "thread", thread_of(check, step->thread));
		json_object_set_new(json, "event", json_string(tt_event_type_names[step->type]));
		json_object_set_new(json, "blocks", json_boolean(step->blocks));
		json_array_append_new(array, json);
	}
	return array;
}

static json_t *finding_of(const struct tt_report *report, const struct tt_check *check,
                          const struct tt_finding *finding)
{
	json_t *json = json_object();

	json_object_set_new(json, "rule", json_string(finding->rule->id));
	json_object_set_new(json, "title", json_string(finding->rule->title));
	json_object_set_new(json, "level", json_string(tt_level_name(finding->level)));
	json_object_set_new(json, "verdict", tt_json_text(finding->verdict));
	json_object_set_new(json, "fingerprint", tt_json_text(finding->fingerprint));
	json_object_set_new(json, "fails", json_boolean(tt_report_fails_on(report, finding)));
	json_object_set_new(json, "known", json_boolean(finding->known));
	tt_json_set_text(json, "suppressed", finding->suppressed);
	json_object_set_new(json, "cycle", json_boolean(finding->cycle));
	json_object_set_new(json, "edges", edges_of(check, finding->edges));
	json_object_set_new(json, "blocked", edges_of(check, finding->blocked));
	json_object_set_new(json, "witness", witness_of(check, finding));
	json_object_set_new(json, "notes", texts_of(finding->notes));
	tt_json_set_text(json, "remedy", finding->remedy);
	tt_json_set_text(json, "run", finding->run);
	return json;
}

/* Traces. */

static json_t *lost_of(const struct tt_discarded_by_buffer *lost)
{
	json_t *json = json_object();

	json_object_set_new(json, "events", number(lost->events));
	json_object_set_new(json, "packets", number(lost->packets));
	if (lost->begin_ns != INT64_MIN)
		json_object_set_new(json, "begin_ns", json_integer(lost->begin_ns));
	if (lost->end_ns != INT64_MAX)
		json_object_set_new(json, "end_ns", json_integer(lost->end_ns));
	json_object_set_new(json, "torn", json_boolean(lost->torn));
	tt_json_set_text(json, "why", lost->why);
	tt_json_set_text(json, "channel", lost->buffer.channel);
	if (lost->buffer.cpu >= 0)
		json_object_set_new(json, "cpu", json_integer(lost->buffer.cpu));
	tt_json_set_text(json, "process", lost->buffer.process);
	if (lost->buffer.pid >= 0)
		json_object_set_new(json, "pid", json_integer(lost->buffer.pid));
	return json;
}

/* How many, when, of whom, and what is worth less for it. */
static json_t *loss_of(const struct tt_check *check)
{
	json_t *json = json_object(), *buffers = json_array(), *weaker = json_array();

	for (guint i = 0; i < check->loss.buffers->len; i++)
		json_array_append_new(buffers, lost_of(check->loss.buffers->pdata[i]));
	for (size_t i = 0; tt_check_has_discarded(check) && i < TT_N_RULES; i++) {
		json_t *rule = json_object();
		json_object_set_new(rule, "rule", json_string(tt_rules[i].id));
		json_object_set_new(rule, "why", json_string(tt_rules[i].lost));
		json_array_append_new(weaker, rule);
	}
	json_object_set_new(json, "events", number(check->loss.events));
	json_object_set_new(json, "packets", number(check->loss.packets));
	json_object_set_new(json, "buffers", buffers);
	json_object_set_new(json, "weaker", weaker);
	return json;
}

static json_t *trace_of(const struct tt_report *report, const struct tt_check *check)
{
	json_t *json = json_object(), *findings = json_array();

	for (guint i = 0; i < check->findings->len; i++) {
		if (tt_report_has(report, check->findings->pdata[i]))
			json_array_append_new(findings, finding_of(report, check, check->findings->pdata[i]));
	}
	json_object_set_new(json, "path", tt_json_text(check->path));
	json_object_set_new(json, "begin_ns", json_integer(check->begin_ns));
	json_object_set_new(json, "events", number(check->events));
	json_object_set_new(json, "threads", number(tt_check_threads(check)));
	json_object_set_new(json, "lost", loss_of(check));
	json_object_set_new(json, "limits", texts_of(check->limits));
	json_object_set_new(json, "findings", findings);
	return json;
}

/* The report as a whole. */

static json_t *summary_of(const struct tt_report *report)
{
	struct tt_tally tally = tt_report_tally(report);
	json_t *json = json_object();

	json_object_set_new(json, "deadlocks", number(tally.findings[TT_COUNT_DEADLOCK]));
	json_object_set_new(json, "inversions", number(tally.findings[TT_COUNT_INVERSION]));
	json_object_set_new(json, "suppressed", number(tally.suppressed));
	json_object_set_new(json, "known", number(tally.known));
	json_object_set_new(json, "events_lost", number(tally.events_lost));
	json_object_set_new(json, "packets_lost", number(tally.packets_lost));
	return json;
}

static json_t *suppressions_of(const struct tt_suppressions *suppressions)
{
	json_t *json = json_object(), *unused = json_array();

	for (guint i = 0; i < suppressions->all->len; i++) {
		const struct tt_suppression *suppression = suppressions->all->pdata[i];
		json_t *line;
		if (suppression->uses > 0)
			continue;
		line = json_object();
		json_object_set_new(line, "line", number(suppression->line));
		json_object_set_new(line, "text", tt_json_text(suppression->text));
		json_array_append_new(unused, line);
	}
	json_object_set_new(json, "file", tt_json_text(suppressions->path));
	json_object_set_new(json, "unused", unused);
	return json;
}

static json_t *baseline_of(const struct tt_baseline *baseline)
{
	g_autoptr(GPtrArray) gone = tt_baseline_gone(baseline);
	json_t *json = json_object();

	json_object_set_new(json, "file", tt_json_text(baseline->path));
	json_object_set_new(json, "gone", texts_of(gone));
	return json;
}

void tt_report_json(const struct tt_report *report, FILE *out)
{
	static const char *const verdicts[] = {
	    [TT_VERDICT_PASSES] = "passes", [TT_VERDICT_UNKNOWN] = "unknown", [TT_VERDICT_FAILS] = "fails"};
	json_t *json = json_object(), *traces = json_array();

	for (guint i = 0; i < report->checks->len; i++)
		json_array_append_new(traces, trace_of(report, report->checks->pdata[i]));
	json_object_set_new(json, "format", json_string(TT_JSON_FORMAT));
	json_object_set_new(json, "version", json_integer(VERSION));
	json_object_set_new(json, "tool", json_pack("{ss}", "version", TTHR_VERSION));
	json_object_set_new(json, "verdict", json_string(verdicts[tt_report_verdict(report)]));
	json_object_set_new(json, "fail_on", json_string(tt_level_name(report->options->fail_on)));
	json_object_set_new(json, "summary", summary_of(report));
	if (report->suppressions)
		json_object_set_new(json, "suppressions", suppressions_of(report->suppressions));
	if (report->baseline)
		json_object_set_new(json, "baseline", baseline_of(report->baseline));
	json_object_set_new(json, "traces", traces);
	tt_json_write(json, out);
}
