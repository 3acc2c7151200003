/* SPDX-License-Identifier: MIT */
#include "tools/read/delivery/delivery.h"

#include <string.h>

#include "tools/read/delivery/process_filter.h"
#include "tools/text/sanitize.h"

struct tt_telling {
	const struct tt_trace_handler *handler;
	void *data;
	struct tt_trace_summary *summary;
	struct tt_process_filter *processes;
};

bool tt_event_is_ours(const char *name)
{
	return name && g_str_has_prefix(name, TT_PROVIDER ":") && !g_str_has_prefix(name, TT_MODULE_EVENTS);
}

bool tt_event_is_known(const char *name, enum tt_event_type *type)
{
	return tt_event_is_ours(name) && tt_event_type_find(name + strlen(TT_PROVIDER ":"), type);
}

const struct tt_field *tt_event_field(const char *name, const void *type)
{
	return tt_field_find(*(const enum tt_event_type *)type, name);
}

struct tt_event tt_event_blank(enum tt_event_type type)
{
	struct tt_event blank = {.type = type, .thread = "?", .timeout_ns = TT_NO_TIMEOUT};

	blank.name = type == TT_EVENT_log_message || type == TT_EVENT_untold ? NULL : "?";
	blank.text = type == TT_EVENT_log_message ? "" : NULL;
	blank.call = type == TT_EVENT_misuse ? "?" : NULL;
	blank.old = type == TT_EVENT_thread_rename ? "?" : NULL;
	return blank;
}

const struct tt_field **tt_event_own_fields(GPtrArray *fields)
{
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

void tt_lost_buffer_name(struct tt_discarded_buffer *buffer, const char *path)
{
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
	const char *number = strrchr(file, '_');
	g_autofree char *channel = number ? g_strndup(file, (gsize)(number - file)) : NULL;
	guint64 cpu;

	buffer->channel = g_intern_string(file);
	if (!number || !g_ascii_string_to_unsigned(number + 1, 10, 0, INT32_MAX, &cpu, NULL))
		return;
	buffer->channel = g_intern_string(channel);
	buffer->cpu = (int64_t)cpu;
}

struct tt_telling *tt_telling_new(const struct tt_trace_handler *handler, void *data, struct tt_trace_summary *summary)
{
	struct tt_telling *telling = g_new0(struct tt_telling, 1);

	telling->handler = handler;
	telling->data = data;
	telling->summary = summary;
	telling->processes = tt_process_filter_new(0, NULL);
	return telling;
}

void tt_telling_free(struct tt_telling *telling)
{
	tt_process_filter_free(telling->processes);
	g_free(telling);
}

void tt_telling_only(struct tt_telling *telling, uint32_t root, const char *recording)
{
	tt_process_filter_free(telling->processes);
	telling->processes = tt_process_filter_new(root, recording);
}

/* Where an event has text. A name is on one line; a message may have several. */
static const size_t names[] = {offsetof(struct tt_event, thread), offsetof(struct tt_event, name),
                               offsetof(struct tt_event, old), offsetof(struct tt_event, call),
                               offsetof(struct tt_event, recording)};

static const char **name_of(struct tt_event *event, size_t i)
{
	return (const char **)(void *)((char *)event + names[i]);
}

static bool is_plain(const struct tt_event *event)
{
	return tt_is_plain(event->thread) && tt_is_plain(event->name) && tt_is_plain(event->old) &&
	       tt_is_plain(event->call) && tt_is_plain(event->recording) && tt_is_plain(event->text);
}

/* Tells the handler, with texts that are fit to be shown. */
static bool tell_harmless(const struct tt_telling *telling, const struct tt_event *event)
{
	struct tt_event shown = *event;
	char *made[G_N_ELEMENTS(names)], *text = event->text ? tt_sanitize(event->text) : NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		*name_of(&shown, i) = tt_harmless_or_made(*name_of(&shown, i), &made[i]);
	shown.text = text;
	bool more = telling->handler->event(&shown, telling->data);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		g_free(made[i]);
	g_free(text);
	return more;
}

/* The name of a buffer or its process, which stays for good. */
static const char *harmless_for_good(const char *name)
{
	g_autofree char *made = NULL;
	const char *shown = tt_harmless_or_made(name, &made);

	return made ? g_intern_string(shown) : name;
}

/* Calls that the program made and the library could not tell: a loss like the tracer's own. */
static bool tell_untold(const struct tt_telling *telling, const struct tt_event *event)
{
	const struct tt_discarded loss = {.begin_ns = -1,
	                                  .end_ns = event->time_ns,
	                                  .count = event->n,
	                                  .why = "calls were made where none can be told (docs/interpose.md)",
	                                  .buffer = {.cpu = -1, .pid = event->pid}};

	telling->summary->untold += event->n;
	return !telling->handler->loss || telling->handler->loss(&loss, telling->data);
}

bool tt_tell_event(struct tt_telling *telling, const struct tt_event *event)
{
	struct tt_trace_summary *summary = telling->summary;

	if (!tt_process_filter_count(telling->processes, event)) {
		summary->other_processes++;
		return true;
	}
	if (event->type == TT_EVENT_untold)
		return tell_untold(telling, event);
	if (!summary->events++)
		summary->begin_ns = event->time_ns;
	summary->end_ns = event->time_ns;
	if (!telling->handler->event)
		return true;
	return is_plain(event) ? telling->handler->event(event, telling->data) : tell_harmless(telling, event);
}

bool tt_tell_loss(struct tt_telling *telling, const struct tt_discarded *loss)
{
	struct tt_discarded shown = *loss;

	telling->summary->lost += loss->count;
	telling->summary->lost_packets += loss->packets;
	shown.buffer.channel = harmless_for_good(loss->buffer.channel);
	shown.buffer.process = harmless_for_good(loss->buffer.process);
	return !telling->handler->loss || telling->handler->loss(&shown, telling->data);
}

void tt_tell_unknown(struct tt_telling *telling)
{
	telling->summary->unknown++;
}
