#include <string.h>

#include "tools/check/lock_graph.h"

/* So many dependencies of one segment and pair of locks, none of which makes another superfluous, are kept. */
enum { MOST_ALIKE = 64 };

/* What dependencies are looked up by; without a segment, arcs. */
struct key {
	const struct tt_segment *segment;
	const struct tt_object *from, *to;
};

struct part {
	struct key key;
	GPtrArray *dependencies; /* which the arc owns */
	struct tt_arc *arc;
};

static guint hash_key(gconstpointer data)
{
	const struct key *key = data;
	uint64_t hash = (uint64_t)(uintptr_t)key->segment;

	hash = hash * 0x9e3779b97f4a7c15 + (uint64_t)(uintptr_t)key->from;
	hash = hash * 0x9e3779b97f4a7c15 + (uint64_t)(uintptr_t)key->to;
	return (guint)(hash ^ hash >> 32);
}

static gboolean equal_keys(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(struct key)) == 0;
}

static void free_dependency(void *data)
{
	struct tt_dependency *dependency = data;

	tt_held_set_unref(dependency->all);
	g_free(dependency);
}

static void free_arc(void *data)
{
	struct tt_arc *arc = data;

	g_ptr_array_free(arc->dependencies, TRUE);
	g_free(arc);
}

static void free_part(void *data)
{
	struct part *part = data;

	g_ptr_array_free(part->dependencies, TRUE);
	g_free(part);
}

struct tt_lock_graph *tt_lock_graph_new(void)
{
	struct tt_lock_graph *graph = g_new0(struct tt_lock_graph, 1);

	graph->arcs = g_ptr_array_new_with_free_func(free_arc);
	graph->by_pair = g_hash_table_new_full(hash_key, equal_keys, g_free, NULL);
	graph->sets = tt_held_sets_new();
	graph->by_part = g_hash_table_new_full(hash_key, equal_keys, NULL, free_part);
	return graph;
}

void tt_lock_graph_free(struct tt_lock_graph *graph)
{
	g_hash_table_destroy(graph->by_part);
	g_hash_table_destroy(graph->by_pair);
	g_ptr_array_free(graph->arcs, TRUE);
	g_hash_table_destroy(graph->sets);
	g_free(graph);
}

static struct tt_arc *need_arc(struct tt_lock_graph *graph, struct tt_object *from, struct tt_object *to)
{
	struct key key = {NULL, from, to};
	struct tt_arc *arc = g_hash_table_lookup(graph->by_pair, &key);

	if (!arc) {
		arc = g_new0(struct tt_arc, 1);
		arc->from = from;
		arc->to = to;
		arc->dependencies = g_ptr_array_new_with_free_func(free_dependency);
		g_ptr_array_add(graph->arcs, arc);
		g_hash_table_insert(graph->by_pair, g_memdup2(&key, sizeof key), arc);
	}
	return arc;
}

static struct part *need_part(struct tt_lock_graph *graph, const struct tt_dependency *dependency)
{
	struct key key = {dependency->segment, dependency->held.object, dependency->wanted};
	struct part *part = g_hash_table_lookup(graph->by_part, &key);

	if (!part) {
		part = g_new0(struct part, 1);
		part->key = key;
		part->dependencies = g_ptr_array_new();
		part->arc = need_arc(graph, dependency->held.object, dependency->wanted);
		g_hash_table_insert(graph->by_part, &part->key, part);
	}
	return part;
}

/* Whether `a` takes part in every deadlock that `b` can. */
static bool covers(const struct tt_dependency *a, const struct tt_dependency *b)
{
	bool modes = (a->held.mode == TT_MODE_EXCLUSIVE || b->held.mode == TT_MODE_SHARED) &&
	             (a->wanted_mode == TT_MODE_EXCLUSIVE || b->wanted_mode == TT_MODE_SHARED);

	return modes && (!a->timed || b->timed) && tt_held_set_includes(b->all, a->all);
}

/* Keeps the dependency, unless one that is kept covers it; drops those that it covers. */
static void keep(struct tt_lock_graph *graph, struct tt_dependency *new)
{
	struct part *part = need_part(graph, new);
	GPtrArray *old = part->dependencies;

	for (guint i = 0; i < old->len; i++) {
		if (covers(old->pdata[i], new)) {
			free_dependency(new);
			return;
		}
	}
	for (guint i = old->len; i-- > 0;) {
		struct tt_dependency *dependency = old->pdata[i];
		if (covers(new, dependency)) {
			g_ptr_array_remove_index(old, i);
			g_ptr_array_remove(part->arc->dependencies, dependency);
		}
	}
	if (old->len == MOST_ALIKE) {
		graph->full = true;
		free_dependency(new);
		return;
	}
	g_ptr_array_add(old, new);
	g_ptr_array_add(part->arc->dependencies, new);
}

static bool holds_another(const struct tt_thread *thread, const struct tt_object *wanted)
{
	for (guint i = 0; i < thread->holds->len; i++) {
		if (((const struct tt_hold *)thread->holds->pdata[i])->object != wanted)
			return true;
	}
	return false;
}

void tt_lock_graph_add(struct tt_lock_graph *graph, struct tt_segment *segment, struct tt_object *wanted,
                       enum tt_mode mode, bool timed, const struct tt_event *event)
{
	const struct tt_thread *thread = segment->thread;

	if (!holds_another(thread, wanted))
		return;
	struct tt_held_set *all = tt_held_set_of(graph->sets, thread, wanted);

	for (guint i = 0; i < thread->holds->len; i++) {
		const struct tt_hold *hold = thread->holds->pdata[i];
		if (hold->object->family != TT_FAMILY_LOCK || hold->object == wanted)
			continue;
		struct tt_dependency *dependency = g_new(struct tt_dependency, 1);
		*dependency = (struct tt_dependency){
		    .segment = segment,
		    .held = *hold,
		    .wanted = wanted,
		    .wanted_mode = mode,
		    .wanted_caller = event->caller,
		    .wanted_ns = event->time_ns,
		    .timed = timed,
		    .all = tt_held_set_ref(all),
		};
		graph->timed |= timed;
		keep(graph, dependency);
	}
	tt_held_set_unref(all);
}
