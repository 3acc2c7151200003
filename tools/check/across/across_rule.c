/* SPDX-License-Identifier: MIT */
#include "tools/check/across/class_orders.h"
#include "tools/check/across/inversions.h"
#include "tools/check/rules.h"

/*
 * Inversions across runs (TT012): with `--db`, the lock orders of this trace's runs are added to those of all runs
 * before, and a circle is told that they close together.
 */

/* The rule at work on one check. */
struct across {
	struct tt_observer observer;
	struct tt_db *db;
	struct tt_class_orders *orders;
};

/* As in lock_order_rules.c: a try does not ask, and what is held from before the trace was not asked for in it. */

static void on_wait(struct tt_thread *thread, const struct tt_event *event, void *data)
{
	const struct across *across = data;
	struct tt_edge wanted = tt_edge_of_wait(thread);

	if (wanted.wanted->family == TT_FAMILY_LOCK)
		tt_class_orders_add(across->orders, thread, &wanted, thread->wait.timeout_ns >= 0, event);
}

static void on_hold(struct tt_hold *hold, const struct tt_event *event, void *data)
{
	const struct across *across = data;

	if (hold->object->family != TT_FAMILY_LOCK || hold->limit == TT_LIMIT_TRY || !hold->caller)
		return;
	struct tt_edge wanted = {.thread = hold->thread,
	                         .wanted = hold->object,
	                         .wanted_mode = hold->mode,
	                         .wanted_caller = hold->caller,
	                         .wanted_stack = hold->stack,
	                         .wanted_ns = event->time_ns};
	tt_class_orders_add(across->orders, hold->thread, &wanted, hold->limit == TT_LIMIT_TIMED, event);
}

static void on_event(struct tt_thread *thread, struct tt_object *object, const struct tt_event *event, void *data)
{
	const struct across *across = data;
	tt_class_orders_see(across->orders, thread, object, event);
}

static void *begin(struct tt_check *check, const struct tt_check_options *options)
{
	struct across *across = g_new0(struct across, 1);

	if (!options->db)
		return across;
	across->observer = (struct tt_observer){.wait_began = on_wait, .hold_began = on_hold, .event = on_event};
	across->db = options->db;
	across->orders = tt_class_orders_new(check, options->db_program);
	tt_model_observe(check->model, &across->observer, across);
	return across;
}

static void end(void *state)
{
	struct across *across = state;

	if (across->orders)
		tt_class_orders_free(across->orders);
	g_free(across);
}

/* Adding to the file. */

static uint32_t number_of(const struct tt_thread *thread)
{
	guint number = 0;

	g_ptr_array_find(thread->process->threads, thread, &number);
	return number;
}

static void put_classes(struct tt_db *db, const struct tt_class_orders *orders)
{
	g_autoptr(GHashTable) classes = g_hash_table_new(NULL, NULL);
	GHashTableIter iter;
	gpointer class;

	for (guint i = 0; i < orders->all->len; i++) {
		const struct tt_order *row = &((const struct tt_class_order *)orders->all->pdata[i])->row;
		g_hash_table_add(classes, (void *)(uintptr_t)row->held);
		g_hash_table_add(classes, (void *)(uintptr_t)row->wanted);
		for (guint j = 0; j < row->gates->len; j++)
			g_hash_table_add(classes,
			                 (void *)(uintptr_t)g_array_index(row->gates, struct tt_gate, j).class);
	}
	g_hash_table_iter_init(&iter, classes);
	while (g_hash_table_iter_next(&iter, &class, NULL))
		tt_db_put_class(db, class);
}

static void put_order(struct tt_db *db, const struct tt_class_order *order, const struct tt_db_run *run)
{
	tt_db_put_order(db, &order->row);
	for (guint i = 0; i < order->edges->len; i++) {
		const struct tt_thread *thread = g_array_index(order->edges, struct tt_edge, i).thread;
		tt_db_put_seen(db, &order->row,
		               &(struct tt_occurrence){.run = run, .thread = number_of(thread), .role = thread->name});
	}
}

/* Adds all runs of the trace. False if it cannot be written, with check->failure. */
static bool put_runs(struct tt_check *check, const struct across *across)
{
	const GPtrArray *processes = check->model->processes;

	tt_db_begin(across->db);
	for (guint i = 0; i < processes->len; i++)
		tt_db_put_run(across->db, tt_class_orders_run(across->orders, processes->pdata[i]));
	put_classes(across->db, across->orders);
	for (guint i = 0; i < across->orders->all->len; i++) {
		const struct tt_class_order *order = across->orders->all->pdata[i];
		put_order(across->db, order, tt_class_orders_run(across->orders, order->process));
	}
	return tt_db_commit(across->db, &check->failure);
}

