/* SPDX-License-Identifier: MIT */
/* The lanes: what a timeline draws, from stories told by hand; and the scale that it is drawn to. */
#include "tests/unit/tools/leaks.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/tools/story.h"
#include "tools/text/duration.h"
#include "tools/timeline/tooltips.h"
#include "tools/timeline/scale.h"
#include "tools/text/display_text.h"

static const struct tt_lane *lane_at(const struct story *story, unsigned i)
{
	assert_true(i < story->lanes->lanes->len);
	return story->lanes->lanes->pdata[i];
}

static const struct tt_lane *lane_called(const struct story *story, const char *name)
{
	for (unsigned i = 0; i < story->lanes->lanes->len; i++)
		if (strcmp(lane_at(story, i)->thread->name, name) == 0)
			return lane_at(story, i);
	fail_msg("no lane %s", name);
	return NULL;
}

/* The lane's spans in a word: N not started, R runs, W waits, B blocked. */
static char *doings(const struct tt_lane *lane)
{
	GString *word = g_string_new(NULL);

	for (unsigned i = 0; i < lane->spans->len; i++)
		g_string_append_c(word, "NRWB"[g_array_index(lane->spans, struct tt_span, i).doing]);
	return g_string_free(word, false);
}

static void assert_doings(const struct tt_lane *lane, const char *expected)
{
	g_autofree char *word = doings(lane);
	assert_string_equal(word, expected);
}

static const struct tt_span *span_at(const struct tt_lane *lane, unsigned i)
{
	assert_true(i < lane->spans->len);
	return &g_array_index(lane->spans, struct tt_span, i);
}

static const struct tt_bar *bar_at(const struct tt_lane *lane, unsigned i)
{
	assert_true(i < lane->bars->len);
	return &g_array_index(lane->bars, struct tt_bar, i);
}

static const struct tt_arrow *arrow_at(const struct story *story, unsigned i)
{
	assert_true(i < story->lanes->arrows->len);
	return &g_array_index(story->lanes->arrows, struct tt_arrow, i);
}

static int64_t us(int64_t ns)
{
	return (ns - STORY_ORIGIN) / 1000;
}

static void test_nothing(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	story_end(&story, 0);
	assert_int_equal(story.lanes->lanes->len, 0);
	assert_int_equal(story.lanes->arrows->len, 0);
	assert_int_equal(story.lanes->events, 0);
	story_free(&story);
}

static void test_one_event(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 5, MAIN);
	story_end(&story, 0);
	assert_int_equal(story.lanes->lanes->len, 1);
	assert_doings(lane_at(&story, 0), "R");
	assert_int_equal(us(story.lanes->origin_ns), 5);
	assert_null(tt_lane_ending(story.lanes, lane_at(&story, 0)));
	story_free(&story);
}

/* A thread that is made and started; the arrow goes from its maker to its start. */
static void test_life_of_a_thread(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	AT(&story, 10, MAIN, thread_create, .id = 2, .name = "T2");
	START(&story, 30, 2);
	AT(&story, 40, 2, thread_exit, .id = 2, .how = TT_END_CANCELLED);
	EXIT(&story, 50, MAIN);
	story_end(&story, 0);

	const struct tt_lane *lane = lane_at(&story, 1);
	assert_doings(lane, "NR");
	assert_int_equal(us(span_at(lane, 0)->begin_ns), 10);
	assert_int_equal(us(span_at(lane, 1)->begin_ns), 30);
	assert_int_equal(us(span_at(lane, 1)->end_ns), 40);
	assert_string_equal(tt_lane_ending(story.lanes, lane), "cancelled");
	assert_int_equal(story.lanes->arrows->len, 1);
	assert_ptr_equal(arrow_at(&story, 0)->from, lane_at(&story, 0));
	assert_ptr_equal(arrow_at(&story, 0)->to, lane);
	assert_int_equal(us(arrow_at(&story, 0)->to_ns), 30);
	assert_ptr_equal(arrow_at(&story, 0)->object, lane->thread->object);
	story_free(&story);
}

static void test_never_started_and_abandoned(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	AT(&story, 10, MAIN, thread_create, .id = 2, .name = "T2");
	AT(&story, 11, MAIN, thread_create, .id = 3, .name = "T3", .daemon = 1);
	START(&story, 20, 3);
	AT(&story, 30, MAIN, thread_abandoned, .id = 3, .name = "T3");
	EXIT(&story, 40, MAIN);
	story_end(&story, 0);

	assert_doings(lane_called(&story, "T2"), "N");
	assert_null(tt_lane_ending(story.lanes, lane_called(&story, "T2")));
	assert_doings(lane_called(&story, "T3"), "NR");
	assert_string_equal(tt_lane_ending(story.lanes, lane_called(&story, "T3")), "abandoned");
	story_free(&story);
}

