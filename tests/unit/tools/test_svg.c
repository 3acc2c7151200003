/* SPDX-License-Identifier: MIT */
/* The timeline as SVG: it is read back with libxml2, and its parts are counted and measured. */
#include "tests/unit/tools/leaks.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "tests/unit/tools/story.h"
#include "tools/timeline/svg/svg.h"

/* A picture of a story, read back. */
struct picture {
	char *text;
	xmlDoc *document;
	xmlXPathContext *paths;
};

static struct picture picture_of(const struct story *story, const struct tt_svg_options *options)
{
	struct picture picture = {.text = tt_svg_text(story->lanes, options)};

	picture.document =
	    xmlReadMemory(picture.text, (int)strlen(picture.text), "picture.svg", "UTF-8", XML_PARSE_NONET);
	assert_non_null(picture.document);
	picture.paths = xmlXPathNewContext(picture.document);
	xmlXPathRegisterNs(picture.paths, BAD_CAST "s", BAD_CAST "http://www.w3.org/2000/svg");
	return picture;
}

static void picture_free(struct picture *picture)
{
	xmlXPathFreeContext(picture->paths);
	xmlFreeDoc(picture->document);
	g_free(picture->text);
}

static double number(const struct picture *picture, const char *path)
{
	xmlXPathObject *result = xmlXPathEvalExpression(BAD_CAST path, picture->paths);
	assert_non_null(result);
	double value = xmlXPathCastToNumber(result);
	xmlXPathFreeObject(result);
	return value;
}

static void assert_count(const struct picture *picture, const char *path, int expected)
{
	g_autofree char *count = g_strdup_printf("count(%s)", path);
	if ((int)number(picture, count) != expected)
		fail_msg("%s: %d, not %d", path, (int)number(picture, count), expected);
}

/* What is drawn in a lane says what it is, to whom points at it. The legend, which comes last, has no need to. */
static void assert_titles(const struct picture *picture)
{
	assert_count(picture,
	             "//s:rect[@class='run' or starts-with(@class, 'hold') or starts-with(@class, 'wait')]"
	             "[not(s:title)][following::s:text[@class='mono name']]",
	             0);
	assert_count(picture,
	             "//s:path[starts-with(@class, 'arrow')][not(s:title)][following::s:text[@class='mono name']]", 0);
}

/* Nothing sticks out of the page. */
static void assert_within(const struct picture *picture)
{
	assert_count(picture, "//s:rect[@x and @x + @width > /s:svg/@width]", 0);
	assert_count(picture, "//s:rect[@y and @y + @height > /s:svg/@height]", 0);
	assert_count(picture, "//s:text[@y > /s:svg/@height or @x > /s:svg/@width or @x < 0 or @y < 0]", 0);
	assert_count(picture, "//s:rect[@width <= 0 or @height <= 0]", 0);
}

static void test_deadlock(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	story_of_deadlock(&story);
	struct picture picture = picture_of(&story, &(struct tt_svg_options){.title = "deadlock"});

	assert_count(&picture, "/s:svg[@width='1200']", 1);
	assert_count(&picture, "//s:text[@class='h1'][.='deadlock']", 1);
	/* Each of the three is blocked, and says on what; the legend has one more sample. */
	assert_count(&picture, "//s:rect[contains(@class, 'blocked')][s:title]", 3);
	assert_count(&picture, "//s:text[contains(@class, 'stuck')][.='blocked: A' or .='blocked: B']", 2);
	/* Two holds, with a title. */
	assert_count(&picture, "//s:rect[starts-with(@class, 'hold')][contains(s:title, ' holds lock ')]", 2);
	assert_count(&picture, "//s:text[@class='mono name']", 3);
	assert_count(&picture, "//s:text[@class='mono name'][contains(s:title, 'made by MainThread')]", 2);
	assert_count(&picture, "//s:path[starts-with(@class, 'arrow')][contains(s:title, 'starts')]", 2);
	assert_count(&picture, "//s:path[@class='cut']", 2);
	/* Who waits for A has the colour of who holds A. */
	assert_count(&picture,
	             "//s:rect[contains(s:title, 'bob waits for lock A')][starts-with(@class, concat('wait', "
	             "substring(//s:rect[contains(s:title, 'alice holds lock A')]/@class, 5)))]",
	             1);
	assert_within(&picture);
	assert_titles(&picture);
	picture_free(&picture);
	story_free(&story);
}

