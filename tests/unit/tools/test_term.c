/* SPDX-License-Identifier: MIT */
/* The timeline on a terminal: whole pictures, compared character by character, and names that are hard to show. */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/tools/story.h"
#include "tools/timeline/term/grid.h"
#include "tools/timeline/term/term.h"
#include "tools/text/display_text.h"

static void assert_picture(void (*tell)(struct story *story), const struct tt_term_options *options,
                           const char *expected)
{
	struct story story = story_begin(NULL);
	tell(&story);
	g_autofree char *picture = tt_term_text(story.lanes, options);
	assert_string_equal(picture, expected);
	story_free(&story);
}

static void test_deadlock(void **state)
{
	(void)state;
	struct tt_term_options options = {.width = 80, .utf8 = true, .title = "deadlock"};
	assert_picture(story_of_deadlock, &options,
	               "deadlock: 3 threads, 11 events in 310 µs\n"
	               "\n"
	               "           0          100 µs           200 µs        300 µs         2 s\n"
	               "           ┬─────────────┬────────┈┈┈┈┈┈──┬───────┈┈────┬┈──────────╱╱──────────\n"
	               "MainThread ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━▓▓▓▓▓▓▓▓▓ blocked: join alice ▓▓▓▓▓▓▓▓▓\n"
	               "alice              ┄┄┄┄┄┄┄┄┄┄┄┄┄━━━━•━━━━━━━━━━━━━━━━━━━━━━▓▓▓▓ blocked: B ▓▓▓▓\n"
	               "                                  └A───────────────────────────────────────────\n"
	               "bob                                   ┄┄┄┄┄┄┄┄┄┄┄┄━━━━━━━▓▓▓▓▓ blocked: A ▓▓▓▓▓\n"
	               "                                                    └B─────────────────────────\n"
	               "\n"
	               "━━ runs or sleeps   ▓▓ still blocked at the end   └ takes   ┄┄ not yet started\n"
	               "• log line   ┈┈ time stretched, so that each event is seen   ╱╱ time left out\n"
	               "\n"
	               "Still blocked at the end:\n"
	               "  MainThread waits for thread alice, since 0.000190 s\n"
	               "  alice waits for lock B, held by bob, since 0.000310 s\n"
	               "  bob waits for lock A, held by alice, since 0.000300 s\n");
}

static void test_condition(void **state)
{
	(void)state;
	struct tt_term_options options = {.width = 80, .utf8 = true};
	assert_picture(story_of_condition, &options,
	               "4 threads, 32 events in 401 ms\n"
	               "\n"
	               "           213 µs             200 ms                400 ms      250 µs\n"
	               "           ┈┈┈┈┈┈┈───────────────┬┈┈┈┈┈┈───────────────┬┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈\n"
	               "MainThread ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━░░░░░ join c1 ░░░░░░━━━┫\n"
	               "c1          ┄━•━━░░░░░░░░░░░░░░░░░ cond ← p ░░░░░░░░░░░░░░░░░━━░co…░━━━━━━━┫\n"
	               "                └┘cond                                              └─┘cond\n"
	               "c2                               ┄┄━•━━░░░░░░░ cond ← p ░░░░░░░░━░cond░░━━━━━┫\n"
	               "                                     └─┘cond                            ╵cond\n"
	               "p                                                      ┄┄━━━◆━━━━━━━━┫\n"
	               "                                                           └cond──┘\n"
	               "\n"
	               "━━ runs or sleeps   ░░ waits for   ← woken by   └ takes   ┘ lets go\n"
	               "╵ holds briefly   ┄┄ not yet started   ┫ ends   • log line   ◆ notify, set, …\n"
	               "┈┈ time stretched, so that each event is seen\n");
}

static void test_ascii(void **state)
{
	(void)state;
	struct tt_term_options options = {.width = 70, .title = "µ×…工"};
	assert_picture(story_of_deadlock, &options,
	               "ux..??: 3 threads, 11 events in 310 us\n"
	               "\n"
	               "           0       100 us         200 us       300 us      2 s\n"
	               "           +----------+-------~~~~~~-+------~~----+~--------//--------\n"
	               "MainThread =========================###### blocked: join alice ######\n"
	               "alice            -----------====o===================## blocked: B ###\n"
	               "                              [A_____________________________________\n"
	               "bob                               ----------======### blocked: A ####\n"
	               "                                              [B_____________________\n"
	               "\n"
	               "== runs or sleeps   ## still blocked at the end   [ takes\n"
	               "-- not yet started   o log line\n"
	               "~~ time stretched, so that each event is seen   // time left out\n"
	               "\n"
	               "Still blocked at the end:\n"
	               "  MainThread waits for thread alice, since 0.000190 s\n"
	               "  alice waits for lock B, held by bob, since 0.000310 s\n"
	               "  bob waits for lock A, held by alice, since 0.000300 s\n");
}