static void test_contended_lock(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	START(&story, 1, 2);
	AT(&story, 10, MAIN, lock_acquired, .id = 9, .name = "A", .depth = 1, .caller = 0x10);
	AT(&story, 20, 2, lock_wait, .id = 9, .name = "A", .holder = MAIN, .caller = 0x20);
	AT(&story, 30, MAIN, lock_released, .id = 9, .name = "A", .caller = 0x11);
	AT(&story, 35, 2, lock_acquired, .id = 9, .name = "A", .depth = 1, .caller = 0x20);
	AT(&story, 50, 2, lock_released, .id = 9, .name = "A", .caller = 0x21);
	story_end(&story, 0);

	const struct tt_lane *waiter = lane_at(&story, 1);
	assert_doings(waiter, "RWR");
	const struct tt_span *wait = span_at(waiter, 1);
	assert_int_equal(us(wait->begin_ns), 20);
	assert_int_equal(us(wait->end_ns), 35);
	assert_string_equal(wait->object->name, "A");
	assert_string_equal(wait->waker->name, "MainThread");
	assert_int_equal(wait->caller, 0x20);
	assert_int_equal(wait->outcome, TT_OUTCOME_GOT);

	const struct tt_bar *bar = bar_at(lane_at(&story, 0), 0);
	assert_int_equal(us(bar->begin_ns), 10);
	assert_int_equal(us(bar->end_ns), 30);
	assert_int_equal(bar->acquired_at, 0x10);
	assert_int_equal(bar->released_at, 0x11);
	assert_false(bar->open);

	/* From the release to the acquire, not to the wait. */
	assert_int_equal(story.lanes->arrows->len, 1);
	assert_int_equal(us(arrow_at(&story, 0)->from_ns), 30);
	assert_int_equal(us(arrow_at(&story, 0)->to_ns), 35);
	assert_int_equal(arrow_at(&story, 0)->waited_ns, 15000);
	story_free(&story);
}

static void test_nested_holds(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	AT(&story, 10, MAIN, lock_acquired, .id = 8, .name = "A", .kind = TT_KIND_RLOCK, .depth = 1);
	AT(&story, 20, MAIN, lock_acquired, .id = 9, .name = "B", .depth = 1);
	AT(&story, 25, MAIN, lock_acquired, .id = 8, .name = "A", .kind = TT_KIND_RLOCK, .depth = 2);
	AT(&story, 26, MAIN, lock_acquired, .id = 8, .name = "A", .kind = TT_KIND_RLOCK, .depth = 3);
	AT(&story, 27, MAIN, lock_released, .id = 8, .name = "A", .kind = TT_KIND_RLOCK, .depth = 2);
	AT(&story, 28, MAIN, lock_released, .id = 8, .name = "A", .kind = TT_KIND_RLOCK, .depth = 1);
	AT(&story, 29, MAIN, lock_acquired, .id = 8, .name = "A", .kind = TT_KIND_RLOCK, .depth = 2);
	AT(&story, 29, MAIN, lock_released, .id = 8, .name = "A", .kind = TT_KIND_RLOCK, .depth = 1);
	AT(&story, 30, MAIN, lock_released, .id = 9, .name = "B");
	AT(&story, 40, MAIN, lock_released, .id = 8, .name = "A", .kind = TT_KIND_RLOCK);
	AT(&story, 50, MAIN, lock_acquired, .id = 9, .name = "B", .depth = 1);
	EXIT(&story, 60, MAIN);
	story_end(&story, 0);

	const struct tt_lane *lane = lane_at(&story, 0);
	assert_int_equal(lane->rows, 2);
	assert_int_equal(bar_at(lane, 0)->row, 0);
	assert_int_equal(bar_at(lane, 0)->depth, 3);
	assert_int_equal(bar_at(lane, 1)->row, 1);
	/* The third finds the first row free again; it is never released. */
	assert_int_equal(bar_at(lane, 2)->row, 0);
	assert_true(bar_at(lane, 2)->open);
	assert_int_equal(us(bar_at(lane, 2)->end_ns), 60);
	story_free(&story);
}

