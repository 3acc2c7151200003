/* SPDX-License-Identifier: MIT */
/*
 * What is left to do with the lanes when all events are in: the spans and holds that go on to the end, what the
 * selection leaves out, the order of the lanes, the rows of the holds.
 */
#include "tools/timeline/lanes.h"

static void close_lane(const struct tt_lanes *lanes, struct tt_lane *lane, int64_t end_ns)
{
	struct tt_span last = lane->now;

	last.end_ns = end_ns;
	if (last.doing == TT_DOING_WAIT)
		last.doing = TT_DOING_BLOCKED;
	if (last.begin_ns <= lanes->to_ns && end_ns >= lanes->from_ns)
		g_array_append_val(lane->spans, last);
	for (unsigned i = 0; i < lane->open->len; i++) {
		struct tt_bar bar = g_array_index(lane->open, struct tt_bar, i);
		bar.end_ns = end_ns;
		if (bar.begin_ns <= lanes->to_ns)
			g_array_append_val(lane->bars, bar);
	}
}

static bool matches(const char *glob, const char *name)
{
	return !glob || (name && g_pattern_match_simple(glob, name));
}

static bool matches_object(const struct tt_lanes *lanes, const struct tt_object *object)
{
	return matches(lanes->selection.object, object ? object->name : NULL);
}

/* Leaves only the objects asked for among holds and marks. Whether the lane has anything to do with them. */
static bool select_objects(const struct tt_lanes *lanes, struct tt_lane *lane)
{
	unsigned bars = 0;
	bool any = false;

	for (unsigned i = 0; i < lane->bars->len; i++) {
		struct tt_bar bar = g_array_index(lane->bars, struct tt_bar, i);
		if (matches_object(lanes, bar.object))
			g_array_index(lane->bars, struct tt_bar, bars++) = bar;
	}
	g_array_set_size(lane->bars, bars);

	GArray *marks = g_array_new(false, false, sizeof(struct tt_mark));
	for (unsigned i = 0; i < lane->marks->len; i++) {
		struct tt_mark *mark = &g_array_index(lane->marks, struct tt_mark, i);
		if (!matches_object(lanes, mark->object))
			continue;
		g_array_append_val(marks, *mark);
		mark->text = NULL;
	}
	g_array_set_size(lane->marks, 0);
	if (marks->len)
		g_array_append_vals(lane->marks, marks->data, marks->len);
	g_array_unref(marks);

	for (unsigned i = 0; i < lane->spans->len && !any; i++)
		any = matches_object(lanes, g_array_index(lane->spans, struct tt_span, i).object);
	return any || lane->bars->len || lane->marks->len;
}

static bool selected(const struct tt_lanes *lanes, struct tt_lane *lane)
{
	const struct tt_selection *selection = &lanes->selection;

	if (selection->pid && lane->thread->process->pid != selection->pid)
		return false;
	if (!lane->spans->len || !matches(selection->thread, lane->thread->name))
		return false;
	return !selection->object || select_objects(lanes, lane);
}

static int by_begin(const void *a, const void *b)
{
	const struct tt_bar *x = a, *y = b;

	return (x->begin_ns > y->begin_ns) - (x->begin_ns < y->begin_ns);
}

/* Each hold gets the lowest row that is free. */
static void set_rows(struct tt_lane *lane)
{
	GArray *ends = g_array_new(false, false, sizeof(int64_t));

	g_array_sort(lane->bars, by_begin);
	for (unsigned i = 0; i < lane->bars->len; i++) {
		struct tt_bar *bar = &g_array_index(lane->bars, struct tt_bar, i);
		unsigned row = 0;
		while (row < ends->len && g_array_index(ends, int64_t, row) > bar->begin_ns)
			row++;
		if (row == ends->len)
			g_array_append_val(ends, bar->end_ns);
		g_array_index(ends, int64_t, row) = bar->end_ns;
		bar->row = row;
	}
	lane->rows = ends->len;
	g_array_unref(ends);
}

/* The first that is known of it. */
static const struct tt_process *group_of(const struct tt_lane *lane)
{
	const struct tt_process *process = lane->thread->process;

	while (process->before)
		process = process->before;
	return process;
}

bool tt_lanes_begin_group(const struct tt_lanes *lanes, unsigned i)
{
	return i == 0 || group_of(lanes->lanes->pdata[i - 1]) != group_of(lanes->lanes->pdata[i]);
}

/* Of groups, processes or lanes. */
static int compare(int64_t a_ns, uint64_t a_id, int64_t b_ns, uint64_t b_id)
{
	if (a_ns != b_ns)
		return a_ns < b_ns ? -1 : 1;
	return (a_id > b_id) - (a_id < b_id);
}

