/* SPDX-License-Identifier: MIT */
/*
 * The lock graph: which lock was asked for while which was held.
 *
 * A dependency is that of one thread, in one mode each. Requests of a thread that are alike in all but the moment are
 * one, with a list of the moments: so memory grows with threads and ways of nesting, and four bytes a nested request.
 *
 * A thread that is joined by one who holds a lock counts as a lock: it has itself, until it ends.
 *
 * One who reads a lock and asks to read it again depends on that lock alone: whoever it waits for waits for it.
 */
#ifndef TT_CHECK_LOCKGRAPH_LOCK_GRAPH_H
#define TT_CHECK_LOCKGRAPH_LOCK_GRAPH_H

#include "tools/check/lockgraph/lockset.h"
#include "tools/check/order/history.h"

/* A thread asks for a lock, or joins a thread. */
struct tt_acquisition {
	struct tt_object *object;
	enum tt_mode mode;
	bool timed; /* with a time limit */
	bool again; /* it reads that lock already */
	uint64_t caller;
	const struct tt_stack *stack; /* the model's; NULL unknown */
	int64_t time_ns;
};

/* Requests that are alike. */
struct tt_lock_request {
	struct tt_thread *thread;
	struct tt_acquisition asked;  /* as it was first */
	const struct tt_lockset *all; /* that was held */
	uint64_t hidden;              /* of those held, by bit: no other thread could know of it yet */
	GArray *positions;            /* uint32_t, of the history: when, each before the action that is asked for */
};

struct tt_lock_dependency {
	struct tt_thread *thread;
	struct tt_hold held; /* as it was first */
	struct tt_acquisition wanted;
	bool hidden;         /* no other thread could know yet of what was held */
	GPtrArray *requests; /* struct tt_lock_request: under which locks, and when */
	bool cut;            /* there were more of these than are kept */
	guint number;        /* in the order of making */
};

/* All dependencies from one lock to another. They are the graph's. */
struct tt_lock_edge {
	struct tt_object *from, *to;
	GPtrArray *dependencies; /* struct tt_lock_dependency, in the order of making */
};

struct tt_lock_graph {
	GPtrArray *requests;     /* struct tt_lock_request, in the order of making */
	GPtrArray *dependencies; /* struct tt_lock_dependency, likewise */
	GHashTable *by_key;      /* private: struct tt_lock_request */
	GHashTable *by_place;    /* private: struct tt_lock_dependency */
	GHashTable *sets;        /* private: of struct tt_lockset */
	bool full;               /* requests were dropped */
	bool timed;              /* some request had a time limit */
};

struct tt_lock_graph *tt_lock_graph_new(void);
void tt_lock_graph_free(struct tt_lock_graph *graph);

/*
 * The thread asks, with all that it holds but that lock itself, and the lock that it gives up to wait for a condition.
 * `position` is where its history stands; TT_NO_POSITION if that is full. `hidden` tells of a lock that the thread
 * holds whether no other can know of it.
 */
typedef bool (*tt_is_hidden)(const struct tt_thread *thread, const struct tt_object *lock, void *data);
void tt_lock_graph_add(struct tt_lock_graph *graph, struct tt_thread *thread, const struct tt_acquisition *asked,
                       uint32_t position, tt_is_hidden hidden, void *data);

/* The struct tt_lock_edge of the graph, at the end, in the order in which they were first seen. The caller's to free.
 */
GPtrArray *tt_lock_graph_edges(struct tt_lock_graph *graph);

/* The requests for an object, of all threads: struct tt_lock_request. The caller's to free. */
GPtrArray *tt_lock_graph_requests(const struct tt_lock_graph *graph, const struct tt_object *object);

#endif /* TT_CHECK_LOCKGRAPH_LOCK_GRAPH_H */
