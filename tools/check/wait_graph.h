/*
 * The wait-for graph of a process, at the moment of the model's last event.
 *
 * A node is a thread that waits without a time limit and that nobody has let go on yet. Its edges lead to the threads
 * it waits for by name: the holders of a lock, the thread to join. A node without edges waits for anybody: to notify,
 * set, release or arrive.
 */
#ifndef TT_CHECK_WAIT_GRAPH_H
#define TT_CHECK_WAIT_GRAPH_H

#include "tools/model/model.h"

struct tt_node {
	struct tt_thread *thread;
	GPtrArray *holders; /* struct tt_thread: those it waits for by name */
	bool anybody;       /* whoever lives may let it go on */
	guint index;        /* its place among the nodes */
	bool in_cycle;
	bool dead;   /* nobody who could let it go on is alive, if a Lock is released by its holder only */
	bool surely; /* the same if any thread may release a Lock, as the library allows */
};

struct tt_wait_graph {
	struct tt_process *process;
	GPtrArray *nodes; /* struct tt_node, in the order of the process' threads */
	GHashTable *by_thread;
	GPtrArray *cycles; /* GPtrArray of struct tt_node: i waits for i + 1, the last for the first; disjoint */
	GPtrArray *free;   /* struct tt_thread: those that live and do not wait for good */
	bool ended;        /* the process is over: its daemons were abandoned */
};

struct tt_wait_graph *tt_wait_graph_new(struct tt_process *process);
void tt_wait_graph_free(struct tt_wait_graph *graph);

/* The node of a thread; NULL if it does not wait for good. */
struct tt_node *tt_wait_graph_node(const struct tt_wait_graph *graph, const struct tt_thread *thread);

#endif /* TT_CHECK_WAIT_GRAPH_H */
