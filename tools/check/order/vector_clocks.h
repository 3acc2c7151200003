/* SPDX-License-Identifier: MIT */
/*
 * Happens-before: which of two moments of a history came first in every order that keeps the links of hb_edges.h.
 *
 * Vector clocks. A thread's changes only where it comes after something of another thread, and only those are kept
 * that are asked about.
 */
#ifndef TT_CHECK_ORDER_VECTOR_CLOCKS_H
#define TT_CHECK_ORDER_VECTOR_CLOCKS_H

#include "tools/check/order/hb_edges.h"

struct tt_vector_clocks {
	const struct tt_hb_edges *links;
	GArray **epochs; /* private: of each thread, struct epoch of vector_clocks.c */
	bool full;       /* memory ran out: of two moments it may not be known which came first */
};

/*
 * The clocks of all requests in `wanted`: a set of struct tt_lock_request of lock_graph.h, all of the process of the
 * links, which must live as long.
 */
struct tt_vector_clocks *tt_vector_clocks_new(const struct tt_hb_edges *links, GHashTable *wanted);
void tt_vector_clocks_free(struct tt_vector_clocks *clocks);

/* A moment: just before the action of a thread at a position. */
struct tt_point {
	uint32_t thread, position;
};

/*
 * Whether the action at the first moment is over before the second, in every order. `through`, if not NULL, is the
 * latest action by which the second's thread knows.
 */
bool tt_vc_before(const struct tt_vector_clocks *clocks, struct tt_point first, struct tt_point second,
                  uint32_t *through);

#endif /* TT_CHECK_ORDER_VECTOR_CLOCKS_H */
