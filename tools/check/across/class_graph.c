/* SPDX-License-Identifier: MIT */
#include "tools/check/across/class_graph.h"

static void free_taken(void *data)
{
	struct tt_taken *taken = data;

	g_ptr_array_free(taken->dependency.requests, TRUE);
	g_free(taken);
}

static void free_kind(void *data)
{
	struct tt_order_kind *kind = data;

	g_ptr_array_free(kind->taken, TRUE);
	g_free(kind);
}

static void free_pair(void *data)
{
	struct tt_class_pair *pair = data;

	g_ptr_array_free(pair->arc.dependencies, TRUE);
	g_ptr_array_free(pair->kinds, TRUE);
	g_free(pair);
}

static guint hash_pair(gconstpointer data)
{
	const struct tt_lock_edge *arc = data;
	return g_direct_hash(arc->from) * 31 + g_direct_hash(arc->to);
}

static gboolean equal_pairs(gconstpointer a, gconstpointer b)
{
	const struct tt_lock_edge *x = a, *y = b;
	return x->from == y->from && x->to == y->to;
}

static struct tt_object *lock_of(struct tt_class_graph *graph, const struct tt_class *class)
{
	struct tt_object *lock = g_hash_table_lookup(graph->locks, class);

	if (!lock) {
		lock = g_new0(struct tt_object, 1);
		lock->family = TT_FAMILY_LOCK;
		lock->name = class->name;
		g_hash_table_insert(graph->locks, (void *)(uintptr_t) class, lock);
	}
	return lock;
}

static struct tt_thread *thread_of(struct tt_class_graph *graph, const struct tt_occurrence *seen)
{
	char *key = g_strdup_printf("%p %u", (const void *)seen->run, seen->thread);
	struct tt_thread *thread = g_hash_table_lookup(graph->threads, key);

	if (thread) {
		g_free(key);
		return thread;
	}
	thread = g_new0(struct tt_thread, 1);
	thread->name = seen->role;
	g_hash_table_insert(graph->threads, key, thread);
	return thread;
}

/* All that is held in an order. */
static const struct tt_lockset *held_set_of(struct tt_class_graph *graph, const struct tt_order *order)
{
	struct tt_thread thread = {.holds = g_ptr_array_new_with_free_func(g_free)};
	struct tt_hold hold = {.object = lock_of(graph, order->held), .mode = order->held_mode};
	const struct tt_lockset *set;

	g_ptr_array_add(thread.holds, g_memdup2(&hold, sizeof hold));
	for (guint i = 0; i < order->gates->len; i++) {
		const struct tt_gate *gate = &g_array_index(order->gates, struct tt_gate, i);
		hold = (struct tt_hold){.object = lock_of(graph, gate->class), .mode = gate->mode};
		g_ptr_array_add(thread.holds, g_memdup2(&hold, sizeof hold));
	}
	set = tt_lockset_of(graph->sets, &thread, NULL);
	g_ptr_array_free(thread.holds, TRUE);
	return set;
}

static struct tt_class_pair *pair_of(struct tt_class_graph *graph, const struct tt_order *order)
{
	struct tt_lock_edge key = {lock_of(graph, order->held), lock_of(graph, order->wanted), NULL};
	struct tt_class_pair *pair = g_hash_table_lookup(graph->by_pair, &key);

	if (!pair) {
		pair = g_new0(struct tt_class_pair, 1);
		pair->arc = key;
		pair->arc.dependencies = g_ptr_array_new();
		pair->kinds = g_ptr_array_new_with_free_func(free_kind);
		g_hash_table_add(graph->by_pair, pair);
		g_ptr_array_add(graph->arcs, &pair->arc);
	}
	return pair;
}

static struct tt_order_kind *kind_of(struct tt_class_graph *graph, struct tt_class_pair *pair,
                                     const struct tt_order *order)
{
	const struct tt_lockset *all = held_set_of(graph, order);
	struct tt_order_kind *kind;

	for (guint i = 0; i < pair->kinds->len; i++) {
		kind = pair->kinds->pdata[i];
		if (kind->all == all && kind->wanted_mode == order->wanted_mode && kind->timed == order->timed)
			return kind;
	}
	kind = g_new(struct tt_order_kind, 1);
	*kind = (struct tt_order_kind){all, order->wanted_mode, order->timed, g_ptr_array_new()};
	g_ptr_array_add(pair->kinds, kind);
	return kind;
}

static void take(struct tt_class_graph *graph, struct tt_class_pair *pair, struct tt_order_kind *kind,
                 const struct tt_inversion_part *part)
{
	const struct tt_order *order = part->order;
	struct tt_taken *taken = g_new0(struct tt_taken, 1);

	taken->part = *part;
	taken->pair = pair;
	taken->kind = kind;
	taken->dependency = (struct tt_lock_dependency){
	    .thread = thread_of(graph, part->seen),
	    .held = {.object = pair->arc.from, .mode = order->held_mode},
	    .wanted = {.object = pair->arc.to, .mode = order->wanted_mode, .timed = order->timed},
	    .requests = g_ptr_array_new(),
	    .number = graph->taken->len,
	};
	taken->request = (struct tt_lock_request){.thread = taken->dependency.thread, .all = kind->all};
	g_ptr_array_add(taken->dependency.requests, &taken->request);
	g_ptr_array_add(graph->taken, taken);
	g_ptr_array_add(kind->taken, taken);
	pair->mine |= part->seen->mine;
}

static void add_order(struct tt_class_graph *graph, const struct tt_order *order)
{
	struct tt_class_pair *pair = pair_of(graph, order);
	struct tt_order_kind *kind = kind_of(graph, pair, order);

	for (guint i = 0; i < order->seen->len && kind->taken->len < TT_MAX_OCCURRENCES; i++)
		take(graph, pair, kind, &(struct tt_inversion_part){order, order->seen->pdata[i]});
	graph->timed |= order->timed;
	graph->full |= kind->taken->len == TT_MAX_OCCURRENCES;
}

/* Each kind comes once before one comes twice: those who did alike make no other circle. */
static void add_dependencies(const struct tt_class_pair *pair)
{
	for (guint rank = 0; rank < TT_MAX_OCCURRENCES; rank++) {
		for (guint i = 0; i < pair->kinds->len; i++) {
			const GPtrArray *taken = ((const struct tt_order_kind *)pair->kinds->pdata[i])->taken;
			if (rank < taken->len)
				g_ptr_array_add(pair->arc.dependencies, taken->pdata[rank]);
		}
	}
}

struct tt_class_graph *tt_class_graph_new(const struct tt_db_snapshot *picture)
{
	struct tt_class_graph *graph = g_new0(struct tt_class_graph, 1);

	graph->locks = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	graph->threads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	graph->sets = tt_locksets_new();
	graph->by_pair = g_hash_table_new_full(hash_pair, equal_pairs, free_pair, NULL);
	graph->arcs = g_ptr_array_new();
	graph->taken = g_ptr_array_new_with_free_func(free_taken);
	for (guint i = 0; i < picture->orders->len; i++)
		add_order(graph, picture->orders->pdata[i]);
	for (guint i = 0; i < graph->arcs->len; i++)
		add_dependencies(graph->arcs->pdata[i]);
	return graph;
}

void tt_class_graph_free(struct tt_class_graph *graph)
{
	g_ptr_array_free(graph->arcs, TRUE);
	g_hash_table_destroy(graph->by_pair);
	g_ptr_array_free(graph->taken, TRUE);
	g_hash_table_destroy(graph->sets);
	g_hash_table_destroy(graph->threads);
	g_hash_table_destroy(graph->locks);
	g_free(graph);
}