static void test_deadlock(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	story_of_deadlock(&story);

	assert_doings(lane_at(&story, 0), "RB");
	assert_doings(lane_called(&story, "alice"), "NRB");
	const struct tt_span *blocked = tt_lane_blocked(lane_called(&story, "bob"));
	assert_non_null(blocked);
	assert_string_equal(blocked->object->name, "A");
	/* Until the recorder ended the program. */
	assert_int_equal(us(blocked->end_ns), 2000000);
	assert_true(bar_at(lane_called(&story, "bob"), 0)->open);

	g_autofree char *text = tt_tooltip_blocked(story.lanes, lane_called(&story, "bob"));
	assert_string_equal(text, "bob waits for lock A, held by alice, since 0.000300 s");
	story_free(&story);
}

/* A hang of which nobody knows when it was ended still has a width. */
static void test_blocked_without_an_end(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	AT(&story, 10, MAIN, event_wait, .id = 9, .name = "e");
	story_end(&story, 0);

	const struct tt_span *blocked = tt_lane_blocked(lane_at(&story, 0));
	assert_non_null(blocked);
	assert_true(blocked->end_ns > blocked->begin_ns);
	story_free(&story);
}

static void test_condition(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	story_of_condition(&story);

	assert_int_equal(story.lanes->lanes->len, 4);
	assert_string_equal(lane_at(&story, 3)->thread->name, "p");
	assert_doings(lane_called(&story, "c1"), "NRWRWR");
	assert_doings(lane_at(&story, 0), "RWR");
	/* Three starts, two notified, two locks handed on, one join. */
	assert_int_equal(story.lanes->arrows->len, 8);
	unsigned notified = 0, joined = 0;
	for (unsigned i = 0; i < 8; i++) {
		const struct tt_arrow *arrow = arrow_at(&story, i);
		if (arrow->object->family == TT_FAMILY_CONDITION) {
			assert_int_equal(us(arrow->from_ns), 400530);
			notified++;
		}
		if (arrow->object->thread && arrow->object->thread == arrow->from->thread) {
			assert_int_equal(us(arrow->from_ns), 400615);
			joined++;
		}
	}
	assert_int_equal(notified, 2);
	assert_int_equal(joined, 1);
	story_free(&story);
}

/* Each of two notifies wakes one: the arrows come from the one and the other, in order. */
static void test_notifies_are_told_apart(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	START(&story, 1, 2);
	START(&story, 2, 3);
	AT(&story, 10, 2, cond_wait, .id = 9, .name = "c");
	AT(&story, 11, 3, cond_wait, .id = 9, .name = "c");
	AT(&story, 20, MAIN, cond_notify, .id = 9, .name = "c", .asked = 1, .woken = 1);
	AT(&story, 21, MAIN, cond_notify, .id = 9, .name = "c", .asked = 1, .woken = 1);
	AT(&story, 22, MAIN, cond_notify, .id = 9, .name = "c", .asked = 1, .woken = 0);
	AT(&story, 30, 2, cond_woken, .id = 9, .name = "c", .result = TT_WAKE_NOTIFIED, .waker = MAIN);
	AT(&story, 31, 3, cond_woken, .id = 9, .name = "c", .result = TT_WAKE_NOTIFIED, .waker = MAIN);
	story_end(&story, 0);

	assert_int_equal(story.lanes->arrows->len, 2);
	assert_int_equal(us(arrow_at(&story, 0)->from_ns), 20);
	assert_int_equal(us(arrow_at(&story, 1)->from_ns), 21);
	const struct tt_mark *lost = &g_array_index(lane_at(&story, 0)->marks, struct tt_mark, 2);
	assert_string_equal(lost->text, "notifies c: nobody waits");
	story_free(&story);
}

/* A waker whose act the trace does not have: the wait names it, but no arrow says when. */
static void test_act_not_seen(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	START(&story, 1, 2);
	AT(&story, 10, 2, event_wait, .id = 9, .name = "e");
	AT(&story, 20, 2, event_woken, .id = 9, .name = "e", .result = TT_WAKE_SET, .waker = MAIN);
	story_end(&story, 0);
	assert_string_equal(span_at(lane_at(&story, 1), 1)->waker->name, "MainThread");
	assert_int_equal(story.lanes->arrows->len, 0);
	story_free(&story);
}

