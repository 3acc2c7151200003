/* SPDX-License-Identifier: MIT */
#include "tools/check/predict/exclusion.h"
#include "tools/check/communication/communication_rule.h"
#include "tools/check/predict/lock_order_findings.h"
#include "tools/check/lockgraph/unpublished_locks.h"
#include "tools/check/predict/analysis_limits.h"
#include "tools/check/communication/semaphore_rule.h"
#include "tools/check/rules.h"

/*
 * Locks that are taken in a circular order: predicted deadlocks (TT010, TT013 where a thread is joined) and what may be
 * one (TT011). While the trace is read, the history, the lock graph and what hides or guards are kept; all else is
 * looked at in the end, and only where locks were taken in a circle at all.
 */

enum { MOST_CYCLES = 1000 };
static const uint64_t most_steps = 50 * 1000 * 1000;    /* of the search for cycles */
static const uint64_t most_actions = 200 * 1000 * 1000; /* that the closures of a process look at, in all */
static const uint64_t most_looks = 8;                   /* at the whole history, for one cycle */

/* The rule at work on one check. */
struct order {
	struct tt_observer observer;
	GHashTable *histories; /* struct tt_process → struct tt_history */
	struct tt_history *recent;
	GHashTable *waiting; /* struct tt_thread → struct tt_object: a request that was taken when it began to wait */
	struct tt_lock_graph *graph;
	struct tt_inherited_locks *guards;
	struct tt_unpublished *making;
	bool all;
	/* in the end */
	struct tt_queued_writers *writers;
	GHashTable *runs; /* struct tt_process → struct tt_predictor */
};

/* Of the process of the thread, which mostly is that of the event before. */
static struct tt_history *history_of(struct order *order, const struct tt_thread *thread)
{
	if (!order->recent || order->recent->process != thread->process)
		order->recent = tt_history_of(order->histories, thread->process);
	return order->recent;
}

/*
 * Requests count: those that wait, and those that did not need to. A try does not ask: it never waits. What it got is
 * held all the same.
 */

static bool is_hidden(const struct tt_thread *thread, const struct tt_object *lock, void *data)
{
	return tt_unpublished_is(((struct order *)data)->making, thread, lock);
}

static void request(struct order *order, struct tt_thread *thread, const struct tt_acquisition *asked)
{
	const struct tt_history *history = history_of(order, thread);

	tt_lock_graph_add(order->graph, thread, asked, tt_history_position(history), is_hidden, order);
}

/* What can be held, or is joined; a place of several only with a lock held. How a semaphore is used shows later. */
static bool is_asked_for(const struct tt_thread *thread, const struct tt_object *object)
{
	return object->family == TT_FAMILY_THREAD || tt_is_lock(object) ||
	       (tt_is_permit_pool(object) && thread->holds->len > 0);
}

/* It reads that lock, and asks to read it. */
static bool reads(const struct tt_thread *thread, const struct tt_object *object, enum tt_mode mode)
{
	const struct tt_hold *hold = mode == TT_MODE_SHARED ? tt_model_hold_of(thread, object) : NULL;

	return hold && hold->mode == TT_MODE_SHARED;
}

static void on_wait(struct tt_thread *thread, const struct tt_event *event, void *data)
{
	const struct tt_wait *wait = &thread->wait;
	struct order *order = data;

	/* The destruction of an object asks nothing of it, and is not in the history. */
	if (wait->destroys)
		return;
	if (!is_asked_for(thread, wait->object) && !(tt_is_signalling_object(wait->object) && thread->holds->len > 0))
		return;
	g_hash_table_insert(order->waiting, thread, wait->object);
	request(order, thread,
	        &(struct tt_acquisition){.object = wait->object,
	                                 .mode = wait->mode,
	                                 .timed = wait->timeout_ns >= 0,
	                                 .again = reads(thread, wait->object, wait->mode),
	                                 .caller = wait->caller,
	                                 .stack = wait->stack,
	                                 .time_ns = event->time_ns});
}

/* A wait that came to nothing leaves no request to be taken. */
static void on_wait_end(struct tt_thread *thread, enum tt_outcome outcome, struct tt_thread *waker,
                        const struct tt_event *event, void *data)
{
	(void)waker;
	(void)event;
	if (outcome != TT_OUTCOME_GOT)
		g_hash_table_remove(((struct order *)data)->waiting, thread);
}

/* Whether the request was taken already. */
static bool has_waited(struct order *order, const struct tt_thread *thread, const struct tt_object *object)
{
	return g_hash_table_size(order->waiting) > 0 && g_hash_table_lookup(order->waiting, thread) == object &&
	       g_hash_table_remove(order->waiting, thread);
}

