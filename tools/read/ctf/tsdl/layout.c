/* SPDX-License-Identifier: MIT */
/*
 * What the reader of metadata (declarations.c, types.c) has found, kept and looked up.
 */
#include "tools/read/ctf/tsdl/layout.h"

#include <string.h>

#include "tools/read/ctf/ctf_internal.h"

static guint hash_event(gconstpointer key)
{
	const struct tt_ctf_event_class *class = key;

	return g_int64_hash(&class->id) ^ g_int64_hash(&class->stream_id) * 31;
}

static gboolean same_event(gconstpointer a, gconstpointer b)
{
	const struct tt_ctf_event_class *x = a, *y = b;

	return x->id == y->id && x->stream_id == y->stream_id;
}

static void free_type(gpointer data)
{
	struct tt_ctf_type *type = data;

	if (type->ranges)
		g_array_unref(type->ranges);
	if (type->members)
		g_array_unref(type->members);
	g_free(type);
}

struct tt_ctf_layout *tt_ctf_layout_new(void)
{
	struct tt_ctf_layout *layout = g_new0(struct tt_ctf_layout, 1);
	struct tt_ctf_store *store = g_new0(struct tt_ctf_store, 1);

	layout->pid = -1;
	layout->clocks = g_ptr_array_new_with_free_func(g_free);
	layout->streams = g_ptr_array_new_with_free_func(g_free);
	layout->events = g_ptr_array_new_with_free_func(g_free);
	layout->store = store;
	store->types = g_ptr_array_new_with_free_func(free_type);
	store->words = g_string_chunk_new(4096);
	store->named = g_hash_table_new(g_str_hash, g_str_equal);
	store->events = g_hash_table_new(hash_event, same_event);
	return layout;
}

void tt_ctf_layout_free(struct tt_ctf_layout *layout)
{
	if (!layout)
		return;
	g_hash_table_destroy(layout->store->events);
	g_hash_table_destroy(layout->store->named);
	g_string_chunk_free(layout->store->words);
	g_ptr_array_free(layout->store->types, TRUE);
	g_free(layout->store);
	g_ptr_array_free(layout->clocks, TRUE);
	g_ptr_array_free(layout->streams, TRUE);
	g_ptr_array_free(layout->events, TRUE);
	g_free(layout);
}

const struct tt_ctf_stream_class *tt_ctf_find_stream(const struct tt_ctf_layout *layout, uint64_t id)
{
	for (guint i = 0; i < layout->streams->len; i++) {
		const struct tt_ctf_stream_class *stream = layout->streams->pdata[i];

		if (stream->id == id)
			return stream;
	}
	return NULL;
}

const struct tt_ctf_event_class *tt_ctf_find_event(const struct tt_ctf_layout *layout, uint64_t stream_id, uint64_t id)
{
	const struct tt_ctf_event_class key = {.id = id, .stream_id = stream_id};

	return g_hash_table_lookup(layout->store->events, &key);
}

const struct tt_ctf_clock *tt_ctf_find_clock(const struct tt_ctf_layout *layout, const char *name)
{
	for (guint i = 0; i < layout->clocks->len; i++) {
		const struct tt_ctf_clock *clock = layout->clocks->pdata[i];

		if (!strcmp(clock->name, name))
			return clock;
	}
	return NULL;
}

const struct tt_ctf_type *tt_ctf_find_member(const struct tt_ctf_type *structure, const char *name)
{
	for (guint i = 0; structure && i < structure->members->len; i++) {
		const struct tt_ctf_member *member = &g_array_index(structure->members, struct tt_ctf_member, i);

		if (!strcmp(member->name, name))
			return member->type;
	}
	return NULL;
}

bool tt_ctf_has_events(const struct tt_ctf_layout *layout, uint64_t stream_id, bool (*is_meant)(const char *name))
{
	for (guint i = 0; i < layout->events->len; i++) {
		const struct tt_ctf_event_class *class = layout->events->pdata[i];

		if (class->stream_id == stream_id && is_meant(class->name))
			return true;
	}
	return false;
}