static void test_barrier(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	START(&story, 1, 2);
	AT(&story, 10, 2, barrier_wait, .id = 9, .name = "b", .n_waiting = 1, .parties = 2);
	AT(&story, 20, MAIN, barrier_passed, .id = 9, .name = "b", .index = 1, .waker = MAIN);
	AT(&story, 25, 2, barrier_passed, .id = 9, .name = "b", .waker = MAIN);
	story_end(&story, 0);

	assert_doings(lane_at(&story, 1), "RWR");
	assert_int_equal(story.lanes->arrows->len, 1);
	assert_int_equal(us(arrow_at(&story, 0)->from_ns), 20);
	story_free(&story);
}

static void test_marks(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	AT(&story, 1, MAIN, log_message, .level = TT_LOG_WARNING, .text = "a\x1b[31m\nb");
	AT(&story, 2, MAIN, lock_failed, .id = 9, .name = "A", .why = TT_FAILURE_BUSY);
	AT(&story, 3, MAIN, misuse, .id = 9, .name = "A", .object = TT_OBJECT_LOCK, .call = "tthr_lock_release",
	   .why = TT_MISUSE_NOT_HELD);
	AT(&story, 4, MAIN, event_set, .id = 8, .name = "e");
	AT(&story, 5, MAIN, lock_init, .id = 7, .name = "B");
	story_end(&story, 0);

	static const struct {
		enum tt_mark_kind kind;
		const char *text;
	} expected[] = {{TT_MARK_LOG, "WARNING a·[31m b"},
	                {TT_MARK_FAILED, "does not get A: busy"},
	                {TT_MARK_MISUSE, "tthr_lock_release(A) is refused: not held"},
	                {TT_MARK_SIGNAL, "sets e"}};
	const GArray *marks = lane_at(&story, 0)->marks;
	assert_int_equal(marks->len, G_N_ELEMENTS(expected));
	for (unsigned i = 0; i < marks->len; i++) {
		assert_string_equal(g_array_index(marks, struct tt_mark, i).text, expected[i].text);
		assert_int_equal(g_array_index(marks, struct tt_mark, i).kind, expected[i].kind);
	}
	story_free(&story);
}

/* A trace that begins in mid-run, with a thread that it does not see start. */
static void test_begins_in_the_middle(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	AT(&story, 10, 5, lock_acquired, .id = 9, .name = "A", .depth = 1);
	AT(&story, 20, 6, lock_wait, .id = 9, .name = "A", .holder = 5);
	AT(&story, 30, 5, lock_released, .id = 9, .name = "A");
	story_end(&story, 0);
	assert_int_equal(us(span_at(lane_called(&story, "T6"), 0)->begin_ns), 10);
	assert_doings(lane_called(&story, "T6"), "RB");
	story_free(&story);
}

static void test_window(void **state)
{
	(void)state;
	struct tt_selection selection = {.from_ns = STORY_ORIGIN + 30000, .to_ns = STORY_ORIGIN + 60000};
	struct story story = story_begin(&selection);
	START(&story, 0, MAIN);
	START(&story, 1, 2);
	EXIT(&story, 10, 2);
	START(&story, 2, 3);
	AT(&story, 20, MAIN, event_wait, .id = 9, .name = "e");
	AT(&story, 40, 3, log_message, .level = TT_LOG_INFO, .text = "in");
	AT(&story, 70, 3, log_message, .level = TT_LOG_INFO, .text = "out");
	AT(&story, 80, 3, event_set, .id = 9, .name = "e", .woken = 1);
	AT(&story, 90, MAIN, event_woken, .id = 9, .name = "e", .result = TT_WAKE_SET, .waker = 3);
	START(&story, 95, 4);
	story_end(&story, 0);

	/* T2 ended before, T4 started after. */
	assert_int_equal(story.lanes->lanes->len, 2);
	assert_int_equal(story.lanes->hidden, 2);
	assert_doings(lane_at(&story, 0), "W");
	assert_null(tt_lane_blocked(lane_at(&story, 0)));
	assert_int_equal(lane_at(&story, 1)->marks->len, 1);
	/* The arrow is not wholly inside. */
	assert_int_equal(story.lanes->arrows->len, 0);
	assert_false(story.lanes->ends);
	story_free(&story);
}

