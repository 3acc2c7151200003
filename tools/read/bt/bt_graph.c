/* SPDX-License-Identifier: MIT */
#include "tools/read/bt/bt_graph.h"

#include <string.h>

#include "tools/read/bt/crash_guard.h"
#include "tools/read/trace.h"

/* Babeltrace's own log would reach the user's terminal; what went wrong is in the causes of its error. */
#define SILENT BT_LOGGING_LEVEL_NONE

struct tt_bt_graph {
	bt_graph *graph;
	const bt_plugin *ctf, *utils;
	const bt_component_class_source *source;
	const bt_component_filter *muxer;
	uint64_t sources, inputs; /* of the muxer, taken */
	tt_bt_graph_message *message;
	void *data;
};

/* A cause in one line, without the details that follow it: they are addresses and numbers of Babeltrace's own. */
static char *line_of(const char *cause)
{
	char *line = g_utf8_make_valid(cause, -1);
	GRegex *details = g_regex_new(": [-a-z0-9]+=.*", G_REGEX_DOTALL, 0, NULL);
	char *text = g_regex_replace_literal(details, line, -1, 0, "", 0, NULL);

	g_free(line);
	g_regex_unref(details);
	return g_strchomp(g_strdelimit(text, "\n\r\t", ' '));
}

/* Sets *error to what Babeltrace says, of which the first cause is the root. */
static void fail(GError **error, const char *what)
{
	const bt_error *causes = bt_current_thread_take_error();
	const char *cause = "no reason given";

	if (causes && bt_error_get_cause_count(causes))
		cause = bt_error_cause_get_message(bt_error_borrow_cause_by_index(causes, 0));
	char *line = line_of(cause);
	g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE,
	            "cannot read the trace %s (%s): it is damaged, cut short or still being recorded; record it again",
	            what, line);
	g_free(line);
	if (causes)
		bt_error_release(causes);
}

/* Babeltrace sometimes finds an error, says so to the thread, and then says that all went well. */
static bool is_at_fault(void)
{
	const bt_error *causes = bt_current_thread_take_error();

	if (causes)
		bt_current_thread_move_error(causes);
	return causes != NULL;
}

static bt_graph_simple_sink_component_consume_func_status consume(bt_message_iterator *iterator, void *data)
{
	struct tt_bt_graph *graph = data;
	bt_message_array_const messages;
	uint64_t count;
	bt_message_iterator_next_status status = bt_message_iterator_next(iterator, &messages, &count);
	bool more = true;

	/* The two enumerations have the same values, for END, AGAIN and errors. */
	if (status != BT_MESSAGE_ITERATOR_NEXT_STATUS_OK)
		return (bt_graph_simple_sink_component_consume_func_status)status;
	tt_crash_guard_ours(true);
	for (uint64_t i = 0; i < count; i++) {
		more = more && graph->message(messages[i], graph->data);
		bt_message_put_ref(messages[i]);
	}
	tt_crash_guard_ours(false);
	return more ? BT_GRAPH_SIMPLE_SINK_COMPONENT_CONSUME_FUNC_STATUS_OK
	            : BT_GRAPH_SIMPLE_SINK_COMPONENT_CONSUME_FUNC_STATUS_END;
}

static const bt_plugin *find_plugin(const char *name)
{
	const bt_plugin *plugin = NULL;

	/* Of the environment variable and the system, not the user's folder; broken ones are passed over. */
	bt_plugin_find(name, BT_TRUE, BT_FALSE, BT_TRUE, BT_TRUE, BT_FALSE, &plugin);
	return plugin;
}

