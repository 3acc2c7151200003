#include "tools/check/inversions.h"

#include <string.h>

#include "tools/check/class_pairs.h"
#include "tools/check/lock_cycles.h"

enum { MOST_CYCLES = 1000 };
static const uint64_t most_steps = 50 * 1000 * 1000;
static const uint64_t most_work = 100 * 1000; /* runs compared, for each circle */

/* An order that a thread of a run took, as lock_cycles.h knows it. */
struct taken {
	struct tt_dependency dependency; /* first: one is found by the other */
	struct tt_request request;       /* its only one, of which the held set counts */
	struct tt_inversion_part part;
	const struct pair *pair;
};

/* The lock graph of a picture: a lock for each class, a thread for each of each run. */
struct graph {
	GHashTable *locks;   /* struct tt_class → struct tt_object */
	GHashTable *threads; /* the text of run and thread → struct tt_thread */
	GHashTable *sets;    /* of held sets */
	GHashTable *runs; /* struct tt_order → GHashTable of struct tt_db_run: who took it, or what can stand for it */
	GHashTable *arcs;    /* struct pair → itself */
	GPtrArray *in_order; /* struct tt_arc of the pairs */
	GPtrArray *taken;    /* struct taken */
	bool timed;
	bool full; /* of some order there may be more that took it */
	struct tt_db *db;
	struct tt_picture *picture;
};

/* All orders from one class to another. */
struct pair {
	struct tt_arc arc;
	GPtrArray *orders; /* struct tt_order */
	bool mine;         /* one of them was taken by one of mine */
};

static void free_taken(void *data)
{
	struct taken *taken = data;

	g_ptr_array_free(taken->dependency.requests, TRUE);
	g_free(taken);
}

static void free_pair(void *data)
{
	struct pair *pair = data;

	g_ptr_array_free(pair->arc.dependencies, TRUE);
	g_ptr_array_free(pair->orders, TRUE);
	g_free(pair);
}

static guint hash_pair(gconstpointer data)
{
	const struct tt_arc *arc = data;
	return g_direct_hash(arc->from) * 31 + g_direct_hash(arc->to);
}

static gboolean equal_pairs(gconstpointer a, gconstpointer b)
{
	const struct tt_arc *x = a, *y = b;
	return x->from == y->from && x->to == y->to;
}

static struct tt_object *lock_of(struct graph *graph, const struct tt_class *class)
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

static struct tt_thread *thread_of(struct graph *graph, const struct tt_seen *seen)
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
static const struct tt_held_set *held_set_of(struct graph *graph, const struct tt_order *order)
{
	struct tt_thread thread = {.holds = g_ptr_array_new_with_free_func(g_free)};
	struct tt_hold hold = {.object = lock_of(graph, order->held), .mode = order->held_mode};
	const struct tt_held_set *set;

	g_ptr_array_add(thread.holds, g_memdup2(&hold, sizeof hold));
	for (guint i = 0; i < order->gates->len; i++) {
		const struct tt_gate *gate = &g_array_index(order->gates, struct tt_gate, i);
		hold = (struct tt_hold){.object = lock_of(graph, gate->class), .mode = gate->mode};
		g_ptr_array_add(thread.holds, g_memdup2(&hold, sizeof hold));
	}
	set = tt_held_set_of(graph->sets, &thread, NULL);
	g_ptr_array_free(thread.holds, TRUE);
	return set;
}

static struct pair *pair_of(struct graph *graph, const struct tt_order *order)
{
	struct tt_arc key = {lock_of(graph, order->held), lock_of(graph, order->wanted), NULL};
	struct pair *pair = g_hash_table_lookup(graph->arcs, &key);

	if (!pair) {
		pair = g_new0(struct pair, 1);
		pair->arc = key;
		pair->arc.dependencies = g_ptr_array_new();
		pair->orders = g_ptr_array_new();
		g_hash_table_add(graph->arcs, pair);
		g_ptr_array_add(graph->in_order, &pair->arc);
	}
	return pair;
}

static void take(struct graph *graph, struct pair *pair, const struct tt_order *order, const struct tt_seen *seen)
{
	struct taken *taken = g_new0(struct taken, 1);

	taken->part = (struct tt_inversion_part){order, seen};
	taken->pair = pair;
	taken->dependency = (struct tt_dependency){
	    .thread = thread_of(graph, seen),
	    .held = {.object = pair->arc.from, .mode = order->held_mode},
	    .wanted = {.object = pair->arc.to, .mode = order->wanted_mode, .timed = order->timed},
	    .requests = g_ptr_array_new(),
	    .number = graph->taken->len,
	};
	taken->request = (struct tt_request){.thread = taken->dependency.thread, .all = held_set_of(graph, order)};
	g_ptr_array_add(taken->dependency.requests, &taken->request);
	g_ptr_array_add(graph->taken, taken);
	g_ptr_array_add(pair->arc.dependencies, &taken->dependency);
	pair->mine |= seen->mine;
}

