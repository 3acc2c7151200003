/* SPDX-License-Identifier: MIT */
/*
 * What a cycle of the lock graph is told as.
 */
#ifndef TT_CHECK_PREDICT_LOCK_ORDER_FINDINGS_H
#define TT_CHECK_PREDICT_LOCK_ORDER_FINDINGS_H

#include "tools/check/check.h"
#include "tools/check/lockgraph/inherited_locks.h"
#include "tools/check/lockgraph/cycles.h"
#include "tools/check/predict/witness.h"

/* Adds the finding to the check. */
void tt_report_lock_cycle(struct tt_check *check, const struct tt_lock_cycle *cycle, const struct tt_predictor *run,
                          const struct tt_inherited_locks *guards, const struct tt_queued_writers *writers);

#endif /* TT_CHECK_PREDICT_LOCK_ORDER_FINDINGS_H */
