/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/db/db_internal.h"

/* "TThr" in the file's header, and the version of what follows. docs/db.md has it for people. */
enum { APPLICATION = 0x54546872, VERSION = 1, PATIENCE_MS = 60000 };

/* What one step of a statement may take, and how often SQLite asks; the longest text or row, which a name never is. */
enum { STEP_MS = 300000, OPS_BETWEEN_LOOKS = 100000, LONGEST = 16 << 20 };

static const char schema[] = "CREATE TABLE class(id BLOB PRIMARY KEY, kind INTEGER NOT NULL, lock TEXT NOT NULL,"
			     "  name TEXT NOT NULL, module TEXT NOT NULL, file TEXT NOT NULL) STRICT, WITHOUT ROWID;"
			     "CREATE TABLE run(id BLOB PRIMARY KEY, program TEXT NOT NULL, pid INTEGER NOT NULL,"
			     "  begin_ns INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
			     "CREATE TABLE lock_order(id BLOB PRIMARY KEY,"
			     "  held BLOB NOT NULL, held_mode INTEGER NOT NULL, held_site TEXT NOT NULL,"
			     "  wanted BLOB NOT NULL, wanted_mode INTEGER NOT NULL, wanted_site TEXT NOT NULL,"
			     "  timed INTEGER NOT NULL, gates INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
			     "CREATE TABLE pair(held BLOB NOT NULL, wanted BLOB NOT NULL,"
			     "  PRIMARY KEY(held, wanted)) STRICT, WITHOUT ROWID;"
			     "CREATE TABLE gate(lock_order BLOB NOT NULL, class BLOB NOT NULL, mode INTEGER NOT NULL,"
			     "  PRIMARY KEY(lock_order, class)) STRICT, WITHOUT ROWID;"
			     "CREATE TABLE seen(lock_order BLOB NOT NULL, run BLOB NOT NULL, thread INTEGER NOT NULL,"
			     "  role TEXT NOT NULL, PRIMARY KEY(lock_order, run, thread, role)) STRICT, WITHOUT ROWID;"
			     "CREATE INDEX order_pair ON lock_order(held, wanted, gates);";

G_DEFINE_QUARK(tt - db - error - quark, tt_db_error)

#define FAIL(error, ...) g_set_error(error, TT_DB_ERROR, 0, __VA_ARGS__)

/* What is wrong, and the remedy. */
static void set_error(const struct tt_db *db, int code, const char *says, GError **error)
{
	static const struct {
		int code;
		const char *text;
	} known[] = {
	    {SQLITE_BUSY, "is in use by another for too long: try again when that has ended"},
	    {SQLITE_READONLY_ROLLBACK, "was left in the middle of a change by one that was killed, and cannot be "
	                               "mended here: let one who may write it run trace-thr db list on it"},
	    {SQLITE_READONLY, "cannot be written: see to the permissions of the file and its folder"},
	    {SQLITE_PERM, "cannot be written: see to the permissions of the file and its folder"},
	    {SQLITE_CANTOPEN, "cannot be opened: name a file in a folder that you may write"},
	    {SQLITE_NOTADB, "is no file of lock orders: name one that trace-thr check --db made, or a new one"},
	    {SQLITE_CORRUPT, "is damaged: go back to a copy of it, or make it anew from the traces"},
	    {SQLITE_INTERRUPT, "takes too long to look at: it is larger than trace-thr can use, or was made to be"},
	    {SQLITE_FULL, "cannot be written: there is no room on the disk; make some, and do this again"},
	    {SQLITE_IOERR, "cannot be read or written: see to its disk, and to limits on the size of files"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		if (known[i].code == code || known[i].code == (code & 0xff)) {
			FAIL(error, "%s %s", db->path, known[i].text);
			return;
		}
	}
	FAIL(error, "%s cannot be used (%s): go back to a copy of it, or make it anew from the traces", db->path, says);
}

/* Keeps what SQLite says is wrong, unless something was before. */
static void fail(struct tt_db *db)
{
	if (!db->failure)
		set_error(db, sqlite3_extended_errcode(db->handle), sqlite3_errmsg(db->handle), &db->failure);
}

/* Called by SQLite while it works on a statement: whether to give that up. */
static int is_too_long(void *data)
{
	const struct tt_db *db = data;

	return g_get_monotonic_time() > db->give_up_us;
}

/* Begins the time that the next step of a statement may take. */
static void begin_step(struct tt_db *db)
{
	db->give_up_us = g_get_monotonic_time() + (gint64)STEP_MS * 1000;
}

void tt_db_run(struct tt_db *db, const char *sql)
{
	begin_step(db);
	if (!db->failure && sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail(db);
}

sqlite3_stmt *tt_db_statement(struct tt_db *db, const char *sql)
{
	sqlite3_stmt *statement = g_hash_table_lookup(db->statements, sql);

	if (db->failure)
		return NULL;
	if (!statement) {
		if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) != SQLITE_OK) {
			fail(db);
			return NULL;
		}
		g_hash_table_insert(db->statements, (void *)(uintptr_t)sql, statement);
	}
	sqlite3_reset(statement);
	return statement;
}