/* All orders come once before one comes twice: those who took the same order make no other circle. */
static void take_all(struct graph *graph, struct pair *pair)
{
	bool more = true;

	for (guint rank = 0; more; rank++) {
		more = false;
		for (guint i = 0; i < pair->orders->len; i++) {
			const struct tt_order *order = pair->orders->pdata[i];
			if (rank < order->seen->len)
				take(graph, pair, order, order->seen->pdata[rank]);
			more |= rank + 1 < order->seen->len;
		}
	}
}

static void add_order(struct graph *graph, const struct tt_order *order)
{
	struct pair *pair = pair_of(graph, order);

	g_ptr_array_add(pair->orders, (void *)(uintptr_t)order);
	graph->timed |= order->timed;
	graph->full |= order->seen->len >= TT_MOST_TAKERS;
}

static void graph_begin(struct graph *graph, struct tt_db *db, struct tt_picture *picture)
{
	graph->db = db;
	graph->picture = picture;
	graph->locks = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	graph->threads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	graph->sets = tt_held_sets_new();
	graph->runs = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_hash_table_unref);
	graph->arcs = g_hash_table_new_full(hash_pair, equal_pairs, free_pair, NULL);
	graph->in_order = g_ptr_array_new();
	graph->taken = g_ptr_array_new_with_free_func(free_taken);
	for (guint i = 0; i < picture->orders->len; i++)
		add_order(graph, picture->orders->pdata[i]);
	for (guint i = 0; i < graph->in_order->len; i++)
		take_all(graph, graph->in_order->pdata[i]);
}

static void graph_end(struct graph *graph)
{
	g_ptr_array_free(graph->in_order, TRUE);
	g_hash_table_destroy(graph->arcs);
	g_ptr_array_free(graph->taken, TRUE);
	g_hash_table_destroy(graph->sets);
	g_hash_table_destroy(graph->runs);
	g_hash_table_destroy(graph->threads);
	g_hash_table_destroy(graph->locks);
}

/* What one run has alone. */

static GHashTable *runs_of(struct graph *graph, const struct tt_order *order)
{
	GHashTable *runs = g_hash_table_lookup(graph->runs, order);

	if (!runs) {
		runs = tt_picture_runs_with(graph->picture, graph->db, order);
		g_hash_table_insert(graph->runs, (void *)(uintptr_t)order, runs);
	}
	return runs;
}

static bool is_in_all(struct graph *graph, const GPtrArray *dependencies, const void *run)
{
	for (guint i = 0; i < dependencies->len; i++) {
		const struct taken *taken = dependencies->pdata[i];
		if (!g_hash_table_contains(runs_of(graph, taken->part.order), run))
			return false;
	}
	return true;
}

/* A run that took all orders of the circle; NULL if there is none. What it takes to find out is added to *work. */
static const struct tt_db_run *alone(struct graph *graph, const GPtrArray *dependencies, uint64_t *work)
{
	GHashTable *fewest = NULL;
	GHashTableIter iter;
	gpointer run;

	for (guint i = 0; i < dependencies->len; i++) {
		const struct taken *taken = dependencies->pdata[i];
		GHashTable *runs = runs_of(graph, taken->part.order);
		if (!fewest || g_hash_table_size(runs) < g_hash_table_size(fewest))
			fewest = runs;
	}
	g_hash_table_iter_init(&iter, fewest);
	while (g_hash_table_iter_next(&iter, &run, NULL)) {
		(*work)++;
		if (is_in_all(graph, dependencies, run))
			return run;
	}
	return NULL;
}

/* The circles that are told. */

static void free_inversion(void *data)
{
	struct tt_inversion *inversion = data;

	g_array_free(inversion->parts, TRUE);
	g_free(inversion->why);
	g_free(inversion);
}

static bool is_mine(const GPtrArray *dependencies)
{
	for (guint i = 0; i < dependencies->len; i++) {
		if (((const struct taken *)dependencies->pdata[i])->part.seen->mine)
			return true;
	}
	return false;
}

static bool can_be_mine(const GPtrArray *dependencies)
{
	for (guint i = 0; i < dependencies->len; i++) {
		if (((const struct taken *)dependencies->pdata[i])->pair->mine)
			return true;
	}
	return false;
}

/* A class that both hold there, and that lets in one at a time. */
static const struct tt_object *gate_of(const struct tt_dependency *a, const struct tt_dependency *b)
{
	const struct taken *x = (const struct taken *)a, *y = (const struct taken *)b;

	return tt_held_sets_exclude(x->request.all, y->request.all);
}

static bool apart(const struct tt_dependency *a, const struct tt_dependency *b, void *data)
{
	(void)data;
	return gate_of(a, b) != NULL;
}

/*
 * Whether the circle is to be told with this choice of who is in it. Runs have no order between them that could be
 * searched for a way. One that is of others only is as good as found: there is no need to try more.
 */
static bool reaches(const GPtrArray *dependencies, void **proof, uint64_t *work, void *data)
{
	*proof = NULL;
	return !can_be_mine(dependencies) || (is_mine(dependencies) && !alone(data, dependencies, work));
}

