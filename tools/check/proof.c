#include "tools/check/proof.h"

#include <stdlib.h>

#include "tools/check/replay.h"

struct search {
	struct tt_run *run;
	const struct tt_asker *askers;
	struct tt_member *members; /* of each asker */
	guint n;
};

static int by_position(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

GArray *tt_proof_moments(const GPtrArray *requests)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(uint32_t));

	for (guint i = 0; i < requests->len; i++) {
		const GArray *positions = ((struct tt_request *)requests->pdata[i])->positions;
		if (positions->len > 0)
			g_array_append_vals(all, positions->data, positions->len);
	}
	g_array_sort(all, by_position);
	return all;
}

static uint32_t position_of(const struct tt_member *member)
{
	return g_array_index(member->positions, uint32_t, member->at);
}

/* Telling. */

/* The acquires of a thread that are done, and not over: positions, in order. */
static GArray *open_sections(const struct tt_run *run, uint32_t thread)
{
	const struct tt_links *links = run->links;
	uint32_t done = run->closure->done[thread];
	GArray *open = g_array_new(FALSE, FALSE, sizeof(uint32_t));

	for (uint32_t at = links->first[thread]; at < done; at = links->next[at]) {
		const struct tt_action *action = tt_history_at(links->history, at);
		bool over = links->match[at] != TT_NOWHERE && links->match[at] < done;
		if (tt_links_begins(action) && !over && tt_is_lock(tt_history_object(links->history, action->object)))
			g_array_append_val(open, at);
	}
	return open;
}

/* Of a thread, or object: it comes before everything of it, and says nothing of the order of the rest. */
static bool is_making(const struct tt_action *action)
{
	switch (action->type) {
	case TT_EVENT_thread_create:
	case TT_EVENT_lock_init:
	case TT_EVENT_cond_init:
	case TT_EVENT_event_init:
	case TT_EVENT_sem_init:
	case TT_EVENT_barrier_init:
		return true;
	default:
		return false;
	}
}

/* The last thing that made the thread come after another, and what that was. */
static void add_orders(const struct search *search, uint32_t thread, GArray *steps)
{
	const struct tt_links *links = search->run->links;
	uint32_t last = TT_NOWHERE, cause = TT_NOWHERE;

	for (uint32_t at = links->first[thread]; at < search->run->closure->done[thread]; at = links->next[at]) {
		uint32_t before = tt_links_before(links, at, TT_NOWHERE);
		const struct tt_action *action = before == TT_NOWHERE ? NULL : tt_history_at(links->history, before);
		if (action && action->thread != thread && !is_making(action)) {
			last = at;
			cause = before;
		}
	}
	if (last == TT_NOWHERE)
		return;
	g_array_append_val(steps, cause);
	g_array_append_val(steps, last);
}

static bool is_member(const struct search *search, uint32_t thread)
{
	for (guint i = 0; i < search->n; i++) {
		if (search->members[i].thread == thread)
			return true;
	}
	return false;
}

/* A member that another made. */
static void add_making(const struct search *search, uint32_t thread, GArray *steps)
{
	const struct tt_links *links = search->run->links;
	uint32_t first = links->first[thread];
	uint32_t made = first == TT_NOWHERE ? TT_NOWHERE : tt_links_before(links, first, TT_NOWHERE);

	if (made != TT_NOWHERE && is_member(search, tt_history_at(links->history, made)->thread))
		g_array_append_val(steps, made);
}

static struct tt_witness_step step_of(const struct tt_history *history, uint32_t position)
{
	const struct tt_action *action = tt_history_at(history, position);
	const struct tt_call *place = tt_history_site(history, action);

	return (struct tt_witness_step){
	    .thread = tt_history_thread(history, action->thread),
	    .type = (enum tt_event_type)action->type,
	    .object = tt_history_object(history, action->object),
	    .mode = (enum tt_mode)action->mode,
	    .caller = place->caller,
	    .stack = place->stack,
	    .time_ns = tt_history_time(history, action),
	};
}

static void add_steps(const struct search *search, GArray *positions, GArray *witness)
{
	uint32_t last = TT_NOWHERE;

	g_array_sort(positions, by_position);
	for (guint i = 0; i < positions->len; i++) {
		uint32_t position = g_array_index(positions, uint32_t, i);
		struct tt_witness_step step = step_of(search->run->history, position);
		if (position != last)
			g_array_append_val(witness, step);
		last = position;
	}
}

/* The request: a wait, whatever it was in this run. */
static void add_block(const struct search *search, guint i, GArray *witness)
{
	static const enum tt_event_type waits[] = {
	    [TT_FAMILY_LOCK] = TT_EVENT_lock_wait,          [TT_FAMILY_SEMAPHORE] = TT_EVENT_sem_wait,
	    [TT_FAMILY_THREAD] = TT_EVENT_thread_join_wait, [TT_FAMILY_CONDITION] = TT_EVENT_cond_wait,
	    [TT_FAMILY_EVENT] = TT_EVENT_event_wait,        [TT_FAMILY_BARRIER] = TT_EVENT_barrier_wait,
	};
	struct tt_witness_step step = step_of(search->run->history, position_of(&search->members[i]));

	step.type = waits[step.object->family];
	step.mode = search->askers[i].mode;
	step.blocks = true;
	g_array_append_val(witness, step);
}

static uint32_t held_at(const struct search *search, const struct tt_object *held, const GArray *open)
{
	for (guint i = open->len; held && i-- > 0;) {
		uint32_t position = g_array_index(open, uint32_t, i);
		if (tt_history_at(search->run->history, position)->object == held->number)
			return position;
	}
	return TT_NOWHERE;
}

