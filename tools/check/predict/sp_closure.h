/* SPDX-License-Identifier: MIT */
/*
 * The closure: whether the actions of a history can be put into an order in which each of some threads is about to do
 * a given request, without changing what synchronises them (sync-preserving: Tunç, Mathur, Pavlogiannis, Viswanathan,
 * "Sound Dynamic Deadlock Prediction in Linear Time", PLDI 2023).
 *
 * What is done is a beginning of each thread. It has, with each action, what comes before it by hb_edges.h; and of the
 * critical sections of a lock that have begun, all but the latest are over, since they stay in the order of the trace:
 * so what is done, in that order, is a run. It is the least such set with all that precedes the requests. If it has a
 * request itself, that moment is out, with all earlier ones, and the next takes its place: the set only grows, so one
 * pattern costs no more than the length of the history.
 *
 * Of readers, and of semaphores with several places, the same holds as far as they exclude each other; which places
 * must be given back first is guessed, so what comes of semaphores must be tried: see witness_replay.h.
 */
#ifndef TT_CHECK_PREDICT_SP_CLOSURE_H
#define TT_CHECK_PREDICT_SP_CLOSURE_H

#include "tools/check/order/hb_edges.h"

struct tt_sp_closure {
	const struct tt_hb_edges *links;
	uint32_t *done;     /* of each thread: what of it is done ends before this position of the history */
	uint32_t *want;     /* private: likewise, what has to be done */
	uint32_t *cursor;   /* private: of each thread, its first action that is not done */
	uint32_t *last;     /* private: of each member, its last moment; TT_NO_POSITION: it is none */
	bool lost;          /* private: there is no way */
	GArray *late;       /* private: threads for which these differ */
	struct section *of; /* private: of each object */
	GArray *touched;    /* private: objects whose sections have to be forgotten */
	uint64_t steps;     /* how many actions may still be looked at, for all patterns together */
};

struct tt_sp_closure *tt_sp_closure_new(const struct tt_hb_edges *links, uint64_t steps);
void tt_sp_closure_free(struct tt_sp_closure *closure);

/* A thread of a pattern, and when it asked: positions of its history, each before the action it asks for, ascending. */
struct tt_participant {
	uint32_t thread;
	const GArray *positions;
	guint at; /* the result: an index into it */
};

/*
 * Looks for moments of all members that can be at the same time; the first there are. `done` is then what leads there.
 * False if there are none, or the steps ran out (they are 0 then).
 */
bool tt_sp_closure_find(struct tt_sp_closure *closure, struct tt_participant *members, guint n);

/*
 * The same, after moments were found that will not do: from where the members are now, of which the caller has moved
 * one on; or after something was taken in.
 */
bool tt_sp_closure_advance(struct tt_sp_closure *closure, struct tt_participant *members, guint n);

/*
 * The action at that position could not happen: takes in what was done to its object before it in this run, the next
 * thing of each thread. False: there was nothing.
 */
bool tt_sp_closure_extend_by_object(struct tt_sp_closure *closure, const struct tt_participant *members, guint n,
                                    uint32_t position);

#endif /* TT_CHECK_PREDICT_SP_CLOSURE_H */