static void tell_nothing(struct story *story)
{
	story_end(story, 0);
}

static void test_nothing(void **state)
{
	(void)state;
	struct tt_term_options options = {.width = 80, .utf8 = true};
	assert_picture(tell_nothing, &options, "0 threads, 0 events in 0\n\nNothing to show.\n");
}

/* Colour adds only escapes: without them the text is the same. */
static void test_colour_carries_no_meaning(void **state)
{
	(void)state;
	struct tt_term_options options = {.width = 80, .utf8 = true};
	struct story story = story_begin(NULL);
	story_of_deadlock(&story);
	g_autofree char *plain = tt_term_text(story.lanes, &options);
	options.colour = true;
	g_autofree char *coloured = tt_term_text(story.lanes, &options);
	g_autoptr(GRegex) escapes = g_regex_new("\033\\[[0-9;]*m", 0, 0, NULL);
	g_autofree char *stripped = g_regex_replace(escapes, coloured, -1, 0, "", 0, NULL);

	assert_string_not_equal(plain, coloured);
	assert_string_equal(plain, stripped);
	assert_null(strchr(plain, '\033'));
	story_free(&story);
}

/* Whatever threads and locks are called, no line is wider than the terminal, and no name does what it likes. */
static void test_hard_names(void **state)
{
	(void)state;
	static const char *const names[] = {
	    "工人甲乙丙丁戊己庚辛壬癸子丑寅卯",
	    "\U0001F469\u200d\U0001F680 rocket",
	    "عامل",
	    "a\tb\nc\x1b[2Jd",
	    "\xff\xfe",
	    "",
	    "a name of a thread that is much longer than any terminal would like to show on one of its lines",
	    "<&\"'>",
	    "e\u0301\u0301\u0301",
	};
	for (int width = TT_TERM_LEAST_WIDTH; width <= 120; width += 40) {
		struct story story = story_begin(NULL);
		struct tt_term_options options = {.width = width, .utf8 = true};
		for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
			int64_t at = INT64_C(10) * i;
			story.names[i + 1] = names[i];
			START(&story, at, i + 1);
			AT(&story, at + 2, i + 1, lock_acquired, .id = 50 + i, .name = names[i], .depth = 1);
			AT(&story, at + 5, i + 1, event_wait, .id = 80 + i, .name = names[i]);
		}
		story_end(&story, 0);
		g_autofree char *picture = tt_term_text(story.lanes, &options);
		assert_true(g_utf8_validate(picture, -1, NULL));
		g_auto(GStrv) lines = g_strsplit(strstr(picture, "\n\n"), "\n", -1);
		for (int i = 0; lines[i] && !strstr(lines[i], "Still blocked"); i++)
			if (tt_text_columns(lines[i]) > width)
				fail_msg("wider than %d: %s", width, lines[i]);
		assert_null(strchr(picture, '\033'));
		assert_null(strchr(picture, '\t'));
		assert_non_null(strstr(picture, "\u200e"));
		story_free(&story);
	}
}

/* A picture of a thread that holds a lock of that name for a moment, near the end. The caller's to free. */
static char *picture_of_brief_hold(const char *name)
{
	struct story story = story_begin(NULL);
	struct tt_term_options options = {.width = 80, .utf8 = true};

	START(&story, 0, MAIN);
	AT(&story, 900, MAIN, lock_acquired, .id = 50, .name = name, .depth = 1);
	AT(&story, 901, MAIN, lock_released, .id = 50, .name = name);
	EXIT(&story, 1000, MAIN);
	story_end(&story, 0);
	char *picture = tt_term_text(story.lanes, &options);
	story_free(&story);
	return picture;
}

/* A combining character has no cell; what comes after it has. */
static void test_label_goes_on_after_a_combining_character(void **state)
{
	(void)state;
	g_autofree char *picture = picture_of_brief_hold("x\u0301tail");
	assert_non_null(strstr(picture, "xtail"));
}

/* A name beside a hold may end at the last column, and is not there where it would need one more. */
static void test_label_up_to_the_right_edge(void **state)
{
	(void)state;
	char name[81] = "";
	int widest = 0;

	for (size_t n = 0; n < 60; n++) {
		name[n] = 'q';
		g_autofree char *picture = picture_of_brief_hold(name);
		g_auto(GStrv) lines = g_strsplit(picture, "\n", -1);
		for (int i = 0; lines[i]; i++)
			if (strstr(lines[i], name))
				widest = MAX(widest, tt_text_columns(lines[i]));
	}
	assert_int_equal(widest, 80);
}

