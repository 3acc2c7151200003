/* SPDX-License-Identifier: MIT */
/* What the sources of this folder share. */
#ifndef TT_DB_DB_INTERNAL_H
#define TT_DB_DB_INTERNAL_H

#include <sqlite3.h>

#include "tools/db/db.h"

struct tt_db {
	char *path;
	enum tt_db_use use;
	int patience_ms;
	int64_t give_up_us;     /* monotonic: when a step of a statement has lasted too long */
	sqlite3 *handle;        /* NULL: the file is not there yet */
	GHashTable *statements; /* the text → sqlite3_stmt: made when first needed, to be used again */
	GError *failure;        /* the first since tt_db_begin */
};

/* The statement, to be bound, of a text that lasts; NULL after a failure, which is kept. The db's: one use at a time.
 */
sqlite3_stmt *tt_db_statement(struct tt_db *db, const char *sql);

/* The id must last until the statement is done. */
void tt_db_bind_id(sqlite3_stmt *statement, int parameter, const struct tt_id *id);

/* The same, for the rows of an id or two: NULL none. */
sqlite3_stmt *tt_db_rows(struct tt_db *db, const char *sql, const struct tt_id *a, const struct tt_id *b);

/* The id in a column. One of another size is that of no row. */
struct tt_id tt_db_id(sqlite3_stmt *row, int column);

/* Does it: true while there is a row. A failure is kept. */
bool tt_db_step(struct tt_db *db, sqlite3_stmt *statement);

/* Does all of it, which gives no rows. Nothing after a failure. */
void tt_db_run(struct tt_db *db, const char *sql);

#endif /* TT_DB_DB_INTERNAL_H */
