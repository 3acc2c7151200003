#include "tools/check/inversions.h"

#include <string.h>

#include "tools/check/class_pairs.h"
#include "tools/check/lock_cycles.h"

/* Of those who took one order, MOST_SEEN are looked at: what they did is the same. */
enum { MOST_CYCLES = 1000, MOST_SEEN = 16 };
static const uint64_t most_steps = 50 * 1000 * 1000;

/* An order that a thread of a run took, as lock_cycles.h knows it. */
struct taken {
	struct tt_dependency dependency; /* first: one is found by the other */
	struct tt_request request;       /* its only one, of which the held set counts */
	struct tt_inversion_part part;
};

/* The lock graph of a picture: a lock for each class, a thread for each of each run. */
struct graph {
	GHashTable *locks;   /* struct tt_class → struct tt_object */
	GHashTable *threads; /* the text of run and thread → struct tt_thread */
	GHashTable *sets;    /* of held sets */
	GHashTable *arcs;    /* struct pair → itself */
	GPtrArray *in_order; /* struct tt_arc of the pairs */
	GPtrArray *taken;    /* struct taken */
	bool timed;
};

/* All orders from one class to another. */
struct pair {
	struct tt_arc arc;
	GPtrArray *orders; /* struct tt_order */
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

static void take(struct graph *graph, struct pair *pair, const struct tt_order *order, const struct tt_held_set *all,
                 const struct tt_seen *seen)
{
	struct taken *taken = g_new0(struct taken, 1);

	taken->part = (struct tt_inversion_part){order, seen};
	taken->dependency = (struct tt_dependency){
	    .thread = thread_of(graph, seen),
	    .held = {.object = pair->arc.from, .mode = order->held_mode},
	    .wanted = {.object = pair->arc.to, .mode = order->wanted_mode, .timed = order->timed},
	    .requests = g_ptr_array_new(),
	    .number = graph->taken->len,
	};
	taken->request = (struct tt_request){.thread = taken->dependency.thread, .all = all};
	g_ptr_array_add(taken->dependency.requests, &taken->request);
	g_ptr_array_add(graph->taken, taken);
	g_ptr_array_add(pair->arc.dependencies, &taken->dependency);
}

static void add_order(struct graph *graph, const struct tt_order *order)
{
	struct pair *pair = pair_of(graph, order);
	const struct tt_held_set *all = held_set_of(graph, order);

	g_ptr_array_add(pair->orders, (void *)(uintptr_t)order);
	graph->timed |= order->timed;
	for (guint i = 0; i < MIN(order->seen->len, MOST_SEEN); i++)
		take(graph, pair, order, all, order->seen->pdata[i]);
}

static void graph_begin(struct graph *graph, const struct tt_picture *picture)
{
	graph->locks = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	graph->threads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	graph->sets = tt_held_sets_new();
	graph->arcs = g_hash_table_new_full(hash_pair, equal_pairs, free_pair, NULL);
	graph->in_order = g_ptr_array_new();
	graph->taken = g_ptr_array_new_with_free_func(free_taken);
	for (guint i = 0; i < picture->orders->len; i++)
		add_order(graph, picture->orders->pdata[i]);
}

static void graph_end(struct graph *graph)
{
	g_ptr_array_free(graph->in_order, TRUE);
	g_hash_table_destroy(graph->arcs);
	g_ptr_array_free(graph->taken, TRUE);
	g_hash_table_destroy(graph->sets);
	g_hash_table_destroy(graph->threads);
	g_hash_table_destroy(graph->locks);
}

/* What one run has alone. */

static enum tt_mode gate_mode(const struct tt_order *order, const struct tt_class *class)
{
	for (guint i = 0; i < order->gates->len; i++) {
		const struct tt_gate *gate = &g_array_index(order->gates, struct tt_gate, i);
		if (gate->class == class)
			return gate->mode;
	}
	return TT_MODE_SHARED + 1; /* weaker than any */
}

/* Whether an order of the same classes can stand wherever another one does. */
static bool covers(const struct tt_order *a, const struct tt_order *b)
{
	if (a->held_mode > b->held_mode || a->wanted_mode > b->wanted_mode || a->timed > b->timed)
		return false;
	for (guint i = 0; i < a->gates->len; i++) {
		const struct tt_gate *gate = &g_array_index(a->gates, struct tt_gate, i);
		if (gate_mode(b, gate->class) > gate->mode)
			return false;
	}
	return true;
}

/* The runs that took that order, or one that covers it. */
static GHashTable *runs_of(struct graph *graph, const struct tt_order *order)
{
	GHashTable *runs = g_hash_table_new(NULL, NULL);
	const struct pair *pair = pair_of(graph, order);

	for (guint i = 0; i < pair->orders->len; i++) {
		const struct tt_order *other = pair->orders->pdata[i];
		for (guint j = 0; covers(other, order) && j < other->seen->len; j++) {
			const struct tt_seen *seen = other->seen->pdata[j];
			g_hash_table_add(runs, (void *)(uintptr_t)seen->run);
		}
	}
	return runs;
}

static gboolean is_not_in(gpointer run, gpointer value, gpointer runs)
{
	(void)value;
	return !g_hash_table_contains(runs, run);
}

/* A run that took all orders of the circle; NULL if there is none. */
static const struct tt_db_run *alone(struct graph *graph, const struct tt_inversion *inversion)
{
	g_autoptr(GHashTable) left = NULL;
	GHashTableIter iter;
	gpointer run = NULL;

	for (guint i = 0; i < inversion->parts->len; i++) {
		const struct tt_order *order = g_array_index(inversion->parts, struct tt_inversion_part, i).order;
		GHashTable *runs = runs_of(graph, order);
		if (!left) {
			left = runs;
			continue;
		}
		g_hash_table_foreach_remove(left, is_not_in, runs);
		g_hash_table_destroy(runs);
	}
	g_hash_table_iter_init(&iter, left);
	return g_hash_table_iter_next(&iter, &run, NULL) ? run : NULL;
}

/* The circles that are told. */

static void free_inversion(void *data)
{
	struct tt_inversion *inversion = data;

	g_array_free(inversion->parts, TRUE);
	g_free(inversion->why);
	g_free(inversion);
}

static bool is_mine(const struct tt_inversion *inversion, const GArray *mine)
{
	for (guint i = 0; mine && i < inversion->parts->len; i++) {
		const struct tt_seen *seen = g_array_index(inversion->parts, struct tt_inversion_part, i).seen;
		for (guint j = 0; j < mine->len; j++) {
			if (tt_id_equal(&seen->run->id, &g_array_index(mine, struct tt_id, j)))
				return true;
		}
	}
	return !mine;
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

/* Runs have no order between them that could be searched for a way: the first choice is as good as any. */
static bool reaches(const GPtrArray *dependencies, void **proof, uint64_t *work, void *data)
{
	(void)dependencies;
	(void)work;
	(void)data;
	*proof = NULL;
	return true;
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

static char *why_not(struct graph *graph, const struct tt_lock_cycle *cycle, const struct tt_inversion *inversion)
{
	const struct tt_db_run *run = alone(graph, inversion);
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

static void add(struct tt_inversions *found, struct graph *graph, const struct tt_lock_cycle *cycle, const GArray *mine,
                bool excluded)
{
	struct tt_inversion *inversion = g_new0(struct tt_inversion, 1);

	inversion->parts = g_array_new(FALSE, FALSE, sizeof(struct tt_inversion_part));
	for (guint i = 0; i < cycle->dependencies->len; i++) {
		const struct taken *taken = cycle->dependencies->pdata[i];
		g_array_append_val(inversion->parts, taken->part);
	}
	inversion->timed = cycle->class == TT_CYCLE_TIMED;
	inversion->why = why_not(graph, cycle, inversion);
	if (is_mine(inversion, mine) && (excluded || !inversion->why))
		g_ptr_array_add(found->all, inversion);
	else
		free_inversion(inversion);
}

static gint surer(gconstpointer a, gconstpointer b)
{
	const struct tt_inversion *const *x = a, *const *y = b;
	return ((*x)->why != NULL) - ((*y)->why != NULL);
}

static void search(struct tt_inversions *found, const GArray *mine, bool excluded)
{
	/* Of other runs nobody knows whether a third wants to write. */
	static const struct tt_cycle_tests tests = {.apart = apart, .reaches = reaches};
	struct graph graph = {0};
	struct tt_cycle_limits limits = {
	    .last = excluded ? TT_CYCLE_EXCLUDED : TT_CYCLE_TIMED, .most = MOST_CYCLES, .steps = most_steps};

	graph_begin(&graph, found->picture);
	limits.timed = graph.timed;
	struct tt_lock_parts *parts = tt_lock_parts_new(graph.in_order);
	struct tt_lock_cycles *cycles = tt_lock_cycles_find(parts, &tests, &limits);
	for (guint i = 0; i < cycles->cycles->len; i++)
		add(found, &graph, cycles->cycles->pdata[i], mine, excluded);
	g_ptr_array_sort(found->all, surer);
	found->complete = cycles->complete == G_MAXUINT;
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
	search(found, mine, excluded);
	return found;
}

void tt_inversions_free(struct tt_inversions *inversions)
{
	g_ptr_array_free(inversions->all, TRUE);
	tt_picture_free(inversions->picture);
	g_free(inversions);
}
