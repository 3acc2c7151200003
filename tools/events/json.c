/* SPDX-License-Identifier: MIT */
/* JSON Lines: an object a line. */
#include <jansson.h>

#include "tools/events/listing.h"
#include "tools/events/field_value.h"
#include "tools/report/json.h"

static json_t *address(uint64_t value)
{
	return json_sprintf("0x%" G_GINT64_MODIFIER "x", value);
}

static json_t *site_of(const struct tt_site *site)
{
	json_t *object = json_object();

	tt_json_set_text(object, "function", site->function);
	tt_json_set_text(object, "file", site->file);
	if (site->line)
		json_object_set_new(object, "line", json_integer(site->line));
	tt_json_set_text(object, "module", site->module);
	json_object_set_new(object, "offset", address(site->offset));
	return object;
}

/* Where functions are inlined, several objects have the same address. */
static void append_frames(json_t *array, struct tt_listing *listing, uint32_t pid, uint64_t frame)
{
	GPtrArray *sites = tt_symbols_frames(listing->symbols, pid, frame, NULL);

	for (guint i = 0; sites && i < sites->len; i++) {
		const struct tt_site *site = sites->pdata[i];
		json_t *object = site->module ? site_of(site) : json_object();

		json_object_set_new(object, "address", address(frame));
		json_array_append_new(array, object);
	}
	if (sites)
		g_ptr_array_unref(sites);
}

static json_t *chain_of(struct tt_listing *listing, const struct tt_event *event)
{
	json_t *array = json_array();

	for (unsigned i = 0; event->stack && i < event->stack->n; i++)
		append_frames(array, listing, event->pid, event->stack->frames[i]);
	return array;
}

/* A number that stands for `no limit` is null. */
static json_t *value_of(struct tt_listing *listing, const struct tt_event *event, const struct tt_field *field)
{
	const char *text = tt_value_text(event, field);
	int64_t number;

	if (text)
		return tt_json_text(text);
	if (field->type == TT_FIELD_STACK)
		return chain_of(listing, event);
	if (field->style == TT_STYLE_HEX)
		return address(event->target);
	return tt_value_number(event, field, &number) ? json_integer(number) : json_null();
}

static int append(const char *text, size_t size, void *line)
{
	g_string_append_len(line, text, (gssize)size);
	return 0;
}

void tt_listing_json(struct tt_listing *listing, const struct tt_event *event)
{
	const struct tt_site *site = tt_symbols_site(listing->symbols, event->pid, event->caller, event->stack);
	const struct tt_site *target = tt_symbols_function(listing->symbols, event->pid, event->target);
	json_t *object = json_object();
	GString *line = g_string_sized_new(512);

	json_object_set_new(object, "time_ns", json_integer(event->time_ns));
	json_object_set_new(object, "relative_ns", json_integer(event->time_ns - listing->begin_ns));
	json_object_set_new(object, "pid", json_integer(event->pid));
	tt_json_set_text(object, "thread", event->thread);
	json_object_set_new(object, "thread_id", json_integer((json_int_t)event->thread_id));
	tt_json_set_text(object, "event", tt_event_type_names[event->type]);
	if (event->name) {
		tt_json_set_text(object, "name", event->name);
		json_object_set_new(object, "id", json_integer((json_int_t)event->id));
	}
	for (const struct tt_field *const *field = event->fields; field && *field; field++)
		json_object_set_new(object, (*field)->name, value_of(listing, event, *field));
	if (target)
		tt_json_set_text(object, "target_function", target->function);
	json_object_set_new(object, "caller", address(event->caller));
	if (site && site->module)
		json_object_set_new(object, "site", site_of(site));
	json_dump_callback(object, append, line, JSON_COMPACT);
	g_string_append_c(line, '\n');
	fwrite(line->str, 1, line->len, listing->out);
	g_string_free(line, TRUE);
	json_decref(object);
}
