#include "tools/read/trace.h"

#include "tools/read/decode.h"
#include "tools/read/folders.h"
#include "tools/read/graph.h"
#include "tools/read/loaded.h"
#include "tools/read/manifest.h"
#include "tools/read/whole.h"

GQuark tt_trace_error_quark(void)
{
	return g_quark_from_static_string("tt-trace-error");
}

struct reading {
	const struct tt_trace_handler *handler;
	void *data;
	struct tt_trace_summary *summary;
	bool stopped; /* by the handler of modules: it wants no events */
};

static bool read_message(const bt_message *message, void *decoder)
{
	return tt_decoder_take(decoder, message);
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
		    tt_graph_has_provider(graph, folders->pdata[i], TT_PROVIDER, &failure))
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
	const struct tt_loss loss = {.begin_ns = -1, .end_ns = -1, .torn = true, .buffer = {.cpu = -1, .pid = -1}};

	reading->summary->lost_packets++;
	reading->summary->torn = true;
	if (reading->handler->loss)
		reading->handler->loss(&loss, reading->data);
}

bool tt_trace_read(const char *path, const struct tt_trace_handler *handler, void *data,
                   struct tt_trace_summary *summary, GError **error)
{
	struct reading reading = {.handler = handler, .data = data, .summary = summary};
	struct tt_decoder *decoder = tt_decoder_new(handler, data, summary);
	struct tt_manifest *manifest = NULL;
	struct tt_graph *graph;
	bool ok;

	*summary = (struct tt_trace_summary){.events = 0};
	graph = tt_graph_new(read_message, decoder, error);
	ok = graph && add_folders(graph, path, error) && look_at_manifest(path, &manifest, error) &&
	     tt_loaded_read(path, TT_PROVIDER, tell_module, &reading, error);
	if (manifest && manifest->unrecorded)
		summary->unrecorded = g_strv_length(manifest->unrecorded);
	if (manifest)
		tt_decoder_only(decoder, manifest->pid, manifest->recording);
	if (ok && !reading.stopped)
		ok = tt_graph_run(graph, path, error);
	if (ok && manifest && manifest->torn)
		tell_torn(&reading);
	tt_decoder_free(decoder);
	tt_manifest_free(manifest);
	tt_graph_free(graph);
	return ok;
}
