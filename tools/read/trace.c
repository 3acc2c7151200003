#include "tools/read/trace.h"

#include <string.h>

#include <babeltrace2/babeltrace.h>

#include "tools/read/folders.h"
#include "tools/read/graph.h"
#include "tools/read/loaded.h"
#include "tools/read/loss.h"
#include "tools/read/manifest.h"
#include "tools/read/plan.h"
#include "tools/read/processes.h"
#include "tools/read/whole.h"

#define PROVIDER "trace_thr"

GQuark tt_trace_error_quark(void)
{
	return g_quark_from_static_string("tt-trace-error");
}

/* How the events of a class are read. */
struct reader {
	const bt_event_class *class;
	bool ours;             /* an event of the provider; without a plan, one that only a later version knows */
	struct tt_plan *plan;  /* of the payload */
	struct tt_event blank; /* an event before its fields are filled in */
	const struct tt_field **fields;
};

struct reading {
	const struct tt_trace_handler *handler;
	void *data;
	struct tt_trace_summary *summary;
	GHashTable *readers; /* bt_event_class → struct reader */
	struct tt_processes *processes;
	int64_t now_ns;
	bool stopped; /* by the handler of modules: it wants no events */
};

static const struct tt_field *find_field(const char *name, const void *data)
{
	return tt_field_find(*(const enum tt_event_type *)data, name);
}

/* Makes what text an event must have stand in for what a damaged vocabulary lacks: its readers need not ask. */
static struct tt_event blank_event(enum tt_event_type type)
{
	struct tt_event blank = {.type = type, .thread = "?", .timeout_ns = TT_NO_TIMEOUT};

	blank.name = type == TT_EVENT_log_message ? NULL : "?";
	blank.text = type == TT_EVENT_log_message ? "" : NULL;
	blank.call = type == TT_EVENT_misuse ? "?" : NULL;
	blank.old = type == TT_EVENT_thread_rename ? "?" : NULL;
	return blank;
}

/* The fields after those that every event has, in the order of the trace. */
static const struct tt_field **own_fields(const struct tt_plan *plan)
{
	GPtrArray *fields = tt_plan_fields(plan);

	for (guint i = 0; i < fields->len;) {
		const struct tt_field *field = fields->pdata[i];

		if (field->offset < offsetof(struct tt_event, kind))
			g_ptr_array_remove_index(fields, i);
		else
			i++;
	}
	g_ptr_array_add(fields, NULL);
	return (const struct tt_field **)(void *)g_ptr_array_free(fields, FALSE);
}

static bool is_ours(const bt_event_class *class)
{
	const char *name = bt_event_class_get_name(class);

	return name && g_str_has_prefix(name, PROVIDER ":");
}

static struct reader *make_reader(const bt_event_class *class)
{
	struct reader *reader = g_new0(struct reader, 1);
	enum tt_event_type type;

	bt_event_class_get_ref(class);
	reader->class = class;
	reader->ours = is_ours(class);
	if (reader->ours && tt_event_type_find(bt_event_class_get_name(class) + strlen(PROVIDER ":"), &type)) {
		reader->plan = tt_plan_new(bt_event_class_borrow_payload_field_class_const(class), find_field, &type);
		reader->fields = own_fields(reader->plan);
		reader->blank = blank_event(type);
		reader->blank.fields = reader->fields;
	}
	return reader;
}

static void free_reader(gpointer data)
{
	struct reader *reader = data;

	tt_plan_free(reader->plan);
	g_free(reader->fields);
	bt_event_class_put_ref(reader->class);
	g_free(reader);
}

static bool read_ours(struct reading *reading, struct reader *reader, const bt_event *bt_event)
{
	struct tt_trace_summary *summary = reading->summary;
	const bt_field *payload = bt_event_borrow_payload_field_const(bt_event);
	struct tt_event event = reader->blank;

	if (!reader->plan) {
		summary->unknown++;
		return true;
	}
	if (payload)
		tt_plan_fill(reader->plan, payload, &event);
	event.time_ns = reading->now_ns;
	if (!tt_processes_count(reading->processes, &event)) {
		summary->other_processes++;
		return true;
	}
	if (!summary->events++)
		summary->begin_ns = event.time_ns;
	summary->end_ns = event.time_ns;
	return !reading->handler->event || reading->handler->event(&event, reading->data);
}

