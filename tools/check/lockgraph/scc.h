/*
 * The strongly connected parts of a lock graph: cycles are nowhere else.
 */
#ifndef TT_CHECK_LOCKGRAPH_SCC_H
#define TT_CHECK_LOCKGRAPH_SCC_H

#include "tools/check/lockgraph/lock_graph.h"

/* A lock, with its arcs within its part. */
struct tt_lock_node {
	struct tt_object *lock;
	GPtrArray *out, *in;      /* struct tt_lock_link */
	guint part;               /* from 0 */
	guint rank;               /* its place in the part */
	guint order, low;         /* of the search for parts */
	guint shortest, distance; /* of the search for cycles: see cycles.c */
	bool on_path;
};

struct tt_lock_link {
	const struct tt_arc *arc;
	struct tt_lock_node *from, *to;
};

struct tt_lock_parts {
	GPtrArray *nodes;
	GPtrArray *links;
	GPtrArray
	    *parts; /* GPtrArray of struct tt_lock_node: with cycles, in the order in which they were first seen */
};

/* Leaves out the locks that threads release which do not hold them: those are signals. */
struct tt_lock_parts *tt_lock_parts_new(const GPtrArray *arcs);
void tt_lock_parts_free(struct tt_lock_parts *parts);

#endif /* TT_CHECK_LOCKGRAPH_SCC_H */