/* The class that keeps two of the circle apart. */
static const struct tt_class *gate_in(struct graph *graph, const struct tt_lock_cycle *cycle)
{
	const GPtrArray *all = cycle->dependencies;
	const struct tt_object *gate = NULL;
	GHashTableIter iter;
	gpointer class, lock;

	for (guint i = 0; i < all->len && !gate; i++) {
		for (guint j = i + 1; j < all->len && !gate; j++)
			gate = gate_of(all->pdata[i], all->pdata[j]);
	}
	g_hash_table_iter_init(&iter, graph->locks);
	while (g_hash_table_iter_next(&iter, &class, &lock)) {
		if (lock == gate)
			return class;
	}
	return NULL;
}

static char *why_not(struct graph *graph, const struct tt_lock_cycle *cycle)
{
	uint64_t work = 0;
	const struct tt_db_run *run = alone(graph, cycle->dependencies, &work);
	const struct tt_class *gate = cycle->class == TT_CYCLE_EXCLUDED ? gate_in(graph, cycle) : NULL;

	if (gate) {
		g_autofree char *name = tt_class_text(gate);
		return g_strdup_printf("two of them hold %s there, which lets in one at a time", name);
	}
	if (run) {
		g_autofree char *name = tt_run_text(run);
		return g_strdup_printf("%s has all of these orders by itself, so its own check decides", name);
	}
	return NULL;
}

static void add(struct tt_inversions *found, struct graph *graph, const struct tt_lock_cycle *cycle, bool excluded)
{
	g_autofree char *why = is_mine(cycle->dependencies) ? why_not(graph, cycle) : NULL;
	struct tt_inversion *inversion;

	if (!is_mine(cycle->dependencies) || (why && !excluded))
		return;
	inversion = g_new0(struct tt_inversion, 1);
	inversion->parts = g_array_new(FALSE, FALSE, sizeof(struct tt_inversion_part));
	for (guint i = 0; i < cycle->dependencies->len; i++) {
		const struct taken *taken = cycle->dependencies->pdata[i];
		g_array_append_val(inversion->parts, taken->part);
	}
	inversion->timed = cycle->class == TT_CYCLE_TIMED;
	inversion->why = g_steal_pointer(&why);
	g_ptr_array_add(found->all, inversion);
}

static gint surer(gconstpointer a, gconstpointer b)
{
	const struct tt_inversion *const *x = a, *const *y = b;
	return ((*x)->why != NULL) - ((*y)->why != NULL);
}

/* No circle is longer than its part has locks. */
static guint longest(const struct tt_lock_parts *parts)
{
	guint most = 0;

	for (guint i = 0; i < parts->parts->len; i++)
		most = MAX(most, ((const GPtrArray *)parts->parts->pdata[i])->len);
	return most;
}

static void search(struct tt_inversions *found, struct tt_db *db, bool excluded)
{
	struct graph graph = {0};
	/* Of other runs nobody knows whether a third wants to write. */
	const struct tt_cycle_tests tests = {.apart = apart, .reaches = reaches, .data = &graph};
	struct tt_cycle_limits limits = {.last = excluded ? TT_CYCLE_EXCLUDED : TT_CYCLE_TIMED,
	                                 .most = MOST_CYCLES,
	                                 .steps = most_steps,
	                                 .work = most_work};

	graph_begin(&graph, db, found->picture);
	limits.timed = graph.timed;
	struct tt_lock_parts *parts = tt_lock_parts_new(graph.in_order);
	struct tt_lock_cycles *cycles = tt_lock_cycles_find(parts, &tests, &limits);
	for (guint i = 0; i < cycles->cycles->len; i++)
		add(found, &graph, cycles->cycles->pdata[i], excluded);
	g_ptr_array_sort(found->all, surer);
	found->complete = cycles->complete;
	if (graph.full && longest(parts) > TT_MOST_TAKERS)
		found->complete = MIN(found->complete, TT_MOST_TAKERS);
	found->n_untried = cycles->untried;
	tt_lock_cycles_free(cycles);
	tt_lock_parts_free(parts);
	graph_end(&graph);
}

struct tt_inversions *tt_inversions_find(struct tt_db *db, const GArray *mine, bool excluded, GError **error)
{
	g_autoptr(GArray) pairs = tt_picture_pairs(db, mine, error);
	struct tt_picture *picture;
	struct tt_inversions *found;

	if (!pairs)
		return NULL;
	tt_class_pairs_in_circles(pairs);
	picture = tt_picture_of(db, pairs, mine, error);
	if (!picture)
		return NULL;
	found = g_new0(struct tt_inversions, 1);
	found->picture = picture;
	found->all = g_ptr_array_new_with_free_func(free_inversion);
	search(found, db, excluded);
	if (tt_db_ok(db, error))
		return found;
	tt_inversions_free(found);
	return NULL;
}

void tt_inversions_free(struct tt_inversions *inversions)
{
	g_ptr_array_free(inversions->all, TRUE);
	tt_picture_free(inversions->picture);
	g_free(inversions);
}
