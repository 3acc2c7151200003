/* SPDX-License-Identifier: MIT */
/*
 * What keeps two dependencies apart: the threads cannot be at these requests at the same time, in no order of the run.
 */
#ifndef TT_CHECK_PREDICT_EXCLUSION_H
#define TT_CHECK_PREDICT_EXCLUSION_H

#include "tools/check/order/vector_clocks.h"
#include "tools/check/lockgraph/inherited_locks.h"
#include "tools/check/lockgraph/lock_graph.h"

/* Whether for every two requests of the dependencies there is a reason, of those below; or one of them never lasts. */
bool tt_excluded(const struct tt_vector_clocks *clocks, const struct tt_inherited_locks *guards,
                 const struct tt_lock_dependency *a, const struct tt_lock_dependency *b);

/* The reason for the first two of them, as a sentence without its end. NULL: none. The caller's to free. */
char *tt_exclusion_reason(const struct tt_vector_clocks *clocks, const struct tt_inherited_locks *guards,
                          const struct tt_lock_dependency *a, const struct tt_lock_dependency *b);

#endif /* TT_CHECK_PREDICT_EXCLUSION_H */
