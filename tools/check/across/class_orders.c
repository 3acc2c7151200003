/* SPDX-License-Identifier: MIT */
#include "tools/check/across/class_orders.h"

enum { MOST_ORDERS = 100000 };

static void free_order(void *data)
{
	struct tt_class_order *order = data;

	g_array_free(order->row.gates, TRUE);
	g_array_free(order->edges, TRUE);
	g_free((void *)(uintptr_t)order->row.held_site);
	g_free((void *)(uintptr_t)order->row.wanted_site);
	g_free(order);
}

struct tt_class_orders *tt_class_orders_new(const struct tt_check *check, const char *program)
{
	struct tt_class_orders *orders = g_new0(struct tt_class_orders, 1);

	orders->check = check;
	orders->classes = tt_classes_new(check, program);
	orders->all = g_ptr_array_new_with_free_func(free_order);
	orders->by_key = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	orders->recordings = g_hash_table_new(NULL, NULL);
	orders->nameless = g_hash_table_new(NULL, NULL);
	orders->runs = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	return orders;
}

void tt_class_orders_free(struct tt_class_orders *orders)
{
	g_hash_table_destroy(orders->by_key);
	g_hash_table_destroy(orders->recordings);
	g_hash_table_destroy(orders->nameless);
	g_hash_table_destroy(orders->runs);
	g_ptr_array_free(orders->all, TRUE);
	tt_classes_free(orders->classes);
	g_free(orders);
}

static gint by_class(gconstpointer a, gconstpointer b)
{
	const struct tt_gate *x = a, *y = b;
	return x->class < y->class ? -1 : x->class > y->class;
}

/*
 * The classes that the thread holds, each once in its strongest mode, but for those two: one lock of a class is no gate
 * for another.
 */
static GArray *gates_of(struct tt_class_orders *orders, const struct tt_thread *thread, const struct tt_order *row)
{
	GArray *gates = g_array_new(FALSE, FALSE, sizeof(struct tt_gate));

	for (guint i = 0; i < thread->holds->len; i++) {
		const struct tt_hold *hold = thread->holds->pdata[i];
		if (hold->object->family != TT_FAMILY_LOCK)
			continue;
		struct tt_gate gate = {tt_class_of(orders->classes, hold->object), hold->mode};
		if (gate.class != row->held && gate.class != row->wanted)
			g_array_append_val(gates, gate);
	}
	g_array_sort(gates, by_class);
	for (guint i = gates->len; i-- > 1;) {
		struct tt_gate *before = &g_array_index(gates, struct tt_gate, i - 1);
		const struct tt_gate *gate = before + 1;
		if (before->class != gate->class)
			continue;
		before->mode = MIN(before->mode, gate->mode); /* exclusive is the lesser */
		g_array_remove_index(gates, i);
	}
	return gates;
}

static GBytes *key_of(const struct tt_class_order *order)
{
	const struct tt_order *row = &order->row;
	const uint64_t head[] = {(uintptr_t)order->process, (uintptr_t)row->held, (uintptr_t)row->wanted,
	                         (uint64_t)row->held_mode << 2 | (uint64_t)row->wanted_mode << 1 | row->timed};
	GByteArray *key = g_byte_array_new();

	g_byte_array_append(key, (const guint8 *)head, sizeof head);
	for (guint i = 0; i < row->gates->len; i++) {
		const struct tt_gate *gate = &g_array_index(row->gates, struct tt_gate, i);
		const uint64_t part[] = {(uintptr_t)gate->class, gate->mode};
		g_byte_array_append(key, (const guint8 *)part, sizeof part);
	}
	return g_byte_array_free_to_bytes(key);
}

/* The one that is kept of those like it; NULL if there is no room for it. Takes it over. */
static struct tt_class_order *keep(struct tt_class_orders *orders, struct tt_class_order *order)
{
	GBytes *key = key_of(order);
	struct tt_class_order *kept = g_hash_table_lookup(orders->by_key, key);

	if (!kept && orders->all->len < MOST_ORDERS) {
		g_ptr_array_add(orders->all, order);
		g_hash_table_insert(orders->by_key, key, order);
		return order;
	}
	orders->full |= !kept;
	g_bytes_unref(key);
	free_order(order);
	return kept;
}

static void add_edge(struct tt_class_order *order, const struct tt_edge *edge)
{
	for (guint i = 0; i < order->edges->len; i++) {
		if (g_array_index(order->edges, struct tt_edge, i).thread == edge->thread)
			return;
	}
	if (order->edges->len < TT_MAX_OCCURRENCES)
		g_array_append_val(order->edges, *edge);
}

