/*
 * A picture: rows of a database of lock orders as they were at one moment, read into memory.
 */
#ifndef TT_DB_PICTURE_H
#define TT_DB_PICTURE_H

#include "tools/db/db.h"

/* Some order is from one class to another. */
struct tt_pair {
	struct tt_id held, wanted;
	bool mine; /* of one of the runs that were asked about */
};

struct tt_picture {
	GPtrArray *runs;     /* struct tt_db_run, the earliest first */
	GPtrArray *orders;   /* struct tt_order, with those who took them */
	GHashTable *by_run;  /* struct tt_id → struct tt_db_run */
	GHashTable *classes; /* struct tt_id → struct tt_class */
	GStringChunk *strings;
};

/* All pairs: struct tt_pair. `mine`: struct tt_id of runs; NULL: all. NULL with *error. The caller's to unref. */
GArray *tt_picture_pairs(struct tt_db *db, const GArray *mine, GError **error);

/*
 * The orders of these pairs, and who took them; of too many of one pair those with the fewest gates. What is of the
 * runs of `mine` comes first. NULL with *error.
 */
struct tt_picture *tt_picture_of(struct tt_db *db, const GArray *pairs, const GArray *mine, GError **error);

/* All of it. NULL with *error. */
struct tt_picture *tt_picture_read(struct tt_db *db, GError **error);

void tt_picture_free(struct tt_picture *picture);

#endif /* TT_DB_PICTURE_H */
