/* SPDX-License-Identifier: MIT */
/*
 * Repeats: conditions and semaphores that are made, used and destroyed again and again, one for each task, say. Waits
 * of one thread, at one site, with one lock held, are of one kind, whichever of these they were for: what holds of a
 * few of them holds of all, and to look at each through the whole run would take time in the square of the run's
 * length.
 */
#ifndef TT_CHECK_COMMUNICATION_REPEATS_H
#define TT_CHECK_COMMUNICATION_REPEATS_H

#include "tools/check/check.h"
#include "tools/check/order/history.h"
#include "tools/check/lockgraph/lock_graph.h"

struct tt_repeats;

struct tt_repeats *tt_repeats_new(void);
void tt_repeats_free(struct tt_repeats *repeats);

/* Whether to look at the dependency, as one more of its kind. Always, if its object was not destroyed. */
bool tt_repeats_is_next(struct tt_repeats *repeats, const struct tt_history *history,
                        const struct tt_lock_dependency *dependency);

/* Something was found of the dependency: no more of its kind need be looked at. */
void tt_repeats_found(struct tt_repeats *repeats, const struct tt_history *history,
                      const struct tt_lock_dependency *dependency);
bool tt_repeats_is_found(struct tt_repeats *repeats, const struct tt_history *history,
                         const struct tt_lock_dependency *dependency);

/* One of the kind had all that it takes but an order that leads there: of others there may be one. */
void tt_repeats_tried(struct tt_repeats *repeats, const struct tt_history *history,
                      const struct tt_lock_dependency *dependency);

/* Says in the check's limits that some were passed over of a kind that was tried in vain, if there are such. */
void tt_repeats_note(const struct tt_repeats *repeats, struct tt_check *check);

#endif /* TT_CHECK_COMMUNICATION_REPEATS_H */