static void add_order(struct tt_class_orders *orders, const struct tt_edge *edge, bool timed)
{
	struct tt_class_order *order = g_new0(struct tt_class_order, 1);

	order->process = edge->thread->process;
	order->row = (struct tt_order){.held = tt_class_of(orders->classes, edge->held),
	                               .wanted = tt_class_of(orders->classes, edge->wanted),
	                               .held_mode = edge->held_mode,
	                               .wanted_mode = edge->wanted_mode,
	                               .timed = timed};
	order->row.gates = gates_of(orders, edge->thread, &order->row);
	order->edges = g_array_new(FALSE, FALSE, sizeof(struct tt_edge));
	order = keep(orders, order);
	if (order)
		add_edge(order, edge);
}

/* Whether other runs can know the lock. */
static bool is_known(struct tt_class_orders *orders, struct tt_object *lock)
{
	bool known = tt_class_of(orders->classes, lock)->kind != TT_CLASS_UNKNOWN;

	if (!known)
		g_hash_table_add(orders->nameless, lock);
	return known;
}

void tt_class_orders_add(struct tt_class_orders *orders, struct tt_thread *thread, const struct tt_edge *wanted,
                         bool timed, const struct tt_event *event)
{
	tt_classes_see(orders->classes, wanted->wanted, event);
	for (guint i = 0; i < thread->holds->len; i++) {
		const struct tt_hold *hold = thread->holds->pdata[i];
		struct tt_edge edge = *wanted;
		if (hold->object->family != TT_FAMILY_LOCK || hold->object == wanted->wanted)
			continue;
		tt_edge_set_hold(&edge, hold);
		bool known = is_known(orders, edge.held);
		known &= is_known(orders, edge.wanted);
		/* Locks of one class have no order among themselves that this could know. */
		if (known && tt_class_of(orders->classes, edge.held) != tt_class_of(orders->classes, edge.wanted))
			add_order(orders, &edge, timed);
	}
}

void tt_class_orders_see(struct tt_class_orders *orders, struct tt_thread *thread, struct tt_object *object,
                         const struct tt_event *event)
{
	if (object && object->family == TT_FAMILY_LOCK)
		tt_classes_see(orders->classes, object, event);
	if (event->recording && *event->recording)
		g_hash_table_insert(orders->recordings, thread->process,
		                    (void *)(uintptr_t)g_intern_string(event->recording));
}

static void tell_sites(const struct tt_check *check, struct tt_class_order *order)
{
	const struct tt_edge *edge = &g_array_index(order->edges, struct tt_edge, 0);
	uint32_t pid = order->process->pid;

	tt_symbols_at(check->symbols, edge->held_ns);
	order->row.held_site = tt_class_site(tt_symbols_site(check->symbols, pid, edge->held_caller, edge->held_stack));
	tt_symbols_at(check->symbols, edge->wanted_ns);
	order->row.wanted_site =
	    tt_class_site(tt_symbols_site(check->symbols, pid, edge->wanted_caller, edge->wanted_stack));
}

static void add_run(struct tt_class_orders *orders, struct tt_process *process)
{
	struct tt_db_run *run = g_new0(struct tt_db_run, 1);

	run->pid = process->pid;
	run->begin_ns = process->first_ns;
	tt_symbols_at(orders->check->symbols, process->last_ns);
	run->program = tt_class_program(orders->check, process->pid);
	tt_run_identify(run, g_hash_table_lookup(orders->recordings, process));
	g_hash_table_replace(orders->runs, process, run);
}

void tt_class_orders_finish(struct tt_class_orders *orders)
{
	g_autoptr(GHashTable) signals = tt_classes_signals(orders->classes);

	g_hash_table_remove_all(orders->by_key);
	for (guint i = 0; i < orders->check->model->processes->len; i++)
		add_run(orders, orders->check->model->processes->pdata[i]);
	for (guint i = orders->all->len; i-- > 0;) {
		struct tt_class_order *order = orders->all->pdata[i];
		if (g_hash_table_contains(signals, order->row.held) ||
		    g_hash_table_contains(signals, order->row.wanted)) {
			g_ptr_array_remove_index(orders->all, i);
			continue;
		}
		tell_sites(orders->check, order);
		tt_order_identify(&order->row);
	}
}

const struct tt_db_run *tt_class_orders_run(const struct tt_class_orders *orders, const struct tt_process *process)
{
	return g_hash_table_lookup(orders->runs, process);
}
