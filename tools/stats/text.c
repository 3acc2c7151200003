/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "tools/finding/finding.h"
#include "tools/text/duration.h"
#include "tools/text/text_writer.h"
#include "tools/stats/stats_format.h"

/* A name is cut beyond NAME_WIDTH columns, so that the figures stay together. */
enum { NAME_WIDTH = 48, FIGURE_WIDTH = 10 };

/* A row of a table, with the chain of calls below it. */
struct row {
	char *name;
	struct tt_usage usage;
	GPtrArray *frames; /* const struct tt_site *; NULL: none to show */
};

struct column {
	const char *title;
	char *(*text)(const struct tt_usage *usage);
};

struct table {
	const char *title;
	const struct column *columns; /* one without a title at the end */
	GPtrArray *rows;
};

static void free_row(void *data)
{
	struct row *row = data;

	g_free(row->name);
	if (row->frames)
		g_ptr_array_unref(row->frames);
	g_free(row);
}

static void add_row(struct table *table, char *name, const struct tt_usage *usage)
{
	struct row *row = g_new0(struct row, 1);

	row->name = name;
	row->usage = *usage;
	g_ptr_array_add(table->rows, row);
}

/* The columns. */

static char *count_text(guint64 count)
{
	return count ? g_strdup_printf("%" G_GUINT64_FORMAT, count) : g_strdup("-");
}

static char *length_text(guint64 count, int64_t ns)
{
	return count ? tt_duration_text(ns) : g_strdup("-");
}

static char *waits(const struct tt_usage *usage)
{
	return count_text(usage->waits);
}

static char *gave_up(const struct tt_usage *usage)
{
	return count_text(usage->gave_up);
}

static char *waited(const struct tt_usage *usage)
{
	return length_text(usage->waits, usage->wait_ns);
}

static char *longest_wait(const struct tt_usage *usage)
{
	return length_text(usage->waits, usage->longest_wait_ns);
}

static char *acquired(const struct tt_usage *usage)
{
	return count_text(usage->acquired);
}

static char *held(const struct tt_usage *usage)
{
	return length_text(usage->acquired, usage->hold_ns);
}

static char *longest_hold(const struct tt_usage *usage)
{
	return length_text(usage->acquired, usage->longest_hold_ns);
}

static const struct column all_columns[] = {
    {"waits", waits},       {"gave up", gave_up}, {"waited", waited},        {"longest", longest_wait},
    {"acquired", acquired}, {"held", held},       {"longest", longest_hold}, {NULL, NULL}};

static const struct column wait_columns[] = {
    {"waits", waits}, {"gave up", gave_up}, {"waited", waited}, {"longest", longest_wait}, {NULL, NULL}};

/* The tables. */

static bool has_pids(const struct tt_stats *stats)
{
	return stats->model->processes->len > 1;
}

static char *with_pid(const struct tt_stats *stats, char *name, const struct tt_process *process)
{
	const char *program;
	char *both;

	if (!has_pids(stats))
		return name;
	program = tt_stats_program(stats, process);
	both = program ? g_strdup_printf("%s, pid %" PRIu32 " (%s)", name, process->pid, program)
	               : g_strdup_printf("%s, pid %" PRIu32, name, process->pid);
	g_free(name);
	return both;
}

static void add_objects(const struct tt_stats *stats, struct table *table, bool held_ones)
{
	for (guint i = 0; i < stats->objects->len; i++) {
		const struct tt_object_usage *one = stats->objects->pdata[i];
		if (tt_stats_is_held(one) == held_ones)
			add_row(table, with_pid(stats, tt_object_phrase(one->object), one->object->process),
			        &one->usage);
	}
}

static void add_threads(const struct tt_stats *stats, struct table *table, bool locks)
{
	for (guint i = 0; i < stats->threads->len; i++) {
		const struct tt_thread_usage *one = stats->threads->pdata[i];
		const struct tt_usage *usage = locks ? &one->locks : &one->others;
		if (usage->waits || usage->acquired)
			add_row(table, with_pid(stats, g_strdup(one->thread->name), one->thread->process), usage);
	}
}

static void add_sites(struct tt_stats *stats, struct table *table, bool chains)
{
	g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < stats->sites->len; i++) {
		const struct tt_site_usage *one = stats->sites->pdata[i];
		char *name = tt_site_text(tt_symbols_site(stats->symbols, one->pid, one->caller, one->stack));
		struct row *row = chains ? NULL : g_hash_table_lookup(by_name, name);

		if (row) {
			tt_usage_add(&row->usage, &one->usage);
			g_free(name);
			continue;
		}
		add_row(table, name, &one->usage);
		row = table->rows->pdata[table->rows->len - 1];
		g_hash_table_insert(by_name, row->name, row);
		if (chains)
			row->frames = tt_symbols_frames(stats->symbols, one->pid, one->caller, one->stack);
	}
}

