/* SPDX-License-Identifier: MIT */
/*
 * The proof of a predicted deadlock: moments at which all its threads can be together, found by the closure, gone
 * through in the replay, and told as the steps that matter.
 */
#ifndef TT_CHECK_PREDICT_WITNESS_H
#define TT_CHECK_PREDICT_WITNESS_H

#include "tools/finding/finding.h"
#include "tools/check/predict/predictor.h"

/* Who is to ask for what, at one of these moments of its history, and what it holds then that another asks for. */
struct tt_participant_goal {
	uint32_t thread;
	const GArray *positions;      /* uint32_t, ascending; the caller's */
	const struct tt_object *held; /* NULL: nothing of this */
	const struct tt_object *wanted;
	enum tt_mode mode;
};

/* Of one asker: the acquire of what it holds, and the request, in the history. */
struct tt_witness_participant {
	uint32_t held_at; /* TT_NO_POSITION: it is the thread itself */
	uint32_t wanted_at;
};

struct tt_witness {
	GArray *parts;   /* struct tt_witness_participant, of each asker, or dependency */
	GArray *witness; /* struct tt_witness_step */
};

/*
 * Looks for one, for dependencies of which i wants what i + 1 holds, and the last what the first holds, or which are to
 * be blocked together in another way. Each that reads and waits for one who reads needs a writer between: `writers` is
 * NULL only if none does. NULL: there is none, or the closure's steps ran out.
 */
struct tt_witness *tt_witness_for_cycle(struct tt_predictor *run, const struct tt_queued_writers *writers,
                                        const GPtrArray *dependencies);
/* The same for any who ask: all of them are to be blocked together. */
struct tt_witness *tt_witness_for(struct tt_predictor *run, const struct tt_participant_goal *askers, guint n);

/* Sets the sites and times of what the asker, by its number, has and wants to those of the proof. */
void tt_witness_set_edge(const struct tt_witness *proof, guint asker, const struct tt_predictor *run,
                         struct tt_edge *edge);

/*
 * Whether what the holder did with its lock may rest on a section of that lock which the proof leaves out: in this run
 * the asker had the lock before, where the proof has it wait, and notified a condition then. Who waits for a condition
 * looks at data that the lock protects. Both are numbers of askers, or dependencies.
 */
extern const char tt_witness_caveat[]; /* that in words, for a note */
bool tt_witness_depends_on_notify(const struct tt_witness *proof, guint holder, guint asker,
                                  const struct tt_predictor *run);

/* All moments of requests, in order: uint32_t. The caller's to free. */
GArray *tt_request_points(const GPtrArray *requests);

void tt_witness_free(struct tt_witness *proof);

#endif /* TT_CHECK_PREDICT_WITNESS_H */
