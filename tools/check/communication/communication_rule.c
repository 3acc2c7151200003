/* SPDX-License-Identifier: MIT */
#include "tools/check/communication/communication_rule.h"

#include "tools/check/predict/witness.h"
#include "tools/check/communication/repeats.h"
#include "tools/check/rules.h"
#include "tools/check/communication/wakers.h"

/* So many ways to wait under a lock are looked at. */
enum { MOST_WAITS = 200 };

/* A wait under a lock: the dependency of it, and who wakes. */
struct nested {
	const struct tt_lock_dependency *dependency;
	struct tt_predictor *run;
	GArray *moments; /* uint32_t: of the waits, when all is done that they need of the waiter */
	const struct tt_wakers *wakers;
	bool tried; /* all of these ask for the lock, so an order was looked for */
};

bool tt_is_signalling_object(const struct tt_object *object)
{
	return object->family == TT_FAMILY_CONDITION || object->family == TT_FAMILY_EVENT ||
	       object->family == TT_FAMILY_BARRIER || (object->family == TT_FAMILY_SEMAPHORE && object->signals);
}

bool tt_trace_is_complete_for(const struct tt_check *check, const struct tt_predictor *run)
{
	bool whole = !tt_check_has_discarded(check) && !run->history->partial;

	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		whole &= finding->level != TT_LEVEL_ACTUAL || finding->edges->len == 0 ||
		         tt_finding_edge(finding, 0)->thread->process != run->history->process;
	}
	return whole;
}

static bool is_nested(const struct tt_lock_dependency *dependency)
{
	const struct tt_object *object = dependency->wanted.object;

	return tt_is_signalling_object(object) && !object->shared && tt_is_lock(dependency->held.object) &&
	       !dependency->wanted.timed && !dependency->hidden;
}

static bool ends_wait(const struct tt_action *action)
{
	switch (action->type) {
	case TT_EVENT_cond_woken:
	case TT_EVENT_event_woken:
	case TT_EVENT_sem_acquired:
	case TT_EVENT_barrier_passed:
		return true;
	default:
		return false;
	}
}

/* The end of the wait that is about to begin there: until then the thread waits. TT_NO_POSITION: it never ended. */
static uint32_t end_of_wait(const struct tt_hb_edges *links, uint32_t position, uint32_t object)
{
	while (position != TT_NO_POSITION) {
		const struct tt_action *action = tt_history_at(links->history, position);
		if (action->object == object && ends_wait(action))
			return position;
		position = links->next[position];
	}
	return TT_NO_POSITION;
}

static void find_moments(struct nested *nested)
{
	const struct tt_lock_dependency *dependency = nested->dependency;
	g_autoptr(GArray) begun = tt_request_points(dependency->requests);

	for (guint i = 0; i < begun->len; i++) {
		uint32_t end = end_of_wait(nested->run->links, g_array_index(begun, uint32_t, i),
		                           dependency->wanted.object->number);
		if (end != TT_NO_POSITION)
			g_array_append_val(nested->moments, end);
	}
}

/* When the thread asked for the lock that the waiter holds. */
static GArray *moments_of(const struct nested *nested, const GPtrArray *requests, const struct tt_thread *thread)
{
	g_autoptr(GPtrArray) own = g_ptr_array_new();

	for (guint i = 0; i < requests->len; i++) {
		struct tt_lock_request *request = requests->pdata[i];
		bool conflicts =
		    request->asked.mode == TT_MODE_EXCLUSIVE || nested->dependency->held.mode == TT_MODE_EXCLUSIVE;
		if (request->thread == thread && conflicts && !request->asked.timed)
			g_ptr_array_add(own, request);
	}
	return tt_request_points(own);
}

static struct tt_edge edge_of(const struct nested *nested)
{
	const struct tt_lock_dependency *dependency = nested->dependency;
	struct tt_edge edge = {
	    .thread = dependency->thread,
	    .wanted = dependency->wanted.object,
	    .wanted_caller = dependency->wanted.caller,
	    .wanted_stack = dependency->wanted.stack,
	    .wanted_ns = dependency->wanted.time_ns,
	};