/* A hundred threads, a hundred thousand events: a line and a half each. */
static void test_many(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	struct tt_term_options options = {.width = 100, .utf8 = true};
	for (unsigned i = 1; i <= 100; i++)
		START(&story, i, i);
	for (unsigned i = 0; i < 50000; i++) {
		AT(&story, 200 + 2 * i, 1 + i % 100, lock_acquired, .id = 500, .name = "A", .depth = 1);
		AT(&story, 201 + 2 * i, 1 + i % 100, lock_released, .id = 500, .name = "A");
	}
	story_end(&story, 0);
	g_autofree char *picture = tt_term_text(story.lanes, &options);
	g_auto(GStrv) lines = g_strsplit(picture, "\n", -1);
	assert_in_range(g_strv_length(lines), 200, 215);
	story_free(&story);
}

static void test_two_processes(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	struct tt_term_options options = {.width = 80, .utf8 = true};
	START(&story, 0, MAIN);
	story.pid = 200;
	AT(&story, 10, MAIN, thread_start, .id = MAIN, .ppid = 100);
	EXIT(&story, 20, MAIN);
	story_end(&story, 0);
	g_autofree char *picture = tt_term_text(story.lanes, &options);
	assert_non_null(strstr(picture, "\nprocess 100\n"));
	assert_non_null(strstr(picture, "\nprocess 200, child of 100\n"));
	story_free(&story);
}

/* More spans than cells: each cell shows what the thread does for most of it, and what takes a cell is drawn whole. */
static void tell_crowd(struct story *story)
{
	story->names[2] = "busy";
	START(story, 0, 2);
	for (int64_t i = 0; i < 40; i++) { /* waits for a third of the time, then for two thirds of it */
		int64_t begin = 100 + 30 * i, end = begin + (i < 20 ? 10 : 20);

		AT(story, begin, 2, event_wait, .id = 80, .name = "E");
		AT(story, end, 2, event_woken, .id = 80, .name = "E", .result = TT_WAKE_SET);
	}
	AT(story, 1400, 2, event_wait, .id = 81, .name = "long");
	AT(story, 1600, 2, event_woken, .id = 81, .name = "long", .result = TT_WAKE_TIMEOUT);
	EXIT(story, 1700, 2);
	story_end(story, 0);
}

static void test_crowd(void **state)
{
	(void)state;
	struct tt_term_options options = {.width = 60, .utf8 = true, .scale = TT_SCALE_TIME};
	assert_picture(tell_crowd, &options,
	               "1 thread, 84 events in 1.7 ms\n"
	               "\n"
	               "     0           0.5 ms          1.0 ms          1.5 ms\n"
	               "     ┬──────────────┬───────────────┬───────────────┬───────\n"
	               "busy ━━━━━━━━━━━━━━━━━━━━━━░░░░░░░░░░░░░░░░░░━━━━░long░×━━━┫\n"
	               "\n"
	               "━━ runs or sleeps   ░░ waits for   ┫ ends\n"
	               "× not acquired, timeout\n");
}

/* What is in the cells of a wait to the end of the line, of a thread's lane: its text without the hatching. */
static char *wait_of(const char *picture, const char *thread, int *columns)
{
	g_auto(GStrv) lines = g_strsplit(picture, "\n", -1);

	for (int i = 0; lines[i]; i++) {
		const char *from = g_str_has_prefix(lines[i], thread) ? strstr(lines[i], "▓") : NULL;
		if (!from)
			continue;
		*columns = tt_text_columns(from);
		g_auto(GStrv) parts = g_strsplit(from, "▓", -1);
		return g_strjoinv("", parts);
	}
	fail_msg("no wait of %s in %s", thread, picture);
	return NULL;
}

/* As much of the name as there is room for, with a cell on both sides, and blanks where there are two more. */
static void test_room_for_a_wait(void **state)
{
	(void)state;
	bool seen[4] = {false};

	for (int width = TT_TERM_LEAST_WIDTH; width < 120; width++) {
		struct story story = story_begin(NULL);
		struct tt_term_options options = {.width = width, .utf8 = true};
		int columns = 0, text = (int)strlen("blocked: B");

		story_of_deadlock(&story);
		g_autofree char *picture = tt_term_text(story.lanes, &options);
		g_autofree char *wait = wait_of(picture, "alice", &columns);
		int kind = columns >= text + 4 ? 3 : columns >= text + 2 ? 2 : columns >= 1 + 4 ? 1 : 0;
		seen[kind] = true;
		if (kind)
			assert_string_equal(wait, kind == 3 ? " blocked: B " : kind == 2 ? "blocked: B" : " B ");
		story_free(&story);
	}
	assert_true(seen[1] && seen[2] && seen[3]);
}

