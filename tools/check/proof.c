#include "tools/check/proof.h"

#include <stdlib.h>

#include "tools/check/replay.h"

/* What is asked for: a request of one of the dependencies, or of a writer that readers wait behind. */
struct asker {
	struct tt_member member;
	struct tt_replay_request request;
	const struct tt_dependency *dependency; /* NULL: of the writer */
	bool owned;                             /* the positions are this proof's */
};

struct search {
	struct tt_run *run;
	GArray *askers; /* struct asker */
};

static void clear_asker(void *data)
{
	struct asker *asker = data;

	if (asker->owned)
		g_array_free((GArray *)(uintptr_t)asker->member.positions, TRUE);
}

static int by_position(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* All moments of requests, whatever was held besides: the closure sees that for itself. */
static GArray *merge(const GPtrArray *requests)
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

static void add_asker(struct search *search, const struct tt_dependency *dependency)
{
	bool one = dependency->requests->len == 1;
	struct asker asker = {
	    .dependency = dependency,
	    .owned = !one,
	    .member = {dependency->thread->number,
	               one ? ((struct tt_request *)dependency->requests->pdata[0])->positions
	                   : merge(dependency->requests),
	               0},
	    .request = {dependency->thread->number, dependency->wanted.object->number, dependency->wanted.mode},
	};
	g_array_append_val(search->askers, asker);
}

static bool both_read(const struct tt_dependency *waiter, const struct tt_dependency *holder)
{
	return waiter->wanted.mode == TT_MODE_SHARED && holder->held.mode == TT_MODE_SHARED;
}

static bool writes(const struct tt_request *request, const struct tt_object *lock)
{
	return request->asked.object == lock && request->asked.mode == TT_MODE_EXCLUSIVE && !request->asked.timed;
}

/* The threads other than these that ask to write. */
static GPtrArray *writers(const struct tt_lock_graph *graph, const struct tt_object *lock, const GArray *askers)
{
	GPtrArray *found = tt_lock_graph_requests(graph, lock);

	for (guint i = found->len; i-- > 0;) {
		const struct tt_request *request = found->pdata[i];
		bool other = writes(request, lock);
		for (guint j = 0; j < askers->len; j++)
			other &= g_array_index(askers, struct asker, j).dependency->thread != request->thread;
		if (!other)
			g_ptr_array_remove_index(found, i);
	}
	return found;
}

static struct tt_proof *prove(struct search *search);

/* Adds the writers that are needed, each way in turn until one leads there. */
static struct tt_proof *prove_behind(struct search *search, const struct tt_lock_graph *graph,
                                     const GPtrArray *dependencies)
{
	struct tt_proof *proof = NULL;
	const struct tt_object *lock = NULL;

	for (guint i = 0; i < dependencies->len && !lock; i++) {
		const struct tt_dependency *waiter = dependencies->pdata[i];
		if (both_read(waiter, dependencies->pdata[(i + 1) % dependencies->len]))
			lock = waiter->wanted.object;
	}
	if (!lock)
		return prove(search);
	g_autoptr(GPtrArray) all = writers(graph, lock, search->askers);
	for (guint i = 0; i < all->len && !proof; i++) {
		const struct tt_request *request = all->pdata[i];
		struct asker asker = {
		    .member = {request->thread->number, request->positions, 0},
		    .request = {request->thread->number, lock->number, TT_MODE_EXCLUSIVE},
		};
		g_array_append_val(search->askers, asker);
		proof = prove(search);
		g_array_set_size(search->askers, search->askers->len - 1);
	}
	return proof;
}

static uint32_t position_of(const struct asker *asker)
{
	return g_array_index(asker->member.positions, uint32_t, asker->member.at);
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
static void add_orders(const struct search *search, const struct asker *asker, GArray *steps)
{
	const struct tt_links *links = search->run->links;
	uint32_t thread = asker->member.thread, last = TT_NOWHERE, cause = TT_NOWHERE;

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
	for (guint i = 0; i < search->askers->len; i++) {
		if (g_array_index(search->askers, struct asker, i).member.thread == thread)
			return true;
	}
	return false;
}

/* A member that another made. */
static void add_making(const struct search *search, const struct asker *asker, GArray *steps)
{
	const struct tt_links *links = search->run->links;
	uint32_t first = links->first[asker->member.thread];
	uint32_t made = first == TT_NOWHERE ? TT_NOWHERE : tt_links_before(links, first, TT_NOWHERE);

	if (made != TT_NOWHERE && is_member(search, tt_history_at(links->history, made)->thread))
		g_array_append_val(steps, made);
}

static struct tt_witness_step step_of(const struct tt_history *history, uint32_t position)
{
	const struct tt_action *action = tt_history_at(history, position);
	const struct tt_place *place = tt_history_site(history, action);

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
static void add_block(const struct search *search, const struct asker *asker, GArray *witness)
{
	static const enum tt_event_type waits[] = {
	    [TT_FAMILY_LOCK] = TT_EVENT_lock_wait,
	    [TT_FAMILY_SEMAPHORE] = TT_EVENT_sem_wait,
	    [TT_FAMILY_THREAD] = TT_EVENT_thread_join_wait,
	};
	struct tt_witness_step step = step_of(search->run->history, position_of(asker));

	step.type = waits[step.object->family];
	step.mode = asker->request.mode;
	step.blocks = true;
	g_array_append_val(witness, step);
}

static uint32_t held_at(const struct search *search, const struct asker *asker, const GArray *open)
{
	const struct tt_history *history = search->run->history;

	for (guint i = open->len; i-- > 0;) {
		uint32_t position = g_array_index(open, uint32_t, i);
		if (tt_history_at(history, position)->object == asker->dependency->held.object->number)
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
	for (guint i = 0; i < search->askers->len; i++) {
		const struct asker *asker = &g_array_index(search->askers, struct asker, i);
		g_autoptr(GArray) open = open_sections(search->run, asker->member.thread);
		if (open->len > 0)
			g_array_append_vals(positions, open->data, open->len);
		add_orders(search, asker, positions);
		add_making(search, asker, positions);
		if (asker->dependency) {
			struct tt_proof_part part = {held_at(search, asker, open), position_of(asker)};
			g_array_append_val(proof->parts, part);
		}
	}
	add_steps(search, positions, proof->witness);
	/* A writer that others wait behind comes before them. */
	for (guint i = search->askers->len; i-- > 0;) {
		const struct asker *asker = &g_array_index(search->askers, struct asker, i);
		if (!asker->dependency)
			add_block(search, asker, proof->witness);
	}
	for (guint i = 0; i < search->askers->len; i++) {
		const struct asker *asker = &g_array_index(search->askers, struct asker, i);
		if (asker->dependency)
			add_block(search, asker, proof->witness);
	}
	return proof;
}

static struct tt_proof *prove(struct search *search)
{
	guint n = search->askers->len;
	g_autofree struct tt_member *members = g_new(struct tt_member, n);
	g_autofree struct tt_replay_request *requests = g_new(struct tt_replay_request, n);

	for (guint i = 0; i < n; i++) {
		members[i] = g_array_index(search->askers, struct asker, i).member;
		requests[i] = g_array_index(search->askers, struct asker, i).request;
	}
	if (!tt_closure_find(search->run->closure, members, n) ||
	    !tt_replay(search->run->links, search->run->closure->done, requests, n))
		return NULL;
	for (guint i = 0; i < n; i++)
		g_array_index(search->askers, struct asker, i).member.at = members[i].at;
	return tell(search);
}

struct tt_proof *tt_proof_find(struct tt_run *run, const struct tt_lock_graph *graph, const GPtrArray *dependencies)
{
	struct search search = {.run = run, .askers = g_array_new(FALSE, TRUE, sizeof(struct asker))};

	g_array_set_clear_func(search.askers, clear_asker);
	for (guint i = 0; i < dependencies->len; i++)
		add_asker(&search, dependencies->pdata[i]);
	struct tt_proof *proof = prove_behind(&search, graph, dependencies);
	g_array_free(search.askers, TRUE);
	return proof;
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