	tt_edge_set_hold(&edge, &dependency->held);
	return edge;
}

static struct tt_edge edge_of_waker(const struct nested *nested, const struct tt_participant_goal *asker)
{
	const struct tt_history *history = nested->run->history;
	const struct tt_action *action = tt_history_at(history, g_array_index(asker->positions, uint32_t, 0));
	const struct tt_call_site *place = tt_history_site(history, action);

	return (struct tt_edge){
	    .thread = tt_history_thread(history, asker->thread),
	    .wanted = nested->dependency->held.object,
	    .wanted_mode = asker->mode,
	    .wanted_caller = place->caller,
	    .wanted_stack = place->stack,
	    .wanted_ns = tt_history_time(history, action),
	};
}

static char *verdict_of(const struct nested *nested, const GPtrArray *wakers)
{
	static const char *const acts[] = {
	    [TT_FAMILY_CONDITION] = "notifies it",
	    [TT_FAMILY_EVENT] = "sets it",
	    [TT_FAMILY_SEMAPHORE] = "posts it",
	    [TT_FAMILY_BARRIER] = "comes",
	};
	const struct tt_lock_dependency *dependency = nested->dependency;
	g_autofree char *object = tt_object_phrase(dependency->wanted.object);
	g_autofree char *lock = tt_object_phrase(dependency->held.object);
	g_autofree char *names = tt_thread_names(wakers);

	return g_strdup_printf("%s waits for %s while holding %s, which %s ask%s for before it %s",
	                       dependency->thread->name, object, lock, names, wakers->len == 1 ? "s" : "",
	                       acts[dependency->wanted.object->family]);
}

/* The program's own call of an action: what stands between it and the lock is the same for all. */
static uint64_t call_of(const struct tt_check *check, const struct tt_history *history, const struct tt_action *action)
{
	const struct tt_call_site *place = tt_history_site(history, action);

	tt_symbols_at(check->symbols, tt_history_time(history, action));
	return tt_symbols_own_call(check->symbols, history->process->pid, place->caller, place->stack);
}

/* Where the waiter took the lock that it waits with; 0 unknown. */
static uint64_t call_of_hold(const struct tt_check *check, const struct nested *nested)
{
	const struct tt_hb_edges *links = nested->run->links;
	const uint32_t lock = nested->dependency->held.object->number;
	const uint32_t end = g_array_index(nested->moments, uint32_t, 0);
	uint32_t taken = TT_NO_POSITION;

	for (uint32_t at = links->first[nested->dependency->thread->number]; at < end; at = links->next[at]) {
		const struct tt_action *action = tt_history_at(links->history, at);
		if (action->object == lock && action->type == TT_EVENT_lock_acquired)
			taken = at;
	}
	return taken == TT_NO_POSITION ? 0 : call_of(check, links->history, tt_history_at(links->history, taken));
}

/* Whether the thread took the lock there, and gave it back without having waited for the object. */
static bool passes(const struct tt_check *check, const struct nested *nested, const struct tt_thread *thread,
                   uint64_t call)
{
	const struct tt_hb_edges *links = nested->run->links;
	const uint32_t lock = nested->dependency->held.object->number;
	const uint32_t object = nested->dependency->wanted.object->number;
	bool there = false;

	for (uint32_t at = links->first[thread->number]; at != TT_NO_POSITION; at = links->next[at]) {
		const struct tt_action *action = tt_history_at(links->history, at);
		if (action->object == object && ends_wait(action))
			there = false;
		if (action->object != lock)
			continue;
		if (action->type == TT_EVENT_lock_acquired)
			there = call_of(check, links->history, action) == call;
		else if (there && action->type == TT_EVENT_lock_released)
			return true;
	}
	return false;
}

/*
 * Whether one of those who wake did the same as the waiter in this run, but for the wait: who comes there first or
 * last, say, is the one that waits. Then data decides which thread it is, and in another order it may be another.
 */
