/* What the sources of this folder share. */
#ifndef TT_DB_INSIDE_H
#define TT_DB_INSIDE_H

#include <sqlite3.h>

#include "tools/db/db.h"

enum tt_db_put { TT_PUT_CLASS, TT_PUT_RUN, TT_PUT_ORDER, TT_PUT_PAIR, TT_PUT_GATE, TT_PUT_SEEN, TT_N_PUTS };

struct tt_db {
	char *path;
	enum tt_db_use use;
	int patience_ms;
	sqlite3 *handle; /* NULL: the file is not there yet */
	sqlite3_stmt *puts[TT_N_PUTS];
	GError *failure; /* the first since tt_db_begin */
};

/* The tables in the order of enum tt_db_put, and their columns. */
struct tt_db_table {
	const char *name;
	int columns;
};
extern const struct tt_db_table tt_db_tables[TT_N_PUTS];

/* The statement; NULL after a failure, which is kept. The caller's to finalize. */
sqlite3_stmt *tt_db_prepare(struct tt_db *db, const char *sql);

/* The statement that puts a row into a table, with nothing bound. NULL after a failure. */
sqlite3_stmt *tt_db_put(struct tt_db *db, enum tt_db_put table);

/* Does it: true while there is a row. A failure is kept. */
bool tt_db_step(struct tt_db *db, sqlite3_stmt *statement);

/* Does all of it, which gives no rows. Nothing after a failure. */
void tt_db_run(struct tt_db *db, const char *sql);

/* Keeps what SQLite says is wrong, unless something was before. */
void tt_db_fail(struct tt_db *db);

#endif /* TT_DB_INSIDE_H */
