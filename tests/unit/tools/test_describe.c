/* SPDX-License-Identifier: MIT */
/*
 * The words of a timeline: which events make a mark, and what is said of threads, holds, waits and of the whole.
 */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/tools/story.h"
#include "tools/timeline/tooltips.h"

#define EVENT(which, ...)                                                                                              \
	{                                                                                                              \
		.type = TT_EVENT_##which, .name = "X", .thread_id = 7, __VA_ARGS__                                     \
	}

static const struct {
	struct tt_event event;
	const char *text; /* NULL: no mark */
	enum tt_mark_kind kind;
} marks[] = {
    {EVENT(log_message, .level = TT_LOG_INFO, .text = "says"), "INFO says", TT_MARK_LOG},
    {EVENT(log_message, .level = 200, .text = "says"), "says", TT_MARK_LOG},
    {EVENT(misuse, .call = "unlock", .why = 200), "unlock(X) is refused: unknown reason", TT_MARK_MISUSE},
    {EVENT(thread_rename, .old = "old"), "renames old to X", TT_MARK_SIGNAL},
    {EVENT(thread_join_done, .result = TT_WAKE_TIMEOUT), "waits for X too long: timeout", TT_MARK_FAILED},
    {EVENT(thread_join_done, .result = TT_WAKE_NOTIFIED), NULL, TT_MARK_FAILED},
    {EVENT(lock_failed, .why = 200), "does not get X: unknown reason", TT_MARK_FAILED},
    {EVENT(sem_failed, .why = 200), "does not get X: unknown reason", TT_MARK_FAILED},
    {EVENT(cond_notify, .woken = 0), "notifies X: nobody waits", TT_MARK_SIGNAL},
    {EVENT(cond_notify, .woken = 2), "notifies X: wakes 2", TT_MARK_SIGNAL},
    {EVENT(cond_woken, .result = TT_WAKE_TIMEOUT), "waits for X too long: timeout", TT_MARK_FAILED},
    {EVENT(cond_woken, .result = TT_WAKE_NOTIFIED), NULL, TT_MARK_FAILED},
    {EVENT(event_set, .woken = 0), "sets X", TT_MARK_SIGNAL},
    {EVENT(event_set, .woken = 3), "sets X: wakes 3", TT_MARK_SIGNAL},
    {EVENT(event_clear), "clears X", TT_MARK_SIGNAL},
    {EVENT(event_woken, .result = TT_WAKE_TIMEOUT), "waits for X too long: timeout", TT_MARK_FAILED},
    {EVENT(barrier_passed, .waker = 0), "is the last to arrive at X", TT_MARK_SIGNAL},
    {EVENT(barrier_passed, .waker = 7), "is the last to arrive at X", TT_MARK_SIGNAL},
    {EVENT(barrier_passed, .waker = 8), NULL, TT_MARK_SIGNAL},
    {EVENT(barrier_broken, .why = 200), "finds X broken: unknown reason", TT_MARK_FAILED},
    {EVENT(barrier_abort), "aborts X", TT_MARK_SIGNAL},
    {EVENT(barrier_reset), "resets X", TT_MARK_SIGNAL},
    {EVENT(futex_woken, .result = TT_WAKE_TIMEOUT), "waits for X too long: timeout", TT_MARK_FAILED},
    {EVENT(futex_wake, .woken = 0), "wakes X: nobody waits", TT_MARK_SIGNAL},
    {EVENT(futex_wake, .woken = 1), "wakes X: 1 waits", TT_MARK_SIGNAL},
    {EVENT(futex_wake, .woken = 2), "wakes X: 2 wait", TT_MARK_SIGNAL},
    {EVENT(timer_fired), "X fires", TT_MARK_SIGNAL},
    {EVENT(timer_cancelled), "cancels X", TT_MARK_SIGNAL},
    {EVENT(lock_acquired), NULL, 0},
    {EVENT(thread_start), NULL, 0},
};

static void test_marks(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		enum tt_mark_kind kind;
		g_autofree char *text = tt_tooltip_event(&marks[i].event, &kind);

		if (g_strcmp0(text, marks[i].text) != 0)
			fail_msg("mark %zu: %s, not %s", i, text, marks[i].text);
		if (text)
			assert_int_equal(kind, marks[i].kind);
	}
	(void)state;
}

/* Known reasons have their words. */
static void test_reasons(void **state)
{
	static const struct tt_event events[] = {EVENT(misuse, .call = "unlock", .why = 1),
	                                         EVENT(lock_failed, .why = 1), EVENT(barrier_broken, .why = 1)};

	for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
		enum tt_mark_kind kind;
		g_autofree char *text = tt_tooltip_event(&events[i], &kind);

		assert_null(strstr(text, "unknown reason"));
		assert_non_null(strstr(text, ": "));
	}
	(void)state;
}

/* A log line as long as is shown; longer; and one that a terminal would obey. */
static void test_long_lines(void **state)
{
	g_autofree char *line = g_strnfill(401, 'x');
	enum tt_mark_kind kind;

	g_autofree char *cut =
	    tt_tooltip_event(&(struct tt_event)EVENT(log_message, .level = 200, .text = line), &kind);
	assert_int_equal(g_utf8_strlen(cut, -1), 400);
	assert_true(g_str_has_suffix(cut, "x…"));
	line[400] = '\0';
	g_autofree char *whole =
	    tt_tooltip_event(&(struct tt_event)EVENT(log_message, .level = 200, .text = line), &kind);
	assert_string_equal(whole, line);
	g_autofree char *clean =
	    tt_tooltip_event(&(struct tt_event)EVENT(log_message, .level = 200, .text = "\033[2J"), &kind);
	assert_null(strchr(clean, '\033'));
	(void)state;
}

