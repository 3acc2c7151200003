/*
 * The streams that have events of modules are read first, then those that have events of ours: modules are told before
 * all events. A stream that has neither is not read, but its packets are looked at.
 */
#include "tools/read/ctf/read.h"

#include "tools/read/ctf/merge.h"
#include "tools/read/ctf/set.h"
#include "tools/read/ctf/teller.h"
#include "tools/read/folders.h"
#include "tools/read/manifest.h"

struct reading {
	const struct tt_trace_handler *handler;
	void *data;
	struct tt_trace_summary *summary;
	struct tt_ctf_set *set;
	bool stopped; /* the handler wants no more */
};

static bool has_ours(const struct tt_ctf_stream *stream)
{
	return tt_ctf_has_events(stream->layout, stream->class->id, TT_PROVIDER ":");
}

/* Of those that say what is in memory, all begin so. */
static bool has_modules(const struct tt_ctf_stream *stream)
{
	return tt_ctf_has_events(stream->layout, stream->class->id, "lttng_ust_");
}

/* Tells all items of the streams that are wanted. False with *error. */
static bool read_streams(struct reading *reading, bool (*wanted)(const struct tt_ctf_stream *stream),
                         const struct tt_ctf_teller *teller, GError **error)
{
	struct tt_ctf_merge merge = tt_ctf_merge_new();
	enum tt_ctf_told told = TT_TOLD_ON;
	struct tt_ctf_stream *stream;
	bool ok = true;

	for (guint i = 0; ok && i < reading->set->streams->len; i++) {
		stream = reading->set->streams->pdata[i];
		if (!stream->class || !wanted(stream))
			continue;
		tt_ctf_stream_rewind(stream);
		ok = tt_ctf_stream_peek(stream, error);
		tt_ctf_merge_add(&merge, stream);
	}
	while (ok && told == TT_TOLD_ON && (stream = tt_ctf_merge_first(&merge))) {
		told = tt_ctf_tell(teller, stream, error);
		if (told == TT_TOLD_LATER)
			tt_ctf_stream_fail(stream, tt_ctf_undescribed, error);
		tt_ctf_merge_changed(&merge);
	}
	reading->stopped = told == TT_TOLD_STOP;
	tt_ctf_merge_free(&merge);
	return ok && told <= TT_TOLD_STOP;
}

static bool tell_module(const struct tt_module *module, void *data)
{
	struct reading *reading = data;

	reading->summary->modules++;
	return !reading->handler->module || reading->handler->module(module, reading->data);
}

static bool read_modules(struct reading *reading, GError **error)
{
	const struct tt_ctf_teller teller = {.modules = tt_modules_new(tell_module, reading)};
	bool ok = read_streams(reading, has_modules, &teller, error);

	if (ok && !reading->stopped)
		reading->stopped = !tt_modules_finish(teller.modules);
	tt_modules_free(teller.modules);
	return ok;
}

static bool read_events(struct reading *reading, const struct tt_manifest *manifest, GError **error)
{
	const struct tt_ctf_teller teller = {.telling =
	                                         tt_telling_new(reading->handler, reading->data, reading->summary)};
	bool ok;

	if (manifest)
		tt_telling_only(teller.telling, manifest->pid, manifest->recording);
	ok = read_streams(reading, has_ours, &teller, error);
	tt_telling_free(teller.telling);
	return ok;
}

/* Whether the metadata of a folder have an event of ours: then the folder stays. */
static bool keep_folder(const struct tt_ctf_folder *folder)
{
	for (guint i = 0; i < folder->layout->events->len; i++)
		if (tt_event_is_ours(((const struct tt_ctf_event_class *)folder->layout->events->pdata[i])->name))
			return true;
	return false;
}

/* Reads the metadata of all folders, and leaves those that have events of ours. False with *error. */
static bool find_folders(struct tt_ctf_set *set, GError **error)
{
	GPtrArray *folders = tt_trace_folders(set->path, error);
	bool ok = folders;

	for (guint i = 0; ok && i < folders->len; i++)
		tt_ctf_set_add(set, folders->pdata[i]);
	for (guint i = 0; ok && i < set->folders->len;) {
		struct tt_ctf_folder *folder = set->folders->pdata[i];

		ok = tt_ctf_folder_read(folder, true, error);
		if (ok && !keep_folder(folder))
			g_ptr_array_remove_index(set->folders, i);
		else
			i++;
	}
	if (folders)
		g_ptr_array_free(folders, TRUE);
	if (ok && !set->folders->len)
		g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_FOREIGN,
		            "no event of libtrace_thr was recorded in %s: build the program with libtrace_thr and "
		            "record it with `trace-thr record`",
		            set->path);
	return ok && set->folders->len;
}

bool tt_ctf_read(const char *path, const struct tt_trace_handler *handler, void *data, struct tt_trace_summary *summary,
                 GError **error)
{
	struct reading reading = {.handler = handler, .data = data, .summary = summary, .set = tt_ctf_set_new(path)};
	struct tt_manifest *manifest = NULL;
	GError *failure = NULL;
	bool ok;

	*summary = (struct tt_trace_summary){.events = 0};
	ok = find_folders(reading.set, &failure);
	if (ok)
		manifest = tt_manifest_read(path, &failure);
	ok = ok && !failure && tt_ctf_set_find(reading.set, true, &failure) && read_modules(&reading, &failure) &&
	     (reading.stopped || read_events(&reading, manifest, &failure));
	if (ok && manifest && manifest->torn)
		tt_trace_tell_torn(handler, data, summary);
	if (failure)
		g_propagate_error(error, failure);
	tt_manifest_free(manifest);
	tt_ctf_set_free(reading.set);
	return ok;
}