static void test_condition(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	story_of_condition(&story);
	struct picture picture = picture_of(&story, &(struct tt_svg_options){.width = 900});

	assert_count(&picture, "/s:svg[@width='900']", 1);
	assert_count(&picture, "//s:path[contains(s:title, 'lets') and contains(s:title, 'by condition cond')]", 2);
	assert_count(&picture, "//s:path[@class='exit'][contains(s:title, 'returned at')]", 4);
	assert_count(&picture, "//s:circle[@class='log'][contains(s:title, 'Starting consumer thread')]", 2);
	/* The condition and its own lock are one colour, and one entry of the legend. */
	assert_count(&picture, "//s:rect[starts-with(@class, 'hold0')][s:title]", 5);
	assert_count(&picture, "//s:text[@class='mono note'][.='condition cond']", 1);
	assert_count(&picture, "//s:text[@class='mono note']", 1);
	assert_within(&picture);
	assert_titles(&picture);
	picture_free(&picture);
	story_free(&story);
}

static void test_nothing(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	story_end(&story, 0);
	struct picture picture = picture_of(&story, &(struct tt_svg_options){0});
	assert_count(&picture, "//s:text[.='Nothing to show.']", 1);
	picture_free(&picture);
	story_free(&story);
}

static void test_hard_names(void **state)
{
	(void)state;
	static const char *const names[] = {
	    "<&\"'>",
	    "]]>",
	    "工人\U0001F469\u200d\U0001F680",
	    "عامل",
	    "a\x01\x1b\n\ufffe",
	    "\xff",
	    "a name of a thread that is much longer than there is room for it anywhere"};
	struct story story = story_begin(NULL);
	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		int64_t at = INT64_C(100) * i;
		story.names[i + 1] = names[i];
		START(&story, at, i + 1);
		AT(&story, at + 20, i + 1, log_message, .level = TT_LOG_INFO, .text = names[i]);
		AT(&story, at + 50, i + 1, event_wait, .id = 80 + i, .name = names[i]);
	}
	story_end(&story, 0);
	struct picture picture = picture_of(&story, &(struct tt_svg_options){.title = names[0]});
	assert_count(&picture, "//s:text[@class='h1'][starts-with(., '<&')]", 1);
	assert_count(&picture, "//s:text[@class='mono name'][starts-with(., '<&')]", 1);
	assert_count(&picture, "//s:text[@class='mono name'][contains(., '…')]", 1);
	assert_within(&picture);
	assert_titles(&picture);
	picture_free(&picture);
	story_free(&story);
}

/* So much is thinned: the picture stays small, and says how much it leaves out. */
static void test_many(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	for (unsigned i = 1; i <= 100; i++)
		START(&story, i, i);
	for (unsigned i = 0; i < 25000; i++) {
		unsigned holder = 1 + i % 100, waiter = 1 + (i + 1) % 100;
		AT(&story, 200 + 8 * i, holder, lock_acquired, .id = 500, .name = "A", .depth = 1);
		AT(&story, 202 + 8 * i, waiter, lock_wait, .id = 500, .name = "A", .holder = holder);
		AT(&story, 204 + 8 * i, holder, lock_released, .id = 500, .name = "A");
		AT(&story, 206 + 8 * i, holder, log_message, .level = TT_LOG_INFO, .text = "released");
	}
	story_end(&story, 0);
	struct picture picture = picture_of(&story, &(struct tt_svg_options){0});
	assert_in_range(strlen(picture.text), 100000, 2000000);
	assert_count(&picture, "//s:text[contains(., 'spans, holds and marks drawn together')]", 1);
	assert_count(&picture, "//s:text[contains(., 'arrows left out')]", 1);
	assert_count(&picture, "//s:text[@class='mono name']", 100);
	assert_count(&picture, "//s:path[contains(@class, 'many')]", 300);
	assert_within(&picture);
	assert_titles(&picture);
	picture_free(&picture);
	story_free(&story);
}

static void test_two_processes(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	story.pid = 200;
	AT(&story, 10, MAIN, thread_start, .id = MAIN, .ppid = 100);
	EXIT(&story, 20, MAIN);
	story_end(&story, 0);
	struct picture picture = picture_of(&story, &(struct tt_svg_options){0});
	assert_count(&picture, "//s:text[.='process 200, child of 100']", 1);
	assert_count(&picture, "//s:text[.='process 100']", 1);
	picture_free(&picture);
	story_free(&story);
}

