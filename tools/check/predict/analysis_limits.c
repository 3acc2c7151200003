/* SPDX-License-Identifier: MIT */
#include "tools/check/predict/analysis_limits.h"

static void add_limit(struct tt_check *check, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void add_limit(struct tt_check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(check->limits, g_strdup_vprintf(format, args));
	va_end(args);
}

static void limit_signals(struct tt_check *check, const GPtrArray *arcs)
{
	for (guint i = 0; i < arcs->len; i++) {
		const struct tt_lock_edge *arc = arcs->pdata[i];
		if (!arc->from->signals && !arc->to->signals)
			continue;
		g_autofree char *name = tt_object_phrase(arc->from->signals ? arc->from : arc->to);
		add_limit(check,
		          "The order of %s, and others like it, is not checked: it is released by threads that do "
		          "not hold it.",
		          name);
		return;
	}
}

static void limit_search(struct tt_check *check, const struct tt_lock_cycles *found)
{
	if (found->complete <= 1)
		add_limit(check, "There are too many lock orders to look at them all: inversions may be missing.");
	else if (found->complete != G_MAXUINT)
		add_limit(check,
		          "There are too many lock orders to look at them all: inversions of more than %u locks "
		          "may be missing.",
		          found->complete);
	if (found->untried > 0)
		add_limit(check,
		          "Of %u circular lock orders there are too many ways to get there to try them all: they are "
		          "called potential, and may be more.",
		          found->untried);
}

static void limit_runs(struct tt_check *check, const struct tt_analysis_scope *all)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, all->histories);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct tt_history *history = value;
		if (history->full)
			add_limit(check, "Only the first %u events of process %u that matter are looked at to predict.",
			          history->len, history->process->pid);
	}
	g_hash_table_iter_init(&iter, all->runs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct tt_predictor *run = value;
		if (run->closure->steps == 0)
			add_limit(check, "There was too much to try: some of the potential deadlocks may be more.");
		if (run->clocks && run->clocks->full)
			add_limit(check, "There are too many threads and wake-ups to keep their order: some of the "
			                 "potential deadlocks may be none.");
	}
}

static bool is_cut(const GPtrArray *dependencies)
{
	for (guint i = 0; i < dependencies->len; i++) {
		if (((const struct tt_lock_dependency *)dependencies->pdata[i])->cut)
			return true;
	}
	return false;
}

/* Whether requests are missing where it matters: of what can be in a circle. */
static bool lacks_requests(const struct tt_sccs *parts)
{
	for (guint i = 0; i < parts->parts->len; i++) {
		const GPtrArray *part = parts->parts->pdata[i];
		for (guint j = 0; j < part->len; j++) {
			const struct tt_scc_node *node = part->pdata[j];
			for (guint k = 0; k < node->out->len; k++) {
				if (is_cut(((const struct tt_scc_edge *)node->out->pdata[k])->arc->dependencies))
					return true;
			}
		}
	}
	return false;
}

/* The same of waits under a lock. */
static bool lacks_waits(const struct tt_lock_graph *graph)
{
	for (guint i = 0; i < graph->dependencies->len; i++) {
		const struct tt_lock_dependency *dependency = graph->dependencies->pdata[i];
		if (dependency->cut && !tt_is_lock(dependency->wanted.object))
			return true;
	}
	return false;
}

void tt_analysis_limits(struct tt_check *check, const struct tt_analysis_scope *all)
{
	limit_signals(check, all->arcs);
	if (all->graph->full || lacks_requests(all->parts) || lacks_waits(all->graph))
		add_limit(check, "Locks are nested in too many ways to keep them all: some inversions may be missing.");
	limit_search(check, all->cycles);
	limit_runs(check, all);
}
