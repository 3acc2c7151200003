/* SPDX-License-Identifier: MIT */
/*
 * A file of lock orders: a SQLite database that many runs add to, also at the same time and on many machines.
 *
 *     struct tt_db *db = tt_db_open(path, TT_DB_WRITE, &error);
 *     tt_db_begin(db);
 *     tt_db_put_run(db, &run);
 *     …
 *     if (!tt_db_commit(db, &error))
 *             …one line in error->message…
 *     tt_db_close(db);
 *
 * What fails in between is kept, and told by tt_db_commit: then nothing of it is written. Rows are never changed or
 * taken out, so what one reads is true whatever others do. The file is kept with SQLite's rollback journal: a log of
 * its own (WAL) would need memory shared by all that use it, which a network file system has not.
 */
#ifndef TT_DB_H
#define TT_DB_H

#include "tools/db/schema.h"

#define TT_DB_ERROR (tt_db_error_quark())
GQuark tt_db_error_quark(void);

enum tt_db_use {
	TT_DB_READ,
	TT_DB_WRITE, /* a file that is not there is made, by the first tt_db_commit */
};

struct tt_db;

/* NULL with *error, one line with the remedy: no such file, no file of ours, of a later version, not to be written. */
struct tt_db *tt_db_open(const char *path, enum tt_db_use use, GError **error);
void tt_db_close(struct tt_db *db); /* what was not committed is not written */

/* One who writes waits for another to end; both are short. */
void tt_db_begin(struct tt_db *db);
bool tt_db_commit(struct tt_db *db, GError **error);

/* Hands over what failed; true if nothing did. */
bool tt_db_ok(struct tt_db *db, GError **error);

/* A row that is there already changes nothing. The order's gates are written with it, its runs are not. */
void tt_db_put_class(struct tt_db *db, const struct tt_class *class);
void tt_db_put_run(struct tt_db *db, const struct tt_db_run *run);
void tt_db_put_order(struct tt_db *db, const struct tt_order *order);
void tt_db_put_seen(struct tt_db *db, const struct tt_order *order, const struct tt_occurrence *seen);

/* Puts every row of another, between begin and commit. */
void tt_db_put_all(struct tt_db *db, struct tt_db *from);

/* Whether both are one file. */
bool tt_db_same(const struct tt_db *a, const struct tt_db *b);

/* How long to wait for others, in milliseconds, in place of a minute. For tests. */
void tt_db_set_patience(struct tt_db *db, int ms);

#endif /* TT_DB_H */
