/* SPDX-License-Identifier: MIT */
/*
 * The wait-for graph of a process, at the moment of the model's last event.
 *
 * A node is a thread that waits without a time limit for what cannot be had now: a condition's lock is taken back
 * without one. Its edges lead to the threads it waits
 * for by name: the holders of a lock, also of that which the waiter of a condition must have back; the writers that a
 * writer-preferring lock lets no reader pass; the thread to join. It may need anybody as well: to notify, set, release,
 * wake or arrive, which is also what who destroys a condition or a barrier needs, until those who wait have left. Who
 * waits for what a process that is not in the trace may give it is no node.
 */
#ifndef TT_CHECK_ACTUAL_WAIT_FOR_GRAPH_H
#define TT_CHECK_ACTUAL_WAIT_FOR_GRAPH_H

#include "tools/model/model.h"

struct tt_node {
	struct tt_thread *thread;
	GPtrArray *holders; /* struct tt_thread: those it waits for by name, all of them */
	bool anybody;       /* whoever lives may let it go on, as far as those do */
	bool nobody;        /* nobody can: who could has done it for another, or is not in this process */
	guint index;        /* its place among the nodes */
	bool in_cycle;
	bool dead;   /* nobody who could let it go on is alive, if a Lock is released by its holder only */
	bool surely; /* the same if any thread may release a Lock, as the library allows */
};

struct tt_wait_for_graph {
	struct tt_process *process;
	GPtrArray *nodes; /* struct tt_node, in the order of the process' threads */
	GHashTable *by_thread;
	GPtrArray *cycles; /* GPtrArray of struct tt_node: i waits for i + 1, the last for the first; disjoint */
	GPtrArray *free;   /* struct tt_thread: those that live and do not wait for good */
	bool ended;        /* the process is over: its daemons were abandoned */
};

struct tt_wait_for_graph *tt_wait_for_graph_new(struct tt_process *process);
void tt_wait_for_graph_free(struct tt_wait_for_graph *graph);

/* What the holders of a node have: the object waited for; of a condition its lock, NULL if that is unknown. */
struct tt_object *tt_wait_needs(const struct tt_wait *wait);

/* The node of a thread; NULL if it does not wait for good. */
struct tt_node *tt_wait_for_graph_node(const struct tt_wait_for_graph *graph, const struct tt_thread *thread);

#endif /* TT_CHECK_ACTUAL_WAIT_FOR_GRAPH_H */