/* Telling. */

/* This trace's own part in a circle: the events it rests on. NULL of another run's. */
static const struct tt_edge *own_edge(const struct across *across, const struct tt_inversion_part *part)
{
	for (guint i = 0; i < across->orders->all->len; i++) {
		const struct tt_class_order *order = across->orders->all->pdata[i];
		if (!tt_id_equal(&order->row.id, &part->order->id) ||
		    !tt_id_equal(&tt_class_orders_run(across->orders, order->process)->id, &part->seen->run->id))
			continue;
		for (guint j = 0; j < order->edges->len; j++) {
			const struct tt_edge *edge = &g_array_index(order->edges, struct tt_edge, j);
			if (number_of(edge->thread) == part->seen->thread)
				return edge;
		}
	}
	return NULL;
}

static void add_part(const struct across *across, struct tt_finding *finding, const struct tt_inversion_part *part)
{
	const struct tt_edge *edge = own_edge(across, part);

	if (edge) {
		g_autofree char *run = tt_run_text(part->seen->run);
		g_array_append_val(finding->edges, *edge);
		tt_finding_note(finding, "Here, %s is of the run of %s.", part->seen->role, run);
	} else {
		g_autofree char *text = tt_inversion_part_text(part);
		tt_finding_note(finding, "%s", text);
	}
}

static void tell(struct tt_check *check, const struct across *across, const struct tt_inversion *inversion)
{
	struct tt_finding *finding =
	    tt_finding_new(&tt_rules[TT_RULE_ACROSS], inversion->why ? TT_LEVEL_INVERSION : TT_LEVEL_POTENTIAL,
	                   tt_inversion_verdict(inversion));
	g_autoptr(GPtrArray) grounds = tt_inversion_grounds(inversion);

	finding->remedy = tt_inversion_remedy;
	for (guint i = 0; i < inversion->parts->len; i++)
		add_part(across, finding, &g_array_index(inversion->parts, struct tt_inversion_part, i));
	for (guint i = 0; i < inversion->parts->len; i++) {
		const struct tt_order *order = g_array_index(inversion->parts, struct tt_inversion_part, i).order;
		g_ptr_array_add(finding->classes, tt_class_text(order->held));
	}
	for (guint i = 0; i < grounds->len; i++)
		tt_finding_note(finding, "%s", (const char *)grounds->pdata[i]);
	g_ptr_array_add(check->findings, finding);
}

static void add_limit(struct tt_check *check, const char *text)
{
	g_ptr_array_add(check->limits, g_strdup(text));
}

/* What the database does not get to know. */
static void add_limits(struct tt_check *check, const struct tt_class_orders *orders)
{
	guint n = g_hash_table_size(orders->nameless);

	if (orders->full)
		add_limit(check, "Locks are nested in too many ways to keep all their orders in the database.");
	if (n == 0)
		return;
	g_autofree char *text =
	    g_strdup_printf("The orders of %u lock%s are not kept in the database: nothing is known of "
	                    "%s that would be the same in another run. To have them kept, build with "
	                    "-g, and check before the program is built again.",
	                    n, n == 1 ? "" : "s", n == 1 ? "it" : "them");
	add_limit(check, text);
}

static void look(struct tt_check *check, const struct across *across)
{
	g_autoptr(GArray) mine = g_array_new(FALSE, FALSE, sizeof(struct tt_own_order));
	struct tt_inversions *found;

	for (guint i = 0; i < across->orders->all->len; i++) {
		const struct tt_class_order *order = across->orders->all->pdata[i];
		struct tt_own_order one = {&order->row, tt_class_orders_run(across->orders, order->process)};
		g_array_append_val(mine, one);
	}
	found = tt_inversions_find(across->db, mine, check->all, &check->failure);
	if (!found)
		return;
	for (guint i = 0; i < found->all->len; i++)
		tell(check, across, found->all->pdata[i]);
	g_autoptr(GPtrArray) limits = tt_inversions_limits(found);
	for (guint i = 0; i < limits->len; i++)
		add_limit(check, limits->pdata[i]);
	tt_inversions_free(found);
}

static void finish(struct tt_check *check, void *state)
{
	const struct across *across = state;

	if (!across->db)
		return;
	if (tt_check_has_discarded(check)) {
		add_limit(check, "The lock orders of this trace are not kept in the database: events were lost, so a "
		                 "lock that seems held may have been released.");
		return;
	}
	tt_class_orders_finish(across->orders);
	add_limits(check, across->orders);
	if (put_runs(check, across))
		look(check, across);
}

const struct tt_rule_family tt_across_family = {begin, finish, end};
