/* SPDX-License-Identifier: MIT */
/*
 * The lock graph of a picture of many runs, as cycles.h knows one: a lock for each class, a thread for each of
 * each run.
 */
#ifndef TT_CHECK_ACROSS_CLASS_GRAPH_H
#define TT_CHECK_ACROSS_CLASS_GRAPH_H

#include "tools/check/across/inversions.h"
#include "tools/check/lockgraph/lock_graph.h"

/*
 * Orders of a pair that are alike in all but their sites. TT_MAX_OCCURRENCES of those who took one are enough: in a
 * circle of no more threads there is always one of them that takes no other part. One of mine is among them if there is
 * any.
 */
struct tt_order_kind {
	const struct tt_lockset *all; /* that is held */
	enum tt_mode wanted_mode;
	bool timed;
	GPtrArray *taken; /* struct tt_taken */
};

/* All orders from one class to another. */
struct tt_class_pair {
	struct tt_lock_edge arc; /* first: one is found by the other */
	GPtrArray *kinds;        /* struct tt_order_kind */
	bool mine;               /* one of them was taken by one of mine */
};

/* An order that a thread of a run took. */
struct tt_taken {
	struct tt_lock_dependency dependency; /* first: one is found by the other */
	struct tt_lock_request request;       /* its only one, of which the held set counts */
	struct tt_inversion_part part;
	const struct tt_class_pair *pair;
	const struct tt_order_kind *kind;
};

struct tt_class_graph {
	GPtrArray *arcs;     /* struct tt_lock_edge: the struct tt_class_pair, in the order of the picture */
	GPtrArray *taken;    /* struct tt_taken */
	GHashTable *locks;   /* struct tt_class → struct tt_object */
	GHashTable *threads; /* private: the text of run and thread → struct tt_thread */
	GHashTable *sets;    /* private: of held sets */
	GHashTable *by_pair; /* private: struct tt_class_pair → itself */
	bool timed;          /* some order was asked for with a time limit */
	bool full;           /* of some kind of order there may be more who took it */
};

/* The picture must live longer. */
struct tt_class_graph *tt_class_graph_new(const struct tt_db_snapshot *picture);
void tt_class_graph_free(struct tt_class_graph *graph);

#endif /* TT_CHECK_ACROSS_CLASS_GRAPH_H */