/* Who points at a wait reads how it ended: by whom, or by its time limit. */
static void test_outcomes_of_waits(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	START(&story, 10, 2);
	AT(&story, 100, 2, event_wait, .id = 50, .name = "ready");
	AT(&story, 200, MAIN, event_set, .id = 50, .name = "ready");
	AT(&story, 210, 2, event_woken, .id = 50, .name = "ready", .result = TT_WAKE_SET, .waker = MAIN);
	story_tell(
	    &story, 300, 2,
	    (struct tt_event){.type = TT_EVENT_lock_wait, .id = 51, .name = "A", .holder = MAIN, .timeout_ns = 50000});
	AT(&story, 400, 2, lock_failed, .id = 51, .name = "A", .why = TT_FAILURE_TIMEOUT);
	AT(&story, 500, 2, lock_wait, .id = 51, .name = "A", .holder = MAIN);
	AT(&story, 600, 2, lock_acquired, .id = 51, .name = "A", .depth = 1);
	story_end(&story, 700);
	struct picture picture = picture_of(&story, &(struct tt_svg_options){0});
	assert_count(&picture, "//s:rect[starts-with(@class, 'wait')][contains(s:title, 'woken by MainThread')]", 1);
	assert_count(&picture, "//s:rect[starts-with(@class, 'wait')][contains(s:title, 'timed out')]", 1);
	assert_count(&picture, "//s:rect[starts-with(@class, 'wait')][contains(s:title, 'waits for lock A')]", 2);
	picture_free(&picture);
	story_free(&story);
}

/* The numbers at the beginning of the titles with this text, added up: how many there are, how long, in how much, in
 * microseconds. */
static unsigned sum_of(const struct picture *picture, const char *what, double *together, double *in)
{
	g_autofree char *path = g_strdup_printf("//s:g/s:title[contains(., ' %s, together ')]", what);
	xmlXPathObject *boxes = xmlXPathEvalExpression(BAD_CAST path, picture->paths);
	unsigned all = 0;

	assert_non_null(boxes);
	*together = *in = 0;
	for (int i = 0; i < boxes->nodesetval->nodeNr; i++) {
		xmlChar *title = xmlNodeGetContent(boxes->nodesetval->nodeTab[i]);
		g_autofree char *plain = g_strdup((const char *)title);
		unsigned n = 0;
		double length = 0, whole = 0;
		int got = sscanf(plain, "%u", &n);
		const char *at = strstr(plain, "together ");
		char unit[8] = "", unit_of_whole[8] = "";
		got += sscanf(at, "together %lf %7s of %lf %7[^,]", &length, unit, &whole, unit_of_whole);
		assert_int_equal(got, 5);
		length *= strcmp(unit, "ms") == 0 ? 1000 : 1;
		whole *= strcmp(unit_of_whole, "ms") == 0 ? 1000 : 1;
		assert_true(length <= whole);
		all += n;
		*together += length;
		*in += whole;
		xmlFree(title);
	}
	xmlXPathFreeObject(boxes);
	return all;
}

/* Holds that are too narrow to be drawn alone are one box, which says how many they are and how long together. */
static void test_narrow_holds_add_up(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	for (unsigned i = 0; i < 20000; i++) {
		AT(&story, 100 + 10 * i, MAIN, lock_acquired, .id = 50, .name = "A", .depth = 1);
		AT(&story, 103 + 10 * i, MAIN, lock_released, .id = 50, .name = "A");
	}
	story_end(&story, 0);
	struct picture picture = picture_of(&story, &(struct tt_svg_options){0});
	double together, in;
	assert_int_equal(sum_of(&picture, "holds", &together, &in), 20000);
	assert_true(fabs(together - 60000) < 1);
	assert_true(in > 60000 && in < 200000);
	picture_free(&picture);
	story_free(&story);
}

