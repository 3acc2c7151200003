/*
 * A picture: rows of a database of lock orders as they were at one moment, read into memory.
 */
#ifndef TT_DB_PICTURE_H
#define TT_DB_PICTURE_H

#include "tools/db/db.h"

struct tt_picture {
	GPtrArray *runs;     /* struct tt_run, the earliest first */
	GPtrArray *orders;   /* struct tt_order, with those who took them */
	GHashTable *by_run;  /* struct tt_id → struct tt_run */
	GHashTable *classes; /* struct tt_id → struct tt_class */
	GStringChunk *strings;
};

/* All of it. NULL with *error. */
struct tt_picture *tt_picture_read(struct tt_db *db, GError **error);

/*
 * The orders, and who took them, that can be in one circle with an order of one of these runs: the first in the picture
 * are those that these runs took. `runs`: struct tt_id. NULL with *error.
 */
struct tt_picture *tt_picture_around(struct tt_db *db, const GArray *runs, GError **error);

void tt_picture_free(struct tt_picture *picture);

#endif /* TT_DB_PICTURE_H */
