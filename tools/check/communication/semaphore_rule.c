/* SPDX-License-Identifier: MIT */
#include "tools/check/communication/semaphore_rule.h"

#include "tools/check/communication/communication_rule.h"
#include "tools/check/predict/witness.h"
#include "tools/check/communication/repeats.h"
#include "tools/check/rules.h"

/* So many requests for a place are looked at, and for each so many choices of who has the places. */
enum { MOST_WAITS = 200, MOST_CHOICES = 16 };

/* One who asks for a place with a lock held, and those who ask for that lock with a place. */
struct circle {
	const struct tt_lock_dependency *waiter;
	GPtrArray *holders; /* struct tt_lock_dependency, of different threads */
	guint first, n;     /* the choice among these: so many, round from the first */
};

static const struct tt_lock_dependency *chosen(const struct circle *circle, guint i)
{
	return circle->holders->pdata[(circle->first + i) % circle->holders->len];
}

static bool is_firm(const struct tt_lock_dependency *dependency)
{
	return !dependency->wanted.timed && !dependency->hidden;
}

static bool is_waiter(const struct tt_lock_dependency *dependency)
{
	const struct tt_object *pool = dependency->wanted.object;

	return tt_is_permit_pool(pool) && !pool->shared && tt_is_lock(dependency->held.object) && is_firm(dependency);
}

static bool has_thread(const GPtrArray *dependencies, const struct tt_thread *thread)
{
	for (guint i = 0; i < dependencies->len; i++) {
		if (((const struct tt_lock_dependency *)dependencies->pdata[i])->thread == thread)
			return true;
	}
	return false;
}

static bool waits_for(const struct tt_lock_dependency *holder, const struct tt_lock_dependency *waiter)
{
	return holder->held.object == waiter->wanted.object && holder->wanted.object == waiter->held.object &&
	       holder->thread != waiter->thread && is_firm(holder) && !tt_both_read(holder, waiter);
}

static void find_holders(struct circle *circle, const struct tt_lock_graph *graph)
{
	for (guint i = 0; i < graph->dependencies->len; i++) {
		struct tt_lock_dependency *dependency = graph->dependencies->pdata[i];
		if (waits_for(dependency, circle->waiter) && !has_thread(circle->holders, dependency->thread))
			g_ptr_array_add(circle->holders, dependency);
	}
}

/* Whether the chosen can be where they ask for the lock, with no place left for the waiter. */
static struct tt_witness *prove(const struct circle *circle, struct tt_predictor *run)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();

	g_ptr_array_add(all, (void *)(uintptr_t)circle->waiter);
	for (guint i = 0; i < circle->n; i++)
		g_ptr_array_add(all, (void *)(uintptr_t)chosen(circle, i));
	return tt_witness_for_cycle(run, NULL, all);
}

/* Tries some choices: one for each place, then fewer, since one may have several. */
static struct tt_witness *choose(struct circle *circle, struct tt_predictor *run)
{
	guint tries = 0;

	for (circle->n = (guint)MIN(circle->waiter->wanted.object->places, circle->holders->len); circle->n > 0;
	     circle->n--) {
		for (circle->first = 0; circle->first < circle->holders->len; circle->first++) {
			struct tt_witness *proof = tries++ < MOST_CHOICES ? prove(circle, run) : NULL;
			if (proof || tries > MOST_CHOICES)
				return proof;
		}
	}
	return NULL;
}

static char *verdict_of(const struct circle *circle)
{
	g_autoptr(GPtrArray) threads = g_ptr_array_new();
	g_autofree char *pool = tt_object_phrase(circle->waiter->wanted.object);
	g_autofree char *lock = tt_object_phrase(circle->waiter->held.object);

	for (guint i = 0; i < circle->n; i++)
		g_ptr_array_add(threads, chosen(circle, i)->thread);
	g_autofree char *names = tt_thread_names(threads);
	return g_strdup_printf("%s waits for a place of %s while holding %s, which %s ask%s for with all its places",
	                       circle->waiter->thread->name, pool, lock, names, circle->n == 1 ? "s" : "");
}

