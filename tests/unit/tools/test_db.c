#include <sqlite3.h>

#include "runs.h"

/* Files of lock orders: joining them is the union of sets; what is no such file is said in one line. */

/* All rows of all tables, as text. The caller's to free. */
static char *dump(const char *path)
{
	static const char *const tables[] = {"class", "run", "lock_order", "pair", "gate", "seen"};
	GString *text = g_string_new(NULL);
	sqlite3 *handle;

	assert_int_equal(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		g_autofree char *sql = g_strdup_printf("SELECT * FROM %s", tables[i]);
		sqlite3_stmt *rows;
		assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &rows, NULL), SQLITE_OK);
		while (sqlite3_step(rows) == SQLITE_ROW) {
			g_string_append(text, tables[i]);
			for (int j = 0; j < sqlite3_column_count(rows); j++) {
				const unsigned char *bytes = sqlite3_column_blob(rows, j);
				for (int k = 0; k < sqlite3_column_bytes(rows, j); k++)
					g_string_append_printf(text, "%s%02x", k ? "" : " ", bytes[k]);
			}
			g_string_append_c(text, '\n');
		}
		sqlite3_finalize(rows);
	}
	sqlite3_close(handle);
	return g_string_free(text, FALSE);
}

static void assert_same(const char *a, const char *b)
{
	g_autofree char *x = dump(a), *y = dump(b);

	assert_string_equal(x, y);
	assert_true(*x != '\0');
}

/* Adds a run of that pid that takes the locks in that order. */
#define ADD(runs, number, ...)                                                                                         \
	do {                                                                                                           \
		struct feed run_ = the_run(runs, "libq.so", number);                                                   \
		NESTS(&run_, T1, __VA_ARGS__);                                                                         \
		feed_finish(&run_);                                                                                    \
		assert_null(run_.check->failure);                                                                      \
		feed_free(&run_);                                                                                      \
	} while (0)

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

static char *beside(const struct runs *runs, const char *name)
{
	return g_build_filename(runs->folder, name, NULL);
}

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

static void assert_refused(const char *path, enum tt_db_use use, const char *why)
{
	g_autoptr(GError) error = NULL;

	assert_null(tt_db_open(path, use, &error));
	assert_non_null(error);
	if (!strstr(error->message, why) || strchr(error->message, '\n'))
		fail_msg("not '%s': %s", why, error->message);
}

static void execute(const char *path, const char *sql)
{
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(handle);
}

static void test_what_is_no_database(void **state)
{
	struct runs runs = runs_begin();
	g_autofree char *text = beside(&runs, "text"), *other = beside(&runs, "other"), *none = beside(&runs, "none/x");

	assert_refused(runs.path, TT_DB_READ, "is no file of lock orders");
	assert_refused(none, TT_DB_READ, "is no file of lock orders");
	assert_refused(none, TT_DB_WRITE, "name a file in a folder that you may write");
	assert_refused(runs.folder, TT_DB_WRITE, "is no file of lock orders");
	g_file_set_contents(text, "This is the text of somebody, and of some length, as a letter is.", -1, NULL);
	assert_refused(text, TT_DB_READ, "is no file of lock orders");
	assert_refused(text, TT_DB_WRITE, "is no file of lock orders");
	execute(other, "CREATE TABLE mine(x); PRAGMA user_version = 1");
	assert_refused(other, TT_DB_WRITE, "is no file of lock orders");
	g_unlink(text);
	g_unlink(other);
	runs_end(&runs);
	(void)state;
}

static void test_later_version(void **state)
{
	struct runs runs = runs_begin();

	ADD(&runs, 101, A, B);
	execute(runs.path, "PRAGMA user_version = 2");
	assert_refused(runs.path, TT_DB_READ, "made by a later version of trace-thr: update");
	assert_refused(runs.path, TT_DB_WRITE, "made by a later version of trace-thr: update");
	runs_end(&runs);
	(void)state;
}

/* A file with our mark and other tables. */
static void test_damaged(void **state)
{
	struct runs runs = runs_begin();
	g_autoptr(GError) error = NULL;
	struct tt_db *from;

	ADD(&runs, 101, A, B);
	execute(runs.path, "DROP TABLE seen");
	from = open_db(runs.path, TT_DB_READ);
	assert_null(tt_picture_read(from, &error));
	assert_non_null(strstr(error->message, "make it anew from the traces"));
	tt_db_close(from);
	runs_end(&runs);
	(void)state;
}

/* Nothing is made before something is written, and nothing of what fails is left. */
static void test_nothing_half_written(void **state)
{
	struct runs runs = runs_begin();
	g_autoptr(GError) error = NULL;

	assert_false(g_file_test(runs.path, G_FILE_TEST_EXISTS));
	ADD(&runs, 101, A, B);
	g_autofree char *before = dump(runs.path);
	tt_db_begin(runs.db);
	tt_db_put_run(runs.db, &(struct tt_db_run){.program = "gone", .pid = 1});
	tt_db_close(runs.db);
	g_autofree char *after = dump(runs.path);
	assert_string_equal(before, after);
	runs.db = open_db(runs.path, TT_DB_WRITE);
	runs_end(&runs);
	(void)state;
}

/* Two at once: the one waits for the other; too long is said. */
static void test_busy(void **state)
{
	struct runs runs = runs_begin();
	g_autoptr(GError) error = NULL;
	struct tt_db *other;

	ADD(&runs, 101, A, B);
	other = open_db(runs.path, TT_DB_WRITE);
	tt_db_set_patience(other, 10);
	tt_db_begin(runs.db);
	tt_db_begin(other);
	assert_false(tt_db_commit(other, &error));
	assert_non_null(strstr(error->message, "in use by another"));
	assert_true(tt_db_commit(runs.db, NULL));
	/* Afterwards it can. */
	tt_db_begin(other);
	assert_true(tt_db_commit(other, NULL));
	tt_db_close(other);
	runs_end(&runs);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same_run_twice_changes_nothing),
	    cmocka_unit_test(test_joining_is_a_union),
	    cmocka_unit_test(test_inversion_of_two_machines),
	    cmocka_unit_test(test_what_is_no_database),
	    cmocka_unit_test(test_later_version),
	    cmocka_unit_test(test_damaged),
	    cmocka_unit_test(test_nothing_half_written),
	    cmocka_unit_test(test_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
