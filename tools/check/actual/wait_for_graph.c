/* SPDX-License-Identifier: MIT */
#include "tools/check/actual/wait_for_graph.h"

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

struct tt_node *tt_wait_for_graph_node(const struct tt_wait_for_graph *graph, const struct tt_thread *thread)
{
	return g_hash_table_lookup(graph->by_thread, thread);
}

/*
 * What a wait for an object of each family is. It is over, but for the waiter's part, if the object can be had now;
 * else it is for some threads by name, for anybody, or for both.
 */

static void name_holders(const struct tt_object *lock, const struct tt_thread *but, GPtrArray *holders)
{
	for (guint i = 0; lock && i < lock->holds->len; i++) {
		const struct tt_hold *hold = lock->holds->pdata[i];
		if (hold->thread != but && !g_ptr_array_find(holders, hold->thread, NULL))
			g_ptr_array_add(holders, hold->thread);
	}
}

static bool is_held_exclusively(const struct tt_object *lock)
{
	for (guint i = 0; i < lock->holds->len; i++) {
		if (((const struct tt_hold *)lock->holds->pdata[i])->mode == TT_MODE_EXCLUSIVE)
			return true;
	}
	return false;
}

/*
 * A reader among readers waits for no holder. A writer-preferring lock lets it pass no waiting writer: it goes on when
 * none of them waits any more, since they had the lock, or their time was over.
 */
static void name_lock(const struct tt_wait *wait, const struct tt_thread *self, GPtrArray *holders)
{
	const struct tt_object *lock = wait->object;

	if (wait->mode == TT_MODE_EXCLUSIVE || is_held_exclusively(lock)) {
		name_holders(lock, NULL, holders);
		return;
	}
	for (guint i = 0; lock->holds->len > 0 && lock->kind == TT_KIND_RWLOCK_WRITER && i < lock->waiters->len; i++) {
		struct tt_thread *waiter = lock->waiters->pdata[i];
		if (waiter != self && waiter->wait.mode == TT_MODE_EXCLUSIVE)
			g_ptr_array_add(holders, waiter);
	}
}

/*
 * The waiter of a condition gave its lock up and must have it back, notified or not. A recursive one it may hold yet.
 */
static void name_condition(const struct tt_wait *wait, const struct tt_thread *self, GPtrArray *holders)
{
	name_holders(wait->lock, self, holders);
}

static void name_thread(const struct tt_wait *wait, const struct tt_thread *self, GPtrArray *holders)
{
	const struct tt_thread *joined = wait->object->thread;

	(void)self;
	if (joined->state != TT_THREAD_EXITED || joined->wait.object)
		g_ptr_array_add(holders, wait->object->thread);
}

static const struct {
	void (*name)(const struct tt_wait *wait, const struct tt_thread *self, GPtrArray *holders); /* NULL: nobody */
	bool anybody;
} families[] = {
    [TT_FAMILY_LOCK] = {name_lock, false}, [TT_FAMILY_CONDITION] = {name_condition, true},
    [TT_FAMILY_EVENT] = {NULL, true},      [TT_FAMILY_SEMAPHORE] = {NULL, true},
    [TT_FAMILY_BARRIER] = {NULL, true},    [TT_FAMILY_THREAD] = {name_thread, false},
    [TT_FAMILY_LOCAL] = {NULL, true},      [TT_FAMILY_FUTEX] = {NULL, true},
};

struct tt_object *tt_wait_needs(const struct tt_wait *wait)
{
	if (wait->destroys)
		return NULL;
	return wait->object->family == TT_FAMILY_CONDITION ? wait->lock : wait->object;
}

static bool is_gone(const struct tt_thread *thread)
{
	return thread->state == TT_THREAD_EXITED && !thread->wait.object;
}

/*
 * Whether somebody who is not in the trace may let it go on: of a shared object anybody, but of a lock its holder
 * only, and the kernel if a holder has exited.
 */
static bool may_be_helped(const struct tt_wait *wait, const GPtrArray *holders)
{
	const struct tt_object *lock = tt_wait_needs(wait);

	if (wait->object->shared && wait->object->family != TT_FAMILY_LOCK)
		return true;
	for (guint i = 0; lock && (lock->shared || lock->robust) && i < holders->len; i++) {
		if (is_gone(holders->pdata[i]))
			return true;
	}
	return false;
}

/* Some of those who wait for it leave only when they are let go, and have yet to be. */
static bool is_waited_for(const struct tt_object *object)
{
	for (guint i = 0; i < object->waiters->len; i++) {
		const struct tt_wait *wait = &((const struct tt_thread *)object->waiters->pdata[i])->wait;
		if (!wait->woken && !wait->maybe_woken && wait->timeout_ns < 0)
			return true;
	}
	return false;
}