/* An arrow that begins and ends with the window is in it; one of a nanosecond more is not. */
static void test_arrows_at_the_edges(void **state)
{
	(void)state;
	for (int cut = 0; cut < 3; cut++) {
		struct tt_selection selection = {.from_ns = STORY_ORIGIN + 80000 + (cut == 1),
		                                 .to_ns = STORY_ORIGIN + 90000 - (cut == 2)};
		struct story story = story_begin(&selection);
		START(&story, 0, MAIN);
		START(&story, 2, 3);
		AT(&story, 20, MAIN, event_wait, .id = 9, .name = "e");
		AT(&story, 80, 3, event_set, .id = 9, .name = "e", .woken = 1);
		AT(&story, 90, MAIN, event_woken, .id = 9, .name = "e", .result = TT_WAKE_SET, .waker = 3);
		EXIT(&story, 100, 3);
		EXIT(&story, 110, MAIN);
		story_end(&story, 0);
		assert_int_equal(story.lanes->arrows->len, cut == 0);
		story_free(&story);
	}
}

/* Four million things are kept, and it is known that there were more. */
static void test_limit(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	story.lanes->kept = TT_LANES_LIMIT - 1;
	AT(&story, 10, MAIN, log_message, .level = TT_LOG_INFO, .text = "the last one");
	assert_false(story.lanes->full);
	AT(&story, 20, MAIN, log_message, .level = TT_LOG_INFO, .text = "one more");
	assert_true(story.lanes->full);
	story_end(&story, 0);
	story_free(&story);
}

static void test_globs(void **state)
{
	(void)state;
	struct tt_selection selection = {.to_ns = INT64_MAX, .thread = "[ab]*"};
	/* Globs know * and ?; brackets are themselves. */
	struct story story = story_begin(&selection);
	story_of_deadlock(&story);
	assert_int_equal(story.lanes->lanes->len, 0);
	assert_int_equal(story.lanes->hidden, 3);
	story_free(&story);

	selection.thread = "?ob";
	story = story_begin(&selection);
	story_of_deadlock(&story);
	assert_int_equal(story.lanes->lanes->len, 1);
	assert_int_equal(story.lanes->arrows->len, 0);
	story_free(&story);

	/* Of B only: bob holds it, alice waits for it, main has nothing to do with it. */
	selection = (struct tt_selection){.to_ns = INT64_MAX, .object = "B"};
	story = story_begin(&selection);
	story_of_deadlock(&story);
	assert_int_equal(story.lanes->lanes->len, 2);
	assert_int_equal(lane_called(&story, "alice")->bars->len, 0);
	assert_int_equal(lane_called(&story, "alice")->marks->len, 0);
	assert_int_equal(lane_called(&story, "bob")->bars->len, 1);
	story_free(&story);
}

static void test_two_processes(void **state)
{
	(void)state;
	struct tt_selection selection = {.to_ns = INT64_MAX};
	for (int only = 0; only < 2; only++) {
		selection.pid = only ? 90 : 0; /* the later process has the lesser number */
		struct story story = story_begin(&selection);
		START(&story, 0, MAIN);
		story.pid = 90;
		AT(&story, 10, MAIN, thread_start, .id = MAIN, .ppid = 100);
		story.pid = 100;
		START(&story, 20, 2);
		story_end(&story, 0);
		assert_int_equal(story.lanes->lanes->len, only ? 1 : 3);
		if (!only) {
			assert_int_equal(lane_at(&story, 1)->thread->process->pid, 100);
			assert_int_equal(lane_at(&story, 2)->thread->process->pid, 90);
			assert_int_equal(lane_at(&story, 2)->thread->process->ppid, 100);
		}
		story_free(&story);
	}
}

static void assert_near(double value, double expected, double tolerance)
{
	if (!(fabs(value - expected) <= tolerance))
		fail_msg("%f is not %f", value, expected);
}

static struct tt_scale *scale_of(const int64_t *moments, unsigned n, const struct tt_scale_options *options)
{
	g_autoptr(GArray) list = g_array_new(false, false, sizeof(int64_t));

	g_array_append_vals(list, moments, n);
	return tt_scale_new(list, 0, options);
}

