/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db_files.h"

/* Files of lock orders that cannot be used: told in one line, with nothing half-written. */

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
	g_file_set_contents(text, "", 0, NULL);
	assert_refused(text, TT_DB_READ, "has nothing in it yet: add a run");
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

/* A file with our mark and other tables: what a foreign one may hold is not looked into. */
static void test_other_tables(void **state)
{
	static const char *const changes[] = {
	    "DROP TABLE seen",
	    ("DROP TABLE class; CREATE VIEW class AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
	     " SELECT i AS id, 0 AS kind, '' AS lock, '' AS name, '' AS module, '' AS file FROM n"),
	    "DROP TABLE pair; CREATE TABLE pair(held BLOB, wanted BLOB AS (zeroblob(1000000000)), PRIMARY KEY(held))",
	    "ALTER TABLE run ADD COLUMN more TEXT AS (printf('%.*c', 1000000000, 'x'))",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		struct runs runs = runs_begin();
		ADD(&runs, 101, A, B);
		execute(runs.path, changes[i]);
		assert_refused(runs.path, TT_DB_READ, "make it anew from the traces");
		assert_refused(runs.path, TT_DB_WRITE, "make it anew from the traces");
		runs_end(&runs);
	}
}

/* Beside ours, views and triggers of somebody's stay unused: also those without an end. */
static void test_views_beside(void **state)
{
	struct runs runs = runs_begin();
	g_autoptr(GError) error = NULL;

	(void)state;
	ADD(&runs, 101, A, B);
	execute(runs.path,
	        "CREATE VIEW mine AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;"
	        "CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM class; END");
	ADD(&runs, 102, B, A);
	struct tt_db *db = open_db(runs.path, TT_DB_READ);
	struct tt_db_snapshot *picture = tt_db_snapshot_read(db, &error);
	assert_non_null(picture);
	assert_int_equal(picture->runs->len, 2);
	assert_int_equal(picture->orders->len, 2);
	tt_db_snapshot_free(picture);
	tt_db_run(db, "SELECT count(*) FROM mine");
	assert_false(tt_db_ok(db, &error));
	tt_db_close(db);
	runs_end(&runs);
}

/* Names in it are shown: a line feed, an escape, a change of direction. */
static void test_names_in_it(void **state)
{
	struct runs runs = runs_begin();
	g_autoptr(GError) error = NULL;

	(void)state;
	ADD(&runs, 101, A, B);
	execute(runs.path, "UPDATE run SET program = 'a' || char(10, 27, 8238, 155) || 'b'");
	struct tt_db *db = open_db(runs.path, TT_DB_READ);
	struct tt_db_snapshot *picture = tt_db_snapshot_read(db, &error);
	assert_non_null(picture);
	assert_string_equal(((struct tt_db_run *)picture->runs->pdata[0])->program, "a????b");
	tt_db_snapshot_free(picture);
	tt_db_close(db);
	runs_end(&runs);
}

/* A check that is to add to what is there now: it fails, and that stays as it is. */
static void assert_damaged(struct runs *runs, const char *bytes, gsize size)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *after = NULL;
	gsize size_after;

	assert_true(g_file_set_contents(runs->path, bytes, (gssize)size, NULL));
	tt_db_close(runs->db);
	runs->db = tt_db_open(runs->path, TT_DB_WRITE, &error);
	if (runs->db) {
		struct feed feed = the_run(runs, "libq.so", 102);
		NESTS(&feed, T1, A, B);
		feed_finish(&feed);
		assert_non_null(feed.check->failure);
		error = g_error_copy(feed.check->failure);
		feed_free(&feed);
	}
	assert_non_null(strstr(error->message, "is damaged: go back to a copy of it"));
	assert_true(g_file_get_contents(runs->path, &after, &size_after, NULL));
	assert_int_equal(size_after, size);
	assert_memory_equal(after, bytes, size);
}

/* What is no id is read as one of zeros: of several runs with that the first one counts, and is there to the end. */
static void test_runs_without_an_id(void **state)
{
	struct runs runs = runs_begin();
	g_autoptr(GError) error = NULL;

	ADD(&runs, 101, A, B);
	execute(runs.path,
	        "INSERT INTO run(id, program, pid, begin_ns) VALUES(x'', 'first', 1, 1), (x'00', 'second', 2, 2),"
	        "(x'0000', 'third', 3, 3); UPDATE seen SET run = x'00'");
	struct tt_db *db = open_db(runs.path, TT_DB_READ);
	struct tt_db_snapshot *picture = tt_db_snapshot_read(db, &error);
	assert_non_null(picture);
	assert_int_equal(picture->runs->len, 2);
	assert_string_equal(((struct tt_db_run *)picture->runs->pdata[0])->program, "first");
	const struct tt_order *order = picture->orders->pdata[0];
	assert_string_equal(((struct tt_occurrence *)order->seen->pdata[0])->run->program, "first");
	tt_db_snapshot_free(picture);
	tt_db_close(db);
	runs_end(&runs);
	(void)state;
}

