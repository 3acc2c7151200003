/* SPDX-License-Identifier: MIT */
#include "tools/db/schema.h"

#include <string.h>

void tt_class_identify(struct tt_class *class)
{
	struct tt_id_maker *maker = tt_id_new("class");

	tt_id_add_number(maker, class->kind);
	tt_id_add_text(maker, class->lock);
	tt_id_add_text(maker, class->name);
	tt_id_add_text(maker, class->module);
	tt_id_add_text(maker, class->file);
	class->id = tt_id_made(maker);
}

void tt_run_identify(struct tt_db_run *run, const char *recording)
{
	struct tt_id_maker *maker = tt_id_new("run");

	tt_id_add_text(maker, recording);
	tt_id_add_number(maker, run->pid);
	tt_id_add_number(maker, run->begin_ns);
	tt_id_add_text(maker, run->program);
	run->id = tt_id_made(maker);
}

static gint by_id(gconstpointer a, gconstpointer b)
{
	const struct tt_gate *x = a, *y = b;
	return memcmp(&x->class->id, &y->class->id, sizeof x->class->id);
}

void tt_order_identify(struct tt_order *order)
{
	struct tt_id_maker *maker = tt_id_new("lock_order");

	tt_id_add(maker, &order->held->id);
	tt_id_add_number(maker, order->held_mode);
	tt_id_add_text(maker, order->held_site);
	tt_id_add(maker, &order->wanted->id);
	tt_id_add_number(maker, order->wanted_mode);
	tt_id_add_text(maker, order->wanted_site);
	tt_id_add_number(maker, order->timed);
	g_array_sort(order->gates, by_id);
	for (guint i = 0; i < order->gates->len; i++) {
		const struct tt_gate *gate = &g_array_index(order->gates, struct tt_gate, i);
		tt_id_add(maker, &gate->class->id);
		tt_id_add_number(maker, gate->mode);
	}
	order->id = tt_id_made(maker);
}

char *tt_class_text(const struct tt_class *class)
{
	g_autofree char *file = *class->file ? g_strdup_printf(" (%s)", class->file) : g_strdup("");
	g_autofree char *of = *class->module ? g_strdup_printf(" in %s", class->module) : g_strdup("");

	switch (class->kind) {
	case TT_CLASS_SITE:
		return g_strdup_printf("%s of %s%s%s", class->lock, class->name, file, of);
	case TT_CLASS_UNKNOWN:
		return g_strdup_printf("a lock without a name%s", of);
	default:
		return g_strdup_printf("%s \"%s\"%s%s", class->lock, class->name, file, of);
	}
}

char *tt_run_text(const struct tt_db_run *run)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(run->begin_ns / 1000000000);
	g_autofree char *date = time ? g_date_time_format(time, "%Y-%m-%d %H:%M:%S") : g_strdup("?");

	return g_strdup_printf("%s (pid %u, %s)", *run->program ? run->program : "?", run->pid, date);
}
