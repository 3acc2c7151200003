/* SPDX-License-Identifier: MIT */
/* Thinning: what is drawn together, and how fine a picture is. A nanosecond is a pixel here. */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tools/timeline/aggregate.h"

static struct tt_scale *scale_of(int64_t width)
{
	g_autoptr(GArray) moments = g_array_new(false, false, sizeof(int64_t));
	const struct tt_scale_options options = {.mode = TT_SCALE_TIME, .width = (int)width};
	int64_t begin = 0;

	g_array_append_val(moments, begin);
	g_array_append_val(moments, width);
	return tt_scale_new(moments, 0, &options);
}

static struct tt_lane *new_lane(void)
{
	struct tt_lane *lane = g_new0(struct tt_lane, 1);

	lane->spans = g_array_new(false, true, sizeof(struct tt_span));
	lane->bars = g_array_new(false, true, sizeof(struct tt_bar));
	lane->marks = g_array_new(false, true, sizeof(struct tt_mark));
	lane->rows = 2;
	return lane;
}

static void free_lane(void *data)
{
	struct tt_lane *lane = data;

	g_array_unref(lane->spans);
	g_array_unref(lane->bars);
	g_array_unref(lane->marks);
	g_free(lane);
}

/* The groups as text: `0-2@5..9 ` are the first two things, drawn from 5 to 9. */
static void assert_groups(GArray *groups, const char *expected)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < groups->len; i++) {
		const struct tt_group *group = &g_array_index(groups, struct tt_group, i);
		g_string_append_printf(text, "%u-%u@%.0f..%.0f ", group->first, group->end, group->from, group->to);
	}
	assert_string_equal(text->str, expected);
	g_array_unref(groups);
}

static void add_span(struct tt_lane *lane, int64_t begin, int64_t end, enum tt_doing doing)
{
	struct tt_span span = {.begin_ns = begin, .end_ns = end, .doing = (uint8_t)doing};

	g_array_append_val(lane->spans, span);
}

static void add_bar(struct tt_lane *lane, int64_t begin, int64_t end, unsigned row)
{
	struct tt_bar bar = {.begin_ns = begin, .end_ns = end, .row = row};

	g_array_append_val(lane->bars, bar);
}

static void add_mark(struct tt_lane *lane, int64_t at)
{
	struct tt_mark mark = {.time_ns = at};

	g_array_append_val(lane->marks, mark);
}

static void test_spans(void **state)
{
	struct tt_scale *scale = scale_of(1000);
	struct tt_lane *lane = new_lane();

	/* What is as wide as the limit stands alone, and what is narrow does not join it. */
	add_span(lane, 0, 10, TT_DOING_RUN);
	add_span(lane, 10, 19, TT_DOING_WAIT);
	add_span(lane, 19, 28, TT_DOING_RUN);
	add_span(lane, 28, 38, TT_DOING_WAIT);
	add_span(lane, 38, 40, TT_DOING_RUN);
	/* Too far away: by the limit. */
	add_span(lane, 50, 52, TT_DOING_RUN);
	add_span(lane, 61, 63, TT_DOING_RUN);
	/* What is blocked is never joined. */
	add_span(lane, 63, 65, TT_DOING_BLOCKED);
	assert_groups(tt_aggregate_spans(lane, scale, 10),
	              "0-1@0..10 1-3@10..28 3-4@28..38 4-5@38..40 5-7@50..63 7-8@63..65 ");
	assert_groups(tt_aggregate_spans(lane, scale, 9),
	              "0-1@0..10 1-2@10..19 2-3@19..28 3-4@28..38 4-5@38..40 5-6@50..52 6-7@61..63 7-8@63..65 ");
	assert_groups(tt_aggregate_spans(lane, scale, 0),
	              "0-1@0..10 1-2@10..19 2-3@19..28 3-4@28..38 4-5@38..40 5-6@50..52 6-7@61..63 7-8@63..65 ");
	free_lane(lane);
	tt_scale_free(scale);
	(void)state;
}

/* A stretch is less than six times as wide as the limit. */
static void test_long_stretches(void **state)
{
	struct tt_scale *scale = scale_of(1000);
	struct tt_lane *lane = new_lane();

	for (int64_t at = 0; at < 140; at += 5)
		add_span(lane, at, at + 5, TT_DOING_RUN);
	assert_groups(tt_aggregate_spans(lane, scale, 10), "0-11@0..55 11-22@55..110 22-28@110..140 ");
	free_lane(lane);
	tt_scale_free(scale);
	(void)state;
}

