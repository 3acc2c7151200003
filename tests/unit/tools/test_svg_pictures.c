/* SPDX-License-Identifier: MIT */
/*
 * Whole pictures, compared with those in pictures/: where things are, how large, and what stands at them. One that
 * differs is written beside the temporary files: look at both in a browser, and copy it over the old one if it is
 * right.
 */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/tools/story.h"
#include "tools/timeline/svg/svg.h"
#include "tools/timeline/term/term.h"

static void assert_text(const char *name, const char *picture)
{
	g_autofree char *here = g_path_get_dirname(__FILE__);
	g_autofree char *path = g_build_filename(here, "pictures", name, NULL);
	g_autofree char *differs = g_build_filename(g_get_tmp_dir(), name, NULL);
	g_autofree char *expected = NULL;

	g_file_get_contents(path, &expected, NULL, NULL);
	if (g_strcmp0(picture, expected) == 0)
		return;
	g_file_set_contents(differs, picture, -1, NULL);
	fail_msg("%s: the picture differs from %s", differs, path);
}

static void assert_picture(const char *name, const struct story *story, const struct tt_svg_options *options)
{
	g_autofree char *picture = tt_svg_text(story->lanes, options);

	assert_text(name, picture);
}

/* For a terminal. */
static void assert_lines(const char *name, const struct story *story, const struct tt_term_options *options)
{
	g_autofree char *picture = tt_term_text(story->lanes, options);

	assert_text(name, picture);
}

static void test_deadlock(void **state)
{
	struct story story = story_begin(NULL);

	story_of_deadlock(&story);
	assert_picture("deadlock.svg", &story, &(struct tt_svg_options){.title = "deadlock"});
	assert_lines("deadlock.txt", &story, &(struct tt_term_options){.width = 80, .utf8 = true, .title = "deadlock"});
	assert_lines("deadlock-ascii.txt", &story, &(struct tt_term_options){.width = 50});
	story_free(&story);
	(void)state;
}

static void test_condition(void **state)
{
	struct story story = story_begin(NULL);

	story_of_condition(&story);
	assert_picture("condition.svg", &story, &(struct tt_svg_options){.width = TT_SVG_LEAST_WIDTH});
	assert_lines("condition.txt", &story, &(struct tt_term_options){.width = 100, .utf8 = true, .colour = true});
	assert_lines("condition-narrow.txt", &story, &(struct tt_term_options){.width = TT_TERM_LEAST_WIDTH});
	story_free(&story);
	(void)state;
}

/* Marks of each kind, alone and many in one place. */
static void tell_marks(struct story *story)
{
	AT(story, 100, MAIN, log_message, .level = TT_LOG_INFO, .text = "a <line>");
	AT(story, 200, MAIN, event_set, .id = 80, .name = "E");
	AT(story, 300, MAIN, lock_failed, .id = 10, .name = "A");
	AT(story, 400, MAIN, misuse, .id = 10, .name = "A", .call = "unlock");
	for (int64_t i = 0; i < 5; i++)
		AT(story, 500 + i, MAIN, log_message, .level = TT_LOG_INFO, .text = "crowd");
	AT(story, 503, MAIN, event_set, .id = 80, .name = "E");
}

/* Holds side by side and in each other, shared and deep; ends of all kinds; a second process. */
static void test_everything(void **state)
{
	struct story story = story_begin(NULL);

	story.names[2] = "a thread whose name is much longer than its place";
	START(&story, 0, MAIN);
	AT(&story, 50, MAIN, thread_create, .id = 2, .name = story.names[2]);
	AT(&story, 60, 2, thread_start, .id = 2, .daemon = 1);
	tell_marks(&story);
	AT(&story, 520, 2, lock_acquired, .id = 10, .name = "A", .depth = 1);
	AT(&story, 530, 2, lock_acquired, .id = 11, .name = "R", .kind = TT_KIND_RWLOCK, .mode = TT_MODE_SHARED,
	   .depth = 1);
	AT(&story, 600, MAIN, lock_wait, .id = 10, .name = "A", .holder = 2);
	AT(&story, 650, 2, lock_released, .id = 11, .name = "R", .kind = TT_KIND_RWLOCK, .mode = TT_MODE_SHARED);
	AT(&story, 700, 2, lock_released, .id = 10, .name = "A");
	AT(&story, 702, MAIN, lock_acquired, .id = 10, .name = "A", .waker = 2, .depth = 1);
	AT(&story, 720, MAIN, lock_released, .id = 10, .name = "A");
	AT(&story, 800, 2, thread_exit, .id = 2, .how = TT_END_CANCELLED);
	AT(&story, 850, MAIN, event_wait, .id = 80, .name = "E");
	AT(&story, 900, MAIN, event_woken, .id = 80, .name = "E", .result = TT_WAKE_TIMEOUT);
	story.pid = 200;
	AT(&story, 100, MAIN, thread_start, .id = MAIN, .ppid = 100);
	for (unsigned i = 0; i < 10; i++) {
		AT(&story, 910 + 2 * i, MAIN, lock_acquired, .id = 12 + i % 3, .name = "often", .depth = 1);
		AT(&story, 911 + 2 * i, MAIN, lock_released, .id = 12 + i % 3, .name = "often");
	}
	AT(&story, 950, MAIN, sem_wait, .id = 90, .name = "S");
	story_end(&story, 5000);
	assert_picture("everything.svg", &story, &(struct tt_svg_options){.scale = TT_SCALE_TIME});
	assert_picture("order.svg", &story, &(struct tt_svg_options){.width = 800, .scale = TT_SCALE_ORDER});
	assert_lines("everything.txt", &story,
	             &(struct tt_term_options){.width = 120, .utf8 = true, .colour = true, .scale = TT_SCALE_TIME});
	assert_lines("order.txt", &story,
	             &(struct tt_term_options){.width = 70, .utf8 = true, .scale = TT_SCALE_ORDER});
	story_free(&story);
	(void)state;
}

