/* SPDX-License-Identifier: MIT */
/*
 * The streams that have events of modules are read first, then those that have events of ours: modules are told before
 * all events. A stream that has neither is not read, but its packets are looked at.
 */
#include "tools/read/ctf/fail.h"
#include "tools/read/ctf/merge.h"
#include "tools/read/ctf/set.h"
#include "tools/read/ctf/teller.h"
#include "tools/read/recording/trace_dirs.h"
#include "tools/read/source.h"

struct reading {
	const struct tt_trace_handler *handler;
	void *data;
	struct tt_trace_summary *summary;
	struct tt_ctf_set *set;
	bool stopped; /* the handler wants no more */
};

static bool has_ours(const struct tt_ctf_stream *stream)
{
	return tt_ctf_has_events(stream->layout, stream->class->id, tt_event_is_ours);
}

static bool has_modules(const struct tt_ctf_stream *stream)
{
	enum tt_dump_kind kind;

	for (guint i = 0; i < stream->layout->events->len; i++) {
		const struct tt_ctf_event_class *event = stream->layout->events->pdata[i];

		if (event->stream_id == stream->class->id && tt_dump_find(event->name, &kind))
			return true;
	}
	return false;
}

typedef bool is_wanted(const struct tt_ctf_stream *stream);

/* The streams that are wanted, each at its beginning. False with *error. */
static bool merge_streams(struct reading *reading, is_wanted *wanted, struct tt_ctf_merge *merge, GError **error)
{
	for (guint i = 0; i < reading->set->streams->len; i++) {
		struct tt_ctf_stream *stream = reading->set->streams->pdata[i];

		if (!stream->class || !wanted(stream))
			continue;
		tt_ctf_stream_rewind(stream);
		if (!tt_ctf_look(stream, error))
			return false;
		tt_ctf_merge_add(merge, stream);
	}
	return true;
}

static bool read_merged(struct reading *reading, struct tt_ctf_merge *merge, const struct tt_ctf_teller *teller,
                        GError **error)
{
	enum tt_ctf_told told = TT_TOLD_ON;
	struct tt_ctf_stream *stream;

	while (told == TT_TOLD_ON && (stream = tt_ctf_merge_first(merge))) {
		told = tt_ctf_tell(teller, stream, error);
		if (told == TT_TOLD_LATER)
			tt_ctf_stream_fail(stream, tt_ctf_undescribed, error);
		tt_ctf_merge_changed(merge);
	}
	reading->stopped = told == TT_TOLD_STOP;
	return told <= TT_TOLD_STOP;
}

/* Tells all items of the streams that are wanted. False with *error. */
static bool read_streams(struct reading *reading, is_wanted *wanted, const struct tt_ctf_teller *teller, GError **error)
{
	struct tt_ctf_merge merge = tt_ctf_merge_new();
	bool ok = merge_streams(reading, wanted, &merge, error) && read_merged(reading, &merge, teller, error);

	tt_ctf_merge_free(&merge);
	return ok;
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
	GPtrArray *folders = tt_trace_dirs(set->path, error);
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
		tt_source_fail_foreign(set->path, error);
	return ok && set->folders->len;
}

/* Whether all events are described in a way that is known. */
static bool check_classes(const struct tt_ctf_folder *folder, GError **error)
{
	for (guint i = 0; i < folder->layout->events->len; i++) {
		char *why = NULL;
		struct tt_ctf_class *class = tt_ctf_class_new(folder->layout, folder->layout->events->pdata[i], &why);

		if (!class) {
			tt_ctf_fail(error, folder->path, why);
			g_free(why);
			return false;
		}
		tt_ctf_class_free(class);
	}
	return true;
}

/* The parts of a session that rotates are one trace, and its streams go on from part to part: that is not known here.
 */
static bool check_folders(const struct tt_ctf_set *set, GError **error)
{
	GHashTable *uuids = g_hash_table_new(g_str_hash, g_str_equal);
	bool ok = true;

	for (guint i = 0; ok && i < set->folders->len; i++) {
		const struct tt_ctf_folder *folder = set->folders->pdata[i];
		const char *uuid = folder->layout->uuid;

		ok = check_classes(folder, error);
		if (ok && uuid && !g_hash_table_add(uuids, (gpointer)(uintptr_t)uuid))
			ok = tt_ctf_fail(error, folder->path,
			                 "it is a part of a trace, and another part lies beside it");
	}
	g_hash_table_destroy(uuids);
	return ok;
}

/* A stream may be in several files, of a session that limits their size: that is not known here, either. */
static bool check_streams(const struct tt_ctf_set *set, GError **error)
{
	for (guint i = 0; i < set->streams->len; i++) {
		const struct tt_ctf_stream *a = set->streams->pdata[i];

		for (guint k = 0; a->class && a->instance != UINT64_MAX && k < i; k++) {
			const struct tt_ctf_stream *b = set->streams->pdata[k];

			if (a->class == b->class && a->instance == b->instance)
				return tt_ctf_stream_fail(
				    a, "it is a part of a stream, and another part lies beside it", error);
		}
	}
	return true;
}

static void close_all(void *data)
{
	struct reading *reading = data;

	tt_ctf_set_free(reading->set);
	g_free(reading);
}

static void *open_all(const char *path, const struct tt_trace_handler *handler, void *data,
                      struct tt_trace_summary *summary, GError **error)
{
	struct reading *reading = g_new0(struct reading, 1);

	reading->handler = handler;
	reading->data = data;
	reading->summary = summary;
	reading->set = tt_ctf_set_new(path);
	if (find_folders(reading->set, error) && check_folders(reading->set, error) &&
	    tt_ctf_set_find(reading->set, true, error) && check_streams(reading->set, error))
		return reading;
	close_all(reading);
	return NULL;
}

static bool read_all(void *data, const struct tt_manifest *manifest, GError **error)
{
	struct reading *reading = data;

	return read_modules(reading, error) && (reading->stopped || read_events(reading, manifest, error));
}

const struct tt_source tt_source_fast = {"fast", open_all, read_all, close_all};