/* The muxer and our sink behind it. */
static bool build(struct tt_bt_graph *graph)
{
	const bt_component_class_filter *class;
	const bt_component_sink *sink;

	class = bt_plugin_borrow_filter_component_class_by_name_const(graph->utils, "muxer");
	graph->source = bt_plugin_borrow_source_component_class_by_name_const(graph->ctf, "fs");
	if (!class || !graph->source)
		return false;
	if (bt_graph_add_filter_component(graph->graph, class, "muxer", NULL, SILENT, &graph->muxer) ||
	    bt_graph_add_simple_sink_component(graph->graph, "trace-thr", NULL, consume, NULL, graph, &sink))
		return false;
	return !bt_graph_connect_ports(graph->graph,
	                               bt_component_filter_borrow_output_port_by_index_const(graph->muxer, 0),
	                               bt_component_sink_borrow_input_port_by_index_const(sink, 0), NULL);
}

struct tt_bt_graph *tt_bt_graph_new(tt_bt_graph_message *message, void *data, GError **error)
{
	struct tt_bt_graph *graph = g_new0(struct tt_bt_graph, 1);

	bt_logging_set_global_level(SILENT);
	graph->message = message;
	graph->data = data;
	graph->ctf = find_plugin("ctf");
	graph->utils = find_plugin("utils");
	graph->graph = bt_graph_create(0);
	if (graph->ctf && graph->utils && graph->graph && build(graph))
		return graph;
	bt_current_thread_clear_error();
	g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE,
	            "Babeltrace's plugins ctf and utils are missing: install the package libbabeltrace2-0");
	tt_bt_graph_free(graph);
	return NULL;
}

void tt_bt_graph_free(struct tt_bt_graph *graph)
{
	if (!graph)
		return;
	bt_graph_put_ref(graph->graph);
	bt_plugin_put_ref(graph->ctf);
	bt_plugin_put_ref(graph->utils);
	g_free(graph);
}

/* The metadata of a CTF folder. NULL with *error. The caller's to free. */
static char *metadata_of(struct tt_bt_graph *graph, const char *folder, GError **error)
{
	bt_value *params = bt_value_map_create();
	const bt_value *answer = NULL, *text;
	bt_query_executor *query;
	char *metadata = NULL;

	bt_value_map_insert_string_entry(params, "path", folder);
	query = bt_query_executor_create(bt_component_class_source_as_component_class_const(graph->source),
	                                 "metadata-info", params);
	bt_query_executor_set_logging_level(query, SILENT);
	tt_crash_guard_begin(folder);
	if (bt_query_executor_query(query, &answer) || !(text = bt_value_map_borrow_entry_value_const(answer, "text")))
		fail(error, folder);
	else
		metadata = g_strdup(bt_value_string_get(text));
	tt_crash_guard_end();
	bt_value_put_ref(answer);
	bt_query_executor_put_ref(query);
	bt_value_put_ref(params);
	return metadata;
}

bool tt_bt_graph_has_provider(struct tt_bt_graph *graph, const char *folder, const char *provider, GError **error)
{
	char *metadata = metadata_of(graph, folder, error);
	char *event = g_strdup_printf("\"%s:", provider);
	bool has = metadata && strstr(metadata, event);

	g_free(event);
	g_free(metadata);
	return has;
}

static int count_events(const char *metadata, const char *events)
{
	char **names = g_strsplit(events, "|", -1);
	int n = 0;

	for (char **name = names; *name; name++) {
		char *begin = g_strdup_printf("\"%s", *name);
		for (const char *at = metadata; (at = strstr(at, begin)); at++)
			n++;
		g_free(begin);
	}
	g_strfreev(names);
	return n;
}

/*
 * The classes of streams that have events whose names begin with one of `events`, as LTTng writes it in the metadata.
 * NULL if that cannot be told of every such event.
 */
static GHashTable *classes_of(const char *metadata, const char *events)
{
	GHashTable *classes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	char *pattern = g_strdup_printf("name = \"(?:%s)[^\"]*\";[^{}]*?\\bstream_id = (\\d+);", events);
	GRegex *regex = g_regex_new(pattern, G_REGEX_RAW, 0, NULL);
	GMatchInfo *match;
	int untold = count_events(metadata, events);

	for (g_regex_match(regex, metadata, 0, &match); g_match_info_matches(match); g_match_info_next(match, NULL)) {
		g_hash_table_add(classes, g_match_info_fetch(match, 1));
		untold--;
	}
	g_match_info_free(match);
	g_regex_unref(regex);
	g_free(pattern);
	if (untold)
		g_clear_pointer(&classes, g_hash_table_destroy);
	return classes;
}

