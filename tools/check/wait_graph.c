#include "tools/check/wait_graph.h"

static void free_node(void *data)
{
	struct tt_node *node = data;

	g_ptr_array_free(node->holders, TRUE);
	g_free(node);
}

static void free_cycle(void *data)
{
	g_ptr_array_free(data, TRUE);
}

struct tt_node *tt_wait_graph_node(const struct tt_wait_graph *graph, const struct tt_thread *thread)
{
	return g_hash_table_lookup(graph->by_thread, thread);
}

/*
 * What a wait for an object of each family is. It is over, but for the waiter's part, if the object can be had now (of
 * the others the model knows whom they have let go); else it is for some threads by name, or for anybody.
 */

static bool lock_is_free(const struct tt_object *lock)
{
	return lock->holds->len == 0;
}

static void name_holders(const struct tt_wait *wait, GPtrArray *holders)
{
	for (guint i = 0; i < wait->object->holds->len; i++) {
		const struct tt_hold *hold = wait->object->holds->pdata[i];
		if (!g_ptr_array_find(holders, hold->thread, NULL))
			g_ptr_array_add(holders, hold->thread);
	}
}

static bool thread_is_over(const struct tt_object *object)
{
	return object->thread->state == TT_THREAD_EXITED && !object->thread->wait.object;
}

static void name_thread(const struct tt_wait *wait, GPtrArray *holders)
{
	g_ptr_array_add(holders, wait->object->thread);
}

static bool semaphore_has_places(const struct tt_object *sem)
{
	return sem->value > 0;
}

static const struct {
	bool (*to_be_had)(const struct tt_object *object);
	void (*name)(const struct tt_wait *wait, GPtrArray *holders);
} families[] = {
    [TT_FAMILY_LOCK] = {lock_is_free, name_holders},
    [TT_FAMILY_CONDITION] = {NULL, NULL},
    [TT_FAMILY_EVENT] = {NULL, NULL},
    [TT_FAMILY_SEMAPHORE] = {semaphore_has_places, NULL},
    [TT_FAMILY_BARRIER] = {NULL, NULL},
    [TT_FAMILY_THREAD] = {thread_is_over, name_thread},
    [TT_FAMILY_LOCAL] = {NULL, NULL},
};

static bool waits_for_good(const struct tt_thread *thread)
{
	const struct tt_wait *wait = &thread->wait;

	if (!wait->object || wait->timeout_ns >= 0 || wait->woken)
		return false;
	bool (*to_be_had)(const struct tt_object *object) = families[wait->object->family].to_be_had;
	return !to_be_had || !to_be_had(wait->object);
}

static void add_node(struct tt_wait_graph *graph, struct tt_thread *thread)
{
	struct tt_node *node = g_new0(struct tt_node, 1);
	enum tt_family family = thread->wait.object->family;

	node->thread = thread;
	node->index = graph->nodes->len;
	node->holders = g_ptr_array_new();
	node->anybody = !families[family].name;
	if (families[family].name)
		families[family].name(&thread->wait, node->holders);
	g_ptr_array_add(graph->nodes, node);
	g_hash_table_insert(graph->by_thread, thread, node);
}

/*
 * Whether it acts, or will. One not yet started does not: who starts it is in that call until it has started. One that
 * has exited and waits is in a destructor of its thread-specific data.
 */
static bool lives(const struct tt_thread *thread)
{
	return thread->state == TT_THREAD_ALIVE || (thread->state == TT_THREAD_EXITED && thread->wait.object);
}

static void find_nodes(struct tt_wait_graph *graph)
{
	for (guint i = 0; i < graph->process->threads->len; i++) {
		struct tt_thread *thread = graph->process->threads->pdata[i];
		graph->ended |= thread->state == TT_THREAD_ABANDONED;
		if (waits_for_good(thread))
			add_node(graph, thread);
		else if (lives(thread))
			g_ptr_array_add(graph->free, thread);
	}
}

/* A node on the path of the search, and which of its edges comes next. */
struct visit {
	struct tt_node *node;
	guint next;
};

/* The cycle from the path's place `from` on, so told that it begins with the first of its nodes. */
static void add_cycle(struct tt_wait_graph *graph, const GArray *path, guint from)
{
	GPtrArray *cycle = g_ptr_array_new();
	guint first = from;

	for (guint i = from; i < path->len; i++) {
		if (g_array_index(path, struct visit, i).node->index <
		    g_array_index(path, struct visit, first).node->index)
			first = i;
	}
	for (guint i = 0; i < path->len - from; i++) {
		guint at = from + (first - from + i) % (path->len - from);
		struct tt_node *node = g_array_index(path, struct visit, at).node;
		node->in_cycle = true;
		g_ptr_array_add(cycle, node);
	}
	g_ptr_array_add(graph->cycles, cycle);
}

