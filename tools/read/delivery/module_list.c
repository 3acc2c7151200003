/* SPDX-License-Identifier: MIT */
#include "tools/read/delivery/module_list.h"

#include "tools/read/delivery/dumps.h"
#include "tools/read/recording/trace_dirs.h"
#include "tools/read/bt/bt_graph.h"
#include "tools/read/delivery/delivery.h"

/* Of our own, and of LTTng's: its state dump, and the libraries that were loaded later. */
#define EVENTS TT_MODULE_EVENTS "|lttng_ust_"

struct reading {
	struct tt_dumps *dumps;
	bool stopped;
};

static bool read_message(const bt_message *message, void *data)
{
	struct reading *reading = data;

	reading->stopped = !tt_dumps_take(reading->dumps, message);
	return !reading->stopped;
}

static bool add_folders(struct tt_bt_graph *graph, const char *path, const char *provider, GError **error)
{
	GPtrArray *folders = tt_trace_dirs(path, error);
	GError *failure = NULL;

	for (guint i = 0; folders && !failure && i < folders->len; i++)
		if (tt_bt_graph_has_provider(graph, folders->pdata[i], provider, &failure))
			tt_bt_graph_add(graph, folders->pdata[i], EVENTS, &failure);
	if (failure)
		g_propagate_error(error, failure);
	if (!folders)
		return false;
	g_ptr_array_free(folders, TRUE);
	return !failure;
}

bool tt_module_list_read(const char *path, const char *provider,
                         bool (*tell)(const struct tt_module *module, void *data), void *data, GError **error)
{
	struct tt_modules *modules = tt_modules_new(tell, data);
	struct reading reading = {.dumps = tt_dumps_new(modules)};
	struct tt_bt_graph *graph;
	bool ok;

	graph = tt_bt_graph_new(read_message, &reading, error);
	ok = graph && add_folders(graph, path, provider, error) && tt_bt_graph_run(graph, path, error);
	if (ok && !reading.stopped)
		tt_modules_finish(modules);
	tt_bt_graph_free(graph);
	tt_dumps_free(reading.dumps);
	tt_modules_free(modules);
	return ok;
}
