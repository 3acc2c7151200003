#include "tools/check/lock_cycles.h"
#include "tools/check/rules.h"

/*
 * Locks that are taken in a circular order (TT011): what could deadlock, in another run, if the threads met there.
 */

enum { MOST_CYCLES = 1000 };
static const uint64_t most_steps = 50 * 1000 * 1000;

/* The rule at work on one check. */
struct order {
	struct tt_observer observer;
	struct tt_fork_join *fork_join;
	struct tt_lock_graph *graph;
	bool all;
};

/*
 * Requests count: those that wait, and those that did not need to. A try does not ask: it never waits. What it got is
 * held all the same.
 */

static void request(struct order *order, struct tt_thread *thread, const struct tt_request *wanted)
{
	if (wanted->lock->family == TT_FAMILY_LOCK)
		tt_lock_graph_add(order->graph, tt_fork_join_segment(order->fork_join, thread), wanted);
}

static void on_wait(struct tt_thread *thread, const struct tt_event *event, void *data)
{
	const struct tt_wait *wait = &thread->wait;

	request(data, thread,
	        &(struct tt_request){wait->object, wait->mode, wait->timeout_ns >= 0, wait->caller, wait->stack,
	                             event->time_ns});
}

static void on_hold(struct tt_hold *hold, const struct tt_event *event, void *data)
{
	/* One from before the trace has no request. */
	if (hold->limit != TT_LIMIT_TRY && hold->caller)
		request(data, hold->thread,
		        &(struct tt_request){hold->object, hold->mode, hold->limit == TT_LIMIT_TIMED, hold->caller,
		                             hold->stack, event->time_ns});
}

static void on_event(struct tt_thread *thread, struct tt_object *object, const struct tt_event *event, void *data)
{
	struct order *order = data;
	tt_fork_join_event(order->fork_join, thread, object, event);
}

static void *begin(struct tt_check *check, const struct tt_check_options *options)
{
	struct order *order = g_new0(struct order, 1);

	order->observer = (struct tt_observer){.wait_began = on_wait, .hold_began = on_hold, .event = on_event};
	order->fork_join = tt_fork_join_new();
	order->graph = tt_lock_graph_new();
	order->all = options->all;
	tt_model_observe(check->model, &order->observer, order);
	return order;
}

static void end(void *state)
{
	struct order *order = state;

	tt_lock_graph_free(order->graph);
	tt_fork_join_free(order->fork_join);
	g_free(order);
}

/* What a cycle is told as. */

static char *verdict_of(const struct tt_lock_cycle *cycle)
{
	enum { AT_MOST = 6 };
	guint n = cycle->dependencies->len;
	guint shown = n > AT_MOST ? AT_MOST - 1 : n;
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < shown; i++) {
		const struct tt_dependency *dependency = cycle->dependencies->pdata[i];
		g_autofree char *name = tt_object_phrase(dependency->held.object);
		g_string_append_printf(text, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", name);
	}
	if (shown < n)
		g_string_append_printf(text, " and %u more", n - shown);
	g_string_append(text, n == 2 ? " are taken in both orders" : " are taken in a circular order");
	return g_string_free(text, FALSE);
}

static void add_edges(struct tt_finding *finding, const struct tt_lock_cycle *cycle)
{
	for (guint i = 0; i < cycle->dependencies->len; i++) {
		const struct tt_dependency *dependency = cycle->dependencies->pdata[i];
		struct tt_edge edge = {
		    .thread = dependency->segment->thread,
		    .wanted = dependency->wanted.lock,
		    .wanted_mode = dependency->wanted.mode,
		    .wanted_caller = dependency->wanted.caller,
		    .wanted_stack = dependency->wanted.stack,
		    .wanted_ns = dependency->wanted.time_ns,
		    .note = dependency->wanted.timed ? g_strdup("with a time limit") : NULL,
		};
		tt_edge_set_hold(&edge, &dependency->held);
		g_array_append_val(finding->edges, edge);
	}
}

/* Why two of the dependencies cannot meet; NULL if they can. The caller's to free. */
static char *why_apart(struct order *order, const struct tt_dependency *a, const struct tt_dependency *b)
{
	const struct tt_object *gate = tt_held_sets_exclude(a->all, b->all);
	const char *first = a->segment->thread->name, *second = b->segment->thread->name;

	if (gate) {
		g_autofree char *name = tt_object_phrase(gate);
		return g_strdup_printf("%s and %s both hold %s there, so only one of them can be there at a time",
		                       first, second, name);
	}
	if (tt_fork_join_before(order->fork_join, a->segment, b->segment))
		return g_strdup_printf("starting and joining threads puts what %s does here before what %s does", first,
		                       second);
	if (tt_fork_join_before(order->fork_join, b->segment, a->segment))
		return why_apart(order, b, a);
	return NULL;
}