/* Bursts are stretched, order is kept, and long steps keep their proportions. */
static void test_scale_auto(void **state)
{
	(void)state;
	static const int64_t moments[] = {0, 1000, 2000, 100000000, 100001000, 300000000};
	struct tt_scale_options options = {.mode = TT_SCALE_AUTO, .width = 1000, .least = 20};
	struct tt_scale *scale = scale_of(moments, 6, &options);

	assert_near(tt_scale_place(scale, 0), 0, 0.01);
	assert_near(tt_scale_place(scale, 1000), 20, 0.01);
	assert_near(tt_scale_place(scale, 300000000), 1000, 0.01);
	double one = tt_scale_place(scale, 100000000) - tt_scale_place(scale, 2000);
	double two = tt_scale_place(scale, 300000000) - tt_scale_place(scale, 100001000);
	assert_near(two / one, 2, 0.001);
	/* Outside: the nearest end. */
	assert_near(tt_scale_place(scale, -5), 0, 0.01);
	assert_near(tt_scale_place(scale, INT64_MAX), 1000, 0.01);
	assert_int_equal(scale->pieces->len, 4);
	tt_scale_free(scale);
}

static void test_scale_time_and_order(void **state)
{
	(void)state;
	static const int64_t moments[] = {0, 10, 1000};
	struct tt_scale_options options = {.mode = TT_SCALE_TIME, .width = 100, .least = 20};
	struct tt_scale *scale = scale_of(moments, 3, &options);
	assert_near(tt_scale_place(scale, 10), 1, 0.001);
	tt_scale_free(scale);

	options.mode = TT_SCALE_ORDER;
	scale = scale_of(moments, 3, &options);
	assert_near(tt_scale_place(scale, 10), 50, 0.001);
	g_autoptr(GArray) ticks = tt_scale_ticks(scale, 10);
	assert_int_equal(ticks->len, 0);
	tt_scale_free(scale);
}

