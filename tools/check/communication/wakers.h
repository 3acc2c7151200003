/* SPDX-License-Identifier: MIT */
/*
 * Wakers: who notified, set, posted or came to the objects that threads waited for under a lock. Found for all of a
 * process's waits in one pass through its history.
 */
#ifndef TT_CHECK_COMMUNICATION_WAKERS_H
#define TT_CHECK_COMMUNICATION_WAKERS_H

#include "tools/check/order/history.h"
#include "tools/check/lockgraph/lock_graph.h"

/* A wait under a lock, and who woke from it. */
struct tt_wakers {
	const struct tt_lock_dependency *dependency;
	GPtrArray *threads; /* struct tt_thread, in the order in which they first did it; not the waiter */
	bool always;        /* all that was done to wake was done with the lock held */
	bool handled;       /* a waker did it while it waited itself: a signal handler did, which needs nothing first */
};

/* A struct tt_wakers without any yet. */
struct tt_wakers *tt_wakers_new(const struct tt_lock_dependency *dependency);
void tt_wakers_free(struct tt_wakers *wakers);

/* Finds those of all of these, struct tt_wakers, of the process of the history. */
void tt_wakers_find(const struct tt_history *history, const GPtrArray *all);

#endif /* TT_CHECK_COMMUNICATION_WAKERS_H */