static int by_start(const void *a, const void *b)
{
	const struct tt_lane *x = *(struct tt_lane *const *)a, *y = *(struct tt_lane *const *)b;
	const struct tt_process *p = x->thread->process, *q = y->thread->process;
	const struct tt_process *first = group_of(x), *second = group_of(y);

	if (first != second)
		return compare(first->first_ns, first->pid, second->first_ns, second->pid);
	if (p != q) /* one was before the other */
		return compare(p->first_ns, p->before != NULL, q->first_ns, q->before != NULL);
	return compare(x->start_ns, x->thread->id, y->start_ns, y->thread->id);
}

/* Drops the arrows that are not wholly in the picture. */
static void select_arrows(struct tt_lanes *lanes)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < lanes->arrows->len; i++) {
		struct tt_arrow arrow = g_array_index(lanes->arrows, struct tt_arrow, i);
		if (arrow.from->shown && arrow.to->shown && arrow.from_ns >= lanes->from_ns &&
		    arrow.to_ns <= lanes->to_ns && matches_object(lanes, arrow.object))
			g_array_index(lanes->arrows, struct tt_arrow, kept++) = arrow;
	}
	g_array_set_size(lanes->arrows, kept);
}

/* When the last of what is drawn ends. What goes on when the trace ends lasts a little longer than its last event. */
static int64_t end_of_picture(const struct tt_lanes *lanes, int64_t end_ns)
{
	GHashTableIter all;
	void *lane;

	g_hash_table_iter_init(&all, lanes->by_thread);
	while (g_hash_table_iter_next(&all, NULL, &lane))
		if (((struct tt_lane *)lane)->now.begin_ns != INT64_MAX)
			return MAX(end_ns, lanes->last_ns + 1);
	return lanes->last_ns;
}

void tt_lanes_finish(struct tt_lanes *lanes, int64_t end_ns)
{
	GHashTableIter all;
	void *lane_pointer;

	end_ns = end_of_picture(lanes, end_ns);
	lanes->from_ns = CLAMP(lanes->selection.from_ns, lanes->origin_ns, end_ns);
	lanes->to_ns = CLAMP(lanes->selection.to_ns, lanes->from_ns, end_ns);
	lanes->ends = lanes->selection.to_ns >= end_ns;
	g_hash_table_iter_init(&all, lanes->by_thread);
	while (g_hash_table_iter_next(&all, NULL, &lane_pointer)) {
		struct tt_lane *lane = lane_pointer;
		close_lane(lanes, lane, end_ns);
		lane->shown = selected(lanes, lane);
		if (!lane->shown) {
			lanes->hidden++;
			continue;
		}
		set_rows(lane);
		g_ptr_array_add(lanes->lanes, lane);
	}
	g_ptr_array_sort(lanes->lanes, by_start);
	for (unsigned i = 0; i < lanes->lanes->len; i++)
		((struct tt_lane *)lanes->lanes->pdata[i])->place = i;
	select_arrows(lanes);
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void add_moment(const struct tt_lanes *lanes, GArray *moments, int64_t ns)
{
	if (ns > lanes->from_ns && ns < lanes->to_ns)
		g_array_append_val(moments, ns);
}

static void add_moments_of(const struct tt_lanes *lanes, GArray *moments, const struct tt_lane *lane)
{
	for (unsigned i = 0; i < lane->spans->len; i++) {
		add_moment(lanes, moments, g_array_index(lane->spans, struct tt_span, i).begin_ns);
		add_moment(lanes, moments, g_array_index(lane->spans, struct tt_span, i).end_ns);
	}
	for (unsigned i = 0; i < lane->bars->len; i++) {
		add_moment(lanes, moments, g_array_index(lane->bars, struct tt_bar, i).begin_ns);
		add_moment(lanes, moments, g_array_index(lane->bars, struct tt_bar, i).end_ns);
	}
	for (unsigned i = 0; i < lane->marks->len; i++)
		add_moment(lanes, moments, g_array_index(lane->marks, struct tt_mark, i).time_ns);
}

GArray *tt_lanes_moments(const struct tt_lanes *lanes)
{
	GArray *moments = g_array_new(false, false, sizeof(int64_t));
	unsigned kept = 0;

	g_array_append_val(moments, lanes->from_ns);
	for (unsigned i = 0; i < lanes->lanes->len; i++)
		add_moments_of(lanes, moments, lanes->lanes->pdata[i]);
	for (unsigned i = 0; i < lanes->arrows->len; i++)
		add_moment(lanes, moments, g_array_index(lanes->arrows, struct tt_arrow, i).from_ns);
	g_array_append_val(moments, lanes->to_ns);
	g_array_sort(moments, by_time);
	for (unsigned i = 0; i < moments->len; i++) {
		int64_t ns = g_array_index(moments, int64_t, i);
		if (!kept || g_array_index(moments, int64_t, kept - 1) != ns)
			g_array_index(moments, int64_t, kept++) = ns;
	}
	g_array_set_size(moments, kept);
	return moments;
}