/* Waits of which each is 4 of 10 µs: together they are, and as high as that share of their boxes. */
static void test_narrow_waits_add_up(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	START(&story, 10, 2);
	for (unsigned i = 0; i < 20000; i++) {
		AT(&story, 100 + 10 * i, MAIN, event_wait, .id = 50, .name = "E");
		AT(&story, 104 + 10 * i, MAIN, event_woken, .id = 50, .name = "E", .result = TT_WAKE_NOTIFIED);
	}
	story_end(&story, 0);
	struct picture picture = picture_of(&story, &(struct tt_svg_options){0});
	double together, in;
	unsigned waits = sum_of(&picture, "waits", &together, &in);
	assert_true(waits > 19900);
	assert_true(fabs(together - 4.0 * waits) < 0.5);
	assert_true(in > 9.5 * waits && in < 10.5 * waits);
	assert_count(&picture, "//s:g[s:title[contains(., ' waits, together ')]]/s:rect[@class='idle']",
	             (int)number(&picture, "count(//s:title[contains(., ' waits, together ')])"));
	/* The sample of the legend. */
	assert_count(&picture, "//s:rect[@class='idle'][@width='26'][@height='12']", 1);
	assert_count(&picture, "//s:rect[@class='busy'][@width='26'][@height='6']", 1);
	/* Heights of the two, in each box. */
	assert_count(&picture,
	             "//s:rect[@class='busy'][../s:title[contains(., ' waits')]]"
	             "[@height < 0.35 * ../s:rect[@class='idle']/@height or @height > 0.45 * "
	             "../s:rect[@class='idle']/@height]",
	             0);
	picture_free(&picture);
	story_free(&story);
}

/* In each place stands the worst of the marks, and how many more there are. */
static void test_crowded_marks(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	START(&story, 0, MAIN);
	for (unsigned i = 0; i < 20000; i++) {
		if (i % 500 == 250)
			AT(&story, 100 + 10 * i, MAIN, misuse, .id = 10, .name = "A", .call = "unlock");
		else
			AT(&story, 100 + 10 * i, MAIN, log_message, .level = TT_LOG_INFO, .text = "said");
	}
	story_end(&story, 0);
	struct picture picture = picture_of(&story, &(struct tt_svg_options){0});
	const char *marks = "//*[contains(s:title, ' more here')]";
	g_autofree char *path = g_strdup_printf("%s/s:title", marks);
	xmlXPathObject *titles = xmlXPathEvalExpression(BAD_CAST path, picture.paths);
	unsigned all = 0, misuses = 0;
	for (int i = 0; i < titles->nodesetval->nodeNr; i++) {
		xmlChar *title = xmlNodeGetContent(titles->nodesetval->nodeTab[i]);
		unsigned more = 0;
		const char *at = strstr((const char *)title, "\nand ");
		assert_non_null(at);
		assert_int_equal(sscanf(at, "\nand %u more here", &more), 1);
		all += more + 1;
		misuses += strstr((const char *)title, "unlock") != NULL;
		xmlFree(title);
	}
	xmlXPathFreeObject(titles);
	assert_true(all > 19900 && all <= 20000);
	assert_true(misuses > 30 && misuses <= 40);
	picture_free(&picture);
	story_free(&story);
}

/* How a thread ended stands after its lane where there is room on the page, and never beyond it. */
static void test_room_for_an_ending(void **state)
{
	(void)state;
	for (int early = 0; early < 2; early++) {
		struct story story = story_begin(NULL);
		START(&story, 0, MAIN);
		START(&story, 1, 2);
		AT(&story, early ? 100 : 990, 2, thread_exit, .id = 2, .how = TT_END_CANCELLED);
		EXIT(&story, 1000, MAIN);
		story_end(&story, 0);
		struct picture picture = picture_of(&story, &(struct tt_svg_options){0});
		assert_count(&picture, "//s:text[@class='note'][.='cancelled']", early);
		picture_free(&picture);
		story_free(&story);
	}
}

/* Text is never smaller than 11 pixels. */
static void test_text_is_readable(void **state)
{
	(void)state;
	struct story story = story_begin(NULL);
	story_of_deadlock(&story);
	g_autofree char *text = tt_svg_text(story.lanes, &(struct tt_svg_options){0});
	g_autoptr(GRegex) sizes = g_regex_new("font-size:([0-9.]+)px", 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	int found = 0;
	for (g_regex_match(sizes, text, 0, &match); g_match_info_matches(match); g_match_info_next(match, NULL)) {
		g_autofree char *size = g_match_info_fetch(match, 1);
		assert_true(g_ascii_strtod(size, NULL) >= 11);
		found++;
	}
	assert_true(found >= 3);
	story_free(&story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_deadlock),
	    cmocka_unit_test(test_condition),
	    cmocka_unit_test(test_nothing),
	    cmocka_unit_test(test_hard_names),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_two_processes),
	    cmocka_unit_test(test_outcomes_of_waits),
	    cmocka_unit_test(test_narrow_holds_add_up),
	    cmocka_unit_test(test_narrow_waits_add_up),
	    cmocka_unit_test(test_crowded_marks),
	    cmocka_unit_test(test_room_for_an_ending),
	    cmocka_unit_test(test_text_is_readable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