static void assert_extent(const struct tt_lanes *lanes, const char *expected)
{
	g_autoptr(GString) text = g_string_new(NULL);

	tt_tooltip_extent(text, lanes, ", ", "; ");
	assert_string_equal(text->str, expected);
}

static void test_extent(void **state)
{
	struct story story = story_begin(NULL);

	AT(&story, 0, MAIN, log_message, .level = TT_LOG_INFO, .text = "one");
	story_end(&story, 0);
	assert_extent(story.lanes, "1 thread, 1 event in 0");
	story.lanes->hidden = 1;
	assert_extent(story.lanes, "1 thread, 1 event in 0; 1 thread left out");
	story.lanes->hidden = 2;
	story.lanes->lost = 5;
	assert_extent(story.lanes, "1 thread, 1 event in 0; 2 threads left out; 5 events lost in recording");
	story.lanes->lost_packets = 1;
	story.lanes->hidden = 0;
	assert_extent(story.lanes, "1 thread, 1 event in 0; 5 and more events lost in recording");
	story.lanes->lost = 0;
	assert_extent(story.lanes, "1 thread, 1 event in 0; 0 and more events lost in recording");
	story.lanes->lost_packets = 0;
	story.lanes->events = 2;
	story.lanes->ends = false;
	story.lanes->to_ns = story.lanes->origin_ns + 1000;
	assert_extent(story.lanes, "1 thread, 2 events in 0; shown: 0.000000 s to 0.000001 s");
	story.lanes->ends = true;
	story.lanes->from_ns = story.lanes->origin_ns + 1000;
	assert_extent(story.lanes, "1 thread, 2 events in 0; shown: 0.000001 s to 0.000001 s");
	story_free(&story);
	(void)state;
}

static const struct tt_lane *lane_of(const struct story *story, unsigned i)
{
	return story->lanes->lanes->pdata[i];
}

static const struct tt_bar *bar_of(const struct tt_lane *lane, unsigned i)
{
	return &g_array_index(lane->bars, struct tt_bar, i);
}

/* Holds: shared ones, several times, and still held. */
static void test_holds(void **state)
{
	struct story story = story_begin(NULL);

	AT(&story, 0, MAIN, lock_acquired, .id = 10, .name = "R", .kind = TT_KIND_RWLOCK, .mode = TT_MODE_SHARED,
	   .depth = 1);
	AT(&story, 10, MAIN, lock_released, .id = 10, .name = "R", .kind = TT_KIND_RWLOCK, .mode = TT_MODE_SHARED);
	AT(&story, 20, MAIN, lock_acquired, .id = 11, .name = "L", .kind = TT_KIND_RLOCK, .depth = 1);
	AT(&story, 25, MAIN, lock_acquired, .id = 11, .name = "L", .kind = TT_KIND_RLOCK, .depth = 2);
	story_end(&story, 100);
	const struct tt_lane *lane = lane_of(&story, 0);
	g_autofree char *shared = tt_tooltip_bar(story.lanes, lane, bar_of(lane, 0));
	g_autofree char *shared_label = tt_hold_label(bar_of(lane, 0));
	g_autofree char *deep = tt_tooltip_bar(story.lanes, lane, bar_of(lane, 1));
	g_autofree char *deep_label = tt_hold_label(bar_of(lane, 1));
	assert_true(g_str_has_prefix(shared, "MainThread holds rwlock R, shared"));
	assert_null(strstr(shared, "deep"));
	assert_non_null(strstr(shared, "0.000000 s to 0.000010 s"));
	assert_string_equal(shared_label, "R shared");
	assert_true(g_str_has_prefix(deep, "MainThread holds rlock L, 2 deep"));
	assert_string_equal(deep, "MainThread holds rlock L, 2 deep\nsince 0.000020 s, to the end of the trace");
	assert_string_equal(deep_label, "L ×2");
	story_free(&story);
	(void)state;
}

/* Who is blocked at the end: on what, by whom, since when, for how long at most. */
static void test_blocked(void **state)
{
	struct story story = story_begin(NULL);

	AT(&story, 0, MAIN, lock_acquired, .id = 10, .name = "R", .kind = TT_KIND_RWLOCK, .mode = TT_MODE_SHARED,
	   .depth = 1);
	AT(&story, 5, 2, lock_acquired, .id = 10, .name = "R", .kind = TT_KIND_RWLOCK, .mode = TT_MODE_SHARED,
	   .depth = 1);
	story_tell(
	    &story, 10, 2,
	    (struct tt_event){
		.type = TT_EVENT_lock_wait, .id = 10, .name = "R", .kind = TT_KIND_RWLOCK, .timeout_ns = 1500000000});
	AT(&story, 20, MAIN, lock_wait, .id = 11, .name = "F");
	story_end(&story, 100);
	for (unsigned i = 0; i < 2; i++) {
		const struct tt_lane *lane = lane_of(&story, i);
		g_autofree char *text = tt_tooltip_blocked(story.lanes, lane);

		assert_string_equal(text,
		                    lane->thread->id == MAIN
		                        ? "MainThread waits for lock F, since 0.000020 s"
		                        : "T2 waits for rwlock R, held by MainThread, itself, since 0.000010 s for "
		                          "at most 1.5 s");
	}
	story_free(&story);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_marks),  cmocka_unit_test(test_reasons), cmocka_unit_test(test_long_lines),
	    cmocka_unit_test(test_extent), cmocka_unit_test(test_holds),   cmocka_unit_test(test_blocked),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
