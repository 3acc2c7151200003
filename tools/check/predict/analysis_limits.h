/* SPDX-License-Identifier: MIT */
/*
 * What a check of lock orders could not look at, for want of memory or time, and so may have missed: see
 * tt_check.limits.
 */
#ifndef TT_CHECK_PREDICT_ANALYSIS_LIMITS_H
#define TT_CHECK_PREDICT_ANALYSIS_LIMITS_H

#include "tools/check/check.h"
#include "tools/check/lockgraph/cycles.h"
#include "tools/check/predict/predictor.h"

/* What it has looked at. */
struct tt_analysis_scope {
	GHashTable *histories; /* struct tt_process → struct tt_history */
	GHashTable *runs;      /* struct tt_process → struct tt_predictor */
	const struct tt_lock_graph *graph;
	const GPtrArray *arcs; /* struct tt_lock_edge, of the graph */
	const struct tt_sccs *parts;
	const struct tt_lock_cycles *cycles;
};

/* Adds the limits to the check. */
void tt_analysis_limits(struct tt_check *check, const struct tt_analysis_scope *all);

#endif /* TT_CHECK_PREDICT_ANALYSIS_LIMITS_H */