/* Marks in one cell show as the gravest; log lines that would hide all are left out. */
static void tell_marks(struct story *story)
{
	story->names[2] = "logs";
	START(story, 0, MAIN);
	AT(story, 500, MAIN, log_message, .level = TT_LOG_INFO, .text = "one");
	AT(story, 500, MAIN, event_set, .id = 80, .name = "E");
	AT(story, 700, MAIN, event_set, .id = 80, .name = "E");
	AT(story, 700, MAIN, lock_failed, .id = 10, .name = "A");
	AT(story, 800, MAIN, lock_failed, .id = 10, .name = "A");
	AT(story, 800, MAIN, misuse, .id = 10, .name = "A", .call = "unlock");
	AT(story, 800, MAIN, log_message, .level = TT_LOG_INFO, .text = "two");
	START(story, 0, 2);
	for (int64_t i = 0; i < 100; i++)
		AT(story, 10 * i, 2, log_message, .level = TT_LOG_INFO, .text = "line");
	AT(story, 900, 2, event_set, .id = 80, .name = "E");
	AT(story, 1000, MAIN, thread_exit, .id = MAIN, .how = TT_END_CANCELLED);
	story_end(story, 2000);
}

static void test_marks(void **state)
{
	(void)state;
	struct tt_term_options options = {.width = 60, .utf8 = true, .scale = TT_SCALE_TIME};
	assert_picture(tell_marks, &options,
	               "2 threads, 111 events in 1 ms\n"
	               "\n"
	               "           0        0.5 ms     1.0 ms      1.5 ms     2.0 ms\n"
	               "           ┬───────────┬──────────┬───────────┬────────────┬\n"
	               "MainThread ━━━━━━━━━━━━◆━━━×━━!━━━━┫ cancelled\n"
	               "logs       ━━━━━━━━━━━━━━━━━━━━━◆━━━━━━━━━━━━━━━━━━━━━━━━━━\n"
	               "\n"
	               "━━ runs or sleeps   ┫ ends   • log line   ◆ notify, set, …\n"
	               "× not acquired, timeout   ! refused call\n"
	               "Log lines are left out where they would hide what the thread does.\n");
}

/* What has no room ends the label, and what is outside of the grid is nowhere. */
static void test_grid(void **state)
{
	struct tt_grid *grid = tt_grid_new(4, 2);
	g_autoptr(GString) out = g_string_new(NULL);

	assert_int_equal(tt_grid_label(grid, 1, 0, "a甲b", 0), 4);
	assert_int_equal(tt_grid_label(grid, 2, 1, "a甲b", 0), 3); /* two columns for the second: no room */
	tt_grid_print(grid, 0, false, out);
	assert_non_null(strstr(out->str, " a甲"));
	g_string_truncate(out, 0);
	tt_grid_print(grid, 1, false, out);
	assert_non_null(strstr(out->str, "  a"));
	assert_null(strstr(out->str, "b"));
	tt_grid_put(grid, 3, 1, 'x', 0);
	tt_grid_put(grid, 2, 1, 'y', 0); /* a label is not overwritten */
	assert_int_equal(tt_grid_at(grid, 3, 1)->c, 'x');
	assert_int_equal(tt_grid_at(grid, 2, 1)->c, 'a');
	tt_grid_fill(grid, 0, 2, 1, '-', 0);
	assert_int_equal(tt_grid_at(grid, 0, 1)->c, '-');
	assert_int_equal(tt_grid_at(grid, 1, 1)->c, '-');
	assert_int_equal(tt_grid_at(grid, 2, 1)->c, 'a');
	assert_null(tt_grid_at(grid, -1, 0));
	assert_null(tt_grid_at(grid, 4, 0));
	assert_null(tt_grid_at(grid, 0, -1));
	assert_null(tt_grid_at(grid, 0, 2));
	tt_grid_put(grid, 4, 0, 'z', 0);
	tt_grid_free(grid);
	tt_grid_free(NULL);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_deadlock),
	    cmocka_unit_test(test_condition),
	    cmocka_unit_test(test_ascii),
	    cmocka_unit_test(test_nothing),
	    cmocka_unit_test(test_colour_carries_no_meaning),
	    cmocka_unit_test(test_hard_names),
	    cmocka_unit_test(test_label_goes_on_after_a_combining_character),
	    cmocka_unit_test(test_label_up_to_the_right_edge),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_two_processes),
	    cmocka_unit_test(test_crowd),
	    cmocka_unit_test(test_room_for_a_wait),
	    cmocka_unit_test(test_marks),
	    cmocka_unit_test(test_grid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
