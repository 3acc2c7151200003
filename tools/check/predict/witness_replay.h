/* SPDX-License-Identifier: MIT */
/*
 * The replay of a witness: a small model of locks, conditions, events, semaphores, barriers and threads, in which a
 * beginning of each thread is done in the order of the history, and every action must be able to happen. It shares
 * nothing with the closure that found the witness but the question: so what both say is told.
 */
#ifndef TT_CHECK_PREDICT_WITNESS_REPLAY_H
#define TT_CHECK_PREDICT_WITNESS_REPLAY_H

#include "tools/check/order/hb_edges.h"

/* What a thread asks for at the end of the replay. */
struct tt_replay_request {
	uint32_t thread, object;
	enum tt_mode mode;
};

/*
 * Whether all that is before done[thread], of each thread, can happen in this order, and leaves all the requests
 * blocked: nobody but one of these could let one of them go on. If not, *stuck is the action that cannot happen;
 * TT_NO_POSITION: all can, and a request is not blocked.
 */
bool tt_witness_replay(const struct tt_hb_edges *links, const uint32_t *done, const struct tt_replay_request *requests,
                       guint n, uint32_t *stuck);

#endif /* TT_CHECK_PREDICT_WITNESS_REPLAY_H */
