/* SPDX-License-Identifier: MIT */
/*
 * The strongly connected parts of a lock graph: cycles are nowhere else.
 */
#ifndef TT_CHECK_LOCKGRAPH_SCC_H
#define TT_CHECK_LOCKGRAPH_SCC_H

#include "tools/check/lockgraph/lock_graph.h"

/* A lock, with its arcs within its part. */
struct tt_scc_node {
	struct tt_object *lock;
	GPtrArray *out, *in;      /* struct tt_scc_edge */
	guint part;               /* from 0 */
	guint rank;               /* its place in the part */
	guint order, low;         /* of the search for parts */
	guint shortest, distance; /* of the search for cycles: see cycles.c */
	bool on_path;
};

struct tt_scc_edge {
	const struct tt_lock_edge *arc;
	struct tt_scc_node *from, *to;
};

struct tt_sccs {
	GPtrArray *nodes;
	GPtrArray *links;
	GPtrArray *parts; /* GPtrArray of struct tt_scc_node: with cycles, in the order in which they were first seen */
};

/* Leaves out the locks that threads release which do not hold them: those are signals. */
struct tt_sccs *tt_sccs_new(const GPtrArray *arcs);
void tt_sccs_free(struct tt_sccs *parts);

#endif /* TT_CHECK_LOCKGRAPH_SCC_H */
