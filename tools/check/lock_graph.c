#include "tools/check/lock_graph.h"

/* So many dependencies of one segment and pair of locks, none of which makes another superfluous, are kept. */
enum { MOST_ALIKE = 64 };

static guint hash_pointers(const void *a, const void *b, const void *c)
{
	uint64_t hash = (uint64_t)(uintptr_t)a;

	hash = hash * 0x9e3779b97f4a7c15 + (uint64_t)(uintptr_t)b;
	hash = hash * 0x9e3779b97f4a7c15 + (uint64_t)(uintptr_t)c;
	return (guint)(hash ^ hash >> 32);
}

/* A place is a segment and a pair of locks. */
static guint hash_place(gconstpointer data)
{
	const struct tt_dependency *dependency = data;
	return hash_pointers(dependency->segment, dependency->held.object, dependency->wanted.lock);
}

static gboolean same_place(gconstpointer a, gconstpointer b)
{
	const struct tt_dependency *x = a, *y = b;
	return x->segment == y->segment && x->held.object == y->held.object && x->wanted.lock == y->wanted.lock;
}

static void free_dependency(struct tt_dependency *dependency)
{
	tt_held_set_unref(dependency->all);
	g_free(dependency);
}

static void free_place(void *data)
{
	struct tt_dependency *dependency = data;

	while (dependency) {
		struct tt_dependency *next = dependency->next;
		free_dependency(dependency);
		dependency = next;
	}
}

struct tt_lock_graph *tt_lock_graph_new(void)
{
	struct tt_lock_graph *graph = g_new0(struct tt_lock_graph, 1);

	graph->sets = tt_held_sets_new();
	graph->by_place = g_hash_table_new(hash_place, same_place);
	return graph;
}

void tt_lock_graph_free(struct tt_lock_graph *graph)
{
	GHashTableIter iter;
	void *place;

	g_hash_table_iter_init(&iter, graph->by_place);
	while (g_hash_table_iter_next(&iter, NULL, &place))
		free_place(place);
	g_hash_table_destroy(graph->by_place);
	g_hash_table_destroy(graph->sets);
	g_free(graph);
}

/* Whether `a` takes part in every deadlock that `b` can. */
static bool covers(const struct tt_dependency *a, const struct tt_dependency *b)
{
	bool modes = (a->held.mode == TT_MODE_EXCLUSIVE || b->held.mode == TT_MODE_SHARED) &&
	             (a->wanted.mode == TT_MODE_EXCLUSIVE || b->wanted.mode == TT_MODE_SHARED);

	return modes && (!a->wanted.timed || b->wanted.timed) && tt_held_set_includes(b->all, a->all);
}

/* Keeps the dependency, unless one that is kept covers it; drops those that it covers. */
static void keep(struct tt_lock_graph *graph, struct tt_dependency *new)
{
	struct tt_dependency *first = g_hash_table_lookup(graph->by_place, new), **at = &new->next;
	guint n = 0;

	for (const struct tt_dependency *old = first; old; old = old->next, n++) {
		if (covers(old, new)) {
			free_dependency(new);
			return;
		}
	}
	if (n >= MOST_ALIKE) {
		graph->full = true;
		free_dependency(new);
		return;
	}
	new->next = first;
	g_hash_table_replace(graph->by_place, new, new);
	while (*at) {
		struct tt_dependency *old = *at;
		if (covers(new, old)) {
			*at = old->next;
			free_dependency(old);
		} else {
			at = &old->next;
		}
	}
}

static bool holds_another(const struct tt_thread *thread, const struct tt_object *wanted)
{
	for (guint i = 0; i < thread->holds->len; i++) {
		if (((const struct tt_hold *)thread->holds->pdata[i])->object != wanted)
			return true;
	}
	return false;
}

void tt_lock_graph_add(struct tt_lock_graph *graph, struct tt_segment *segment, const struct tt_request *wanted)
{
	const struct tt_thread *thread = segment->thread;

	if (!holds_another(thread, wanted->lock))
		return;
	struct tt_held_set *all = tt_held_set_of(graph->sets, thread, wanted->lock);

	for (guint i = 0; i < thread->holds->len; i++) {
		const struct tt_hold *hold = thread->holds->pdata[i];
		if (hold->object->family != TT_FAMILY_LOCK || hold->object == wanted->lock)
			continue;
		struct tt_dependency *dependency = g_new(struct tt_dependency, 1);
		*dependency = (struct tt_dependency){
		    .segment = segment,
		    .held = *hold,
		    .wanted = *wanted,
		    .all = tt_held_set_ref(all),
		};
		dependency->number = graph->n_made++;
		graph->timed |= wanted->timed;
		keep(graph, dependency);
	}
	tt_held_set_unref(all);
}

static guint hash_arc(gconstpointer data)
{
	const struct tt_arc *arc = data;
	return hash_pointers(arc->from, arc->to, NULL);
}

static gboolean same_arc(gconstpointer a, gconstpointer b)
{
	const struct tt_arc *x = a, *y = b;
	return x->from == y->from && x->to == y->to;
}

static void free_arc(void *data)
{
	struct tt_arc *arc = data;

	g_ptr_array_free(arc->dependencies, TRUE);
	g_free(arc);
}

static gint by_number(gconstpointer a, gconstpointer b)
{
	const struct tt_dependency *const *x = a, *const *y = b;
	return (*x)->number < (*y)->number ? -1 : (*x)->number > (*y)->number;
}

static GPtrArray *all_dependencies(const struct tt_lock_graph *graph)
{
	GPtrArray *all = g_ptr_array_new();
	GHashTableIter iter;
	void *place;

	g_hash_table_iter_init(&iter, graph->by_place);
	while (g_hash_table_iter_next(&iter, NULL, &place)) {
		for (struct tt_dependency *each = place; each; each = each->next)
			g_ptr_array_add(all, each);
	}
	g_ptr_array_sort(all, by_number);
	return all;
}

GPtrArray *tt_lock_graph_arcs(const struct tt_lock_graph *graph)
{
	GPtrArray *arcs = g_ptr_array_new_with_free_func(free_arc);
	g_autoptr(GHashTable) by_pair = g_hash_table_new(hash_arc, same_arc);
	g_autoptr(GPtrArray) all = all_dependencies(graph);

	for (guint i = 0; i < all->len; i++) {
		const struct tt_dependency *dependency = all->pdata[i];
		struct tt_arc pair = {dependency->held.object, dependency->wanted.lock, NULL};
		struct tt_arc *arc = g_hash_table_lookup(by_pair, &pair);
		if (!arc) {
			arc = g_memdup2(&pair, sizeof pair);
			arc->dependencies = g_ptr_array_new();
			g_ptr_array_add(arcs, arc);
			g_hash_table_add(by_pair, arc);
		}
		g_ptr_array_add(arc->dependencies, all->pdata[i]);
	}
	return arcs;
}
