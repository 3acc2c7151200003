/* SPDX-License-Identifier: MIT */
/*
 * The streams of the recording are merged by time, as far as they are known and the caller wants. Those of the modules
 * are merged apart, and are read as far as they go: whoever is told of an event then knows the more names.
 */
#include "tools/read/live/tail.h"

#include <string.h>

#include "tools/read/ctf/merge.h"
#include "tools/read/ctf/set.h"
#include "tools/read/ctf/teller.h"

struct tt_tail {
	struct tt_ctf_set *set;
	char *aside;
	const struct tt_trace_handler *handler;
	void *data;
	struct tt_trace_summary summary;
	struct tt_ctf_teller teller;
	GArray *infos;   /* struct tt_tail_stream, in the order of the set's streams */
	int64_t read_ns; /* all up to then was told, or should have been */
	int64_t last_ns; /* the last event that was */
	bool all;        /* nothing more will come */
};

static bool tell_module(const struct tt_module *module, void *data)
{
	struct tt_tail *tail = data;

	tail->summary.modules++;
	return !tail->handler->module || tail->handler->module(module, tail->data);
}

struct tt_tail *tt_tail_open(const char *folder, const struct tt_tail_options *options,
                             const struct tt_trace_handler *handler, void *data)
{
	struct tt_tail *tail = g_new0(struct tt_tail, 1);

	tail->set = tt_ctf_set_new(folder);
	tail->aside = g_strdup(options->aside);
	tail->handler = handler;
	tail->data = data;
	tail->teller.telling = tt_telling_new(handler, data, &tail->summary);
	tail->teller.modules = tt_modules_new(tell_module, tail);
	tail->infos = g_array_new(FALSE, FALSE, sizeof(struct tt_tail_stream));
	tail->read_ns = tail->last_ns = INT64_MIN;
	tt_telling_only(tail->teller.telling, options->root, options->recording);
	return tail;
}

void tt_tail_close(struct tt_tail *tail)
{
	if (!tail)
		return;
	g_array_free(tail->infos, TRUE);
	tt_modules_free(tail->teller.modules);
	tt_telling_free(tail->teller.telling);
	tt_ctf_set_free(tail->set);
	g_free(tail->aside);
	g_free(tail);
}

/* The user of …/uid/UID/… */
static int64_t uid_of(const char *path)
{
	const char *at = strstr(path, "/uid/");
	g_autofree char *number = at ? g_strndup(at + 5, strcspn(at + 5, "/")) : NULL;
	guint64 uid;

	return number && g_ascii_string_to_unsigned(number, 10, 0, UINT32_MAX, &uid, NULL) ? (int64_t)uid : -1;
}

static struct tt_tail_stream describe(const struct tt_tail *tail, const struct tt_ctf_stream *stream)
{
	struct tt_discarded_buffer name = {.cpu = -1};
	struct tt_tail_stream info = {.packets = stream->packets, .end_ns = stream->end_ns};

	tt_lost_buffer_name(&name, stream->path);
	info.path = stream->path + strlen(tail->set->path);
	info.path += strspn(info.path, "/");
	info.channel = name.channel;
	info.cpu = name.cpu;
	info.uid = uid_of(stream->path + strlen(tail->set->path));
	info.aside = tail->aside && !strcmp(name.channel, tail->aside);
	return info;
}

static bool find(struct tt_tail *tail, bool all, GError **error)
{
	bool ok = tt_ctf_set_look(tail->set, error) && tt_ctf_set_find(tail->set, all, error);

	g_array_set_size(tail->infos, 0);
	for (guint i = 0; ok && i < tail->set->streams->len; i++) {
		struct tt_tail_stream info = describe(tail, tail->set->streams->pdata[i]);

		g_array_append_val(tail->infos, info);
		ok = tt_ctf_look(tail->set->streams->pdata[i], error);
	}
	return ok;
}

bool tt_tail_poll(struct tt_tail *tail, GError **error)
{
	return find(tail, false, error);
}

guint tt_tail_n_streams(const struct tt_tail *tail)
{
	return tail->infos->len;
}

const struct tt_tail_stream *tt_tail_stream(const struct tt_tail *tail, guint i)
{
	return &g_array_index(tail->infos, struct tt_tail_stream, i);
}

int64_t tt_tail_complete(const struct tt_tail *tail)
{
	int64_t complete_ns = INT64_MAX;

	for (guint i = 0; i < tail->infos->len; i++) {
		const struct tt_tail_stream *info = &g_array_index(tail->infos, struct tt_tail_stream, i);

		if (!info->aside)
			complete_ns = MIN(complete_ns, info->end_ns);
	}
	return complete_ns == INT64_MAX || complete_ns == TT_TAIL_NEVER ? TT_TAIL_NEVER : complete_ns - 1;
}

/* The streams that are aside, or those that are not, with what they have next. False with *error. */
static bool merge_streams(struct tt_tail *tail, bool aside, struct tt_ctf_merge *merge, GError **error)
{
	for (guint i = 0; i < tail->infos->len; i++) {
		struct tt_ctf_stream *stream = tail->set->streams->pdata[i];

		if (g_array_index(tail->infos, struct tt_tail_stream, i).aside != aside)
			continue;
		if (!tt_ctf_look(stream, error))
			return false;
		tt_ctf_merge_add(merge, stream);
	}
	return true;
}

