/* SPDX-License-Identifier: MIT */
/*
 * A database of lock orders, for people: its runs, its orders, the inversions across its runs; and the report's lines
 * for a file of suppressions. Whole texts, of rows by hand.
 */
#include <stdio.h>
#include <stdlib.h>

#include "reports.h"
#include "tools/check/across/inversions.h"
#include "tools/check/rules.h"
#include "tools/report/lock_orders_text.h"

enum { CLASSES = 3, RUNS = 3, ORDERS = 4 };

static struct world {
	struct tt_class classes[CLASSES];
	struct tt_db_run runs[RUNS];
	struct tt_order orders[ORDERS];
	struct tt_occurrence seen[8];
	struct tt_db_snapshot picture;
} world;

static void add_seen(struct tt_order *order, guint at, guint run, const char *role)
{
	world.seen[at] = (struct tt_occurrence){.run = &world.runs[run], .thread = 1, .role = role};
	g_ptr_array_add(order->seen, &world.seen[at]);
}

static void make_order(guint i, guint held, guint wanted, const char *site)
{
	world.orders[i] = (struct tt_order){.held = &world.classes[held],
	                                    .wanted = &world.classes[wanted],
	                                    .held_site = site,
	                                    .wanted_site = "g b.c:2",
	                                    .gates = g_array_new(FALSE, FALSE, sizeof(struct tt_gate)),
	                                    .seen = g_ptr_array_new()};
	memset(&world.orders[i].id, (int)i + 1, sizeof world.orders[i].id);
}

/* Three classes; three runs, of two programs, of which the last has no order. */
static int begin(void **state)
{
	static const char *const names[CLASSES] = {"A", "B", "C"};

	(void)state;
	world = (struct world){.picture = {.runs = g_ptr_array_new(),
	                                   .orders = g_ptr_array_new(),
	                                   .classes = g_hash_table_new(NULL, NULL)}};
	for (guint i = 0; i < CLASSES; i++) {
		world.classes[i] =
		    (struct tt_class){.lock = "mutex", .name = names[i], .module = "libq.so", .file = ""};
		g_hash_table_add(world.picture.classes, &world.classes[i]);
	}
	for (guint i = 0; i < RUNS; i++) {
		world.runs[i] = (struct tt_db_run){.program = i ? "prog" : "other", .pid = 10 + i};
		g_ptr_array_add(world.picture.runs, &world.runs[i]);
	}
	make_order(0, 1, 2, "f a.c:1");
	make_order(1, 0, 1, "f a.c:2");
	make_order(2, 0, 1, "f a.c:3");
	make_order(3, 0, 2, "f a.c:4");
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (guint i = 0; i < ORDERS; i++) {
		g_array_free(world.orders[i].gates, TRUE);
		g_ptr_array_free(world.orders[i].seen, TRUE);
	}
	g_ptr_array_free(world.picture.runs, TRUE);
	g_ptr_array_free(world.picture.orders, TRUE);
	g_hash_table_destroy(world.picture.classes);
	return 0;
}

static void take(guint i)
{
	g_ptr_array_add(world.picture.orders, &world.orders[i]);
}

/* What a pen wrote, which is closed. */
static char *taken(struct tt_text_writer *pen, char **text)
{
	fclose(pen->out);
	char *copy = g_strdup(*text);
	free(*text);
	return copy;
}

static char *written(void (*put)(struct tt_text_writer *pen, const struct tt_db_snapshot *picture))
{
	struct tt_text_writer pen = {0};
	char *text = NULL;
	size_t size;

	pen.out = open_memstream(&text, &size);
	put(&pen, &world.picture);
	return taken(&pen, &text);
}

/* Who took the order, as a note of the report. */
static char *note_of(guint order, guint seen)
{
	const struct tt_inversion_part part = {&world.orders[order], &world.seen[seen]};
	g_autofree char *said = tt_inversion_part_text(&part);
	struct tt_text_writer pen = {.column = 8};
	char *text = NULL;
	size_t size;

	pen.out = open_memstream(&text, &size);
	tt_put_wrapped(&pen, TT_PLAIN, 10, 104, said);
	return taken(&pen, &text);
}

