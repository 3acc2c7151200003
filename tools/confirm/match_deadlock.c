/* SPDX-License-Identifier: MIT */
#include "tools/confirm/match_deadlock.h"

#include <string.h>

static void add_blocked(GPtrArray *threads, const GArray *edges)
{
	for (guint i = 0; i < edges->len; i++) {
		struct tt_thread *thread = g_array_index(edges, struct tt_edge, i).thread;
		if (thread->wait.object && !g_ptr_array_find(threads, thread, NULL))
			g_ptr_array_add(threads, thread);
	}
}

/* An edge of the plan: its sites, and its names. */
struct planned_edge {
	const char *sites, *names;
};

static bool is_it(const struct tt_check *check, const struct tt_edge *edge, const struct planned_edge *planned)
{
	g_autofree char *sites = tt_confirm_edge(check, edge), *names = tt_confirm_names(edge);

	return (sites && strcmp(sites, planned->sites) == 0) || strcmp(names, planned->names) == 0;
}

/* Whether the thread waits as the edge says, and has a lock as it says. */
static bool hangs_so(const struct tt_check *check, struct tt_thread *thread, const struct planned_edge *planned)
{
	struct tt_edge edge = tt_edge_of_wait(thread);
	bool found = is_it(check, &edge, planned);

	for (guint i = 0; !found && i < thread->holds->len; i++) {
		tt_edge_set_hold(&edge, thread->holds->pdata[i]);
		found = is_it(check, &edge, planned);
	}
	return found;
}

/* Takes a thread for the edge out of those that are left. */
static bool take_one(const struct tt_check *check, GPtrArray *threads, const struct planned_edge *planned)
{
	for (guint i = 0; i < threads->len; i++) {
		if (hangs_so(check, threads->pdata[i], planned)) {
			g_ptr_array_remove_index(threads, i);
			return true;
		}
	}
	return false;
}

const struct tt_finding *tt_match_deadlock(const struct tt_check *check, const struct tt_confirm_edges *edges,
                                           bool *planned)
{
	g_autoptr(GPtrArray) threads = g_ptr_array_new();
	const struct tt_finding *first = NULL;

	/* Of semaphores, which anybody may post, each thread is told alone: so all findings together are looked at. */
	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		if (finding->level != TT_LEVEL_ACTUAL)
			continue;
		first = first ? first : finding;
		add_blocked(threads, finding->edges);
		add_blocked(threads, finding->blocked);
	}
	*planned = first;
	for (guint i = 0; *planned && i < edges->all->len; i++)
		*planned =
		    take_one(check, threads, &(struct planned_edge){edges->all->pdata[i], edges->names->pdata[i]});
	return first;
}