static bool read_event(struct reading *reading, const bt_message *message)
{
	const bt_event *event = bt_message_event_borrow_event_const(message);
	const bt_event_class *class = bt_event_borrow_class_const(event);
	struct reader *reader = g_hash_table_lookup(reading->readers, class);

	if (!reader) {
		reader = make_reader(class);
		g_hash_table_insert(reading->readers, (gpointer)(uintptr_t) class, reader);
	}
	if (!reader->ours)
		return true;
	reading->now_ns = tt_graph_time(message, reading->now_ns);
	return read_ours(reading, reader, event);
}

/* Whether a stream can have events of the provider: what is lost of the others matters to nobody. */
static bool may_be_ours(const bt_stream *stream)
{
	const bt_stream_class *class = bt_stream_borrow_class_const(stream);

	for (uint64_t i = 0; i < bt_stream_class_get_event_class_count(class); i++)
		if (is_ours(bt_stream_class_borrow_event_class_by_index_const(class, i)))
			return true;
	return false;
}

static bool read_loss(struct reading *reading, const bt_message *message)
{
	struct tt_loss loss;
	const bt_stream *stream = tt_loss_of(message, &loss);

	if (!stream || !may_be_ours(stream))
		return true;
	reading->summary->lost += loss.count;
	reading->summary->lost_packets += loss.packets;
	return !reading->handler->loss || reading->handler->loss(&loss, reading->data);
}

static bool read_message(const bt_message *message, void *data)
{
	if (bt_message_get_type(message) == BT_MESSAGE_TYPE_EVENT)
		return read_event(data, message);
	return read_loss(data, message);
}

static bool tell_module(const struct tt_module *module, void *data)
{
	struct reading *reading = data;

	reading->summary->modules++;
	reading->stopped = reading->handler->module && !reading->handler->module(module, reading->data);
	return !reading->stopped;
}

/* Adds the folders that have events of the provider; what else was recorded beside them costs nothing then. */
static bool add_folders(struct tt_graph *graph, const char *path, GError **error)
{
	GPtrArray *folders = tt_trace_folders(path, error);
	GError *failure = NULL;
	bool any = false;

	if (!folders)
		return false;
	for (guint i = 0; !failure && i < folders->len; i++)
		if (tt_trace_is_whole(folders->pdata[i], &failure) &&
		    tt_graph_has_provider(graph, folders->pdata[i], PROVIDER, &failure))
			any |= tt_graph_add(graph, folders->pdata[i], NULL, &failure);
	if (!any && !failure)
		g_set_error(
		    &failure, TT_TRACE_ERROR, TT_TRACE_ERROR_FOREIGN,
		    "no event of libtrace_thr was recorded in %s: build the program with libtrace_thr and record "
		    "it with `trace-thr record`",
		    path);
	g_ptr_array_free(folders, TRUE);
	if (failure)
		g_propagate_error(error, failure);
	return !failure;
}

/* The manifest, if there is one. False with *error if it cannot be read. */
static bool look_at_manifest(const char *path, struct tt_manifest **manifest, GError **error)
{
	GError *failure = NULL;

	*manifest = tt_manifest_read(path, &failure);
	if (failure)
		g_propagate_error(error, failure);
	return !failure;
}

/* Babeltrace knows nothing of a buffer that the tracer could not read to its end. */
static void tell_torn(struct reading *reading)
{
	const struct tt_loss loss = {.begin_ns = -1, .end_ns = -1};

	reading->summary->lost_packets++;
	if (reading->handler->loss)
		reading->handler->loss(&loss, reading->data);
}

bool tt_trace_read(const char *path, const struct tt_trace_handler *handler, void *data,
                   struct tt_trace_summary *summary, GError **error)
{
	struct reading reading = {.handler = handler, .data = data, .summary = summary};
	struct tt_graph *graph = NULL;
	struct tt_manifest *manifest = NULL;
	bool ok;

	*summary = (struct tt_trace_summary){.events = 0};
	reading.readers = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_reader);
	graph = tt_graph_new(read_message, &reading, error);
	ok = graph && add_folders(graph, path, error) && look_at_manifest(path, &manifest, error) &&
	     tt_loaded_read(path, PROVIDER, tell_module, &reading, error);
	reading.processes = manifest ? tt_processes_new(manifest->pid, manifest->recording) : tt_processes_new(0, NULL);
	if (ok && !reading.stopped)
		ok = tt_graph_run(graph, path, error);
	if (ok && manifest && manifest->torn)
		tell_torn(&reading);
	g_hash_table_destroy(reading.readers);
	tt_processes_free(reading.processes);
	tt_manifest_free(manifest);
	tt_graph_free(graph);
	return ok;
}