/* Two threads that take turns at a lock, more often than there is room to draw. */
static void tell_turns(struct story *story, int64_t us, unsigned n)
{
	for (unsigned i = 0; i < n; i++, us += 10) {
		unsigned one = 2 + i % 2, other = 3 - i % 2;
		AT(story, us, one, lock_acquired, .id = 10, .name = "A", .depth = 1, .caller = 0x1010);
		AT(story, us + 2, other, lock_wait, .id = 10, .name = "A", .holder = one, .caller = 0x1020);
		AT(story, us + 6 + i % 3, one, lock_released, .id = 10, .name = "A");
		AT(story, us + 9, other, lock_acquired, .id = 10, .name = "A", .waker = one, .depth = 1);
		AT(story, us + 9, other, lock_released, .id = 10, .name = "A");
	}
}

/* In one place, the worst of them is drawn, wherever it comes among the others. */
static void tell_crowds_of_marks(struct story *story, int64_t us)
{
	for (int64_t at = us; at < us + 3; at++) {
		AT(story, at, MAIN, log_message, .level = TT_LOG_INFO, .text = "before", .caller = 0x1030);
		if (at == us + 1)
			AT(story, at, MAIN, misuse, .id = 10, .name = "A", .call = "unlock", .caller = 0x1040);
		AT(story, at, MAIN, event_set, .id = 80, .name = "E", .caller = 0x1050);
	}
	AT(story, us + 4000, MAIN, lock_failed, .id = 10, .name = "A", .caller = 0x1060);
	AT(story, us + 4001, MAIN, log_message, .level = TT_LOG_ERROR, .text = "after");
}

/* What is too narrow is drawn together; and with symbols, what is drawn says where it comes from. */
static void test_crowd(void **state)
{
	struct story story = story_begin(NULL);
	struct tt_symbols *symbols = tt_symbols_new();
	const struct tt_module module = {.pid = 100, .size = 0x100000, .path = "/nowhere/the-app"};

	tt_symbols_add(symbols, &module);
	story.lanes->symbols = symbols;
	AT(&story, 0, MAIN, thread_start, .id = MAIN, .native_id = 100);
	for (unsigned who = 2; who <= 3; who++) {
		AT(&story, who, MAIN, thread_create, .id = who, .caller = 0x1000);
		AT(&story, who + 5, who, thread_start, .id = who, .native_id = 100 + who);
	}
	tell_turns(&story, 100, 6);
	tell_crowds_of_marks(&story, 20000);
	tell_turns(&story, 50000, 40);
	AT(&story, 90000, 2, lock_acquired, .id = 11, .name = "B", .depth = 1, .caller = 0x1070);
	AT(&story, 90010, 3, lock_wait, .id = 11, .name = "B", .holder = 2, .caller = 0x1080);
	AT(&story, 90020, 2, event_wait, .id = 80, .name = "E", .caller = 0x1090);
	story_end(&story, 9000000);
	assert_picture("crowd.svg", &story, &(struct tt_svg_options){.width = TT_SVG_LEAST_WIDTH, .title = "the-app"});
	assert_picture("crowd-time.svg", &story, &(struct tt_svg_options){.width = 600, .scale = TT_SCALE_TIME});
	assert_lines("crowd.txt", &story, &(struct tt_term_options){.width = 90, .utf8 = true, .title = "the-app"});
	assert_lines("crowd-order.txt", &story,
	             &(struct tt_term_options){.width = 60, .utf8 = true, .scale = TT_SCALE_ORDER});
	story_free(&story);
	tt_symbols_free(symbols);
	(void)state;
}

/* A short while of a long trace: labels of the axis have many digits, and some no room. */
static void test_window(void **state)
{
	static const int64_t s = 1000000; /* in microseconds */
	const struct tt_selection window = {.from_ns = STORY_ORIGIN + 100 * s * 1000 + 5000,
	                                    .to_ns = STORY_ORIGIN + 100 * s * 1000 + 40000};
	struct story story = story_begin(&window);

	START(&story, 0, MAIN);
	AT(&story, 10, MAIN, thread_create, .id = 2);
	START(&story, 20, 2);
	for (int64_t at = 100 * s; at < 100 * s + 50; at += 10) {
		AT(&story, at, 2, lock_acquired, .id = 10, .name = "A", .depth = 1);
		AT(&story, at + 3, MAIN, lock_wait, .id = 10, .name = "A", .holder = 2);
		AT(&story, at + 6, 2, lock_released, .id = 10, .name = "A");
		AT(&story, at + 7, MAIN, lock_acquired, .id = 10, .name = "A", .waker = 2, .depth = 1);
		AT(&story, at + 8, MAIN, lock_released, .id = 10, .name = "A");
	}
	EXIT(&story, 101 * s, 2);
	story_end(&story, 0);
	assert_picture("window.svg", &story, &(struct tt_svg_options){.width = 700, .scale = TT_SCALE_TIME});
	assert_lines("window.txt", &story, &(struct tt_term_options){.width = 90, .scale = TT_SCALE_TIME});
	story_free(&story);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_deadlock), cmocka_unit_test(test_condition), cmocka_unit_test(test_everything),
	    cmocka_unit_test(test_crowd),    cmocka_unit_test(test_window),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