/* A hold within another one does not make the stretch shorter; each row for itself. */
static void test_bars(void **state)
{
	struct tt_scale *scale = scale_of(1000);
	struct tt_lane *lane = new_lane();

	add_bar(lane, 0, 9, 0);
	add_bar(lane, 2, 4, 1);
	add_bar(lane, 3, 5, 0);
	add_bar(lane, 6, 8, 1);
	add_bar(lane, 30, 90, 0);
	assert_groups(tt_aggregate_bars(lane, 0, scale, 10), "0-3@0..9 4-5@30..90 ");
	assert_groups(tt_aggregate_bars(lane, 1, scale, 10), "1-4@2..8 ");
	assert_groups(tt_aggregate_bars(lane, 2, scale, 10), "");
	free_lane(lane);
	tt_scale_free(scale);
	(void)state;
}

static void test_marks(void **state)
{
	static const int64_t times[] = {0, 9, 19, 28, 37, 100};
	struct tt_scale *scale = scale_of(1000);
	struct tt_lane *lane = new_lane();

	for (size_t i = 0; i < G_N_ELEMENTS(times); i++)
		add_mark(lane, times[i]);
	assert_groups(tt_aggregate_marks(lane, scale, 10), "0-2@0..9 2-5@19..37 5-6@100..100 ");
	assert_groups(tt_aggregate_marks(lane, scale, 0),
	              "0-1@0..0 1-2@9..9 2-3@19..19 3-4@28..28 4-5@37..37 5-6@100..100 ");
	free_lane(lane);
	tt_scale_free(scale);
	(void)state;
}

static void add_arrow(struct tt_lanes *lanes, int64_t waited_ns)
{
	struct tt_arrow arrow = {.waited_ns = waited_ns};

	g_array_append_val(lanes->arrows, arrow);
}

static void assert_arrows(const struct tt_aggregation *thinning, const char *expected)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < thinning->arrows->len; i++)
		g_string_append_printf(text, "%u ", g_array_index(thinning->arrows, unsigned, i));
	assert_string_equal(text->str, expected);
}

/* As fine as it may be with so many things; the arrows are those of the longest waits, in their order. */
static void test_as_fine_as_possible(void **state)
{
	static const int64_t waits[] = {5, 9, 1, 7, 9};
	struct tt_scale *scale = scale_of(1000);
	struct tt_lane *lane = new_lane();
	struct tt_lanes lanes = {.lanes = g_ptr_array_new_with_free_func(free_lane),
	                         .arrows = g_array_new(false, false, sizeof(struct tt_arrow))};
	struct tt_aggregation *thinning;

	g_ptr_array_add(lanes.lanes, lane);
	for (int64_t i = 0; i < 100; i++) {
		add_span(lane, i, i + 1, TT_DOING_RUN);
		add_bar(lane, 2 * i, 2 * i + 1, 1);
		add_mark(lane, 3 * i);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(waits); i++)
		add_arrow(&lanes, waits[i]);
	thinning = tt_aggregate(&lanes, scale, 300, 5);
	assert_true(thinning->finest == 0 && thinning->mark_step == 0);
	assert_int_equal(thinning->joined, 0);
	assert_arrows(thinning, "0 1 2 3 4 ");
	tt_aggregation_free(thinning);

	thinning = tt_aggregate(&lanes, scale, 299, 4);
	assert_true(thinning->finest == 1.5 && thinning->mark_step == 4.5);
	assert_arrows(thinning, "0 1 3 4 ");
	g_autoptr(GArray) spans = tt_aggregate_spans(lane, scale, 1.5);
	g_autoptr(GArray) bars = tt_aggregate_bars(lane, 1, scale, 1.5);
	g_autoptr(GArray) marks = tt_aggregate_marks(lane, scale, 4.5);
	assert_int_equal(thinning->joined, 300 - spans->len - bars->len - marks->len);
	assert_true(spans->len + bars->len + marks->len < 300);
	tt_aggregation_free(thinning);

	thinning = tt_aggregate(&lanes, scale, 20, 2);
	assert_true(thinning->finest > 1.5 && thinning->finest < 1000);
	assert_true(thinning->joined >= 280);
	assert_arrows(thinning, "1 4 ");
	tt_aggregation_free(thinning);

	/* Not finer than the whole, however little is wanted. */
	thinning = tt_aggregate(&lanes, scale, 0, 0);
	assert_true(thinning->finest >= 1000 && thinning->finest < 1500);
	assert_arrows(thinning, "");
	tt_aggregation_free(thinning);
	tt_aggregation_free(NULL);
	g_ptr_array_unref(lanes.lanes);
	g_array_unref(lanes.arrows);
	tt_scale_free(scale);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_spans), cmocka_unit_test(test_long_stretches),      cmocka_unit_test(test_bars),
	    cmocka_unit_test(test_marks), cmocka_unit_test(test_as_fine_as_possible),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
