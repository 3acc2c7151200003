/* SPDX-License-Identifier: MIT */
#include "tools/read/trace.h"

#include "tools/read/recording/cut.h"
#include "tools/read/source.h"
#include "tools/read/delivery/delivery.h"

GQuark tt_trace_error_quark(void)
{
	return g_quark_from_static_string("tt-trace-error");
}

void tt_source_fail_foreign(const char *path, GError **error)
{
	g_set_error(
	    error, TT_TRACE_ERROR, TT_TRACE_ERROR_FOREIGN,
	    "no event of libtrace_thr was recorded in %s: build the program with libtrace_thr and record it with "
	    "`trace-thr record`",
	    path);
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

void tt_trace_tell_torn(const struct tt_trace_handler *handler, void *data, struct tt_trace_summary *summary)
{
	const struct tt_discarded loss = {.begin_ns = -1, .end_ns = -1, .torn = true, .buffer = {.cpu = -1, .pid = -1}};

	summary->lost_packets++;
	summary->torn = true;
	if (handler->loss)
		handler->loss(&loss, data);
}

/* The trace is open. */
static bool read_opened(const struct tt_source *source, void *opened, const char *path,
                        const struct tt_trace_handler *handler, void *data, struct tt_trace_summary *summary,
                        GError **error)
{
	struct tt_manifest *manifest = NULL;
	bool ok = look_at_manifest(path, &manifest, error) && source->read(opened, manifest, error);

	if (manifest && manifest->unrecorded)
		summary->unrecorded = g_strv_length(manifest->unrecorded);
	if (ok && manifest && manifest->torn)
		tt_trace_tell_torn(handler, data, summary);
	if (ok && manifest)
		tt_cut_tell(manifest, handler, data, summary);
	tt_manifest_free(manifest);
	source->close(opened);
	return ok;
}

bool tt_source_read(const struct tt_source *source, const char *path, const struct tt_trace_handler *handler,
                    void *data, struct tt_trace_summary *summary, GError **error)
{
	void *opened;

	*summary = (struct tt_trace_summary){.events = 0};
	opened = source->open(path, handler, data, summary, error);
	return opened && read_opened(source, opened, path, handler, data, summary, error);
}

bool tt_trace_read(const char *path, const struct tt_trace_handler *handler, void *data,
                   struct tt_trace_summary *summary, GError **error)
{
	const char *chosen = g_getenv(TT_READER_VARIABLE);
	void *opened;

	if (!g_strcmp0(chosen, tt_source_fast.name))
		return tt_source_read(&tt_source_fast, path, handler, data, summary, error);
	if (!g_strcmp0(chosen, tt_source_babeltrace.name))
		return tt_source_read(&tt_source_babeltrace, path, handler, data, summary, error);
	*summary = (struct tt_trace_summary){.events = 0};
	opened = tt_source_fast.open(path, handler, data, summary, NULL);
	if (opened)
		return read_opened(&tt_source_fast, opened, path, handler, data, summary, error);
	return tt_source_read(&tt_source_babeltrace, path, handler, data, summary, error);
}
