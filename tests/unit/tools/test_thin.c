/* SPDX-License-Identifier: MIT */
/*
 * What is drawn together: neighbours that are too narrow to be seen alone, on an axis of a place a nanosecond.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/tools/story.h"
#include "tools/timeline/aggregate.h"

enum { LENGTH = 1000 };

static struct tt_scale *scale_of_places(void)
{
	static const int64_t ends[] = {0, LENGTH};
	static const struct tt_scale_options options = {.mode = TT_SCALE_TIME, .width = LENGTH};
	g_autoptr(GArray) moments = g_array_new(false, false, sizeof(int64_t));

	g_array_append_vals(moments, ends, 2);
	return tt_scale_new(moments, 0, &options);
}

/* The groups as text: "0-2" for each, from the first item to behind the last. */
static char *text_of(GArray *groups)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < groups->len; i++) {
		const struct tt_group *group = &g_array_index(groups, struct tt_group, i);
		g_string_append_printf(text, "%s%u-%u:%d-%d", i ? " " : "", group->first, group->end, (int)group->from,
		                       (int)group->to);
	}
	g_array_unref(groups);
	return g_string_free(text, FALSE);
}

static void assert_marks(const int64_t *at, guint n, double step, const char *expected)
{
	struct tt_lane lane = {.marks = g_array_new(FALSE, TRUE, sizeof(struct tt_mark))};
	struct tt_scale *scale = scale_of_places();

	g_array_set_size(lane.marks, n);
	for (guint i = 0; i < n; i++)
		g_array_index(lane.marks, struct tt_mark, i).time_ns = at[i];
	g_autofree char *text = text_of(tt_aggregate_marks(&lane, scale, step));
	assert_string_equal(text, expected);
	tt_scale_free(scale);
	g_array_free(lane.marks, TRUE);
}

/* Nearer than a step; and a stretch of them is less than six steps long. */
static void test_marks(void **state)
{
	static const int64_t near[] = {10, 12, 15, 19}, many[] = {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20};

	assert_marks(near, 0, 3, "");
	assert_marks(near, 4, 0, "0-1:10-10 1-2:12-12 2-3:15-15 3-4:19-19");
	assert_marks(near, 4, 3, "0-2:10-12 2-3:15-15 3-4:19-19");
	assert_marks(near, 4, 4, "0-3:10-15 3-4:19-19");
	assert_marks(many, 11, 3, "0-9:0-16 9-11:18-20");
	(void)state;
}

static void add_bar(struct tt_lane *lane, unsigned row, int64_t from, int64_t to)
{
	struct tt_bar bar = {.row = (__typeof__(bar.row))row, .begin_ns = from, .end_ns = to};

	g_array_append_val(lane->bars, bar);
}

/* One that is wide stands alone, and joins neither what is before nor what comes after it. */
static void test_bars(void **state)
{
	struct tt_lane lane = {.bars = g_array_new(FALSE, TRUE, sizeof(struct tt_bar))};
	struct tt_scale *scale = scale_of_places();

	add_bar(&lane, 0, 10, 12);
	add_bar(&lane, 1, 11, 13);
	add_bar(&lane, 0, 13, 15);
	add_bar(&lane, 0, 16, 20); /* as wide as the finest */
	add_bar(&lane, 0, 21, 23);
	add_bar(&lane, 0, 24, 25);
	add_bar(&lane, 0, 25, 26);
	g_autofree char *first = text_of(tt_aggregate_bars(&lane, 0, scale, 4));
	g_autofree char *second = text_of(tt_aggregate_bars(&lane, 1, scale, 4));
	assert_string_equal(first, "0-3:10-15 3-4:16-20 4-7:21-26");
	assert_string_equal(second, "1-2:11-13");
	tt_scale_free(scale);
	g_array_free(lane.bars, TRUE);
	(void)state;
}

/* What is blocked at the end is always seen. */
static void test_spans(void **state)
{
	static const enum tt_doing doings[] = {TT_DOING_RUN, TT_DOING_WAIT, TT_DOING_BLOCKED};
	struct tt_lane lane = {.spans = g_array_new(FALSE, TRUE, sizeof(struct tt_span))};
	struct tt_scale *scale = scale_of_places();

	for (unsigned i = 0; i < G_N_ELEMENTS(doings); i++) {
		struct tt_span span = {.doing = (uint8_t)doings[i], .begin_ns = 10 + i, .end_ns = 11 + i};
		g_array_append_val(lane.spans, span);
	}
	g_autofree char *text = text_of(tt_aggregate_spans(&lane, scale, 4));
	assert_string_equal(text, "0-2:10-12 2-3:12-13");
	tt_scale_free(scale);
	g_array_free(lane.spans, TRUE);
	(void)state;
}

/* As fine as can be for so many things; and the arrows that ended the longest waits, in their order. */
static void test_whole(void **state)
{
	static const int64_t waited[] = {5, 9, 1, 7};
	struct story story = story_begin(NULL);
	struct tt_scale *scale = scale_of_places();

	START(&story, 0, MAIN);
	for (int64_t i = 0; i < 20; i++)
		AT(&story, 0, MAIN, log_message, .level = TT_LOG_INFO, .text = "line");
	story_end(&story, 1);
	struct tt_lane *lane = story.lanes->lanes->pdata[0];
	for (guint i = 0; i < lane->marks->len; i++)
		g_array_index(lane->marks, struct tt_mark, i).time_ns = 10 * i;
	for (guint i = 0; i < G_N_ELEMENTS(waited); i++) {
		struct tt_arrow arrow = {.waited_ns = waited[i]};
		g_array_append_val(story.lanes->arrows, arrow);
	}
	size_t all = lane->spans->len + lane->bars->len + lane->marks->len;
	for (int few = 0; few < 2; few++) {
		struct tt_aggregation *thinning = tt_aggregate(story.lanes, scale, few ? all - 1 : all, few ? 2 : 4);

		assert_int_equal((int)(1000 * thinning->finest), few ? 3375 : 0); /* three times half as much again */
		assert_int_equal((int)(1000 * thinning->mark_step), few ? 10125 : 0);
		assert_int_equal(thinning->joined > 0, few);
		assert_int_equal(thinning->arrows->len, few ? 2 : 4);
		if (few) {
			assert_int_equal(g_array_index(thinning->arrows, unsigned, 0), 1);
			assert_int_equal(g_array_index(thinning->arrows, unsigned, 1), 3);
		}
		tt_aggregation_free(thinning);
	}
	tt_aggregation_free(NULL);
	tt_scale_free(scale);
	g_array_set_size(story.lanes->arrows, 0);
	story_free(&story);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_marks),
	    cmocka_unit_test(test_bars),
	    cmocka_unit_test(test_spans),
	    cmocka_unit_test(test_whole),
	};

	return cmocka_run_group_tests_name("thin", tests, NULL, NULL);
}
