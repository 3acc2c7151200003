#include "tools/read/loaded.h"

#include <babeltrace2/babeltrace.h>

#include "tools/read/folders.h"
#include "tools/read/graph.h"
#include "tools/read/modules.h"

/* LTTng's own providers: its state dump, and the libraries that were loaded later. */
#define PROVIDERS "lttng_ust_"

struct reading {
	GHashTable *readers; /* bt_event_class → struct tt_modules_reader, NULL: says nothing of modules */
	struct tt_modules *modules;
	int64_t now_ns;
	bool stopped;
};

static void free_reader(gpointer reader)
{
	tt_modules_reader_free(reader);
}

static void free_class(gpointer class)
{
	bt_event_class_put_ref(class);
}

static bool read_message(const bt_message *message, void *data)
{
	struct reading *reading = data;
	const bt_event *event;
	gpointer class, reader;

	if (bt_message_get_type(message) != BT_MESSAGE_TYPE_EVENT)
		return true;
	event = bt_message_event_borrow_event_const(message);
	class = (gpointer)(uintptr_t)bt_event_borrow_class_const(event);
	if (!g_hash_table_lookup_extended(reading->readers, class, NULL, &reader)) {
		reader = tt_modules_reader_new(class);
		bt_event_class_get_ref(class);
		g_hash_table_insert(reading->readers, class, reader);
	}
	if (!reader)
		return true;
	reading->now_ns = tt_graph_time(message, reading->now_ns);
	reading->stopped = !tt_modules_feed(reading->modules, reader, event, reading->now_ns);
	return !reading->stopped;
}

static bool add_folders(struct tt_graph *graph, const char *path, const char *provider, GError **error)
{
	GPtrArray *folders = tt_trace_folders(path, error);
	GError *failure = NULL;

	for (guint i = 0; folders && !failure && i < folders->len; i++)
		if (tt_graph_has_provider(graph, folders->pdata[i], provider, &failure))
			tt_graph_add(graph, folders->pdata[i], PROVIDERS, &failure);
	if (failure)
		g_propagate_error(error, failure);
	if (!folders)
		return false;
	g_ptr_array_free(folders, TRUE);
	return !failure;
}

bool tt_loaded_read(const char *path, const char *provider, bool (*tell)(const struct tt_module *module, void *data),
                    void *data, GError **error)
{
	struct reading reading = {.now_ns = 0};
	struct tt_graph *graph;
	bool ok;

	reading.readers = g_hash_table_new_full(g_direct_hash, g_direct_equal, free_class, free_reader);
	reading.modules = tt_modules_new(tell, data);
	graph = tt_graph_new(read_message, &reading, error);
	ok = graph && add_folders(graph, path, provider, error) && tt_graph_run(graph, path, error);
	if (ok && !reading.stopped)
		tt_modules_finish(reading.modules);
	tt_graph_free(graph);
	tt_modules_free(reading.modules);
	g_hash_table_destroy(reading.readers);
	return ok;
}
