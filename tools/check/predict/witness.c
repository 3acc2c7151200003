/* SPDX-License-Identifier: MIT */
#include "tools/check/predict/witness.h"

#include <stdlib.h>

#include "tools/check/predict/witness_replay.h"

/* So many moments are replayed for one question. */
enum { MOST_TRIES = 8 };

struct search {
	struct tt_predictor *run;
	const struct tt_participant_goal *askers;
	struct tt_participant *members; /* of each asker */
	guint n;
};

static int by_position(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

GArray *tt_request_points(const GPtrArray *requests)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(uint32_t));

	for (guint i = 0; i < requests->len; i++) {
		const GArray *positions = ((struct tt_lock_request *)requests->pdata[i])->positions;
		if (positions->len > 0)
			g_array_append_vals(all, positions->data, positions->len);
	}
	g_array_sort(all, by_position);
	return all;
}

static uint32_t position_of(const struct tt_participant *member)
{
	return g_array_index(member->positions, uint32_t, member->at);
}

/* Telling. */

/* The acquires of a thread that are done, and not over: positions, in order. */
static GArray *open_sections(const struct tt_predictor *run, uint32_t thread)
{
	const struct tt_hb_edges *links = run->links;
	uint32_t done = run->closure->done[thread];
	GArray *open = g_array_new(FALSE, FALSE, sizeof(uint32_t));

	for (uint32_t at = links->first[thread]; at < done; at = links->next[at]) {
		const struct tt_action *action = tt_history_at(links->history, at);
		bool over = links->match[at] != TT_NO_POSITION && links->match[at] < done;
		if (tt_action_acquires(action) && !over && links->uses[action->object] != TT_SYNC_SIGNALS)
			g_array_append_val(open, at);
	}
	return open;
}

/* Of a thread, or object: it comes before everything of it, and says nothing of the order of the rest. */
static bool is_making(const struct tt_action *action)
{
	enum tt_event_type type = (enum tt_event_type)action->type;

	return type == TT_EVENT_thread_create || tt_makes_object(type);
}

/* The last thing that made the thread come after another, and what that was. */
static void add_orders(const struct search *search, uint32_t thread, GArray *steps)
{
	const struct tt_hb_edges *links = search->run->links;
	uint32_t last = TT_NO_POSITION, cause = TT_NO_POSITION;

	for (uint32_t at = links->first[thread]; at < search->run->closure->done[thread]; at = links->next[at]) {
		uint32_t before = tt_hb_predecessors_next(links, at, TT_NO_POSITION);
		const struct tt_action *action =
		    before == TT_NO_POSITION ? NULL : tt_history_at(links->history, before);
		if (action && action->thread != thread && !is_making(action)) {
			last = at;
			cause = before;
		}
	}
	if (last == TT_NO_POSITION)
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
	const struct tt_hb_edges *links = search->run->links;
	uint32_t first = links->first[thread];
	uint32_t made =
	    first == TT_NO_POSITION ? TT_NO_POSITION : tt_hb_predecessors_next(links, first, TT_NO_POSITION);

	if (made != TT_NO_POSITION && is_member(search, tt_history_at(links->history, made)->thread))
		g_array_append_val(steps, made);
}

static struct tt_witness_step step_of(const struct tt_history *history, uint32_t position)
{
	const struct tt_action *action = tt_history_at(history, position);
	const struct tt_call_site *place = tt_history_site(history, action);

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
	uint32_t last = TT_NO_POSITION;

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
	return TT_NO_POSITION;
}

