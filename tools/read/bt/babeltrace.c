/* SPDX-License-Identifier: MIT */
/*
 * Babeltrace's door: modules by one graph, all else by another.
 */
#include "tools/read/bt/decode.h"
#include "tools/read/recording/trace_dirs.h"
#include "tools/read/bt/bt_graph.h"
#include "tools/read/delivery/module_list.h"
#include "tools/read/source.h"
#include "tools/read/recording/trace_integrity.h"

struct opened {
	char *path;
	const struct tt_trace_handler *handler;
	void *data;
	struct tt_trace_summary *summary;
	struct tt_decoder *decoder;
	struct tt_bt_graph *graph;
	bool stopped; /* by the handler of modules: it wants no events */
};

static bool read_message(const bt_message *message, void *decoder)
{
	return tt_decoder_take(decoder, message);
}

static bool tell_module(const struct tt_module *module, void *data)
{
	struct opened *opened = data;

	opened->summary->modules++;
	opened->stopped = opened->handler->module && !opened->handler->module(module, opened->data);
	return !opened->stopped;
}

/* Adds the folders that have events of the provider; what else was recorded beside them costs nothing then. */
static bool add_folders(struct tt_bt_graph *graph, const char *path, GError **error)
{
	GPtrArray *folders = tt_trace_dirs(path, error);
	GError *failure = NULL;
	bool any = false;

	if (!folders)
		return false;
	for (guint i = 0; !failure && i < folders->len; i++)
		if (tt_trace_is_intact(folders->pdata[i], &failure) &&
		    tt_bt_graph_has_provider(graph, folders->pdata[i], TT_PROVIDER, &failure))
			any |= tt_bt_graph_add(graph, folders->pdata[i], NULL, &failure);
	if (!any && !failure)
		tt_source_fail_foreign(path, &failure);
	g_ptr_array_free(folders, TRUE);
	if (failure)
		g_propagate_error(error, failure);
	return !failure;
}

static void close_all(void *data)
{
	struct opened *opened = data;

	tt_bt_graph_free(opened->graph);
	tt_decoder_free(opened->decoder);
	g_free(opened->path);
	g_free(opened);
}

static void *open_all(const char *path, const struct tt_trace_handler *handler, void *data,
                      struct tt_trace_summary *summary, GError **error)
{
	struct opened *opened = g_new0(struct opened, 1);

	opened->path = g_strdup(path);
	opened->handler = handler;
	opened->data = data;
	opened->summary = summary;
	opened->decoder = tt_decoder_new(handler, data, summary);
	opened->graph = tt_bt_graph_new(read_message, opened->decoder, error);
	if (opened->graph && add_folders(opened->graph, path, error))
		return opened;
	close_all(opened);
	return NULL;
}

static bool read_all(void *data, const struct tt_manifest *manifest, GError **error)
{
	struct opened *opened = data;

	if (!tt_module_list_read(opened->path, TT_PROVIDER, tell_module, opened, error))
		return false;
	if (manifest)
		tt_decoder_only(opened->decoder, manifest->pid, manifest->recording);
	return opened->stopped || tt_bt_graph_run(opened->graph, opened->path, error);
}

const struct tt_source tt_source_babeltrace = {"babeltrace", open_all, read_all, close_all};
