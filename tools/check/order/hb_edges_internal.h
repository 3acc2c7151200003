/* SPDX-License-Identifier: MIT */
/*
 * How the links of a history are found: what the files share that read it action by action. hb_edges_locks.c knows what
 * locks and semaphores do, hb_edges_waits.c what conditions, events and barriers do; hb_edges.c reads, and knows of
 * lives.
 */
#ifndef TT_CHECK_ORDER_HB_EDGES_INTERNAL_H
#define TT_CHECK_ORDER_HB_EDGES_INTERNAL_H

#include "tools/check/order/hb_edges.h"

/* An object, as far as the history has been read. Positions are TT_NO_POSITION where there is none. */
struct tt_hb_object {
	uint32_t made;    /* where; TT_NO_POSITION: it has always been there */
	bool used;        /* since */
	uint32_t release; /* the latest */
	uint32_t acquire; /* likewise */
	uint32_t last;    /* what was done to it last */
	uint32_t opened;  /* of an event: where it was set, while it is; of a barrier: where it was broken */
	uint32_t arrival; /* of a barrier: the latest of this round, whose cause is the one before it */
	uint64_t taken;   /* of a semaphore: how many places were */
	GArray *waiters;  /* uint32_t: threads, in the order in which they came */
	GArray *wakes;    /* struct tt_hb_wake */
	GArray *posts;    /* struct tt_hb_on_post */
	guint spent;      /* so many of those have no share in what is taken from now on */
};

/* Of a condition of pthreads: a notify, and how many it can still have woken. */
struct tt_hb_wake {
	uint32_t position;
	uint32_t left;
};

/* Of a semaphore that counts signals. A post may be of any number of them. */
struct tt_hb_on_post {
	uint64_t end; /* so many there were with it, since the first */
	uint32_t position;
};

/* A thread, likewise. */
struct tt_hb_thread {
	uint32_t made, last;
	uint32_t wait;    /* where it began to wait; TT_NO_POSITION: it does not */
	uint32_t woken;   /* what ended that; TT_NO_POSITION: nothing yet */
	uint32_t cancel;  /* where it was asked to end, at first; TT_NO_POSITION: nowhere */
	GArray *acquires; /* uint32_t: positions of those not released yet */
};

struct tt_hb_builder {
	struct tt_hb_edges *links;
	struct tt_hb_object *states;
	struct tt_hb_thread *doers;
	/* the action at hand */
	const struct tt_action *action;
	uint32_t position;
	const struct tt_object *object;
	struct tt_hb_object *state;
	struct tt_hb_thread *doer;
};

/* The action at hand has to come after the one at `cause`; TT_NO_POSITION says nothing. */
void tt_hb_add_edge(struct tt_hb_builder *reader, uint32_t cause);

/* Appends; makes the array if there is none. */
void tt_hb_array_push(GArray **array, uint32_t value);

/* How a lock or semaphore is used, by all of its history. */
enum tt_sync_kind tt_hb_classify(const struct tt_object *object);

/* What the action at hand tells of the value that its semaphore began with, if its making was not seen. */
void tt_hb_infer_initial_value(struct tt_hb_builder *reader);

/* What the actions mean. */
void tt_hb_on_acquire(struct tt_hb_builder *reader);
void tt_hb_on_release(struct tt_hb_builder *reader);
void tt_hb_on_fail(struct tt_hb_builder *reader);
void tt_hb_on_wait(struct tt_hb_builder *reader);
void tt_hb_on_notify(struct tt_hb_builder *reader);
void tt_hb_on_cond_woken(struct tt_hb_builder *reader);
void tt_hb_on_event_set(struct tt_hb_builder *reader);
void tt_hb_on_event_clear(struct tt_hb_builder *reader);
void tt_hb_on_event_woken(struct tt_hb_builder *reader);
void tt_hb_on_barrier_arrive(struct tt_hb_builder *reader);
void tt_hb_on_barrier_pass(struct tt_hb_builder *reader);
void tt_hb_on_barrier_break(struct tt_hb_builder *reader);

#endif /* TT_CHECK_ORDER_HB_EDGES_INTERNAL_H */