static void add_edge(struct tt_finding *finding, const struct tt_lock_dependency *dependency,
                     const struct tt_witness *proof, const struct tt_predictor *run)
{
	struct tt_edge edge = {
	    .thread = dependency->thread, .wanted = dependency->wanted.object, .wanted_mode = dependency->wanted.mode};

	tt_edge_set_hold(&edge, &dependency->held);
	tt_witness_set_edge(proof, finding->edges->len, run, &edge);
	g_array_append_val(finding->edges, edge);
}

static void tell(struct tt_check *check, const struct circle *circle, const struct tt_predictor *run,
                 const struct tt_witness *proof)
{
	struct tt_finding *finding =
	    tt_finding_new(&tt_rules[TT_RULE_COMMUNICATION], TT_LEVEL_PREDICTED, verdict_of(circle));

	add_edge(finding, circle->waiter, proof, run);
	for (guint i = 0; i < circle->n; i++)
		add_edge(finding, chosen(circle, i), proof, run);
	g_array_append_vals(finding->witness, proof->witness->data, proof->witness->len);
	tt_finding_note(finding,
	                "Checked: these steps keep all that orders the threads in this run, and were replayed. "
	                "In them no place is left, and who has one does not go on.");
	tt_finding_note(finding, "Not seen: data that decides what the threads do.");
	finding->remedy = "Take the place before the lock, or ask for the lock with no place held.";
	g_ptr_array_add(check->findings, finding);
}

/* Whether it was told. *tried: there are those who have places and ask for the lock. */
static bool look_at(struct tt_check *check, const struct tt_lock_dependency *waiter, const struct tt_lock_graph *graph,
                    struct tt_predictor *run, bool *tried)
{
	struct circle circle = {
	    .waiter = waiter,
	    .holders = g_ptr_array_new(),
	};

	find_holders(&circle, graph);
	*tried = circle.holders->len > 0;
	struct tt_witness *proof = choose(&circle, run);

	if (proof)
		tell(check, &circle, run, proof);
	bool told = proof;
	tt_witness_free(proof);
	g_ptr_array_free(circle.holders, TRUE);
	return told;
}

/* Whether some with the same lock and semaphore was. */
static bool is_told(const GPtrArray *told, const struct tt_lock_dependency *waiter)
{
	for (guint i = 0; i < told->len; i++) {
		const struct tt_lock_dependency *other = told->pdata[i];
		if (other->held.object == waiter->held.object && other->wanted.object == waiter->wanted.object)
			return true;
	}
	return false;
}

void tt_semaphore_rule_find(struct tt_check *check, const struct tt_lock_graph *graph, GHashTable *histories,
                            GHashTable *runs, uint64_t steps)
{
	g_autoptr(GPtrArray) told = g_ptr_array_new();
	struct tt_repeats *repeats = tt_repeats_new();
	guint looked = 0;

	for (guint i = 0; i < graph->dependencies->len; i++) {
		struct tt_lock_dependency *waiter = graph->dependencies->pdata[i];
		if (!is_waiter(waiter) || is_told(told, waiter))
			continue;
		struct tt_predictor *run = tt_predictor_get(runs, histories, waiter->thread->process, steps);
		if (!tt_trace_is_complete_for(check, run) || tt_repeats_is_found(repeats, run->history, waiter) ||
		    !tt_repeats_is_next(repeats, run->history, waiter))
			continue;
		if (looked++ == MOST_WAITS) {
			g_ptr_array_add(check->limits, g_strdup("There are too many requests for places of semaphores "
			                                        "with a lock held to look at them all: some of TT013 "
			                                        "may be missing."));
			break;
		}
		bool tried;
		if (!look_at(check, waiter, graph, run, &tried)) {
			if (tried)
				tt_repeats_tried(repeats, run->history, waiter);
			continue;
		}
		g_ptr_array_add(told, waiter);
		tt_repeats_found(repeats, run->history, waiter);
	}
	tt_repeats_note(repeats, check);
	tt_repeats_free(repeats);
}
