#include "tools/confirm/hang.h"

#include <string.h>

#include "tools/confirm/plan.h"

static void add_blocked(GPtrArray *threads, const GArray *edges)
{
	for (guint i = 0; i < edges->len; i++) {
		struct tt_thread *thread = g_array_index(edges, struct tt_edge, i).thread;
		if (thread->wait.object && !g_ptr_array_find(threads, thread, NULL))
			g_ptr_array_add(threads, thread);
	}
}

static bool is_at(const struct tt_check *check, const struct tt_edge *edge, const char *text)
{
	g_autofree char *its = tt_confirm_edge(check, edge);
	return its && strcmp(its, text) == 0;
}

/* Whether the thread waits where the edge says, and has a lock from where it says. */
static bool hangs_at(const struct tt_check *check, struct tt_thread *thread, const char *text)
{
	struct tt_edge edge = tt_edge_of_wait(thread);
	bool found = is_at(check, &edge, text);

	for (guint i = 0; !found && i < thread->holds->len; i++) {
		tt_edge_set_hold(&edge, thread->holds->pdata[i]);
		found = is_at(check, &edge, text);
	}
	return found;
}

/* Takes a thread for the edge out of those that are left. */
static bool take_one(const struct tt_check *check, GPtrArray *threads, const char *text)
{
	for (guint i = 0; i < threads->len; i++) {
		if (hangs_at(check, threads->pdata[i], text)) {
			g_ptr_array_remove_index(threads, i);
			return true;
		}
	}
	return false;
}

const struct tt_finding *tt_hang_find(const struct tt_check *check, const GPtrArray *edges, bool *planned)
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
	for (guint i = 0; *planned && i < edges->len; i++)
		*planned = take_one(check, threads, edges->pdata[i]);
	return first;
}
