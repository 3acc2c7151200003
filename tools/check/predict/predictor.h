/* SPDX-License-Identifier: MIT */
/*
 * The run of a process, ready for questions about other orders of it. It is made when there is something to ask, since
 * it costs a second look at the whole history.
 */
#ifndef TT_CHECK_PREDICT_PREDICTOR_H
#define TT_CHECK_PREDICT_PREDICTOR_H

#include "tools/check/order/vector_clocks.h"
#include "tools/check/predict/sp_closure.h"
#include "tools/check/lockgraph/scc.h"
#include "tools/check/lockgraph/queued_writers.h"

struct tt_predictor {
	const struct tt_history *history;
	struct tt_hb_edges *links;
	struct tt_vector_clocks
	    *clocks; /* of the requests of cyclic parts, and of who writes there; NULL: there are none */
	struct tt_sp_closure *closure;
};

/*
 * Of each process that has a part: a table, struct tt_process → struct tt_predictor, which g_hash_table_destroy ends.
 * All closures of a process together may look at so many actions.
 */
GHashTable *tt_predictors_new(GHashTable *histories, const struct tt_sccs *parts,
                              const struct tt_queued_writers *writers, uint64_t steps);

/* That of a process; made if it has none, without clocks. */
struct tt_predictor *tt_predictor_get(GHashTable *runs, GHashTable *histories, struct tt_process *process,
                                      uint64_t steps);

/* That of a thread's process. */
struct tt_predictor *tt_predictor_of(GHashTable *runs, const struct tt_thread *thread);

#endif /* TT_CHECK_PREDICT_PREDICTOR_H */
