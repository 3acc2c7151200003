/* SPDX-License-Identifier: MIT */
#include "tools/check/across/inversions.h"

#include <string.h>

#include "tools/check/across/class_graph.h"
#include "tools/check/across/class_scc.h"
#include "tools/check/lockgraph/cycles.h"

enum { MOST_CYCLES = 1000 };
static const uint64_t most_steps = 50 * 1000 * 1000;
static const uint64_t most_work = 100 * 1000; /* runs compared, for each circle */

/* A search, and what it found out of the file. */
struct search {
	struct tt_class_graph *graph;
	struct tt_db *db;
	struct tt_db_snapshot *picture;
	GHashTable
	    *runs; /* struct tt_order_kind → GHashTable of struct tt_db_run: who took one, or what can stand for it */
};

/* What one run has alone. */

static GHashTable *runs_of(const struct search *search, const struct tt_taken *taken)
{
	GHashTable *runs = g_hash_table_lookup(search->runs, taken->kind);

	if (!runs) {
		runs = tt_db_snapshot_runs_with(search->picture, search->db, taken->part.order);
		g_hash_table_insert(search->runs, (void *)(uintptr_t)taken->kind, runs);
	}
	return runs;
}

static bool is_in_all(const struct search *search, const GPtrArray *dependencies, const void *run)
{
	for (guint i = 0; i < dependencies->len; i++) {
		if (!g_hash_table_contains(runs_of(search, dependencies->pdata[i]), run))
			return false;
	}
	return true;
}

/* A run that took all orders of the circle; NULL if there is none. What it takes to find out is added to *work. */
static const struct tt_db_run *alone(const struct search *search, const GPtrArray *dependencies, uint64_t *work)
{
	GHashTable *fewest = NULL;
	GHashTableIter iter;
	gpointer run;

	for (guint i = 0; i < dependencies->len; i++) {
		GHashTable *runs = runs_of(search, dependencies->pdata[i]);
		if (!fewest || g_hash_table_size(runs) < g_hash_table_size(fewest))
			fewest = runs;
	}
	g_hash_table_iter_init(&iter, fewest);
	while (g_hash_table_iter_next(&iter, &run, NULL)) {
		(*work)++;
		if (is_in_all(search, dependencies, run))
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
		if (((const struct tt_taken *)dependencies->pdata[i])->part.seen->mine)
			return true;
	}
	return false;
}

static bool can_be_mine(const GPtrArray *dependencies)
{
	for (guint i = 0; i < dependencies->len; i++) {
		if (((const struct tt_taken *)dependencies->pdata[i])->pair->mine)
			return true;
	}
	return false;
}

/* A class that both hold there, and that lets in one at a time. */
static const struct tt_object *gate_of(const struct tt_lock_dependency *a, const struct tt_lock_dependency *b)
{
	const struct tt_taken *x = (const struct tt_taken *)a, *y = (const struct tt_taken *)b;

	return tt_locksets_exclude(x->request.all, y->request.all);
}

static bool apart(const struct tt_lock_dependency *a, const struct tt_lock_dependency *b, void *data)
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
static const struct tt_class *gate_in(const struct tt_class_graph *graph, const struct tt_lock_cycle *cycle)
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

static char *why_not(const struct search *search, const struct tt_lock_cycle *cycle)
{
	uint64_t work = 0;
	const struct tt_db_run *run = alone(search, cycle->dependencies, &work);
	const struct tt_class *gate = cycle->class == TT_CYCLE_EXCLUDED ? gate_in(search->graph, cycle) : NULL;

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

static void add(struct tt_inversions *found, const struct search *search, const struct tt_lock_cycle *cycle,
                bool excluded)
{
	g_autofree char *why = is_mine(cycle->dependencies) ? why_not(search, cycle) : NULL;
	struct tt_inversion *inversion;

	if (!is_mine(cycle->dependencies) || (why && !excluded))
		return;
	inversion = g_new0(struct tt_inversion, 1);
	inversion->parts = g_array_new(FALSE, FALSE, sizeof(struct tt_inversion_part));
	for (guint i = 0; i < cycle->dependencies->len; i++) {
		const struct tt_taken *taken = cycle->dependencies->pdata[i];
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
static guint longest(const struct tt_sccs *parts)
{
	guint most = 0;

	for (guint i = 0; i < parts->parts->len; i++)
		most = MAX(most, ((const GPtrArray *)parts->parts->pdata[i])->len);
	return most;
}

static struct tt_lock_cycles *cycles_of(struct search *search, const struct tt_sccs *parts, bool excluded)
{
	/* Of other runs nobody knows whether a third wants to write. */
	const struct tt_cycle_oracle tests = {.apart = apart, .reaches = reaches, .data = search};
	const struct tt_cycle_limits limits = {.last = excluded ? TT_CYCLE_EXCLUDED : TT_CYCLE_TIMED,
	                                       .timed = search->graph->timed,
	                                       .most = MOST_CYCLES,
	                                       .steps = most_steps,
	                                       .work = most_work};

	return tt_lock_cycles_find(parts, &tests, &limits);
}

static void look(struct tt_inversions *found, struct tt_db *db, bool excluded)
{
	struct search search = {.graph = tt_class_graph_new(found->picture), .db = db, .picture = found->picture};
	struct tt_sccs *parts = tt_sccs_new(search.graph->arcs);

	search.runs = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_hash_table_unref);
	struct tt_lock_cycles *cycles = cycles_of(&search, parts, excluded);
	for (guint i = 0; i < cycles->cycles->len; i++)
		add(found, &search, cycles->cycles->pdata[i], excluded);
	g_ptr_array_sort(found->all, surer);
	found->complete = cycles->complete;
	if (search.graph->full && longest(parts) > TT_MAX_OCCURRENCES)
		found->complete = MIN(found->complete, TT_MAX_OCCURRENCES);
	found->n_untried = cycles->untried;
	tt_lock_cycles_free(cycles);
	tt_sccs_free(parts);
	g_hash_table_destroy(search.runs);
	tt_class_graph_free(search.graph);
}

struct tt_inversions *tt_inversions_find(struct tt_db *db, const GArray *mine, bool excluded, GError **error)
{
	g_autoptr(GArray) pairs = tt_db_snapshot_pairs(db, mine, error);
	struct tt_db_snapshot *picture;
	struct tt_inversions *found;

	if (!pairs)
		return NULL;
	tt_class_pairs_in_cycles(pairs);
	picture = tt_db_snapshot_of(db, pairs, mine, error);
	if (!picture)
		return NULL;
	found = g_new0(struct tt_inversions, 1);
	found->picture = picture;
	found->all = g_ptr_array_new_with_free_func(free_inversion);
	look(found, db, excluded);
	if (tt_db_ok(db, error))
		return found;
	tt_inversions_free(found);
	return NULL;
}

void tt_inversions_free(struct tt_inversions *inversions)
{
	if (!inversions)
		return;
	g_ptr_array_free(inversions->all, TRUE);
	tt_db_snapshot_free(inversions->picture);
	g_free(inversions);
}