static gint by_first_node(gconstpointer a, gconstpointer b)
{
	const GPtrArray *const *x = a, *const *y = b;
	const struct tt_node *first = (*x)->pdata[0], *second = (*y)->pdata[0];
	return first->index < second->index ? -1 : first->index > second->index;
}

/* Where the node is on the path; the path's length if it is not. */
static guint place_on(const GArray *path, const struct tt_node *node)
{
	guint i = 0;

	while (i < path->len && g_array_index(path, struct visit, i).node != node)
		i++;
	return i;
}

/* Follows the edges from a node, depth first. A way back onto the path is a cycle. */
static void search(struct tt_wait_graph *graph, struct tt_node *start, GHashTable *seen)
{
	GArray *path = g_array_new(FALSE, FALSE, sizeof(struct visit));
	struct visit first = {start, 0};

	g_array_append_val(path, first);
	g_hash_table_add(seen, start);
	while (path->len > 0) {
		struct visit *top = &g_array_index(path, struct visit, path->len - 1);
		if (top->next == top->node->holders->len) {
			g_array_set_size(path, path->len - 1);
			continue;
		}
		struct tt_node *next = tt_wait_graph_node(graph, top->node->holders->pdata[top->next++]);
		if (!next)
			continue;
		if (g_hash_table_add(seen, next)) {
			struct visit visit = {next, 0};
			g_array_append_val(path, visit);
			continue;
		}
		guint from = next->in_cycle ? path->len : place_on(path, next);
		if (from < path->len)
			add_cycle(graph, path, from);
	}
	g_array_free(path, TRUE);
}

static void find_cycles(struct tt_wait_graph *graph)
{
	GHashTable *seen = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < graph->nodes->len; i++) {
		if (!g_hash_table_contains(seen, graph->nodes->pdata[i]))
			search(graph, graph->nodes->pdata[i], seen);
	}
	g_ptr_array_sort(graph->cycles, by_first_node);
	g_hash_table_destroy(seen);
}

/* Whether the thread may still act: it is free, or is itself let go on by one who may. */
static bool is_alive(const struct tt_wait_graph *graph, const struct tt_thread *thread, bool surely)
{
	const struct tt_node *node = tt_wait_graph_node(graph, thread);

	if (node)
		return surely ? !node->surely : !node->dead;
	return lives(thread);
}

static bool may_go_on(const struct tt_wait_graph *graph, const struct tt_node *node, bool someone, bool surely)
{
	const struct tt_object *object = node->thread->wait.object;
	bool any_releases = surely && object->family == TT_FAMILY_LOCK && object->kind == TT_KIND_LOCK;

	if (someone && (node->anybody || any_releases))
		return true;
	/* A lock with several holders comes free when all of them let go. */
	for (guint i = 0; i < node->holders->len; i++) {
		if (!is_alive(graph, node->holders->pdata[i], surely))
			return false;
	}
	return node->holders->len > 0;
}

/* The greatest fixpoint: all are dead, until one is found that a living thread may let go on; and so on. */
static void find_dead(struct tt_wait_graph *graph, bool surely)
{
	bool someone = graph->free->len > 0;
	bool changed = true;

	for (guint i = 0; i < graph->nodes->len; i++) {
		struct tt_node *node = graph->nodes->pdata[i];
		*(surely ? &node->surely : &node->dead) = true;
	}
	while (changed) {
		changed = false;
		for (guint i = 0; i < graph->nodes->len; i++) {
			struct tt_node *node = graph->nodes->pdata[i];
			bool *dead = surely ? &node->surely : &node->dead;
			if (*dead && may_go_on(graph, node, someone, surely)) {
				*dead = false;
				someone = changed = true;
			}
		}
	}
}

struct tt_wait_graph *tt_wait_graph_new(struct tt_process *process)
{
	struct tt_wait_graph *graph = g_new0(struct tt_wait_graph, 1);

	graph->process = process;
	graph->nodes = g_ptr_array_new_with_free_func(free_node);
	graph->by_thread = g_hash_table_new(NULL, NULL);
	graph->cycles = g_ptr_array_new_with_free_func(free_cycle);
	graph->free = g_ptr_array_new();
	find_nodes(graph);
	find_cycles(graph);
	find_dead(graph, false);
	find_dead(graph, true);
	return graph;
}

void tt_wait_graph_free(struct tt_wait_graph *graph)
{
	g_hash_table_destroy(graph->by_thread);
	g_ptr_array_free(graph->nodes, TRUE);
	g_ptr_array_free(graph->cycles, TRUE);
	g_ptr_array_free(graph->free, TRUE);
	g_free(graph);
}