static void assert_written(void (*put)(struct tt_text_writer *pen, const struct tt_db_snapshot *picture),
                           const char *expected)
{
	char *text = written(put);

	assert_string_equal(text, expected);
	g_free(text);
}

/* How many orders each run has: one that several of its threads took counts once. */
static void test_runs(void **state)
{
	g_autofree char *first = tt_run_text(&world.runs[0]), *second = tt_run_text(&world.runs[1]);
	g_autofree char *third = tt_run_text(&world.runs[2]), *expected = NULL;

	for (guint i = 0; i < 3; i++)
		take(i);
	add_seen(&world.orders[0], 0, 0, "T1");
	add_seen(&world.orders[0], 1, 0, "T2");
	add_seen(&world.orders[0], 2, 1, "T1");
	add_seen(&world.orders[1], 3, 1, "T1");
	expected = g_strdup_printf("%s: 1 lock order\n%s: 2 lock orders\n%s: 0 lock orders\n", first, second, third);
	assert_written(tt_put_runs, expected);
	(void)state;
}

/* By the texts of the classes, each class once; the first who took it, what else was held, how many more. */
static void test_orders(void **state)
{
	struct tt_gate alone = {&world.classes[2], TT_MODE_EXCLUSIVE}, shared = {&world.classes[2], TT_MODE_SHARED};
	g_autofree char *a = tt_class_text(&world.classes[0]), *b = tt_class_text(&world.classes[1]);
	g_autofree char *c = tt_class_text(&world.classes[2]);
	g_autofree char *first = NULL, *other = NULL, *expected = NULL;

	for (guint i = 0; i < ORDERS; i++)
		take(ORDERS - 1 - i);
	add_seen(&world.orders[1], 0, 0, "T1");
	add_seen(&world.orders[1], 1, 1, "T2");
	add_seen(&world.orders[1], 2, 1, "T3");
	add_seen(&world.orders[2], 3, 0, "T4");
	g_array_append_val(world.orders[2].gates, alone);
	g_array_append_val(world.orders[2].gates, shared);
	first = note_of(1, 0);
	other = note_of(2, 3);
	expected = g_strdup_printf("3 runs of 2 programs, 3 lock classes, 4 lock orders\n"
	                           "\n%s\n    before %s\n        %s          and 2 more\n"
	                           "        %s          with %s held\n          with %s, shared, held\n"
	                           "    before %s\n"
	                           "\n%s\n    before %s\n",
	                           a, b, first, other, c, c, c, b, c);
	assert_written(tt_put_orders, expected);
	(void)state;
}

/* One of each; none. */
static void test_head(void **state)
{
	g_autofree char *a = tt_class_text(&world.classes[0]), *c = tt_class_text(&world.classes[2]);
	g_autofree char *one =
	    g_strdup_printf("1 run of 1 program, 1 lock class, 1 lock order\n\n%s\n    before %s\n", a, c);

	g_ptr_array_set_size(world.picture.runs, 1);
	g_hash_table_remove(world.picture.classes, &world.classes[0]);
	g_hash_table_remove(world.picture.classes, &world.classes[1]);
	take(3);
	assert_written(tt_put_orders, one);
	g_ptr_array_set_size(world.picture.runs, 0);
	g_ptr_array_set_size(world.picture.orders, 0);
	g_hash_table_remove_all(world.picture.classes);
	assert_written(tt_put_orders, "0 runs of 0 programs, 0 lock classes, 0 lock orders\n");
	(void)state;
}

/* The same two classes: by the orders' ids. */
static void test_same_classes(void **state)
{
	char *text;

	take(2);
	take(1);
	add_seen(&world.orders[1], 0, 0, "first");
	add_seen(&world.orders[2], 1, 0, "second");
	text = written(tt_put_orders);
	assert_true(strstr(text, "first") < strstr(text, "second"));
	assert_null(strstr(text, "more"));
	assert_ptr_equal(strstr(text, "    before"), g_strrstr(text, "    before"));
	g_free(text);
	(void)state;
}

static char *inversions_written(const struct tt_inversions *inversions, guint *n)
{
	struct tt_text_writer pen = {0};
	char *text = NULL;
	size_t size;

	pen.out = open_memstream(&text, &size);
	*n = tt_put_inversions(&pen, inversions);
	return taken(&pen, &text);
}

