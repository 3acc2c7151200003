/* SPDX-License-Identifier: MIT */
#include "db_files.h"

/* Files of lock orders: joining them is the union of sets. */

static void assert_same(const char *a, const char *b)
{
	g_autofree char *x = dump(a), *y = dump(b);

	assert_string_equal(x, y);
}

/* Joins the others into the first, in this order. */
static void join_all(const char *out, const char *const *in)
{
	struct tt_db *db = open_db(out, TT_DB_WRITE);
	g_autoptr(GError) error = NULL;

	tt_db_begin(db);
	for (; *in; in++) {
		struct tt_db *from = open_db(*in, TT_DB_READ);
		tt_db_put_all(db, from);
		tt_db_close(from);
	}
	if (!tt_db_commit(db, &error))
		fail_msg("%s", error->message);
	tt_db_close(db);
}

#define JOIN(out, ...) join_all(out, (const char *const[]){__VA_ARGS__, NULL})

static void test_same_run_twice_changes_nothing(void **state)
{
	struct runs runs = runs_begin();
	g_autofree char *once = NULL, *twice = NULL;

	ADD(&runs, 101, A, B, C);
	once = dump(runs.path);
	ADD(&runs, 101, A, B, C);
	twice = dump(runs.path);
	assert_string_equal(once, twice);
	ADD(&runs, 102, A, B, C);
	g_autofree char *more = dump(runs.path);
	assert_string_not_equal(once, more);
	runs_end(&runs);
	(void)state;
}

static void test_joining_is_a_union(void **state)
{
	struct runs one = runs_begin(), two = runs_begin(), both = runs_begin();
	g_autofree char *forth = beside(&one, "forth"), *back = beside(&one, "back"), *again = beside(&one, "again");

	ADD(&one, 101, A, B, C);
	ADD(&both, 101, A, B, C);
	ADD(&one, 102, G, A);
	ADD(&both, 102, G, A);
	ADD(&two, 103, B, A);
	ADD(&both, 103, B, A);
	ADD(&two, 102, G, A); /* both have it */
	JOIN(forth, one.path, two.path);
	JOIN(back, two.path, one.path);
	assert_same(forth, back);
	assert_same(forth, both.path);
	JOIN(again, forth, back, one.path, two.path);
	JOIN(again, forth);
	assert_same(forth, again);
	g_unlink(forth);
	g_unlink(back);
	g_unlink(again);
	runs_end(&one);
	runs_end(&two);
	runs_end(&both);
	(void)state;
}

/* Some rows of a small world, so that two files often have the same: `seed` says which. */
static void put_some(struct tt_db *db, guint32 seed)
{
	static const char *const names[] = {"A", "B", "C", "D"};
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);

	for (int n = g_rand_int_range(random, 0, 12); n > 0; n--) {
		struct tt_class classes[3];
		struct tt_db_run run = {.program = "test", .pid = (uint32_t)g_rand_int_range(random, 1, 4)};
		int first = g_rand_int_range(random, 0, 4);
		for (int i = 0; i < 3; i++) {
			classes[i] = (struct tt_class){.kind = TT_CLASS_NAME,
			                               .lock = "mutex",
			                               .name = names[(first + i) % 4],
			                               .module = "libq.so",
			                               .file = ""};
			tt_class_identify(&classes[i]);
			tt_db_put_class(db, &classes[i]);
		}
		struct tt_order order = {
		    .held = &classes[0], .wanted = &classes[1], .held_site = "f", .wanted_site = "g"};
		struct tt_gate gate = {&classes[2], (enum tt_mode)g_rand_int_range(random, 0, 2)};
		order.timed = g_rand_boolean(random);
		order.gates = g_array_new(FALSE, FALSE, sizeof gate);
		g_array_append_vals(order.gates, &gate, (guint)g_rand_int_range(random, 0, 2));
		tt_order_identify(&order);
		tt_run_identify(&run, "recording");
		tt_db_put_run(db, &run);
		tt_db_put_order(db, &order);
		tt_db_put_seen(db, &order, &(struct tt_occurrence){.run = &run, .thread = 1, .role = "T"});
		g_array_free(order.gates, TRUE);
	}
}

/* For any files a, b, c: ab = ba, (ab)c = a(bc), aa = a, and a with nothing is a. */
static void test_laws_of_joining(void **state)
{
	struct runs runs = runs_begin();
	static const char *const names[] = {"a", "b", "c", "ab", "ba", "ab.c", "bc", "a.bc", "aa", "0", "a0"};
	char *paths[G_N_ELEMENTS(names)];
	enum { A_, B_, C_, AB, BA, AB_C, BC, A_BC, AA, NONE, A_NONE };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		paths[i] = beside(&runs, names[i]);
	for (guint32 round = 0; round < 10; round++) {
		for (guint32 i = A_; i <= C_; i++) {
			struct tt_db *db = open_db(paths[i], TT_DB_WRITE);
			tt_db_begin(db);
			put_some(db, round * 3 + i);
			assert_true(tt_db_commit(db, NULL));
			tt_db_close(db);
		}
		JOIN(paths[AB], paths[A_], paths[B_]);
		JOIN(paths[BA], paths[B_], paths[A_]);
		JOIN(paths[AB_C], paths[AB], paths[C_]);
		JOIN(paths[BC], paths[B_], paths[C_]);
		JOIN(paths[A_BC], paths[A_], paths[BC]);
		JOIN(paths[AA], paths[A_], paths[A_]);
		join_all(paths[NONE], (const char *const[]){NULL});
		JOIN(paths[A_NONE], paths[NONE], paths[A_], paths[NONE]);
		assert_same(paths[AB], paths[BA]);
		assert_same(paths[AB_C], paths[A_BC]);
		assert_same(paths[AA], paths[A_]);
		assert_same(paths[A_NONE], paths[A_]);
		for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
			g_unlink(paths[i]);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		g_free(paths[i]);
	runs_end(&runs);
	(void)state;
}

/* What two machines have seen apart is found when it is put together. */
static void test_inversion_of_two_machines(void **state)
{
	struct runs one = runs_begin(), two = runs_begin();
	struct feed feed;

	ADD(&one, 101, A, B);
	ADD(&two, 102, B, A);
	JOIN(one.path, two.path);
	feed = the_run(&one, "libq.so", 101);
	NESTS(&feed, T1, A, B);
	assert_n(&feed, 1);
	assert_string_equal(found(&feed, 0)->rule->id, "TT012");
	feed_free(&feed);
	runs_end(&one);
	runs_end(&two);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same_run_twice_changes_nothing),
	    cmocka_unit_test(test_joining_is_a_union),
	    cmocka_unit_test(test_inversion_of_two_machines),
	    cmocka_unit_test(test_laws_of_joining),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