static struct tt_proof *tell(const struct search *search)
{
	struct tt_proof *proof = g_new0(struct tt_proof, 1);
	g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(uint32_t));

	proof->parts = g_array_new(FALSE, FALSE, sizeof(struct tt_proof_part));
	proof->witness = g_array_new(FALSE, TRUE, sizeof(struct tt_witness_step));
	for (guint i = 0; i < search->n; i++) {
		uint32_t thread = search->members[i].thread;
		g_autoptr(GArray) open = open_sections(search->run, thread);
		struct tt_proof_part part = {held_at(search, search->askers[i].held, open),
		                             position_of(&search->members[i])};
		if (open->len > 0)
			g_array_append_vals(positions, open->data, open->len);
		add_orders(search, thread, positions);
		add_making(search, thread, positions);
		g_array_append_val(proof->parts, part);
	}
	add_steps(search, positions, proof->witness);
	/* First those who have nothing of it: readers wait behind a writer that waits already. */
	for (guint i = 0; i < 2 * search->n; i++) {
		if ((i < search->n) == !search->askers[i % search->n].held)
			add_block(search, i % search->n, proof->witness);
	}
	return proof;
}

struct tt_proof *tt_proof_of(struct tt_run *run, const struct tt_asker *askers, guint n)
{
	g_autofree struct tt_member *members = g_new(struct tt_member, n);
	g_autofree struct tt_replay_request *requests = g_new(struct tt_replay_request, n);
	struct search search = {run, askers, members, n};

	for (guint i = 0; i < n; i++) {
		members[i] = (struct tt_member){askers[i].thread, askers[i].positions, 0};
		requests[i] = (struct tt_replay_request){askers[i].thread, askers[i].wanted->number, askers[i].mode};
	}
	if (!tt_closure_find(run->closure, members, n) || !tt_replay(run->links, run->closure->done, requests, n))
		return NULL;
	return tell(&search);
}

/* Cycles. */

static bool both_read(const struct tt_dependency *waiter, const struct tt_dependency *holder)
{
	return waiter->wanted.mode == TT_MODE_SHARED && holder->held.mode == TT_MODE_SHARED;
}

static bool writes(const struct tt_request *request, const struct tt_object *lock)
{
	return request->asked.object == lock && request->asked.mode == TT_MODE_EXCLUSIVE && !request->asked.timed;
}

/* What two readers of a cycle wait for each other at, behind a writer; NULL: there are none. */
static const struct tt_object *queue_of(const GPtrArray *dependencies)
{
	for (guint i = 0; i < dependencies->len; i++) {
		const struct tt_dependency *waiter = dependencies->pdata[i];
		if (both_read(waiter, dependencies->pdata[(i + 1) % dependencies->len]))
			return waiter->wanted.object;
	}
	return NULL;
}

/* With the writer that is needed, each in turn until one leads there. It is the last of the askers. */
static struct tt_proof *prove_behind(struct tt_run *run, const GPtrArray *requests, const struct tt_object *lock,
                                     struct tt_asker *askers, guint n)
{
	struct tt_proof *proof = NULL;

	for (guint i = 0; i < requests->len && !proof; i++) {
		const struct tt_request *request = requests->pdata[i];
		bool third = writes(request, lock);
		for (guint j = 0; j < n; j++)
			third &= askers[j].thread != request->thread->number;
		if (!third)
			continue;
		askers[n] =
		    (struct tt_asker){request->thread->number, request->positions, NULL, lock, TT_MODE_EXCLUSIVE};
		proof = tt_proof_of(run, askers, n + 1);
	}
	return proof;
}

struct tt_proof *tt_proof_find(struct tt_run *run, const struct tt_lock_graph *graph, const GPtrArray *dependencies)
{
	guint n = dependencies->len;
	g_autofree struct tt_asker *askers = g_new(struct tt_asker, n + 1);
	g_autoptr(GPtrArray) moments = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
	const struct tt_object *queue = queue_of(dependencies);

	/* Whatever else was held: the closure sees that for itself. */
	for (guint i = 0; i < n; i++) {
		const struct tt_dependency *dependency = dependencies->pdata[i];
		GArray *positions = tt_proof_moments(dependency->requests);
		g_ptr_array_add(moments, positions);
		askers[i] = (struct tt_asker){dependency->thread->number, positions, dependency->held.object,
		                              dependency->wanted.object, dependency->wanted.mode};
	}
	if (!queue)
		return tt_proof_of(run, askers, n);
	g_autoptr(GPtrArray) requests = tt_lock_graph_requests(graph, queue);
	return prove_behind(run, requests, queue, askers, n);
}

void tt_proof_free(struct tt_proof *proof)
{
	if (!proof)
		return;
	g_array_free(proof->parts, TRUE);
	g_array_free(proof->witness, TRUE);
	g_free(proof);
}

bool tt_proof_queues(const struct tt_lock_graph *graph, const struct tt_dependency *waiter,
                     const struct tt_dependency *holder)
{
	const struct tt_object *lock = waiter->wanted.object;
	bool third = false;

	if (!both_read(waiter, holder) || lock->kind != TT_KIND_RWLOCK_WRITER)
		return false;
	g_autoptr(GPtrArray) all = tt_lock_graph_requests(graph, lock);
	for (guint i = 0; i < all->len; i++) {
		const struct tt_request *request = all->pdata[i];
		third |=
		    writes(request, lock) && request->thread != waiter->thread && request->thread != holder->thread;
	}
	return third;
}