static const struct tt_thread *one_that_passes(const struct tt_check *check, const struct nested *nested,
                                               const GPtrArray *wakers)
{
	const uint64_t call = call_of_hold(check, nested);

	for (guint i = 0; call && i < wakers->len; i++) {
		if (passes(check, nested, wakers->pdata[i], call))
			return wakers->pdata[i];
	}
	return NULL;
}

static bool is_doubtful(const struct nested *nested, const GPtrArray *wakers, const struct tt_witness *proof)
{
	for (guint i = 1; i <= wakers->len && proof; i++) {
		if (tt_witness_depends_on_notify(proof, 0, i, nested->run))
			return true;
	}
	return false;
}

/* `proof` NULL: it is only potential. The first of the askers is the waiter. */
static void tell(struct tt_check *check, const struct nested *nested, const GPtrArray *wakers,
                 const struct tt_participant_goal *askers, const struct tt_witness *proof)
{
	const struct tt_thread *passes = proof ? one_that_passes(check, nested, wakers) : NULL;
	bool doubtful = !passes && is_doubtful(nested, wakers, proof), predicted = proof && !passes && !doubtful;
	struct tt_finding *finding =
	    tt_finding_new(&tt_rules[TT_RULE_COMMUNICATION], predicted ? TT_LEVEL_PREDICTED : TT_LEVEL_POTENTIAL,
	                   verdict_of(nested, wakers));

	for (guint i = 0; i <= wakers->len; i++) {
		struct tt_edge edge = i == 0 ? edge_of(nested) : edge_of_waker(nested, &askers[i]);
		if (proof)
			tt_witness_set_edge(proof, i, nested->run, &edge);
		g_array_append_val(finding->edges, edge);
	}
	if (predicted)
		g_array_append_vals(finding->witness, proof->witness->data, proof->witness->len);
	if (passes)
		tt_finding_note(finding,
		                "Not shown: %s took the lock at the same site and did not wait, so data decides which "
		                "of them does.",
		                passes->name);
	else
		tt_finding_note(
		    finding, "%s",
		    predicted  ? "Checked: these steps keep all that orders the threads in this run, and were "
				 "replayed. In them nobody is left who in this run did wake it."
		    : doubtful ? tt_witness_caveat
			       : "Not shown: an order of this run's events that leads there. All that woke it "
				 "in this run was done with the lock held.");
	tt_finding_note(finding, "Not seen: data that decides what the threads do, and who else could wake it.");
	finding->remedy = "Wait with no lock held but that of the condition, or wake without the lock.";
	g_ptr_array_add(check->findings, finding);
}

/* Whether all of these can be blocked while the waiter waits. */
static bool try_wakers(struct tt_check *check, struct nested *nested, const GPtrArray *wakers,
                       const GPtrArray *requests)
{
	const struct tt_object *lock = nested->dependency->held.object;
	g_autofree struct tt_participant_goal *askers = g_new(struct tt_participant_goal, wakers->len + 1);
	g_autoptr(GPtrArray) moments = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
	bool sure = tt_trace_is_complete_for(check, nested->run), all = wakers->len > 0;

	askers[0] = (struct tt_participant_goal){nested->dependency->thread->number, nested->moments, lock,
	                                         nested->dependency->wanted.object, TT_MODE_EXCLUSIVE};
	for (guint i = 0; i < wakers->len; i++) {
		const struct tt_thread *thread = wakers->pdata[i];
		GArray *positions = moments_of(nested, requests, thread);
		g_ptr_array_add(moments, positions);
		all &= positions->len > 0;
		askers[i + 1] = (struct tt_participant_goal){thread->number, positions, NULL, lock, TT_MODE_EXCLUSIVE};
	}
	if (!all || nested->moments->len == 0)
		return false;
	nested->tried = true;
	struct tt_witness *proof = sure ? tt_witness_for(nested->run, askers, wakers->len + 1) : NULL;

	if (proof || nested->wakers->always)
		tell(check, nested, wakers, askers, proof);
	bool told = proof || nested->wakers->always;
	tt_witness_free(proof);
	return told;
}