/* The ticks of an axis of 1000 places for so long a time, from one moment to another: label and place. */
static char *ticks_of(int64_t from_ns, int64_t to_ns, int64_t origin_ns, double apart)
{
	const int64_t moments[] = {from_ns, to_ns};
	struct tt_scale_options options = {.mode = TT_SCALE_TIME, .width = 1000};
	g_autoptr(GArray) list = g_array_new(false, false, sizeof(int64_t));
	g_autoptr(GString) text = g_string_new(NULL);

	g_array_append_vals(list, moments, 2);
	struct tt_scale *scale = tt_scale_new(list, origin_ns, &options);
	g_autoptr(GArray) ticks = tt_scale_ticks(scale, apart);
	for (guint i = 0; i < ticks->len; i++) {
		const struct tt_tick *tick = &g_array_index(ticks, struct tt_tick, i);
		g_string_append_printf(text, "%s%s@%.0f", i ? ", " : "", tick->label, tick->at);
	}
	tt_scale_free(scale);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Round ones, in the unit of the greatest. */
static void test_ticks(void **state)
{
	static const struct {
		int64_t from_ns, to_ns, origin_ns;
		double apart;
		const char *ticks;
	} axes[] = {
	    {0, 10, 0, 200, "0@0, 2 ns@200, 4 ns@400, 6 ns@600, 8 ns@800, 10 ns@1000"},
	    {0, 10, 0, 201, "0@0, 5 ns@500, 10 ns@1000"},
	    {0, 999, 0, 450, "0@0, 500 ns@501"},
	    {0, 1000, 0, 250, "0@0, 0.5 µs@500, 1.0 µs@1000"},
	    {0, 1000, 0, 500, "0@0, 0.5 µs@500, 1.0 µs@1000"},
	    {0, 2500, 0, 400, "0@0, 1 µs@400, 2 µs@800"},
	    {0, 999999, 0, 400, "0@0, 500 µs@500"},
	    {0, 1000000, 0, 300, "0@0, 0.5 ms@500, 1.0 ms@1000"},
	    {0, 2000000000, 0, 400, "0@0, 1 s@500, 2 s@1000"},
	    {1100, 2100, 100, 300, "1.0 µs@0, 1.5 µs@500, 2.0 µs@1000"},
	    {1150, 2150, 100, 300, "1.5 µs@450, 2.0 µs@950"},
	    {0, 4000000000000, 0, 400, "0@0, 2000 s@500, 4000 s@1000"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(axes); i++) {
		g_autofree char *ticks = ticks_of(axes[i].from_ns, axes[i].to_ns, axes[i].origin_ns, axes[i].apart);

		assert_string_equal(ticks, axes[i].ticks);
	}
	(void)state;
}

/* With more steps than there is room for, only the longest are stretched, and nothing runs over the edge. */
static void test_scale_of_many(void **state)
{
	(void)state;
	g_autoptr(GArray) moments = g_array_new(false, false, sizeof(int64_t));
	int64_t t = 0;
	for (int i = 0; i < 10000; i++) {
		g_array_append_val(moments, t);
		t += i == 5000 ? 5000 : 10;
	}
	struct tt_scale_options options = {.mode = TT_SCALE_AUTO, .width = 1000, .least = 20, .finest = 5};
	struct tt_scale *scale = tt_scale_new(moments, 0, &options);
	double last = -1;
	for (unsigned i = 0; i < moments->len; i++) {
		double at = tt_scale_place(scale, g_array_index(moments, int64_t, i));
		assert_true(at >= last && at <= 1000.001);
		last = at;
	}
	assert_near(last, 1000, 0.01);
	tt_scale_free(scale);
}

/* Where not all can have the least width, the longest have, wherever they are. */
static void test_scale_chooses_the_longest(void **state)
{
	(void)state;
	g_autoptr(GArray) moments = g_array_new(false, false, sizeof(int64_t));
	int64_t t = 0, lengths[100];
	for (int i = 0; i < 100; i++) {
		g_array_append_val(moments, t);
		lengths[i] = 1000 + i * 37 % 100; /* each of 1000 to 1099 once */
		t += lengths[i];
	}
	g_array_append_val(moments, t);
	struct tt_scale_options options = {.mode = TT_SCALE_AUTO, .width = 1000, .least = 20, .finest = 20};
	struct tt_scale *scale = tt_scale_new(moments, 0, &options);
	for (unsigned i = 0; i < 100; i++) {
		double width = tt_scale_place(scale, g_array_index(moments, int64_t, i + 1)) -
		               tt_scale_place(scale, g_array_index(moments, int64_t, i));
		/* 30 times the least is the share that they may have: 600 of 1000; the rest is for 70. */
		if (lengths[i] > 1069)
			assert_near(width, 20, 0.01);
		else
			assert_near(width, 400.0 * (double)lengths[i] / 72415, 0.01);
	}
	tt_scale_free(scale);
}

static void test_scale_cuts_a_long_end(void **state)
{
	(void)state;
	static const int64_t moments[] = {0, 100000, 200000, 5000000000};
	struct tt_scale_options options = {.mode = TT_SCALE_AUTO, .width = 1000, .least = 20, .tail = 200};
	struct tt_scale *scale = scale_of(moments, 4, &options);
	assert_near(tt_scale_place(scale, 200000), 800, 0.01);
	assert_int_equal(g_array_index(scale->pieces, struct tt_scale_segment, 1).fit, TT_FIT_CUT);
	g_autoptr(GArray) ticks = tt_scale_ticks(scale, 80);
	assert_true(ticks->len >= 5);
	assert_string_equal(g_array_index(ticks, struct tt_tick, 1).label, "20 µs");
	tt_scale_free(scale);
}

/* Where the last step begins, in a picture 1000 wide with a tail of 200. */
static double begin_of_tail(int64_t before, int64_t after, double tail, enum tt_scale_mode mode)
{
	const int64_t moments[] = {5, 5 + before, 5 + before + after};
	struct tt_scale_options options = {.mode = mode, .width = 1000, .least = 1, .tail = tail};
	struct tt_scale *scale = scale_of(moments, 3, &options);
	double place = tt_scale_place(scale, moments[1]);

	assert_near(tt_scale_place(scale, moments[2]), 1000, 0.001);
	tt_scale_free(scale);
	return place;
}

/* The last step has the width of the tail, if it is half as long as all before, or has that width by itself. */
static void test_scale_of_the_last_step(void **state)
{
	(void)state;
	assert_near(begin_of_tail(1000, 500, 200, TT_SCALE_AUTO), 800, 0.01);
	assert_near(begin_of_tail(1000, 499, 200, TT_SCALE_AUTO), 1000.0 * 1000 / 1499, 0.01);
	assert_near(begin_of_tail(1000, 251, 200, TT_SCALE_AUTO), 1000.0 * 1000 / 1251, 0.01);
	assert_near(begin_of_tail(1000, 250, 200, TT_SCALE_AUTO), 800, 0.01);
	assert_near(begin_of_tail(1000, 100000, 200, TT_SCALE_AUTO), 800, 0.01);
	assert_near(begin_of_tail(1000, 100000, 200, TT_SCALE_ORDER), 400, 0.01);
	assert_near(begin_of_tail(1000, 100000, 200, TT_SCALE_TIME), 1000.0 * 1000 / 101000, 0.01);
	assert_near(begin_of_tail(1000, 1000, 0, TT_SCALE_AUTO), 500, 0.01);
	const int64_t two[] = {0, 1000};
	struct tt_scale_options options = {.mode = TT_SCALE_AUTO, .width = 1000, .least = 1, .tail = 200};
	struct tt_scale *scale = scale_of(two, 2, &options);
	assert_int_equal(g_array_index(scale->steps, struct tt_scale_segment, 0).fit, TT_FIT_TO_SCALE);
	tt_scale_free(scale);
	/* Without a step there is no time. */
	scale = scale_of(two, 1, &options);
	g_autoptr(GArray) ticks = tt_scale_ticks(scale, 80);
	assert_int_equal(scale->pieces->len, 0);
	assert_int_equal(ticks->len, 0);
	assert_near(tt_scale_place(scale, 5), 0, 0);
	tt_scale_free(scale);
	tt_scale_free(NULL);
}

static void test_durations(void **state)
{
	(void)state;
	static const struct {
		int64_t ns;
		const char *text;
	} expected[] = {{0, "0"},
	                {7, "7 ns"},
	                {999, "999 ns"},
	                {1000, "1 µs"},
	                {999499, "999 µs"},
	                {999500, "1 ms"},
	                {1250, "1.25 µs"},
	                {1100, "1.1 µs"},
	                {9990, "9.99 µs"},
	                {9994, "9.99 µs"},
	                {9996, "10 µs"},
	                {10040, "10 µs"},
	                {12340, "12.3 µs"},
	                {99940, "99.9 µs"},
	                {100000, "100 µs"},
	                {101000, "101 µs"},
	                {-7, "-7 ns"},
	                {99960, "100 µs"},
	                {999999, "1 ms"},
	                {412000000, "412 ms"},
	                {1500000000, "1.5 s"},
	                {20000000000, "20 s"},
	                {100000000000, "100 s"}};

	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
		g_autofree char *text = tt_duration_text(expected[i].ns);
		assert_string_equal(text, expected[i].text);
	}
}

static void assert_clean(const char *dirty, const char *clean)
{
	g_autofree char *text = tt_text_clean(dirty);
	assert_string_equal(text, clean);
}

static void test_text(void **state)
{
	(void)state;
	assert_clean("plain", "plain");
	assert_clean("bell\a", "bell·");
	assert_clean("\xff", "\xef\xbf\xbd");
	assert_clean("turn\u202eaway\u202c", "turn·away·");
	assert_clean("\U0001F469\u200d\U0001F680", "\U0001F469\U0001F680");
	assert_int_equal(tt_text_columns("工人-1"), 6);
	assert_int_equal(tt_text_columns("e\u0301"), 1);

	g_autofree char *cut = tt_text_fit("工人工人", 6, "…");
	assert_string_equal(cut, "工人…");
	g_autofree char *whole = tt_text_fit("abc", 3, "…");
	assert_string_equal(whole, "abc");
	assert_null(tt_text_squeeze("abcdef", 2, 3, "…"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing),
	    cmocka_unit_test(test_one_event),
	    cmocka_unit_test(test_life_of_a_thread),
	    cmocka_unit_test(test_never_started_and_abandoned),
	    cmocka_unit_test(test_contended_lock),
	    cmocka_unit_test(test_nested_holds),
	    cmocka_unit_test(test_deadlock),
	    cmocka_unit_test(test_blocked_without_an_end),
	    cmocka_unit_test(test_condition),
	    cmocka_unit_test(test_notifies_are_told_apart),
	    cmocka_unit_test(test_act_not_seen),
	    cmocka_unit_test(test_barrier),
	    cmocka_unit_test(test_marks),
	    cmocka_unit_test(test_begins_in_the_middle),
	    cmocka_unit_test(test_window),
	    cmocka_unit_test(test_arrows_at_the_edges),
	    cmocka_unit_test(test_limit),
	    cmocka_unit_test(test_globs),
	    cmocka_unit_test(test_two_processes),
	    cmocka_unit_test(test_scale_auto),
	    cmocka_unit_test(test_scale_time_and_order),
	    cmocka_unit_test(test_ticks),
	    cmocka_unit_test(test_scale_of_many),
	    cmocka_unit_test(test_scale_of_the_last_step),
	    cmocka_unit_test(test_scale_chooses_the_longest),
	    cmocka_unit_test(test_scale_cuts_a_long_end),
	    cmocka_unit_test(test_durations),
	    cmocka_unit_test(test_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
