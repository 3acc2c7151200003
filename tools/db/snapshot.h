/* SPDX-License-Identifier: MIT */
/*
 * A picture: rows of a database of lock orders as they were at one moment, read into memory.
 */
#ifndef TT_DB_SNAPSHOT_H
#define TT_DB_SNAPSHOT_H

#include "tools/db/db.h"

/* Some order is from one class to another. */
struct tt_pair {
	struct tt_id held, wanted;
	bool mine; /* one of those orders is mine */
};

/* What is asked about: an order that a run of the caller's took. */
struct tt_own_order {
	const struct tt_order *order; /* its id and classes count */
	const struct tt_db_run *run;
};

/* A set of pairs: struct tt_pair of the caller's, by its two classes. */
GHashTable *tt_pairs_new(void);

struct tt_db_snapshot {
	GPtrArray *runs;     /* struct tt_db_run; of a whole file the earliest first */
	GPtrArray *orders;   /* struct tt_order, with those who took them */
	GHashTable *by_run;  /* struct tt_id → struct tt_db_run */
	GHashTable *classes; /* struct tt_id → struct tt_class */
	GStringChunk *strings;
	GHashTable *by_order; /* private: struct tt_id → struct tt_order */
	guint most_orders;    /* of a pair were read, besides those of mine */
	guint n_cut;          /* so many pairs have more */
};

/*
 * The pairs that can be in a circle with one of `mine` (struct tt_own_order), and more: all that is reached from what
 * these asked for. NULL: all pairs. NULL with *error. The caller's to unref.
 */
GArray *tt_db_snapshot_pairs(struct tt_db *db, const GArray *mine, GError **error);

/*
 * The orders of these pairs, and who took them. What is of `mine` (NULL: all) comes first, and all orders of it
 * are read. Of the others the most are read of each pair that have the fewest gates, as one under fewer gates can
 * do all that the same order under more can: TT_MAX_ORDERS, and less for a run that can be in circles of very many
 * pairs. NULL with *error.
 */
enum { TT_MAX_ORDERS = 256 };
struct tt_db_snapshot *tt_db_snapshot_of(struct tt_db *db, const GArray *pairs, const GArray *mine, GError **error);

/* All of it. NULL with *error. */
struct tt_db_snapshot *tt_db_snapshot_read(struct tt_db *db, GError **error);

/*
 * The runs that took the order, or one of the same classes that can stand wherever it does, of all runs there are:
 * struct tt_db_run of the picture. What fails is kept, see tt_db_ok. The caller's to unref.
 */
GHashTable *tt_db_snapshot_runs_with(struct tt_db_snapshot *picture, struct tt_db *db, const struct tt_order *order);

void tt_db_snapshot_free(struct tt_db_snapshot *picture);

#endif /* TT_DB_SNAPSHOT_H */