/* Whether it was told. */
static bool look_at(struct tt_check *check, struct nested *nested, const struct tt_lock_graph *graph)
{
	const GPtrArray *wakers = nested->wakers->threads;
	bool told = false;

	find_moments(nested);
	if (nested->moments->len == 0 || nested->wakers->handled)
		return false;
	g_autoptr(GPtrArray) requests = tt_lock_graph_requests(graph, nested->dependency->held.object);
	if (nested->dependency->wanted.object->family != TT_FAMILY_BARRIER)
		return try_wakers(check, nested, wakers, requests);
	/* Of a barrier one that does not come is enough, if no more come than are needed. */
	for (guint i = 0; i < wakers->len && !told; i++) {
		g_autoptr(GPtrArray) one = g_ptr_array_new();
		g_ptr_array_add(one, wakers->pdata[i]);
		if (wakers->len + 1 == nested->dependency->wanted.object->parties)
			told = try_wakers(check, nested, one, requests);
	}
	return told;
}

static void look_at_wait(struct tt_check *check, const struct tt_wakers *wakers, struct tt_predictor *run,
                         const struct tt_lock_graph *graph, struct tt_repeats *repeats)
{
	struct nested nested = {.dependency = wakers->dependency,
	                        .run = run,
	                        .moments = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
	                        .wakers = wakers};

	if (look_at(check, &nested, graph))
		tt_repeats_found(repeats, run->history, wakers->dependency);
	else if (nested.tried)
		tt_repeats_tried(repeats, run->history, wakers->dependency);
	g_array_free(nested.moments, TRUE);
}

static void free_wakers(gpointer wakers)
{
	tt_wakers_free(wakers);
}

/* The waits that are looked at, struct tt_wakers. */
static GPtrArray *gather(struct tt_check *check, const struct tt_lock_graph *graph, GHashTable *histories,
                         struct tt_repeats *repeats)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(free_wakers);

	for (guint i = 0; i < graph->dependencies->len; i++) {
		const struct tt_lock_dependency *dependency = graph->dependencies->pdata[i];
		const struct tt_history *history = tt_history_of(histories, dependency->thread->process);
		if (!is_nested(dependency) || !tt_repeats_is_next(repeats, history, dependency))
			continue;
		if (all->len == MOST_WAITS) {
			g_ptr_array_add(check->limits, g_strdup("There are too many ways to wait with a lock held to "
			                                        "look at them all: some of TT013 may be missing."));
			break;
		}
		g_ptr_array_add(all, tt_wakers_new(dependency));
	}
	return all;
}

static void unref_array(gpointer array)
{
	g_ptr_array_unref(array);
}

/* A pass for each process that has some. */
static void find_wakers(const GPtrArray *all, GHashTable *histories)
{
	g_autoptr(GHashTable) by_process = g_hash_table_new_full(NULL, NULL, NULL, unref_array);
	GHashTableIter each;
	gpointer process, of_it;

	for (guint i = 0; i < all->len; i++) {
		struct tt_wakers *wakers = all->pdata[i];
		process = wakers->dependency->thread->process;
		if (!g_hash_table_contains(by_process, process))
			g_hash_table_insert(by_process, process, g_ptr_array_new());
		g_ptr_array_add(g_hash_table_lookup(by_process, process), wakers);
	}
	g_hash_table_iter_init(&each, by_process);
	while (g_hash_table_iter_next(&each, &process, &of_it))
		tt_wakers_find(tt_history_of(histories, process), of_it);
}

void tt_communication_rule_find(struct tt_check *check, struct tt_lock_graph *graph, GHashTable *histories,
                                GHashTable *runs, uint64_t steps)
{
	struct tt_repeats *repeats = tt_repeats_new();
	g_autoptr(GPtrArray) all = gather(check, graph, histories, repeats);

	find_wakers(all, histories);
	for (guint i = 0; i < all->len; i++) {
		const struct tt_wakers *wakers = all->pdata[i];
		struct tt_predictor *run =
		    tt_predictor_get(runs, histories, wakers->dependency->thread->process, steps);
		if (!tt_repeats_is_found(repeats, run->history, wakers->dependency))
			look_at_wait(check, wakers, run, graph, repeats);
	}
	tt_repeats_note(repeats, check);
	tt_repeats_free(repeats);
}
