/* SPDX-License-Identifier: MIT */
#include "tools/events/id_names.h"

#include <string.h>

struct key {
	uint64_t id;
	uint64_t pid;
};

static guint hash_key(gconstpointer data)
{
	const struct key *key = data;

	return (guint)(key->id * 2654435761u ^ key->pid);
}

static gboolean equal_keys(gconstpointer a, gconstpointer b)
{
	return !memcmp(a, b, sizeof(struct key));
}

GHashTable *tt_names_new(void)
{
	return g_hash_table_new_full(hash_key, equal_keys, g_free, g_free);
}

static void learn(GHashTable *names, uint32_t pid, uint64_t id, const char *name)
{
	struct key key = {.id = id, .pid = pid};
	const char *known = g_hash_table_lookup(names, &key);

	if (!known || strcmp(known, name) != 0)
		g_hash_table_replace(names, g_memdup2(&key, sizeof key), g_strdup(name));
}

void tt_names_learn(GHashTable *names, const struct tt_event *event)
{
	learn(names, event->pid, event->thread_id, event->thread);
	if (event->name)
		learn(names, event->pid, event->id, event->name);
}

const char *tt_names_of(GHashTable *names, const struct tt_event *event, uint64_t id)
{
	struct key key = {.id = id, .pid = event->pid};

	return g_hash_table_lookup(names, &key);
}
