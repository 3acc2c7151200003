/* SPDX-License-Identifier: MIT */
/*
 * What each action of a history has to come after, in any order of it that keeps its synchronisation: of its own
 * thread the action before; of other threads what let it happen.
 *
 * That is: the making of a thread before its first action, its end before its join; the notify before the wait that it
 * ended; the set before the wait; all arrivals at a barrier before the first departure, and that before the others; the
 * post that made up for a semaphore's value before the wait; the end of a once's routine before who waited for it; the
 * cancelling of a thread before what that ends; the making of an object before its use. The release of a lock does not
 * come before its next acquire: critical sections can change places. One that is released by others than its holder is
 * no lock but a semaphore with one place.
 */
#ifndef TT_CHECK_ORDER_HB_EDGES_H
#define TT_CHECK_ORDER_HB_EDGES_H

#include "tools/check/order/history.h"

/* How a semaphore, or lock, is used. */
enum tt_sync_kind {
	TT_SYNC_LOCK,    /* by one thread at a time, or by many that read */
	TT_SYNC_PERMITS, /* by several at a time: tt_hb_initial_value */
	TT_SYNC_SIGNALS, /* what it counts is not held */
};

struct tt_hb_edges {
	const struct tt_history *history;
	uint32_t *cause;  /* of each action: private, but for tt_hb_predecessors_next */
	uint32_t *match;  /* of an acquire its release, and the other way round; TT_NO_POSITION */
	uint32_t *next;   /* of the same thread; TT_NO_POSITION */
	uint32_t *first;  /* of each thread; TT_NO_POSITION */
	uint64_t *places; /* of each object that is a semaphore: its first value */
	uint8_t *uses;    /* of each object: enum tt_sync_kind */
};

struct tt_hb_edges *tt_hb_edges_new(const struct tt_history *history);
void tt_hb_edges_free(struct tt_hb_edges *links);

/* An acquire or release of a lock, or of a place of a semaphore that is used like that. */
bool tt_action_acquires(const struct tt_action *action);
bool tt_action_releases(const struct tt_action *action);

/*
 * The actions of other threads that have to come before the one at the position, one after the other: `last` is
 * TT_NO_POSITION for the first one. TT_NO_POSITION: no more.
 */
uint32_t tt_hb_predecessors_next(const struct tt_hb_edges *links, uint32_t position, uint32_t last);

/* Whether that holds in any order of these actions; or only if what failed is to fail again. */
bool tt_hb_is_unconditional(const struct tt_action *action);

#endif /* TT_CHECK_ORDER_HB_EDGES_H */