static void on_hold(struct tt_hold *hold, const struct tt_event *event, void *data)
{
	struct order *order = data;

	/* One from before the trace has no request. */
	if (hold->limit != TT_LIMIT_TRY && hold->caller && is_asked_for(hold->thread, hold->object) &&
	    !has_waited(order, hold->thread, hold->object))
		request(order, hold->thread,
		        &(struct tt_acquisition){.object = hold->object,
		                                 .mode = hold->mode,
		                                 .timed = hold->limit == TT_LIMIT_TIMED,
		                                 .caller = hold->caller,
		                                 .stack = hold->stack,
		                                 .time_ns = event->time_ns});
	tt_history_hold(history_of(order, hold->thread), hold, true, event);
}

static void on_hold_end(struct tt_hold *hold, const struct tt_event *event, void *data)
{
	struct order *order = data;
	tt_history_hold(history_of(order, hold->thread), hold, false, event);
}

/* A join that did not need to wait. */
static void on_join(struct order *order, struct tt_thread *thread, struct tt_object *object,
                    const struct tt_event *event)
{
	if (event->result == TT_WAKE_JOINED && !has_waited(order, thread, object))
		request(order, thread,
		        &(struct tt_acquisition){.object = object,
		                                 .caller = event->caller,
		                                 .stack = thread->join_stack,
		                                 .time_ns = event->time_ns});
}

/* A wait for a wake-up that had come already, so that it did not need to wait; or of the last one at a barrier. */
static void on_wake_up(struct order *order, struct tt_thread *thread, struct tt_object *object,
                       const struct tt_event *event)
{
	bool got = event->type == TT_EVENT_event_woken
	               ? event->result == TT_WAKE_SET
	               : event->limit != TT_LIMIT_TRY && tt_is_signalling_object(object);

	if (!has_waited(order, thread, object) && got && thread->holds->len > 0)
		request(order, thread,
		        &(struct tt_acquisition){.object = object,
		                                 .timed = event->limit == TT_LIMIT_TIMED,
		                                 .caller = event->caller,
		                                 .time_ns = event->time_ns});
}

/* A lock that was taken to read by one who reads it, so that no hold began; where one may have to wait for that. */
static void on_again(struct order *order, struct tt_thread *thread, struct tt_object *object,
                     const struct tt_event *event)
{
	bool waited = has_waited(order, thread, object);

	if (waited || event->limit == TT_LIMIT_TRY)
		return;
	request(order, thread,
	        &(struct tt_acquisition){.object = object,
	                                 .mode = TT_MODE_SHARED,
	                                 .timed = event->limit == TT_LIMIT_TIMED,
	                                 .again = true,
	                                 .caller = event->caller,
	                                 .time_ns = event->time_ns});
	tt_history_read_reentry(history_of(order, thread), thread, object, event);
}

static bool is_again(const struct tt_thread *thread, const struct tt_object *object, const struct tt_event *event)
{
	if (event->type != TT_EVENT_lock_acquired || event->kind != TT_KIND_RWLOCK_WRITER ||
	    event->mode != TT_MODE_SHARED)
		return false;
	const struct tt_hold *hold = tt_model_hold_of(thread, object);

	return hold && hold->depth > 1;
}

static void on_event(struct tt_thread *thread, struct tt_object *object, const struct tt_event *event, void *data)
{
	struct order *order = data;

	if (is_again(thread, object, event))
		on_again(order, thread, object, event);
	if (event->type == TT_EVENT_thread_join_done && object)
		on_join(order, thread, object, event);
	if ((event->type == TT_EVENT_event_woken || event->type == TT_EVENT_sem_acquired ||
	     event->type == TT_EVENT_barrier_passed) &&
	    object)
		on_wake_up(order, thread, object, event);
	tt_unpublished_event(order->making, thread, object, event);
	tt_inherited_locks_event(order->guards, thread, object, event);
	tt_history_event(history_of(order, thread), thread, object, event);
}

static void *begin(struct tt_check *check, const struct tt_check_options *options)
{
	struct order *order = g_new0(struct order, 1);

	order->observer = (struct tt_observer){.wait_began = on_wait,
	                                       .wait_ended = on_wait_end,
	                                       .hold_began = on_hold,
	                                       .hold_ended = on_hold_end,
	                                       .event = on_event};
	order->histories = tt_histories_new();
	order->waiting = g_hash_table_new(NULL, NULL);
	order->graph = tt_lock_graph_new();
	order->guards = tt_inherited_locks_new();
	order->making = tt_unpublished_new();
	order->all = options->all;
	tt_model_observe(check->model, &order->observer, order);
	return order;
}