/* What the node of a wait without end waits for. */
static void find_needs(struct tt_node *node, const struct tt_wait *wait, bool timed)
{
	const struct tt_object *object = wait->object;

	if (wait->destroys) {
		node->anybody = is_waited_for(object);
		/* Those of the parent never leave what this process has a copy of. */
		node->nobody = object->left_waiters && object->waiters->len == 0;
		return;
	}
	node->anybody = families[object->family].anybody && !wait->woken && !wait->maybe_woken && !timed;
	/* The kernel tells one of those who wait in pthread_join of the end, and that one has returned. */
	node->nobody = object->family == TT_FAMILY_THREAD && object->thread->joined_twice && object->thread->joined_by;
	if (families[object->family].name)
		families[object->family].name(wait, node->thread, node->holders);
}

/* The node of a thread that waits for good; NULL: it does not. */
static struct tt_node *new_node(struct tt_thread *thread)
{
	const struct tt_wait *wait = &thread->wait;
	struct tt_node *node;

	/* A time limit ends the wait for a condition, but not that for its lock. */
	bool timed = wait->timeout_ns >= 0;
	if (!wait->object || (timed && wait->object->family != TT_FAMILY_CONDITION))
		return NULL;
	node = g_new0(struct tt_node, 1);
	node->thread = thread;
	node->holders = g_ptr_array_new();
	find_needs(node, wait, timed);
	bool had = wait->object->family == TT_FAMILY_SEMAPHORE && wait->object->value > 0;
	bool over = !node->anybody && !node->nobody && node->holders->len == 0;
	if (had || over || may_be_helped(wait, node->holders)) {
		free_node(node);
		return NULL;
	}
	return node;
}

static void add_node(struct tt_wait_for_graph *graph, struct tt_node *node)
{
	node->index = graph->nodes->len;
	g_ptr_array_add(graph->nodes, node);
	g_hash_table_insert(graph->by_thread, node->thread, node);
}

/*
 * Whether it acts, or will. One not yet started does not: who starts it is in that call until it has started. One that
 * has exited and waits is in a destructor of its thread-specific data.
 */
static bool lives(const struct tt_thread *thread)
{
	return thread->state == TT_THREAD_ALIVE || (thread->state == TT_THREAD_EXITED && thread->wait.object);
}

static void find_nodes(struct tt_wait_for_graph *graph)
{
	for (guint i = 0; i < graph->process->threads->len; i++) {
		struct tt_thread *thread = graph->process->threads->pdata[i];
		struct tt_node *node = new_node(thread);
		graph->ended |= thread->state == TT_THREAD_ABANDONED;
		if (node)
			add_node(graph, node);
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
static void add_cycle(struct tt_wait_for_graph *graph, const GArray *path, guint from)
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
static void search(struct tt_wait_for_graph *graph, struct tt_node *start, GHashTable *seen)
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
		struct tt_node *next = tt_wait_for_graph_node(graph, top->node->holders->pdata[top->next++]);
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

static void find_cycles(struct tt_wait_for_graph *graph)
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
static bool is_alive(const struct tt_wait_for_graph *graph, const struct tt_thread *thread, bool surely)
{
	const struct tt_node *node = tt_wait_for_graph_node(graph, thread);

	if (node)
		return surely ? !node->surely : !node->dead;
	return lives(thread);
}

static bool may_go_on(const struct tt_wait_for_graph *graph, const struct tt_node *node, bool someone, bool surely)
{
	const struct tt_object *needs = tt_wait_needs(&node->thread->wait);
	bool any_releases = surely && needs && needs->family == TT_FAMILY_LOCK && needs->kind == TT_KIND_LOCK;

	if (node->nobody || (node->anybody && !someone))
		return false;
	if (any_releases && someone)
		return true;
	/* A lock with several holders comes free when all of them let go. */
	for (guint i = 0; i < node->holders->len; i++) {
		if (!is_alive(graph, node->holders->pdata[i], surely))
			return false;
	}
	return true;
}

/* The greatest fixpoint: all are dead, until one is found that a living thread may let go on; and so on. */
static void find_dead(struct tt_wait_for_graph *graph, bool surely)
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

struct tt_wait_for_graph *tt_wait_for_graph_new(struct tt_process *process)
{
	struct tt_wait_for_graph *graph = g_new0(struct tt_wait_for_graph, 1);

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

void tt_wait_for_graph_free(struct tt_wait_for_graph *graph)
{
	g_hash_table_destroy(graph->by_thread);
	g_ptr_array_free(graph->nodes, TRUE);
	g_ptr_array_free(graph->cycles, TRUE);
	g_ptr_array_free(graph->free, TRUE);
	g_free(graph);
}
