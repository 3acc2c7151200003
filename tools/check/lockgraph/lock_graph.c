/* SPDX-License-Identifier: MIT */
#include "tools/check/lockgraph/lock_graph.h"

/* So many different requests are kept, and for each dependency so many ways to come to it. */
enum { MOST_REQUESTS = 1000000, MOST_WAYS = 256 };

static guint mix(uint64_t hash, uint64_t more)
{
	hash = (hash ^ more) * 0x9e3779b97f4a7c15;
	return (guint)(hash ^ hash >> 32);
}

static guint hash_asked(const struct tt_thread *thread, const struct tt_acquisition *asked)
{
	guint hash = mix((uint64_t)(uintptr_t)thread, (uint64_t)(uintptr_t)asked->object);
	return mix(hash, (uint64_t)asked->mode * 4 + asked->timed * 2U + asked->again);
}

static bool same_asked(const struct tt_acquisition *a, const struct tt_acquisition *b)
{
	return a->object == b->object && a->mode == b->mode && a->timed == b->timed && a->again == b->again;
}

static guint hash_request(gconstpointer data)
{
	const struct tt_lock_request *request = data;
	return mix(hash_asked(request->thread, &request->asked), (uint64_t)(uintptr_t)request->all);
}

static gboolean same_request(gconstpointer a, gconstpointer b)
{
	const struct tt_lock_request *x = a, *y = b;
	return x->thread == y->thread && x->all == y->all && x->hidden == y->hidden && same_asked(&x->asked, &y->asked);
}

static guint hash_dependency(gconstpointer data)
{
	const struct tt_lock_dependency *dependency = data;
	return mix(hash_asked(dependency->thread, &dependency->wanted), (uint64_t)(uintptr_t)dependency->held.object);
}

static gboolean same_dependency(gconstpointer a, gconstpointer b)
{
	const struct tt_lock_dependency *x = a, *y = b;
	return x->thread == y->thread && x->held.object == y->held.object && x->held.mode == y->held.mode &&
	       x->hidden == y->hidden && same_asked(&x->wanted, &y->wanted);
}

static void free_request(void *data)
{
	struct tt_lock_request *request = data;

	g_array_free(request->positions, TRUE);
	g_free(request);
}

static void free_dependency(void *data)
{
	struct tt_lock_dependency *dependency = data;

	g_ptr_array_free(dependency->requests, TRUE);
	g_free(dependency);
}

struct tt_lock_graph *tt_lock_graph_new(void)
{
	struct tt_lock_graph *graph = g_new0(struct tt_lock_graph, 1);

	graph->sets = tt_locksets_new();
	graph->by_key = g_hash_table_new(hash_request, same_request);
	graph->by_place = g_hash_table_new(hash_dependency, same_dependency);
	graph->requests = g_ptr_array_new_with_free_func(free_request);
	graph->dependencies = g_ptr_array_new_with_free_func(free_dependency);
	return graph;
}

void tt_lock_graph_free(struct tt_lock_graph *graph)
{
	g_hash_table_destroy(graph->by_key);
	g_hash_table_destroy(graph->by_place);
	g_ptr_array_free(graph->requests, TRUE);
	g_ptr_array_free(graph->dependencies, TRUE);
	g_hash_table_destroy(graph->sets);
	g_free(graph);
}

/* The request is one of a dependency on what is held. */
static void depend(struct tt_lock_graph *graph, struct tt_lock_request *request, const struct tt_hold *hold,
                   bool hidden)
{
	struct tt_lock_dependency key = {
	    .thread = request->thread, .held = *hold, .wanted = request->asked, .hidden = hidden};
	struct tt_lock_dependency *dependency = g_hash_table_lookup(graph->by_place, &key);

	if (!dependency) {
		dependency = g_memdup2(&key, sizeof key);
		dependency->requests = g_ptr_array_new();
		dependency->number = graph->dependencies->len;
		g_ptr_array_add(graph->dependencies, dependency);
		g_hash_table_add(graph->by_place, dependency);
	}
	if (dependency->requests->len < MOST_WAYS)
		g_ptr_array_add(dependency->requests, request);
	else
		dependency->cut = true;
}

static bool is_bit(uint64_t bits, guint i)
{
	return i < 64 && (bits >> i & 1) != 0;
}

/* Its place in the set, which is in the order of addresses; the set's length if it is not there. */
static guint place_in(const struct tt_lockset *set, const struct tt_object *lock)
{
	guint low = 0, high = set->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		if (set->held[middle].lock < lock)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->len && set->held[low].lock == lock ? low : set->len;
}

static void depend_on_all(struct tt_lock_graph *graph, struct tt_lock_request *request)
{
	const GPtrArray *holds = request->thread->holds;

	for (guint i = 0; i < holds->len; i++) {
		const struct tt_hold *hold = holds->pdata[i];
		guint place = place_in(request->all, hold->object);
		if (place < request->all->len)
			depend(graph, request, hold, is_bit(request->hidden, place));
	}
}