static void end(void *state)
{
	struct order *order = state;

	tt_lock_graph_free(order->graph);
	tt_inherited_locks_free(order->guards);
	tt_unpublished_free(order->making);
	g_hash_table_destroy(order->waiting);
	g_hash_table_destroy(order->histories);
	g_free(order);
}

/* The sets of locks of the deadlocks that did happen. */
static GHashTable *sets_that_deadlocked(const struct tt_check *check)
{
	GHashTable *sets = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);

	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		g_autoptr(GPtrArray) locks = g_ptr_array_new();
		for (guint j = 0; finding->rule == &tt_rules[TT_RULE_CYCLE] && j < finding->edges->len; j++) {
			struct tt_object *held = tt_finding_edge(finding, j)->held;
			if (held)
				g_ptr_array_add(locks, held);
		}
		g_hash_table_add(sets, tt_lock_set(locks));
	}
	return sets;
}

static bool has_deadlocked(GHashTable *sets, const struct tt_lock_cycle *cycle)
{
	g_autoptr(GPtrArray) locks = g_ptr_array_new();

	for (guint i = 0; i < cycle->dependencies->len; i++)
		g_ptr_array_add(locks, ((struct tt_lock_dependency *)cycle->dependencies->pdata[i])->held.object);
	g_autoptr(GBytes) set = tt_lock_set(locks);
	return g_hash_table_contains(sets, set);
}

/* What the search for cycles asks. */

static bool apart(const struct tt_lock_dependency *a, const struct tt_lock_dependency *b, void *data)
{
	const struct order *order = data;
	return tt_excluded(tt_predictor_of(order->runs, a->thread)->clocks, order->guards, a, b);
}

static const GPtrArray *writers_of(const struct tt_object *lock, void *data)
{
	return tt_queued_writers_of(((struct order *)data)->writers, lock);
}

static bool reaches(const GPtrArray *dependencies, void **proof, uint64_t *work, void *data)
{
	const struct order *order = data;
	struct tt_predictor *run =
	    tt_predictor_of(order->runs, ((struct tt_lock_dependency *)dependencies->pdata[0])->thread);

	uint64_t before = run->closure->steps;

	*proof = tt_witness_for_cycle(run, order->writers, dependencies);
	*work += before - run->closure->steps;
	return *proof != NULL;
}

static void tell(struct tt_check *check, const struct order *order, const struct tt_lock_cycle *cycle)
{
	const struct tt_lock_dependency *first = cycle->dependencies->pdata[0];
	tt_report_lock_cycle(check, cycle, tt_predictor_of(order->runs, first->thread), order->guards, order->writers);
}

static uint64_t longest_history(const struct order *order)
{
	uint32_t longest = 0;
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, order->histories);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		longest = MAX(longest, ((const struct tt_history *)value)->len);
	return longest;
}

static void finish(struct tt_check *check, void *state)
{
	struct order *order = state;
	struct tt_cycle_limits limits = {.last = order->all ? TT_CYCLE_EXCLUDED : TT_CYCLE_TIMED,
	                                 .timed = order->graph->timed,
	                                 .most = MOST_CYCLES,
	                                 .steps = most_steps,
	                                 .work = most_looks * longest_history(order)};
	struct tt_cycle_oracle tests = {apart, writers_of, reaches, order};
	g_autoptr(GPtrArray) arcs = tt_lock_graph_edges(order->graph);
	struct tt_sccs *parts = tt_sccs_new(arcs);
	g_autoptr(GHashTable) deadlocked = sets_that_deadlocked(check);

	order->writers = tt_queued_writers_new(order->graph);
	order->runs = tt_predictors_new(order->histories, parts, order->writers, most_actions);
	struct tt_lock_cycles *found = tt_lock_cycles_find(parts, &tests, &limits);
	for (guint i = 0; i < found->cycles->len; i++) {
		struct tt_lock_cycle *cycle = found->cycles->pdata[i];
		if (!has_deadlocked(deadlocked, cycle))
			tell(check, order, cycle);
		tt_witness_free(cycle->proof);
	}
	tt_communication_rule_find(check, order->graph, order->histories, order->runs, most_actions);
	tt_semaphore_rule_find(check, order->graph, order->histories, order->runs, most_actions);
	tt_analysis_limits(check, &(struct tt_analysis_scope){.histories = order->histories,
	                                                      .runs = order->runs,
	                                                      .graph = order->graph,
	                                                      .arcs = arcs,
	                                                      .parts = parts,
	                                                      .cycles = found});
	tt_lock_cycles_free(found);
	tt_sccs_free(parts);
	g_hash_table_destroy(order->runs);
	tt_queued_writers_free(order->writers);
}

const struct tt_rule_family tt_lock_order_family = {begin, finish, end};
