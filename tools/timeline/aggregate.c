/* SPDX-License-Identifier: MIT */
#include "tools/timeline/aggregate.h"

/* How many times the finest width a busy stretch may have. */
#define STRETCH 6

/* Appends an item: to the last group if both are too narrow to stand alone, else as a group of its own. */
static void add_item(GArray *groups, unsigned item, double from, double to, double finest)
{
	struct tt_group group = {item, item + 1, from, to};
	struct tt_group *last = groups->len ? &g_array_index(groups, struct tt_group, groups->len - 1) : NULL;
	bool narrow = to - from < finest;
	bool joins = last && narrow && from - last->to < finest && to - last->from < STRETCH * finest;

	/* A wide group of one item stands alone. */
	if (joins && (last->end - last->first > 1 || last->to - last->from < finest)) {
		last->end = item + 1;
		last->to = MAX(last->to, to);
	} else {
		g_array_append_val(groups, group);
	}
}

GArray *tt_aggregate_spans(const struct tt_lane *lane, const struct tt_scale *scale, double finest)
{
	GArray *groups = g_array_new(false, false, sizeof(struct tt_group));

	for (unsigned i = 0; i < lane->spans->len; i++) {
		const struct tt_span *span = &g_array_index(lane->spans, struct tt_span, i);
		double limit = span->doing == TT_DOING_BLOCKED ? 0 : finest;
		add_item(groups, i, tt_scale_place(scale, span->begin_ns), tt_scale_place(scale, span->end_ns), limit);
	}
	return groups;
}

GArray *tt_aggregate_bars(const struct tt_lane *lane, unsigned row, const struct tt_scale *scale, double finest)
{
	GArray *groups = g_array_new(false, false, sizeof(struct tt_group));

	for (unsigned i = 0; i < lane->bars->len; i++) {
		const struct tt_bar *bar = &g_array_index(lane->bars, struct tt_bar, i);
		if (bar->row == row)
			add_item(groups, i, tt_scale_place(scale, bar->begin_ns), tt_scale_place(scale, bar->end_ns),
			         finest);
	}
	return groups;
}

GArray *tt_aggregate_marks(const struct tt_lane *lane, const struct tt_scale *scale, double step)
{
	GArray *groups = g_array_new(false, false, sizeof(struct tt_group));

	for (unsigned i = 0; i < lane->marks->len; i++) {
		double at = tt_scale_place(scale, g_array_index(lane->marks, struct tt_mark, i).time_ns);
		add_item(groups, i, at, at, step);
	}
	return groups;
}

/* How many things are drawn at this fineness, and how many there are. */
static size_t count(const struct tt_lanes *lanes, const struct tt_scale *scale, double finest, size_t *all)
{
	size_t drawn = 0;

	*all = 0;
	for (unsigned i = 0; i < lanes->lanes->len; i++) {
		const struct tt_lane *lane = lanes->lanes->pdata[i];
		g_autoptr(GArray) spans = tt_aggregate_spans(lane, scale, finest);
		g_autoptr(GArray) marks = tt_aggregate_marks(lane, scale, finest * 3);
		*all += lane->spans->len + lane->bars->len + lane->marks->len;
		drawn += spans->len + marks->len;
		for (unsigned row = 0; row < lane->rows; row++) {
			g_autoptr(GArray) bars = tt_aggregate_bars(lane, row, scale, finest);
			drawn += bars->len;
		}
	}
	return drawn;
}

static int by_wait(const void *a, const void *b, void *data)
{
	const GArray *arrows = data;
	int64_t x = g_array_index(arrows, struct tt_arrow, *(const unsigned *)a).waited_ns;
	int64_t y = g_array_index(arrows, struct tt_arrow, *(const unsigned *)b).waited_ns;

	return (x < y) - (x > y);
}

static int by_index(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

/* The arrows that ended the longest waits. */
static GArray *choose_arrows(const struct tt_lanes *lanes, unsigned arrows)
{
	GArray *chosen = g_array_new(false, false, sizeof(unsigned));

	for (unsigned i = 0; i < lanes->arrows->len; i++)
		g_array_append_val(chosen, i);
	if (chosen->len > arrows) {
		g_array_sort_with_data(chosen, by_wait, lanes->arrows);
		g_array_set_size(chosen, arrows);
		g_array_sort(chosen, by_index);
	}
	return chosen;
}

struct tt_aggregation *tt_aggregate(const struct tt_lanes *lanes, const struct tt_scale *scale, size_t things,
                                    unsigned arrows)
{
	struct tt_aggregation *thinning = g_new0(struct tt_aggregation, 1);
	size_t all, drawn = count(lanes, scale, 0, &all);

	while (drawn > things && thinning->finest < scale->width) {
		thinning->finest = thinning->finest > 0 ? thinning->finest * 1.5 : 1;
		drawn = count(lanes, scale, thinning->finest, &all);
	}
	thinning->mark_step = thinning->finest * 3;
	thinning->joined = all - drawn;
	thinning->arrows = choose_arrows(lanes, arrows);
	return thinning;
}

void tt_aggregation_free(struct tt_aggregation *thinning)
{
	if (!thinning)
		return;
	g_array_unref(thinning->arrows);
	g_free(thinning);
}