void tt_db_bind_id(sqlite3_stmt *statement, int parameter, const struct tt_id *id)
{
	sqlite3_bind_blob(statement, parameter, id->bytes, sizeof id->bytes, SQLITE_STATIC);
}

sqlite3_stmt *tt_db_rows(struct tt_db *db, const char *sql, const struct tt_id *a, const struct tt_id *b)
{
	sqlite3_stmt *rows = tt_db_statement(db, sql);

	if (rows && a)
		tt_db_bind_id(rows, 1, a);
	if (rows && b)
		tt_db_bind_id(rows, 2, b);
	return rows;
}

struct tt_id tt_db_id(sqlite3_stmt *row, int column)
{
	struct tt_id id = {{0}};
	const void *blob = sqlite3_column_blob(row, column);

	if (blob && sqlite3_column_bytes(row, column) == sizeof id.bytes)
		memcpy(id.bytes, blob, sizeof id.bytes);
	return id;
}

bool tt_db_step(struct tt_db *db, sqlite3_stmt *statement)
{
	begin_step(db);
	int result = statement && !db->failure ? sqlite3_step(statement) : SQLITE_DONE;

	if (result != SQLITE_ROW && result != SQLITE_DONE)
		fail(db);
	return result == SQLITE_ROW;
}

static int64_t number(struct tt_db *db, const char *sql)
{
	sqlite3_stmt *statement = tt_db_statement(db, sql);
	int64_t value = tt_db_step(db, statement) ? sqlite3_column_int64(statement, 0) : 0;

	sqlite3_reset(statement);
	return value;
}

/* Whether the file has every table and index as it is made here: none is a view, has computed columns, or lacks any. */
static bool has_schema(struct tt_db *db)
{
	g_auto(GStrv) parts = g_strsplit(schema, ";", -1);
	bool whole = true;

	for (guint i = 0; parts[i] && *parts[i] && whole; i++) {
		sqlite3_stmt *found = tt_db_statement(db, "SELECT count(*) FROM sqlite_schema WHERE sql = ?");
		if (found)
			sqlite3_bind_text(found, 1, parts[i], -1, SQLITE_STATIC);
		whole = tt_db_step(db, found) && sqlite3_column_int64(found, 0) == 1;
		sqlite3_reset(found);
	}
	return whole;
}

/* A file of ours, or an empty one that is to be. All is read at once: another may just be making it. */
static void look_at_version(struct tt_db *db)
{
	tt_db_run(db, "BEGIN");
	bool empty = number(db, "SELECT count(*) FROM sqlite_schema") == 0;
	int64_t application = number(db, "PRAGMA application_id"), version = number(db, "PRAGMA user_version");
	bool whole = empty || has_schema(db);
	tt_db_run(db, "COMMIT");

	empty = empty && !application && !version;
	if (db->failure || (empty && db->use == TT_DB_WRITE))
		return;
	if (empty)
		FAIL(&db->failure, "%s has nothing in it yet: add a run with trace-thr check --db", db->path);
	else if (application != APPLICATION)
		set_error(db, SQLITE_NOTADB, "", &db->failure);
	else if (version > VERSION)
		FAIL(&db->failure, "%s was made by a later version of trace-thr: update this one", db->path);
	else if (!whole)
		FAIL(&db->failure,
		     "%s has other tables than trace-thr makes: go back to a copy of it, or make it anew from "
		     "the traces",
		     db->path);
	else if (db->use == TT_DB_WRITE && sqlite3_db_readonly(db->handle, "main") != 0)
		set_error(db, SQLITE_READONLY, "", &db->failure);
}