/* Whether the stream is of one of the classes, NULL: all. Ports bear names like `TRACE | CLASS | STREAM`. */
static bool is_of(const bt_port_output *stream, GHashTable *classes)
{
	const char *name = bt_port_get_name(bt_port_output_as_port_const(stream));
	char **parts = g_strsplit(name, " | ", 3);
	bool is = !classes || g_strv_length(parts) != 3 || g_hash_table_contains(classes, parts[1]);

	g_strfreev(parts);
	return is;
}

/* Each stream of a source to a port of the muxer, which opens another whenever one is taken. */
static bool connect_streams(struct tt_bt_graph *graph, const bt_component_source *source, GHashTable *classes)
{
	uint64_t count = bt_component_source_get_output_port_count(source);

	for (uint64_t i = 0; i < count; i++) {
		const bt_port_output *stream = bt_component_source_borrow_output_port_by_index_const(source, i);
		const bt_port_input *input;

		if (!is_of(stream, classes))
			continue;
		input = bt_component_filter_borrow_input_port_by_index_const(graph->muxer, graph->inputs++);
		if (bt_graph_connect_ports(graph->graph, stream, input, NULL))
			return false;
	}
	return true;
}

/* The source of a folder, its streams of those classes connected. */
static bool add_source(struct tt_bt_graph *graph, const char *folder, GHashTable *classes)
{
	bt_value *params = bt_value_map_create();
	bt_value *inputs = NULL;
	const bt_component_source *source;
	char *name = g_strdup_printf("trace-%" G_GUINT64_FORMAT, graph->sources++);
	bool ok;

	bt_value_map_insert_empty_array_entry(params, "inputs", &inputs);
	bt_value_array_append_string_element(inputs, folder);
	ok = !bt_graph_add_source_component(graph->graph, graph->source, name, params, SILENT, &source) &&
	     connect_streams(graph, source, classes);
	bt_value_put_ref(params);
	g_free(name);
	return ok;
}

bool tt_bt_graph_add(struct tt_bt_graph *graph, const char *folder, const char *events, GError **error)
{
	char *metadata = events ? metadata_of(graph, folder, error) : NULL;
	GHashTable *classes;
	bool ok;

	if (events && !metadata)
		return false;
	classes = events ? classes_of(metadata, events) : NULL;
	tt_crash_guard_begin(folder);
	ok = add_source(graph, folder, classes) && !is_at_fault();
	tt_crash_guard_end();
	if (!ok)
		fail(error, folder);
	g_clear_pointer(&classes, g_hash_table_destroy);
	g_free(metadata);
	return ok;
}

static int64_t ns_of(const bt_clock_snapshot *clock, int64_t otherwise)
{
	int64_t time_ns;

	return bt_clock_snapshot_get_ns_from_origin(clock, &time_ns) ? otherwise : time_ns;
}

int64_t tt_bt_graph_time(const bt_message *message, int64_t otherwise)
{
	if (bt_message_get_type(message) != BT_MESSAGE_TYPE_EVENT ||
	    !bt_message_event_borrow_stream_class_default_clock_class_const(message))
		return otherwise;
	return ns_of(bt_message_event_borrow_default_clock_snapshot_const(message), otherwise);
}

bool tt_bt_graph_run(struct tt_bt_graph *graph, const char *path, GError **error)
{
	bt_graph_run_status status = BT_GRAPH_RUN_STATUS_OK;

	if (!graph->inputs) /* no stream: the trace is empty */
		return true;
	tt_crash_guard_begin(path);
	do
		status = bt_graph_run(graph->graph);
	while (status == BT_GRAPH_RUN_STATUS_AGAIN && !is_at_fault());
	tt_crash_guard_end();
	if (status != BT_GRAPH_RUN_STATUS_OK || is_at_fault()) {
		fail(error, path);
		return false;
	}
	return true;
}
