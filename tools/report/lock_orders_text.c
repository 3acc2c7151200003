/* SPDX-License-Identifier: MIT */
#include "tools/report/lock_orders_text.h"

#include <string.h>

#include "tools/check/rules.h"

enum { WIDTH = 104 };

void tt_put_runs(struct tt_text_writer *pen, const struct tt_db_snapshot *picture)
{
	g_autoptr(GHashTable) orders = g_hash_table_new(NULL, NULL); /* struct tt_db_run → how many */

	for (guint i = 0; i < picture->orders->len; i++) {
		const struct tt_order *order = picture->orders->pdata[i];
		const struct tt_db_run *last = NULL;
		for (guint j = 0; j < order->seen->len; j++) {
			gpointer run = (void *)(uintptr_t)((struct tt_occurrence *)order->seen->pdata[j])->run;
			guint n = GPOINTER_TO_UINT(g_hash_table_lookup(orders, run));
			/* Those of one run stand together. */
			if (run != last)
				g_hash_table_insert(orders, run, GUINT_TO_POINTER(n + 1));
			last = run;
		}
	}
	for (guint i = 0; i < picture->runs->len; i++) {
		guint n = GPOINTER_TO_UINT(g_hash_table_lookup(orders, picture->runs->pdata[i]));
		g_autofree char *text = tt_run_text(picture->runs->pdata[i]);
		tt_put(pen, TT_PLAIN, "%s: %u lock order%s\n", text, n, n == 1 ? "" : "s");
	}
}

/* An order with the texts that it is sorted by. */
struct line {
	char *held, *wanted;
	const struct tt_order *order;
};

static void free_line(void *data)
{
	struct line *line = data;

	g_free(line->held);
	g_free(line->wanted);
	g_free(line);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	const struct line *x = *(const struct line *const *)a, *y = *(const struct line *const *)b;
	int held = strcmp(x->held, y->held), wanted = strcmp(x->wanted, y->wanted);

	if (held || wanted)
		return held ? held : wanted;
	return memcmp(&x->order->id, &y->order->id, sizeof x->order->id);
}

static GPtrArray *lines_of(const struct tt_db_snapshot *picture)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(free_line);

	for (guint i = 0; i < picture->orders->len; i++) {
		struct line *line = g_new(struct line, 1);
		line->order = picture->orders->pdata[i];
		line->held = tt_class_text(line->order->held);
		line->wanted = tt_class_text(line->order->wanted);
		g_ptr_array_add(lines, line);
	}
	g_ptr_array_sort(lines, by_text);
	return lines;
}

static void put_head(struct tt_text_writer *pen, const struct tt_db_snapshot *picture)
{
	g_autoptr(GHashTable) programs = g_hash_table_new(g_str_hash, g_str_equal);
	guint runs = picture->runs->len, orders = picture->orders->len, classes = g_hash_table_size(picture->classes);

	for (guint i = 0; i < runs; i++)
		g_hash_table_add(programs, (void *)(uintptr_t)((struct tt_db_run *)picture->runs->pdata[i])->program);
	tt_put(pen, TT_BOLD, "%u run%s of %u program%s, %u lock class%s, %u lock order%s\n", runs, runs == 1 ? "" : "s",
	       g_hash_table_size(programs), g_hash_table_size(programs) == 1 ? "" : "s", classes,
	       classes == 1 ? "" : "es", orders, orders == 1 ? "" : "s");
}

static void put_order(struct tt_text_writer *pen, const struct tt_order *order)
{
	g_autofree char *text = NULL;
	const struct tt_occurrence *seen = order->seen->len > 0 ? order->seen->pdata[0] : NULL;

	if (!seen)
		return;
	text = tt_inversion_part_text(&(struct tt_inversion_part){order, seen});
	tt_put(pen, TT_PLAIN, "        ");
	tt_put_wrapped(pen, TT_PLAIN, 10, WIDTH, text);
	for (guint i = 0; i < order->gates->len; i++) {
		const struct tt_gate *gate = &g_array_index(order->gates, struct tt_gate, i);
		g_autofree char *name = tt_class_text(gate->class);
		tt_put(pen, TT_DIM, "          with %s%s held\n", name,
		       gate->mode == TT_MODE_SHARED ? ", shared," : "");
	}
	if (order->seen->len > 1)
		tt_put(pen, TT_DIM, "          and %u more\n", order->seen->len - 1);
}

void tt_put_orders(struct tt_text_writer *pen, const struct tt_db_snapshot *picture)
{
	g_autoptr(GPtrArray) lines = lines_of(picture);
	const char *held = "", *wanted = "";

	put_head(pen, picture);
	for (guint i = 0; i < lines->len; i++) {
		const struct line *line = lines->pdata[i];
		bool other = strcmp(line->held, held) != 0;
		if (other)
			tt_put(pen, TT_NAME, "\n%s\n", line->held);
		if (other || strcmp(line->wanted, wanted) != 0)
			tt_put(pen, TT_PLAIN, "    before %s\n", line->wanted);
		put_order(pen, line->order);
		held = line->held;
		wanted = line->wanted;
	}
}

static void put_note(struct tt_text_writer *pen, const char *text)
{
	tt_put(pen, TT_PLAIN, "    ");
	tt_put_wrapped(pen, TT_PLAIN, 6, WIDTH, text);
}

static void put_inversion(struct tt_text_writer *pen, const struct tt_inversion *inversion)
{
	const struct tt_rule *rule = &tt_rules[TT_RULE_ACROSS];
	g_autofree char *verdict = tt_inversion_verdict(inversion);
	g_autoptr(GPtrArray) grounds = tt_inversion_grounds(inversion);

	tt_put(pen, TT_WARN, "%s %s (%s)", rule->id, rule->title,
	       tt_level_name(inversion->why ? TT_LEVEL_INVERSION : TT_LEVEL_POTENTIAL));
	tt_put(pen, TT_PLAIN, ": ");
	tt_put_wrapped(pen, TT_BOLD, 4, WIDTH, verdict);
	tt_put(pen, TT_PLAIN, "\n");
	for (guint i = 0; i < inversion->parts->len; i++) {
		g_autofree char *text =
		    tt_inversion_part_text(&g_array_index(inversion->parts, struct tt_inversion_part, i));
		put_note(pen, text);
	}
	tt_put(pen, TT_PLAIN, "\n");
	for (guint i = 0; i < grounds->len; i++)
		put_note(pen, grounds->pdata[i]);
	tt_put(pen, TT_PLAIN, "\n    ");
	tt_put(pen, TT_BOLD, "What to do:");
	g_autofree char *remedy = g_strconcat(" ", tt_inversion_remedy, NULL);
	tt_put_wrapped(pen, TT_PLAIN, 4, WIDTH, remedy);
	tt_put(pen, TT_PLAIN, "\n");
}

guint tt_put_inversions(struct tt_text_writer *pen, const struct tt_inversions *inversions)
{
	guint n = 0;

	for (guint i = 0; i < inversions->all->len; i++) {
		const struct tt_inversion *inversion = inversions->all->pdata[i];
		put_inversion(pen, inversion);
		n += !inversion->why;
	}
	g_autoptr(GPtrArray) limits = tt_inversions_limits(inversions);
	for (guint i = 0; i < limits->len; i++) {
		g_autofree char *text = g_strconcat("Limit: ", limits->pdata[i], NULL);
		put_note(pen, text);
	}
	return n;
}
