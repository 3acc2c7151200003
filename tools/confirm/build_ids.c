/* SPDX-License-Identifier: MIT */
#include "tools/confirm/build_ids.h"

#include <string.h>

#include "tools/read/trace.h"

static bool add(const struct tt_module *module, void *data)
{
	GHashTable *builds = data;
	g_autoptr(GString) id = g_string_new(NULL);

	for (size_t i = 0; i < module->build_id_size; i++)
		g_string_append_printf(id, "%02x", module->build_id[i]);
	if (id->len)
		g_hash_table_insert(builds, g_path_get_basename(module->path), g_strdup(id->str));
	return true;
}

/* All modules are told before the first event. */
static bool stop(const struct tt_event *event, void *data)
{
	(void)event;
	(void)data;
	return false;
}

GHashTable *tt_build_ids_of(const char *trace)
{
	static const struct tt_trace_handler handler = {.event = stop, .module = add};
	GHashTable *builds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	struct tt_trace_summary summary;

	tt_trace_read(trace, &handler, builds, &summary, NULL);
	return builds;
}

static bool is_named(const GPtrArray *edges, const char *file)
{
	g_autofree char *site = g_strdup_printf(" %s+0x", file);

	for (guint i = 0; i < edges->len; i++)
		if (strstr(edges->pdata[i], site))
			return true;
	return false;
}

const char *tt_build_ids_changed(GHashTable *recorded, GHashTable *run, const GPtrArray *edges)
{
	GHashTableIter iter;
	gpointer file, before;

	g_hash_table_iter_init(&iter, recorded);
	while (g_hash_table_iter_next(&iter, &file, &before)) {
		const char *now = g_hash_table_lookup(run, file);
		if (now && strcmp(now, before) != 0 && is_named(edges, file))
			return file;
	}
	return NULL;
}
