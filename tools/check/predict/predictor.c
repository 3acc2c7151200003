/* SPDX-License-Identifier: MIT */
#include "tools/check/predict/predictor.h"

static void free_run(void *data)
{
	struct tt_predictor *run = data;

	tt_sp_closure_free(run->closure);
	tt_vector_clocks_free(run->clocks);
	tt_hb_edges_free(run->links);
	g_free(run);
}

static void add_requests(GHashTable *wanted, const GPtrArray *dependencies)
{
	for (guint i = 0; i < dependencies->len; i++) {
		const struct tt_lock_dependency *dependency = dependencies->pdata[i];
		for (guint j = 0; j < dependency->requests->len; j++)
			g_hash_table_add(wanted, dependency->requests->pdata[j]);
	}
}

static void add_wanted(GHashTable *wanted, const GPtrArray *part, const struct tt_queued_writers *writers)
{
	for (guint i = 0; i < part->len; i++) {
		const struct tt_scc_node *node = part->pdata[i];
		const GPtrArray *of_lock = tt_queued_writers_of(writers, node->lock);
		if (of_lock)
			add_requests(wanted, of_lock);
		for (guint j = 0; j < node->out->len; j++)
			add_requests(wanted, ((struct tt_scc_edge *)node->out->pdata[j])->arc->dependencies);
	}
}

/* The requests of each process that has a part: struct tt_process → a set of struct tt_lock_request. */
static GHashTable *wanted_by_process(const struct tt_sccs *parts, const struct tt_queued_writers *writers)
{
	GHashTable *all = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_hash_table_destroy);

	for (guint i = 0; i < parts->parts->len; i++) {
		const GPtrArray *part = parts->parts->pdata[i];
		struct tt_process *process = ((struct tt_scc_node *)part->pdata[0])->lock->process;
		GHashTable *wanted = g_hash_table_lookup(all, process);
		if (!wanted) {
			wanted = g_hash_table_new(NULL, NULL);
			g_hash_table_insert(all, process, wanted);
		}
		add_wanted(wanted, part, writers);
	}
	return all;
}

struct tt_predictor *tt_predictor_get(GHashTable *runs, GHashTable *histories, struct tt_process *process,
                                      uint64_t steps)
{
	struct tt_predictor *run = g_hash_table_lookup(runs, process);

	if (!run) {
		run = g_new0(struct tt_predictor, 1);
		run->history = tt_history_of(histories, process);
		run->links = tt_hb_edges_new(run->history);
		run->closure = tt_sp_closure_new(run->links, steps);
		g_hash_table_insert(runs, process, run);
	}
	return run;
}

GHashTable *tt_predictors_new(GHashTable *histories, const struct tt_sccs *parts,
                              const struct tt_queued_writers *writers, uint64_t steps)
{
	GHashTable *runs = g_hash_table_new_full(NULL, NULL, NULL, free_run);
	g_autoptr(GHashTable) by_process = wanted_by_process(parts, writers);
	GHashTableIter iter;
	void *process, *wanted;

	g_hash_table_iter_init(&iter, by_process);
	while (g_hash_table_iter_next(&iter, &process, &wanted)) {
		struct tt_predictor *run = tt_predictor_get(runs, histories, process, steps);
		run->clocks = tt_vector_clocks_new(run->links, wanted);
	}
	return runs;
}

struct tt_predictor *tt_predictor_of(GHashTable *runs, const struct tt_thread *thread)
{
	return g_hash_table_lookup(runs, thread->process);
}
