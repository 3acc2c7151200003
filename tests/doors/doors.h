/* SPDX-License-Identifier: MIT */
/*
 * The two doors to a trace, Babeltrace's and our own, as an oracle for each other: what each tells, as text, a line a
 * module, event or loss, and the summary.
 */
#ifndef TT_TESTS_DOORS_H
#define TT_TESTS_DOORS_H

#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "tools/read/source.h"

/* What a door told. */
struct door {
	bool ok;
	GError *error;
	GArray *lines; /* struct door_line */
	struct tt_trace_summary summary;
};

struct door_line {
	int64_t time_ns; /* lines of the same time may be told in any order */
	char kind;       /* of modules, events, losses: m, e, l */
	char *text;
};

static inline void door_clear_line(gpointer line)
{
	g_free(((struct door_line *)line)->text);
}

static inline void door_add(struct door *door, char kind, int64_t time_ns, char *text)
{
	struct door_line line = {.time_ns = time_ns, .kind = kind, .text = text};

	g_array_append_val(door->lines, line);
}

static inline void door_text(GString *to, const char *text)
{
	g_autofree char *escaped = text ? g_strescape(text, NULL) : NULL;

	g_string_append_printf(to, "%s%s%s", text ? "\"" : "", text ? escaped : "NULL", text ? "\"" : "");
}

static inline void door_stack(GString *to, const struct tt_stack *stack)
{
	for (unsigned i = 0; stack && i < stack->n; i++)
		g_string_append_printf(to, "%" G_GINT64_MODIFIER "x,", (guint64)stack->frames[i]);
}

static inline void door_field(GString *to, const struct tt_field *field, const struct tt_event *event)
{
	const char *place = (const char *)event + field->offset;

	g_string_append_printf(to, " %s=", field->name);
	switch (field->type) {
	case TT_FIELD_U8:
		g_string_append_printf(to, "%u", *(const uint8_t *)place);
		break;
	case TT_FIELD_U32:
		g_string_append_printf(to, "%u", *(const uint32_t *)(const void *)place);
		break;
	case TT_FIELD_U64:
	case TT_FIELD_I64:
		g_string_append_printf(to, "%" G_GINT64_FORMAT, *(const gint64 *)(const void *)place);
		break;
	case TT_FIELD_TEXT:
		door_text(to, *(const char *const *)(const void *)place);
		break;
	case TT_FIELD_STACK:
		door_stack(to, *(const struct tt_stack *const *)(const void *)place);
		break;
	}
}

/* Every field that an event can have, whether it has it or not, and the list of those that it says it has. */
static inline bool door_event(const struct tt_event *event, void *data)
{
	GString *text = g_string_new(tt_event_type_names[event->type]);

	for (const struct tt_field *field = tt_fields; field->name; field++)
		door_field(text, field, event);
	g_string_append(text, " has");
	for (const struct tt_field *const *field = event->fields; *field; field++)
		g_string_append_printf(text, " %s", (*field)->name);
	door_add(data, 'e', event->time_ns, g_string_free(text, FALSE));
	return true;
}

static inline bool door_module(const struct tt_module *module, void *data)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "pid %u base %" G_GINT64_MODIFIER "x size %" G_GINT64_MODIFIER "x ", module->pid,
	                       (guint64)module->base, (guint64)module->size);
	door_text(text, module->path);
	g_string_append(text, module->build_id ? " id " : " none");
	for (size_t i = 0; i < module->build_id_size; i++)
		g_string_append_printf(text, "%02x", module->build_id[i]);
	door_add(data, 'm', module->time_ns, g_string_free(text, FALSE));
	return true;
}

static inline bool door_loss(const struct tt_discarded *loss, void *data)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text,
	                       "from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " events %" G_GUINT64_FORMAT
	                       " packets %" G_GUINT64_FORMAT " torn %d cpu %" G_GINT64_FORMAT " pid %" G_GINT64_FORMAT
	                       " ",
	                       (gint64)loss->begin_ns, (gint64)loss->end_ns, (guint64)loss->count,
	                       (guint64)loss->packets, loss->torn, (gint64)loss->buffer.cpu, (gint64)loss->buffer.pid);
	door_text(text, loss->buffer.channel);
	door_text(text, loss->buffer.process);
	door_add(data, 'l', loss->begin_ns, g_string_free(text, FALSE));
	return true;
}

static inline struct door door_open(const struct tt_source *source, const char *path)
{
	const struct tt_trace_handler handler = {door_event, door_module, door_loss};
	struct door door = {.ok = false};

	door.lines = g_array_new(FALSE, FALSE, sizeof(struct door_line));
	g_array_set_clear_func(door.lines, door_clear_line);
	door.ok = tt_source_read(source, path, &handler, &door, &door.summary, &door.error);
	return door;
}

static inline void door_close(struct door *door)
{
	g_array_free(door->lines, TRUE);
	g_clear_error(&door->error);
}

/* Lines of one time, by their text: which of them comes first is not said. Times that go back stay as they are. */
static inline int door_compare_lines(const void *a, const void *b)
{
	const struct door_line *x = a, *y = b;

	return x->kind != y->kind ? x->kind - y->kind : strcmp(x->text, y->text);
}

static inline void door_order(struct door *door)
{
	struct door_line *lines = (struct door_line *)(void *)door->lines->data;

	for (guint begin = 0, end; begin < door->lines->len; begin = end) {
		for (end = begin; end < door->lines->len && lines[end].time_ns == lines[begin].time_ns; end++)
			;
		qsort(lines + begin, end - begin, sizeof *lines, door_compare_lines);
	}
}

/* The first difference, of the caller to free; NULL: none. Of two that failed, what was told before does not matter. */
static inline char *door_difference(struct door *a, struct door *b)
{
	const struct tt_trace_summary *x = &a->summary, *y = &b->summary;

	if (a->ok != b->ok)
		return g_strdup_printf("one failed, one not: %s", (a->ok ? b : a)->error->message);
	if (!a->ok)
		return a->error->code == b->error->code
		           ? NULL
		           : g_strdup_printf("%s; %s", a->error->message, b->error->message);
	door_order(a);
	door_order(b);
	for (guint i = 0; i < MIN(a->lines->len, b->lines->len); i++) {
		const struct door_line *s = &g_array_index(a->lines, struct door_line, i);
		const struct door_line *t = &g_array_index(b->lines, struct door_line, i);

		if (s->time_ns != t->time_ns || s->kind != t->kind || strcmp(s->text, t->text))
			return g_strdup_printf("line %u:\n%" G_GINT64_FORMAT " %c %s\n%" G_GINT64_FORMAT " %c %s", i,
			                       (gint64)s->time_ns, s->kind, s->text, (gint64)t->time_ns, t->kind,
			                       t->text);
	}
	if (a->lines->len != b->lines->len)
		return g_strdup_printf("%u lines and %u", a->lines->len, b->lines->len);
	if (x->events != y->events || x->lost != y->lost || x->lost_packets != y->lost_packets || x->torn != y->torn ||
	    x->other_processes != y->other_processes || x->unknown != y->unknown || x->modules != y->modules ||
	    x->begin_ns != y->begin_ns || x->end_ns != y->end_ns)
		return g_strdup("another summary");
	return NULL;
}

#endif /* TT_TESTS_DOORS_H */