static bool is_late(const struct tt_tail *tail, const struct tt_ctf_stream *stream)
{
	return stream->item == TT_ITEM_EVENT && (stream->time_ns < tail->read_ns || stream->time_ns < tail->last_ns);
}

/* Says so, and lets it pass from now on. */
static enum tt_tail_result disorder(struct tt_tail *tail, const struct tt_ctf_stream *stream, GError **error)
{
	g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE,
	            "an event in %s is %" G_GINT64_FORMAT
	            " ns older than what was read already: what is said while the program runs may be wrong; see what "
	            "'trace-thr check' says of the recording",
	            stream->path, MAX(tail->read_ns, tail->last_ns) - stream->time_ns);
	tail->read_ns = tail->last_ns = stream->time_ns;
	return TT_TAIL_DISORDER;
}

/* The metadata do not describe the next event. */
static enum tt_tail_result later(const struct tt_tail *tail, const struct tt_ctf_stream *stream, GError **error)
{
	if (!tail->all)
		return TT_TAIL_LATER;
	tt_ctf_stream_fail(stream, tt_ctf_undescribed, error);
	return TT_TAIL_FAILED;
}

static enum tt_tail_result read_merged(struct tt_tail *tail, struct tt_ctf_merge *merge, int64_t time_ns,
                                       GError **error)
{
	struct tt_ctf_stream *stream;

	while ((stream = tt_ctf_merge_first(merge)) && stream->time_ns <= time_ns) {
		bool is_event = stream->item == TT_ITEM_EVENT;
		int64_t now_ns = stream->time_ns;

		if (is_late(tail, stream))
			return disorder(tail, stream, error);
		switch (tt_ctf_tell(&tail->teller, stream, error)) {
		case TT_TOLD_LATER:
			tail->read_ns = MAX(tail->read_ns, now_ns);
			return later(tail, stream, error);
		case TT_TOLD_WRONG:
			return TT_TAIL_FAILED;
		case TT_TOLD_STOP:
			return TT_TAIL_STOPPED;
		case TT_TOLD_ON:
			break;
		}
		if (is_event)
			tail->last_ns = now_ns;
		tt_ctf_merge_changed(merge);
	}
	tail->read_ns = MAX(tail->read_ns, time_ns);
	return TT_TAIL_READ;
}

/* All that there is. What the metadata do not describe yet can wait. */
static enum tt_tail_result read_aside(struct tt_tail *tail, struct tt_ctf_merge *merge, GError **error)
{
	struct tt_ctf_stream *stream;

	while ((stream = tt_ctf_merge_first(merge))) {
		switch (tt_ctf_tell(&tail->teller, stream, error)) {
		case TT_TOLD_LATER:
			return later(tail, stream, error) == TT_TAIL_LATER ? TT_TAIL_READ : TT_TAIL_FAILED;
		case TT_TOLD_WRONG:
			return TT_TAIL_FAILED;
		case TT_TOLD_STOP:
			return TT_TAIL_STOPPED;
		case TT_TOLD_ON:
			break;
		}
		tt_ctf_merge_changed(merge);
	}
	return TT_TAIL_READ;
}

enum tt_tail_result tt_tail_read_until(struct tt_tail *tail, int64_t time_ns, GError **error)
{
	struct tt_ctf_merge aside = tt_ctf_merge_new(), merge = tt_ctf_merge_new();
	enum tt_tail_result result = TT_TAIL_FAILED;

	if (merge_streams(tail, true, &aside, error) && merge_streams(tail, false, &merge, error)) {
		result = read_aside(tail, &aside, error);
		if (result == TT_TAIL_READ)
			result = read_merged(tail, &merge, time_ns, error);
	}
	tt_ctf_merge_free(&merge);
	tt_ctf_merge_free(&aside);
	return result;
}

static bool is_pending(const struct tt_tail *tail, bool aside)
{
	for (guint i = 0; i < tail->infos->len; i++) {
		const struct tt_ctf_stream *stream = tail->set->streams->pdata[i];

		if (tt_tail_stream(tail, i)->aside == aside && stream->item != TT_ITEM_NONE)
			return true;
	}
	return false;
}

bool tt_tail_pending(const struct tt_tail *tail)
{
	return is_pending(tail, false);
}

bool tt_tail_pending_aside(const struct tt_tail *tail)
{
	return is_pending(tail, true);
}

enum tt_tail_result tt_tail_end(struct tt_tail *tail, GError **error)
{
	enum tt_tail_result result;

	tail->all = true;
	if (!find(tail, true, error))
		return TT_TAIL_FAILED;
	result = tt_tail_read_until(tail, INT64_MAX, error);
	if (result == TT_TAIL_READ && !tt_modules_finish(tail->teller.modules))
		result = TT_TAIL_STOPPED;
	return result;
}

const struct tt_trace_summary *tt_tail_summary(const struct tt_tail *tail)
{
	return &tail->summary;
}