static void connect_to(struct tt_db *db)
{
	/* Who only reads may have to undo what one that was killed has left. What may not be written is only read. */
	int flags = SQLITE_OPEN_READWRITE | (db->use == TT_DB_WRITE ? SQLITE_OPEN_CREATE : 0);
	int code = sqlite3_open_v2(db->path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);

	if (code != SQLITE_OK) {
		set_error(db, code, db->handle ? sqlite3_errmsg(db->handle) : "no memory", &db->failure);
		return;
	}
	sqlite3_busy_timeout(db->handle, db->patience_ms);
	/* A file from elsewhere may hold views and triggers of somebody's. */
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, LONGEST);
	sqlite3_progress_handler(db->handle, OPS_BETWEEN_LOOKS, is_too_long, db);
	/* In KiB. With less the pages that a run changes, all over the file, are written more than once. */
	if (db->use == TT_DB_WRITE)
		tt_db_run(db, "PRAGMA cache_size = -65536");
	look_at_version(db);
}

/* Of one that is not there yet: whether it can be. */
static void look_at_folder(struct tt_db *db)
{
	g_autofree char *folder = g_path_get_dirname(db->path);

	if (access(folder, W_OK | X_OK) != 0)
		FAIL(&db->failure, "%s cannot be made (%s): name a file in a folder that you may write", db->path,
		     g_strerror(errno));
}

static void finalize(void *statement)
{
	sqlite3_finalize(statement);
}

struct tt_db *tt_db_open(const char *path, enum tt_db_use use, GError **error)
{
	struct tt_db *db = g_new0(struct tt_db, 1);
	struct stat status;
	bool there = stat(path, &status) == 0;

	db->path = g_strdup(path);
	db->use = use;
	db->patience_ms = PATIENCE_MS;
	db->statements = g_hash_table_new_full(NULL, NULL, NULL, finalize);
	if (there && S_ISREG(status.st_mode))
		connect_to(db);
	else if (there || use == TT_DB_READ)
		FAIL(&db->failure, "%s is no file of lock orders: name one that trace-thr check --db made", path);
	else
		look_at_folder(db);
	if (tt_db_ok(db, error))
		return db;
	tt_db_close(db);
	return NULL;
}

void tt_db_close(struct tt_db *db)
{
	if (!db)
		return;
	g_hash_table_destroy(db->statements);
	sqlite3_close(db->handle);
	g_clear_error(&db->failure);
	g_free(db->path);
	g_free(db);
}

static void make_schema(struct tt_db *db)
{
	g_autofree char *header =
	    g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION, VERSION);

	tt_db_run(db, schema);
	tt_db_run(db, header);
}

void tt_db_begin(struct tt_db *db)
{
	if (!db->handle)
		connect_to(db);
	tt_db_run(db, "BEGIN IMMEDIATE");
	/* Another may have made it since it was opened. */
	if (!db->failure && number(db, "SELECT count(*) FROM sqlite_schema") == 0)
		make_schema(db);
}

bool tt_db_ok(struct tt_db *db, GError **error)
{
	bool ok = !db->failure;

	if (!ok)
		g_propagate_error(error, g_steal_pointer(&db->failure));
	return ok;
}

bool tt_db_commit(struct tt_db *db, GError **error)
{
	g_hash_table_remove_all(db->statements);
	tt_db_run(db, "COMMIT");
	if (db->failure && db->handle && !sqlite3_get_autocommit(db->handle))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	return tt_db_ok(db, error);
}

bool tt_db_same(const struct tt_db *a, const struct tt_db *b)
{
	struct stat x, y;

	return stat(a->path, &x) == 0 && stat(b->path, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

void tt_db_set_patience(struct tt_db *db, int ms)
{
	db->patience_ms = ms;
	if (db->handle)
		sqlite3_busy_timeout(db->handle, ms);
}
