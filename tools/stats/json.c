/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include <jansson.h>

#include "tools/report/json.h"
#include "tools/stats/stats_format.h"

static void set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, tt_json_text(text));
}

static json_t *usage_of(const struct tt_usage *usage)
{
	return json_pack("{sI sI sI sI sI sI sI}", "waits", (json_int_t)usage->waits, "gave_up",
	                 (json_int_t)usage->gave_up, "wait_ns", (json_int_t)usage->wait_ns, "longest_wait_ns",
	                 (json_int_t)usage->longest_wait_ns, "acquired", (json_int_t)usage->acquired, "hold_ns",
	                 (json_int_t)usage->hold_ns, "longest_hold_ns", (json_int_t)usage->longest_hold_ns);
}

/* The process, and the program that it runs if that is known. */
static void set_process(json_t *shown, const struct tt_stats *stats, const struct tt_process *process)
{
	const char *program = tt_stats_program(stats, process);

	json_object_set_new(shown, "pid", json_integer(process->pid));
	if (program)
		set_text(shown, "program", program);
}

static json_t *object_of(const struct tt_stats *stats, const struct tt_object_usage *one)
{
	static const char *const families[] = {
	    [TT_FAMILY_CONDITION] = "condition", [TT_FAMILY_EVENT] = "event",   [TT_FAMILY_SEMAPHORE] = "semaphore",
	    [TT_FAMILY_BARRIER] = "barrier",     [TT_FAMILY_THREAD] = "thread", [TT_FAMILY_LOCAL] = "local",
	    [TT_FAMILY_FUTEX] = "futex",
	};
	const struct tt_object *object = one->object;
	json_t *shown = json_object();

	set_text(shown, "name", object->name);
	set_text(shown, "kind",
	         object->family == TT_FAMILY_LOCK ? tt_word_lock_kind(object->kind) : families[object->family]);
	json_object_set_new(shown, "id", json_integer((json_int_t)object->id));
	set_process(shown, stats, object->process);
	json_object_set_new(shown, "usage", usage_of(&one->usage));
	return shown;
}

static json_t *thread_of(const struct tt_stats *stats, const struct tt_thread_usage *one)
{
	json_t *shown = json_object();

	set_text(shown, "name", one->thread->name);
	json_object_set_new(shown, "id", json_integer((json_int_t)one->thread->id));
	set_process(shown, stats, one->thread->process);
	json_object_set_new(shown, "locks", usage_of(&one->locks));
	json_object_set_new(shown, "others", usage_of(&one->others));
	return shown;
}

static json_t *frame_of(const struct tt_site *site)
{
	json_t *shown = json_object();
	g_autofree char *offset = g_strdup_printf("0x%" PRIx64, site->offset);

	set_text(shown, "function", site->function);
	set_text(shown, "file", site->file);
	json_object_set_new(shown, "line", site->line ? json_integer(site->line) : json_null());
	set_text(shown, "module", site->module);
	set_text(shown, "offset", offset);
	return shown;
}

static json_t *site_of(struct tt_stats *stats, const struct tt_site_usage *one)
{
	GPtrArray *frames = tt_symbols_frames(stats->symbols, one->pid, one->caller, one->stack);
	g_autofree char *text = tt_site_text(tt_symbols_site(stats->symbols, one->pid, one->caller, one->stack));
	json_t *shown = json_object(), *chain = json_array();

	for (guint i = 0; frames && i < frames->len; i++)
		json_array_append_new(chain, frame_of(frames->pdata[i]));
	if (frames)
		g_ptr_array_unref(frames);
	set_text(shown, "site", text);
	json_object_set_new(shown, "pid", json_integer(one->pid));
	json_object_set_new(shown, "frames", chain);
	json_object_set_new(shown, "usage", usage_of(&one->usage));
	return shown;
}

static gint objects_in_order(gconstpointer a, gconstpointer b, gpointer view)
{
	const struct tt_object_usage *const *x = a, *const *y = b;
	return tt_usage_compare(((struct tt_stats_view *)view)->sort, &(*x)->usage, &(*y)->usage);
}

static gint sites_in_order(gconstpointer a, gconstpointer b, gpointer view)
{
	const struct tt_site_usage *const *x = a, *const *y = b;
	return tt_usage_compare(((struct tt_stats_view *)view)->sort, &(*x)->usage, &(*y)->usage);
}

void tt_stats_json(struct tt_stats *stats, const struct tt_stats_view *view, FILE *out)
{
	const struct tt_trace_summary *summary = &stats->summary;
	json_t *objects = json_array(), *threads = json_array(), *sites = json_array();

	g_ptr_array_sort_with_data(stats->objects, objects_in_order, (void *)(uintptr_t)view);
	g_ptr_array_sort_with_data(stats->sites, sites_in_order, (void *)(uintptr_t)view);
	for (guint i = 0; i < stats->objects->len; i++)
		json_array_append_new(objects, object_of(stats, stats->objects->pdata[i]));
	for (guint i = 0; i < stats->threads->len; i++)
		json_array_append_new(threads, thread_of(stats, stats->threads->pdata[i]));
	for (guint i = 0; i < stats->sites->len; i++)
		json_array_append_new(sites, site_of(stats, stats->sites->pdata[i]));
	json_t *all = json_pack("{si sI sI sI sI so so so}", "version", 1, "events", (json_int_t)summary->events,
	                        "lost", (json_int_t)summary->lost, "begin_ns", (json_int_t)summary->begin_ns, "end_ns",
	                        (json_int_t)summary->end_ns, "objects", objects, "threads", threads, "sites", sites);
	json_dumpf(all, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(all);
}