/* A circle of two: its verdict, a note for each part, its grounds, what to do. Only what can deadlock counts. */
static void test_inversions(void **state)
{
	struct tt_inversion first = {.parts = g_array_new(FALSE, FALSE, sizeof(struct tt_inversion_part))}, second;
	struct tt_inversions inversions = {.all = g_ptr_array_new(), .complete = G_MAXUINT, .picture = &world.picture};
	guint n;

	add_seen(&world.orders[1], 0, 0, "alice");
	add_seen(&world.orders[0], 1, 1, "bob");
	const struct tt_inversion_part parts[] = {{&world.orders[1], &world.seen[0]},
	                                          {&world.orders[0], &world.seen[1]}};
	g_array_append_vals(first.parts, parts, 2);
	second = first;
	second.why = g_strdup("they cannot");
	g_ptr_array_add(inversions.all, &first);
	g_ptr_array_add(inversions.all, &second);
	char *text = inversions_written(&inversions, &n);
	assert_int_equal(n, 1);
	g_auto(GStrv) told = g_strsplit(text, tt_rules[TT_RULE_ACROSS].id, -1);
	assert_int_equal(g_strv_length(told), 3);
	assert_string_equal(told[0], "");
	for (guint i = 1; i <= 2; i++) {
		g_autofree char *head =
		    g_strdup_printf(" %s (%s): ", tt_rules[TT_RULE_ACROSS].title, i == 1 ? "potential" : "inversion");
		const char *first_in = strstr(told[i], "\n    In"), *last_in = g_strrstr(told[i], "\n    In");
		const char *alice = strstr(told[i], "alice"), *bob = strstr(told[i], "bob");

		assert_true(g_str_has_prefix(told[i], head));
		assert_true(first_in && alice && bob && first_in < alice && alice < bob && first_in < last_in);
		const char *ground = strstr(bob, "\n\n    "), *remedy = strstr(told[i], "\n\n    What to do: ");
		assert_true(ground && remedy && ground < remedy);
		assert_true(g_str_has_suffix(told[i], "\n\n"));
	}
	assert_null(strstr(text, "Limit: "));
	g_free(text);
	inversions.complete = 3;
	text = inversions_written(&inversions, &n);
	assert_non_null(strstr(text, "\n    Limit: "));
	g_free(text);
	g_free(second.why);
	g_array_free(first.parts, TRUE);
	g_ptr_array_free(inversions.all, TRUE);
	(void)state;
}

/* For a file of suppressions: two lines for each that is open and in the report. */
static void test_suppressions(void **state)
{
	struct tt_check_options options = {.fail_on = TT_LEVEL_PREDICTED};
	g_autoptr(GPtrArray) checks = g_ptr_array_new();
	struct tt_report report = {.checks = checks, .options = &options};
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	NESTS(&feed, T1, C, D);
	NESTS(&feed, T2, D, C);
	feed_finish(&feed);
	assert_int_equal(feed.check->findings->len, 2);
	g_ptr_array_add(checks, feed.check);
	for (guint known = 0; known < 2; known++) {
		g_autofree char *line = tt_suppression_for(feed.check, found(&feed, 0));
		g_autofree char *other = tt_suppression_for(feed.check, found(&feed, 1));
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		((struct tt_finding *)feed.check->findings->pdata[1])->known = known;
		tt_report_suppressions(&report, out);
		fclose(out);
		g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
		assert_int_equal(g_strv_length(lines), known ? 3 : 5);
		assert_true(g_str_has_prefix(lines[0], "# "));
		assert_non_null(strstr(lines[0], found(&feed, 0)->verdict));
		assert_string_equal(lines[1], line);
		if (!known)
			assert_string_equal(lines[3], other);
		free(text);
	}
	feed_free(&feed);
	(void)state;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_runs),         TEST(test_orders),     TEST(test_head),
	    TEST(test_same_classes), TEST(test_inversions), TEST(test_suppressions),
	};

	return cmocka_run_group_tests_name("orders", tests, NULL, NULL);
}
