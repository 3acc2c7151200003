/*
 * The lock graph: which lock was asked for while which was held.
 *
 * A dependency is one such request of one thread. Only those are kept that can matter: of two alike, the one under
 * fewer locks can do all that the other can. So memory grows with threads and pairs of locks, not with events.
 */
#ifndef TT_CHECK_LOCK_GRAPH_H
#define TT_CHECK_LOCK_GRAPH_H

#include "tools/check/fork_join.h"
#include "tools/check/held_set.h"

/* A thread asks for a lock. */
struct tt_request {
	struct tt_object *lock;
	enum tt_mode mode;
	bool timed; /* with a time limit */
	uint64_t caller;
	const struct tt_stack *stack; /* the model's; NULL unknown */
	int64_t time_ns;
};

struct tt_dependency {
	struct tt_segment *segment; /* whose thread asked */
	struct tt_hold held;        /* as it was */
	struct tt_request wanted;
	struct tt_held_set *all;    /* that was held */
	struct tt_dependency *next; /* of the same segment and pair of locks */
	guint number;               /* in the order of making */
};

/* All dependencies from one lock to another. They are the graph's. */
struct tt_arc {
	struct tt_object *from, *to;
	GPtrArray *dependencies; /* struct tt_dependency, in the order of making */
};

struct tt_lock_graph {
	GHashTable *by_place; /* private: the first struct tt_dependency of each segment and pair of locks */
	GHashTable *sets;     /* private: of struct tt_held_set */
	guint n_made;         /* private */
	bool full;            /* dependencies were dropped that might matter */
	bool timed;           /* some request had a time limit */
};

struct tt_lock_graph *tt_lock_graph_new(void);
void tt_lock_graph_free(struct tt_lock_graph *graph);

/* The thread, which is in `segment`, asks for the lock, with all that it holds but that lock itself. */
void tt_lock_graph_add(struct tt_lock_graph *graph, struct tt_segment *segment, const struct tt_request *wanted);

/* The struct tt_arc of the graph as it is now, in the order in which they were first seen. The caller's to free. */
GPtrArray *tt_lock_graph_arcs(const struct tt_lock_graph *graph);

#endif /* TT_CHECK_LOCK_GRAPH_H */