static void note_exclusion(struct order *order, struct tt_finding *finding, const struct tt_lock_cycle *cycle)
{
	const GPtrArray *all = cycle->dependencies;

	for (guint i = 0; i < all->len; i++) {
		for (guint j = i + 1; j < all->len; j++) {
			g_autofree char *why = why_apart(order, all->pdata[i], all->pdata[j]);
			if (why) {
				tt_finding_note(finding, "It cannot deadlock in this run: %s.", why);
				return;
			}
		}
	}
}

static void note_grounds(const struct tt_check *check, struct tt_finding *finding, const struct tt_lock_cycle *cycle)
{
	if (cycle->class == TT_CYCLE_TIMED)
		tt_finding_note(finding, "Recoverable: a thread that asks with a time limit gives up and can go on.");
	tt_finding_note(finding, "Checked: the threads are different, hold no lock in common there, and neither "
	                         "starting nor joining keeps them apart.");
	tt_finding_note(finding, "Not excluded yet: that events, conditions, semaphores, barriers or the program's "
	                         "data never let them meet there.");
	if (tt_check_lost(check)) {
		g_autofree char *loss = tt_check_loss_text(check);
		tt_finding_note(finding, "%s lost: a lock that seems held may have been released.", loss);
	}
}

static void tell(struct tt_check *check, struct order *order, const struct tt_lock_cycle *cycle)
{
	bool excluded = cycle->class == TT_CYCLE_EXCLUDED;
	struct tt_finding *finding = tt_finding_new(
	    &tt_rules[TT_RULE_ORDER], excluded ? TT_LEVEL_INVERSION : TT_LEVEL_POTENTIAL, verdict_of(cycle));

	finding->cycle = true;
	finding->remedy = "Take these locks in one order in every thread, or hold only one of them at a time.";
	add_edges(finding, cycle);
	if (excluded)
		note_exclusion(order, finding, cycle);
	else
		note_grounds(check, finding, cycle);
	g_ptr_array_add(check->findings, finding);
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
			if (held && held->family == TT_FAMILY_LOCK)
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
		g_ptr_array_add(locks, ((struct tt_dependency *)cycle->dependencies->pdata[i])->held.object);
	g_autoptr(GBytes) set = tt_lock_set(locks);
	return g_hash_table_contains(sets, set);
}

static void add_limit(struct tt_check *check, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void add_limit(struct tt_check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(check->limits, g_strdup_vprintf(format, args));
	va_end(args);
}

static void add_limits(struct tt_check *check, const struct order *order, const GPtrArray *arcs,
                       const struct tt_lock_cycles *found)
{
	for (guint i = 0; i < arcs->len; i++) {
		const struct tt_arc *arc = arcs->pdata[i];
		if (!arc->from->signals && !arc->to->signals)
			continue;
		g_autofree char *name = tt_object_phrase(arc->from->signals ? arc->from : arc->to);
		add_limit(check,
		          "The order of %s, and others like it, is not checked: it is released by threads that do "
		          "not hold it.",
		          name);
		break;
	}
	if (order->graph->full)
		add_limit(check, "Locks are nested in too many ways to keep them all: some inversions may be missing.");
	if (found->complete == 1)
		add_limit(check, "There are too many lock orders to look at them all: inversions may be missing.");
	else if (found->complete != G_MAXUINT)
		add_limit(check,
		          "There are too many lock orders to look at them all: inversions of more than %u locks "
		          "may be missing.",
		          found->complete);
}

static void finish(struct tt_check *check, void *state)
{
	struct order *order = state;
	struct tt_cycle_limits limits = {.last = order->all ? TT_CYCLE_EXCLUDED : TT_CYCLE_TIMED,
	                                 .timed = order->graph->timed,
	                                 .most = MOST_CYCLES,
	                                 .steps = most_steps};
	g_autoptr(GPtrArray) arcs = tt_lock_graph_arcs(order->graph);
	struct tt_lock_cycles *found = tt_lock_cycles_find(arcs, order->fork_join, &limits);
	GHashTable *deadlocked = sets_that_deadlocked(check);

	for (guint i = 0; i < found->cycles->len; i++) {
		if (!has_deadlocked(deadlocked, found->cycles->pdata[i]))
			tell(check, order, found->cycles->pdata[i]);
	}
	add_limits(check, order, arcs, found);
	g_hash_table_destroy(deadlocked);
	tt_lock_cycles_free(found);
}

const struct tt_rule_family tt_lock_order_family = {begin, finish, end};
