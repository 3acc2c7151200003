/* SPDX-License-Identifier: MIT */
/*
 * Communication deadlocks that this run got past (TT013): a thread waits for a wake-up while it holds a lock that
 * everybody who gives it asks for before.
 */
#ifndef TT_CHECK_COMMUNICATION_COMMUNICATION_RULE_H
#define TT_CHECK_COMMUNICATION_COMMUNICATION_RULE_H

#include "tools/check/check.h"
#include "tools/check/predict/predictor.h"

/* Whether a wait for the object is such a request: for a wake-up, not for what somebody holds, or ends by ending. */
bool tt_is_signalling_object(const struct tt_object *object);

/*
 * Whether all that threads would do is known, as far as the run shows it: not where events were lost, nor where threads
 * hang, which might have woken others next.
 */
bool tt_trace_is_complete_for(const struct tt_check *check, const struct tt_predictor *run);

/* Adds the findings to the check. `runs` are those of run.h, to which the needed ones are added. */
void tt_communication_rule_find(struct tt_check *check, struct tt_lock_graph *graph, GHashTable *histories,
                                GHashTable *runs, uint64_t steps);

#endif /* TT_CHECK_COMMUNICATION_COMMUNICATION_RULE_H */
