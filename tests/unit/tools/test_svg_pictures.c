/* SPDX-License-Identifier: MIT */
/*
 * Whole pictures, compared with those in pictures/: where things are, how large, and what stands at them. One that
 * differs is written beside the temporary files: look at both in a browser, and copy it over the old one if it is
 * right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/tools/story.h"
#include "tools/timeline/svg/svg.h"

static void assert_picture(const char *name, const struct story *story, const struct tt_svg_options *options)
{
	g_autofree char *here = g_path_get_dirname(__FILE__);
	g_autofree char *path = g_build_filename(here, "pictures", name, NULL);
	g_autofree char *differs = g_build_filename(g_get_tmp_dir(), name, NULL);
	g_autofree char *picture = tt_svg_text(story->lanes, options), *expected = NULL;

	g_file_get_contents(path, &expected, NULL, NULL);
	if (g_strcmp0(picture, expected) == 0)
		return;
	g_file_set_contents(differs, picture, -1, NULL);
	fail_msg("%s: the picture differs from %s", differs, path);
}

static void test_deadlock(void **state)
{
	struct story story = story_begin(NULL);

	story_of_deadlock(&story);
	assert_picture("deadlock.svg", &story, &(struct tt_svg_options){.title = "deadlock"});
	story_free(&story);
	(void)state;
}

static void test_condition(void **state)
{
	struct story story = story_begin(NULL);

	story_of_condition(&story);
	assert_picture("condition.svg", &story, &(struct tt_svg_options){.width = TT_SVG_LEAST_WIDTH});
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
	story_free(&story);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_deadlock),
	    cmocka_unit_test(test_condition),
	    cmocka_unit_test(test_everything),
	};

	return cmocka_run_group_tests_name("svg pictures", tests, NULL, NULL);
}