static void depend_on_first(struct tt_lock_graph *graph, struct tt_lock_request *request)
{
	const struct tt_hold *first = tt_model_hold_of(request->thread, request->asked.object);

	if (first)
		depend(graph, request, first, false);
}

/* What it has no more while it waits for that: the lock of a condition, which may be another one the next time. */
static const struct tt_object *not_kept(const struct tt_thread *thread, const struct tt_object *asked)
{
	return asked->family == TT_FAMILY_CONDITION ? thread->wait.lock : asked;
}

void tt_lock_graph_add(struct tt_lock_graph *graph, struct tt_thread *thread, const struct tt_acquisition *asked,
                       uint32_t position, tt_is_hidden hidden, void *data)
{
	struct tt_lock_request key = {.thread = thread, .asked = *asked};

	key.all = tt_lockset_of(graph->sets, thread, not_kept(thread, asked->object));
	for (guint i = 0; i < MIN(key.all->len, 64); i++)
		key.hidden |= (uint64_t)hidden(thread, key.all->held[i].lock, data) << i;
	struct tt_lock_request *request = g_hash_table_lookup(graph->by_key, &key);

	if (!request && graph->requests->len == MOST_REQUESTS) {
		graph->full = true;
		return;
	}
	if (!request) {
		request = g_memdup2(&key, sizeof key);
		request->positions = g_array_new(FALSE, FALSE, sizeof(uint32_t));
		g_ptr_array_add(graph->requests, request);
		g_hash_table_add(graph->by_key, request);
		if (asked->again)
			depend_on_first(graph, request);
		else
			depend_on_all(graph, request);
		graph->timed |= asked->timed;
	}
	if (position != TT_NO_POSITION)
		g_array_append_val(request->positions, position);
}

/*
 * What a thread does that somebody joins while holding a lock keeps that one from its lock. So does whoever joins for
 * somebody, and so on: all that are joined are taken in, but only where one is joined so.
 */
static void add_lives(struct tt_lock_graph *graph)
{
	g_autoptr(GHashTable) joined = g_hash_table_new(NULL, NULL);
	bool under_lock = false;

	for (guint i = 0; i < graph->requests->len; i++) {
		const struct tt_lock_request *request = graph->requests->pdata[i];
		if (request->asked.object->family != TT_FAMILY_THREAD)
			continue;
		under_lock |= request->all->len > 0;
		g_hash_table_add(joined, request->asked.object->thread);
	}
	for (guint i = 0; under_lock && i < graph->requests->len; i++) {
		struct tt_lock_request *request = graph->requests->pdata[i];
		struct tt_thread *thread = request->thread;
		struct tt_hold life = {.thread = thread, .object = thread->object, .since_ns = thread->started_ns};
		if (g_hash_table_contains(joined, thread))
			depend(graph, request, &life, false);
	}
}

static guint hash_arc(gconstpointer data)
{
	const struct tt_lock_edge *arc = data;
	return mix((uint64_t)(uintptr_t)arc->from, (uint64_t)(uintptr_t)arc->to);
}

static gboolean same_arc(gconstpointer a, gconstpointer b)
{
	const struct tt_lock_edge *x = a, *y = b;
	return x->from == y->from && x->to == y->to;
}

static void free_arc(void *data)
{
	struct tt_lock_edge *arc = data;

	g_ptr_array_free(arc->dependencies, TRUE);
	g_free(arc);
}

GPtrArray *tt_lock_graph_edges(struct tt_lock_graph *graph)
{
	GPtrArray *arcs = g_ptr_array_new_with_free_func(free_arc);
	g_autoptr(GHashTable) by_pair = g_hash_table_new(hash_arc, same_arc);

	add_lives(graph);
	for (guint i = 0; i < graph->dependencies->len; i++) {
		struct tt_lock_dependency *dependency = graph->dependencies->pdata[i];
		struct tt_lock_edge pair = {dependency->held.object, dependency->wanted.object, NULL};
		struct tt_lock_edge *arc = g_hash_table_lookup(by_pair, &pair);
		if (!arc) {
			arc = g_memdup2(&pair, sizeof pair);
			arc->dependencies = g_ptr_array_new();
			g_ptr_array_add(arcs, arc);
			g_hash_table_add(by_pair, arc);
		}
		g_ptr_array_add(arc->dependencies, dependency);
	}
	return arcs;
}

GPtrArray *tt_lock_graph_requests(const struct tt_lock_graph *graph, const struct tt_object *object)
{
	GPtrArray *found = g_ptr_array_new();

	for (guint i = 0; i < graph->requests->len; i++) {
		struct tt_lock_request *request = graph->requests->pdata[i];
		if (request->asked.object == object)
			g_ptr_array_add(found, request);
	}
	return found;
}