/* A file that was cut off, and one with something else in a page. */
static void test_damaged_by_the_disk(void **state)
{
	enum { PAGE = 4096 };
	struct runs runs = runs_begin();
	g_autofree char *bytes = NULL;
	gsize size;

	ADD(&runs, 101, A, B);
	assert_true(g_file_get_contents(runs.path, &bytes, &size, NULL));
	assert_true(size > 2 * PAGE);
	assert_damaged(&runs, bytes, PAGE);
	memset(bytes + PAGE, '#', PAGE);
	assert_damaged(&runs, bytes, size);
	runs_end(&runs);
	(void)state;
}

/* Nothing is made before something is written, and nothing of what fails is left. */
static void test_nothing_half_written(void **state)
{
	struct runs runs = runs_begin();

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

/* A child begins to add, has a part of it in the file already, and is killed. */
static void kill_in_the_middle(const char *path)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct tt_db *db = tt_db_open(path, TT_DB_WRITE, NULL);
		tt_db_begin(db);
		tt_db_put_run(db, &(struct tt_db_run){.program = "killed", .pid = 1});
		sqlite3_db_cacheflush(db->handle);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

/* Whoever comes next, and be it to read, undoes what one that was killed has begun. */
static void test_killed_in_the_middle(void **state)
{
	struct runs runs = runs_begin();
	g_autofree char *journal = g_strconcat(runs.path, "-journal", NULL);

	ADD(&runs, 101, A, B);
	for (enum tt_db_use use = TT_DB_READ; use <= TT_DB_WRITE; use++) {
		g_autofree char *before = dump(runs.path);
		kill_in_the_middle(runs.path);
		assert_true(g_file_test(journal, G_FILE_TEST_EXISTS));
		struct tt_db *db = open_db(runs.path, use);
		struct tt_db_snapshot *picture = tt_db_snapshot_read(db, NULL);
		assert_int_equal(picture->runs->len, 1);
		tt_db_snapshot_free(picture);
		tt_db_close(db);
		g_autofree char *after = dump(runs.path);
		assert_string_equal(before, after);
	}
	ADD(&runs, 102, A, B);
	runs_end(&runs);
	(void)state;
}

/* In a child that is not root: 0 if tt_db_open fails for that reason; NULL: if it does not fail. */
static int open_as_nobody(const char *path, enum tt_db_use use, const char *why)
{
	enum { NOBODY = 65534 };
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		GError *error = NULL;
		if (geteuid() == 0 && setuid(NOBODY))
			_exit(2);
		struct tt_db *db = tt_db_open(path, use, &error);
		bool as_said = why ? error && strstr(error->message, why) : db != NULL;
		if (!as_said)
			fprintf(stderr, "%s\n", error ? error->message : "it is opened");
		_exit(!as_said);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_may_only_be_read(void **state)
{
	struct runs runs = runs_begin();
	g_autofree char *journal = g_strconcat(runs.path, "-journal", NULL);

	ADD(&runs, 101, A, B);
	assert_int_equal(chmod(runs.folder, 0555), 0);
	assert_int_equal(chmod(runs.path, 0444), 0);
	assert_int_equal(open_as_nobody(runs.path, TT_DB_READ, NULL), 0);
	assert_int_equal(open_as_nobody(runs.path, TT_DB_WRITE, "cannot be written: see to the permissions"), 0);
	assert_int_equal(chmod(runs.folder, 0755), 0);
	assert_int_equal(chmod(runs.path, 0644), 0);
	kill_in_the_middle(runs.path);
	assert_int_equal(chmod(journal, 0444), 0);
	assert_int_equal(chmod(runs.path, 0444), 0);
	if (geteuid() == 0)
		assert_int_equal(open_as_nobody(runs.path, TT_DB_READ, "left in the middle of a change"), 0);
	assert_int_equal(chmod(runs.path, 0644), 0);
	ADD(&runs, 102, A, B);
	runs_end(&runs);
	(void)state;
}

/* No room: SQLite is told so by a limit of its own. */
static void test_full(void **state)
{
	struct runs runs = runs_begin();
	g_autoptr(GError) error = NULL;

	ADD(&runs, 101, A, B);
	g_autofree char *before = dump(runs.path);
	tt_db_run(runs.db, "PRAGMA max_page_count = 1"); /* no more than it has */
	tt_db_begin(runs.db);
	for (guint i = 1; i < 1000; i++) {
		struct tt_db_run run = {.program = "much", .pid = i};
		tt_run_identify(&run, NULL);
		tt_db_put_run(runs.db, &run);
	}
	assert_false(tt_db_commit(runs.db, &error));
	assert_non_null(strstr(error->message, "there is no room on the disk; make some"));
	g_autofree char *after = dump(runs.path);
	assert_string_equal(before, after);
	runs_end(&runs);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_no_database),
	    cmocka_unit_test(test_later_version),
	    cmocka_unit_test(test_other_tables),
	    cmocka_unit_test(test_views_beside),
	    cmocka_unit_test(test_names_in_it),
	    cmocka_unit_test(test_runs_without_an_id),
	    cmocka_unit_test(test_damaged_by_the_disk),
	    cmocka_unit_test(test_nothing_half_written),
	    cmocka_unit_test(test_busy),
	    cmocka_unit_test(test_killed_in_the_middle),
	    cmocka_unit_test(test_may_only_be_read),
	    cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