static struct tt_witness *tell(const struct search *search)
{
	struct tt_witness *proof = g_new0(struct tt_witness, 1);
	g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(uint32_t));

	proof->parts = g_array_new(FALSE, FALSE, sizeof(struct tt_witness_participant));
	proof->witness = g_array_new(FALSE, TRUE, sizeof(struct tt_witness_step));
	for (guint i = 0; i < search->n; i++) {
		uint32_t thread = search->members[i].thread;
		g_autoptr(GArray) open = open_sections(search->run, thread);
		struct tt_witness_participant part = {held_at(search, search->askers[i].held, open),
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

/* Goes through what the closure found, at the closure's cost. */
static bool replays(const struct search *search, const struct tt_replay_request *requests, uint32_t *stuck)
{
	struct tt_sp_closure *closure = search->run->closure;
	uint64_t end = 0;

	for (guint i = 0; i < search->run->history->process->threads->len; i++)
		end = MAX(end, closure->done[i]);
	closure->steps -= MIN(closure->steps, end);
	return tt_witness_replay(search->run->links, closure->done, requests, search->n, stuck);
}

/* The member whose moment came first in this run asks later: of those that do. */
static bool move_on(const struct search *search)
{
	struct tt_participant *first = NULL;

	for (guint i = 0; i < search->n; i++) {
		struct tt_participant *member = &search->members[i];
		if (member->at + 1 < member->positions->len && (!first || position_of(member) < position_of(first)))
			first = member;
	}
	if (first)
		first->at++;
	return first;
}

/* Tries again with more of what was done to the object that was in the way, else with another moment. */
static bool go_on(const struct search *search, uint32_t stuck)
{
	struct tt_sp_closure *closure = search->run->closure;
	bool more =
	    stuck != TT_NO_POSITION && tt_sp_closure_extend_by_object(closure, search->members, search->n, stuck);

	return (more || move_on(search)) && tt_sp_closure_advance(closure, search->members, search->n);
}

/* Moments that the closure finds and the replay confirms; a few are tried. */
static bool find_moments(const struct search *search, const struct tt_replay_request *requests)
{
	bool found = tt_sp_closure_find(search->run->closure, search->members, search->n);
	uint32_t stuck;

	for (guint tries = 1; found && !replays(search, requests, &stuck); tries++)
		found = tries < MOST_TRIES && go_on(search, stuck);
	return found;
}

struct tt_witness *tt_witness_for(struct tt_predictor *run, const struct tt_participant_goal *askers, guint n)
{
	g_autofree struct tt_participant *members = g_new(struct tt_participant, n);
	g_autofree struct tt_replay_request *requests = g_new(struct tt_replay_request, n);
	struct search search = {run, askers, members, n};

	for (guint i = 0; i < n; i++) {
		members[i] = (struct tt_participant){askers[i].thread, askers[i].positions, 0};
		requests[i] = (struct tt_replay_request){askers[i].thread, askers[i].wanted->number, askers[i].mode};
	}
	return find_moments(&search, requests) ? tell(&search) : NULL;
}

/* Cycles. */

struct cycle {
	struct tt_predictor *run;
	const struct tt_queued_writers *writers;
	GPtrArray *queues;  /* struct tt_object: at each of these one who reads waits for one who reads */
	GPtrArray *moments; /* GArray of uint32_t: of the askers */
	GArray *askers;     /* struct tt_participant_goal: of the dependencies, then a writer for each queue so far */
};

static void add_asker(struct cycle *cycle, const struct tt_lock_dependency *dependency)
{
	/* Whatever else was held: the closure sees that for itself. */
	GArray *positions = tt_request_points(dependency->requests);
	struct tt_participant_goal asker = {dependency->thread->number, positions, dependency->held.object,
	                                    dependency->wanted.object, dependency->wanted.mode};

	g_ptr_array_add(cycle->moments, positions);
	g_array_append_val(cycle->askers, asker);
}

static void drop_asker(struct cycle *cycle)
{
	g_ptr_array_set_size(cycle->moments, (gint)cycle->moments->len - 1);
	g_array_set_size(cycle->askers, cycle->askers->len - 1);
}

static bool asks(const struct cycle *cycle, const struct tt_thread *thread)
{
	for (guint i = 0; i < cycle->askers->len; i++) {
		if (g_array_index(cycle->askers, struct tt_participant_goal, i).thread == thread->number)
			return true;
	}
	return false;
}

/* With a writer at each queue from that one on: each in turn, until all lead there. */
static struct tt_witness *prove_from(struct cycle *cycle, guint queue)
{
	struct tt_witness *proof = NULL;

	if (queue == cycle->queues->len)
		return tt_witness_for(cycle->run, (struct tt_participant_goal *)(void *)cycle->askers->data,
		                      cycle->askers->len);
	const GPtrArray *writers = tt_queued_writers_of(cycle->writers, cycle->queues->pdata[queue]);

	for (guint i = 0; writers && i < writers->len && !proof; i++) {
		const struct tt_lock_dependency *writer = writers->pdata[i];
		if (asks(cycle, writer->thread))
			continue;
		add_asker(cycle, writer);
		proof = prove_from(cycle, queue + 1);
		drop_asker(cycle);
	}
	return proof;
}

struct tt_witness *tt_witness_for_cycle(struct tt_predictor *run, const struct tt_queued_writers *writers,
                                        const GPtrArray *dependencies)
{
	struct cycle cycle = {run, writers, g_ptr_array_new(),
	                      g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref),
	                      g_array_new(FALSE, FALSE, sizeof(struct tt_participant_goal))};

	for (guint i = 0; i < dependencies->len; i++) {
		const struct tt_lock_dependency *dependency = dependencies->pdata[i];
		add_asker(&cycle, dependency);
		if (tt_both_read(dependency, dependencies->pdata[(i + 1) % dependencies->len]))
			g_ptr_array_add(cycle.queues, dependency->wanted.object);
	}
	struct tt_witness *proof = prove_from(&cycle, 0);

	g_ptr_array_free(cycle.queues, TRUE);
	g_ptr_array_free(cycle.moments, TRUE);
	g_array_free(cycle.askers, TRUE);
	return proof;
}

const char tt_witness_caveat[] =
    "Not shown: an order of this run's events in which the lock is not had before by one who "
    "notifies a condition with it "
    "held, as it was here. Who waits with the lock may have waited for that as well.";

bool tt_witness_depends_on_notify(const struct tt_witness *proof, guint holder, guint asker,
                                  const struct tt_predictor *run)
{
	const struct tt_hb_edges *links = run->links;
	uint32_t held = g_array_index(proof->parts, struct tt_witness_participant, holder).held_at;
	uint32_t at = g_array_index(proof->parts, struct tt_witness_participant, asker).wanted_at;

	if (held == TT_NO_POSITION)
		return false;
	const struct tt_object *lock = tt_history_object(links->history, tt_history_at(links->history, held)->object);

	for (bool over = false; at < held && !over; at = links->next[at]) {
		const struct tt_action *action = tt_history_at(links->history, at);
		const struct tt_object *object = tt_history_object(links->history, action->object);
		if (action->type == TT_EVENT_cond_notify && (!object->lock || object->lock == lock))
			return true;
		over = tt_action_releases(action) && object == lock;
	}
	return false;
}

void tt_witness_set_edge(const struct tt_witness *proof, guint asker, const struct tt_predictor *run,
                         struct tt_edge *edge)
{
	const struct tt_witness_participant *part = &g_array_index(proof->parts, struct tt_witness_participant, asker);
	const struct tt_action *wanted = tt_history_at(run->history, part->wanted_at);
	const struct tt_call_site *place = tt_history_site(run->history, wanted);

	edge->wanted_caller = place->caller;
	edge->wanted_stack = place->stack;
	edge->wanted_ns = tt_history_time(run->history, wanted);
	if (part->held_at == TT_NO_POSITION)
		return;
	const struct tt_action *held = tt_history_at(run->history, part->held_at);

	place = tt_history_site(run->history, held);
	edge->held_caller = place->caller;
	edge->held_stack = place->stack;
	edge->held_ns = tt_history_time(run->history, held);
}

void tt_witness_free(struct tt_witness *proof)
{
	if (!proof)
		return;
	g_array_free(proof->parts, TRUE);
	g_array_free(proof->witness, TRUE);
	g_free(proof);
}
