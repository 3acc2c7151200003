/* SPDX-License-Identifier: MIT */
/*
 * Inversions across runs: circles in the lock orders of many runs, which no one of them has alone.
 *
 * The patterns are those of cycles.h, with a lock for each class: the threads differ, each asks for a class that
 * the next one holds, in a mode that has to wait for it, and no two hold a class that they cannot hold both. What one
 * run has alone its own check has decided, and better, since it knows the locks, and what came before what.
 */
#ifndef TT_CHECK_ACROSS_INVERSIONS_H
#define TT_CHECK_ACROSS_INVERSIONS_H

#include "tools/db/snapshot.h"

/* One of the orders of a circle, with one who took it. Both are the inversions'. */
struct tt_inversion_part {
	const struct tt_order *order;
	const struct tt_occurrence *seen;
};

struct tt_inversion {
	GArray *parts; /* struct tt_inversion_part: i asks for what i + 1 has held, the last for what the first has */
	bool timed;    /* one asks with a time limit, and can go on */
	char *why;     /* it cannot deadlock, and why; NULL: it can */
};

struct tt_inversions {
	GPtrArray *all;                 /* struct tt_inversion: those that can deadlock first, of these the shortest */
	guint complete;                 /* all circles of so many locks were looked at; G_MAXUINT: all there are */
	guint n_untried;                /* of so many others not all ways to put them together were */
	struct tt_db_snapshot *picture; /* that they are in */
};

/*
 * In a database. `mine` (struct tt_own_order; NULL: all): with a part that is one of these. `excluded`: those as well
 * that cannot deadlock. NULL with *error. Only the orders that can be in a circle are read.
 */
struct tt_inversions *tt_inversions_find(struct tt_db *db, const GArray *mine, bool excluded, GError **error);
void tt_inversions_free(struct tt_inversions *inversions);

/* `mutex "A" in libq.so and mutex "B" in libq.so are taken in both orders`. The caller's to free. */
char *tt_inversion_verdict(const struct tt_inversion *inversion);

/*
 * What one did: `In the run of test (pid 1, 2026-11-24 19:20:01), T1 held mutex "A" in libq.so, acquired at f a.c:12,
 * and asked for mutex "B" in libq.so at f a.c:14.` The caller's to free.
 */
char *tt_inversion_part_text(const struct tt_inversion_part *part);

/* What it rests on and what is not excluded, by its notes in their order; char *. The caller's to unref. */
GPtrArray *tt_inversion_grounds(const struct tt_inversion *inversion);

/* What was not looked at, a line each; char *. The caller's to unref. */
GPtrArray *tt_inversions_limits(const struct tt_inversions *inversions);

/* What to do. */
extern const char tt_inversion_remedy[];

#endif /* TT_CHECK_ACROSS_INVERSIONS_H */