int tt_usage_compare(enum tt_stats_sort sort, const struct tt_usage *a, const struct tt_usage *b)
{
	int64_t x[] = {[TT_SORT_WAIT] = a->wait_ns,
	               [TT_SORT_HOLD] = a->hold_ns,
	               [TT_SORT_COUNT] = (int64_t)(a->acquired + a->waits)};
	int64_t y[] = {[TT_SORT_WAIT] = b->wait_ns,
	               [TT_SORT_HOLD] = b->hold_ns,
	               [TT_SORT_COUNT] = (int64_t)(b->acquired + b->waits)};
	int64_t first_x = x[sort], first_y = y[sort];

	/* Those of no wait at all by their holds, or how often. */
	for (size_t i = 0; first_x == first_y && i < G_N_ELEMENTS(x); i++) {
		first_x = x[i];
		first_y = y[i];
	}
	return (first_x < first_y) - (first_x > first_y);
}

static gint in_order(gconstpointer a, gconstpointer b, gpointer data)
{
	const struct row *const *x = a, *const *y = b;
	const struct tt_stats_view *view = data;

	return tt_usage_compare(view->sort, &(*x)->usage, &(*y)->usage);
}

/* Printing. */

static int name_width(const struct table *table, guint shown)
{
	int width = tt_text_width(table->title);

	for (guint i = 0; i < shown; i++)
		width = MAX(width, tt_text_width(((const struct row *)table->rows->pdata[i])->name));
	return MIN(width, NAME_WIDTH);
}

static void put_figure(struct tt_text_writer *pen, enum tt_style style, const char *text)
{
	tt_put(pen, style, "%*s%s", MAX(1, FIGURE_WIDTH - tt_text_width(text)), "", text);
}

static void put_title(struct tt_text_writer *pen, const struct table *table, int width)
{
	tt_put(pen, TT_PLAIN, "\n");
	tt_put_padded(pen, TT_BOLD, width, table->title);
	for (const struct column *column = table->columns; column->title; column++)
		put_figure(pen, TT_DIM, column->title);
	tt_put(pen, TT_PLAIN, "\n");
}

static void put_frames(struct tt_text_writer *pen, const GPtrArray *frames)
{
	for (guint i = 0; i < frames->len; i++) {
		g_autofree char *text = tt_site_text(frames->pdata[i]);
		tt_put(pen, TT_DIM, "    %s\n", text);
	}
}

static void put_row(struct tt_text_writer *pen, const struct table *table, const struct row *row, int width)
{
	tt_put_padded(pen, TT_NAME, width, row->name);
	if (tt_text_width(row->name) > width)
		tt_put(pen, TT_PLAIN, "\n%*s", width, "");
	for (const struct column *column = table->columns; column->title; column++) {
		g_autofree char *text = column->text(&row->usage);
		put_figure(pen, TT_PLAIN, text);
	}
	tt_put(pen, TT_PLAIN, "\n");
	if (row->frames)
		put_frames(pen, row->frames);
}

static void put_table(struct tt_text_writer *pen, const struct table *table, const struct tt_stats_view *view)
{
	guint shown = view->top ? MIN(view->top, table->rows->len) : table->rows->len;
	int width;

	if (!table->rows->len)
		return;
	g_ptr_array_sort_with_data(table->rows, in_order, (void *)(uintptr_t)view);
	width = name_width(table, shown);
	put_title(pen, table, width);
	for (guint i = 0; i < shown; i++)
		put_row(pen, table, table->rows->pdata[i], width);
	if (shown < table->rows->len)
		tt_put(pen, TT_DIM, "%u more (--top 0 shows all)\n", table->rows->len - shown);
}

static struct table new_table(const char *title, const struct column *columns)
{
	return (struct table){title, columns, g_ptr_array_new_with_free_func(free_row)};
}

void tt_stats_text(struct tt_stats *stats, const struct tt_stats_view *view, FILE *out)
{
	struct tt_text_writer pen = tt_text_writer(out);
	struct table tables[] = {new_table("LOCKS", all_columns), new_table("OTHER WAITS", wait_columns),
	                         new_table("THREADS, LOCKS", all_columns),
	                         new_table("THREADS, OTHER WAITS", wait_columns), new_table("SITES", all_columns)};
	g_autofree char *length = tt_duration_text(stats->summary.end_ns - stats->summary.begin_ns);

	add_objects(stats, &tables[0], true);
	add_objects(stats, &tables[1], false);
	add_threads(stats, &tables[2], true);
	add_threads(stats, &tables[3], false);
	add_sites(stats, &tables[4], view->chains);
	tt_put(&pen, TT_PLAIN, "%" PRIu64 " events in %s\n", stats->summary.events, length);
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		put_table(&pen, &tables[i], view);
		g_ptr_array_free(tables[i].rows, TRUE);
	}
}
