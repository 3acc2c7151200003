/* SPDX-License-Identifier: MIT */
/*
 * Deadlocks over a semaphore with several places that this run got past (TT013): a thread asks for a place with a lock
 * held, and those who have all the places ask for that lock.
 */
#ifndef TT_CHECK_COMMUNICATION_SEMAPHORE_RULE_H
#define TT_CHECK_COMMUNICATION_SEMAPHORE_RULE_H

#include "tools/check/check.h"
#include "tools/check/lockgraph/lock_graph.h"

/* Adds the findings to the check, one for a lock and semaphore. `runs` are as those of tt_communication_rule_find. */
void tt_semaphore_rule_find(struct tt_check *check, const struct tt_lock_graph *graph, GHashTable *histories,
                            GHashTable *runs, uint64_t steps);

#endif /* TT_CHECK_COMMUNICATION_SEMAPHORE_RULE_H */
