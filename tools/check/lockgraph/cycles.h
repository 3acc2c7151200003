/* SPDX-License-Identifier: MIT */
/*
 * Cycles in a lock graph, each with a thread for each of its arcs: the patterns of a deadlock.
 *
 * All threads of a pattern are different, each asks for the lock that the next one holds, in a mode that has to wait
 * for it, and no two are kept apart: see tt_cycle_oracle. One alone can be a pattern: it reads a lock that it reads,
 * and waits behind a writer who waits for it.
 */
#ifndef TT_CHECK_LOCKGRAPH_CYCLES_H
#define TT_CHECK_LOCKGRAPH_CYCLES_H

#include "tools/check/lockgraph/cycle_instances.h"

struct tt_lock_cycle {
	enum tt_cycle_strength class;
	bool reached;  /* some choice of threads leads into it */
	guint tries;   /* private: choices that were tried */
	uint64_t work; /* private: what that took */
	bool stopped;  /* private: not all choices were tried */
	GPtrArray
	    *dependencies; /* struct tt_lock_dependency: i wants what i + 1 has held, the last what the first has */
	void *proof;       /* of the caller, of one that is reached */
};

struct tt_lock_cycles {
	GPtrArray
	    *cycles;    /* struct tt_lock_cycle, the shortest first, those of a class together; a set of locks once */
	guint complete; /* all cycles up to this length that are not excluded were found; G_MAXUINT: all */
	guint untried;  /* of so many that are not reached, not all choices of threads were tried */
};

/* How much to look for. */
struct tt_cycle_limits {
	enum tt_cycle_strength last; /* the last class to look for */
	bool timed;                  /* some request has a time limit */
	guint most;                  /* as many cycles */
	uint64_t steps;              /* comparisons, in each class */
	uint64_t work;               /* what may be spent on whether one cycle is reached */
};

/* Of the arcs of a lock graph, which has its parts. */
struct tt_lock_cycles *tt_lock_cycles_find(const struct tt_sccs *parts, const struct tt_cycle_oracle *tests,
                                           const struct tt_cycle_limits *limits);
void tt_lock_cycles_free(struct tt_lock_cycles *cycles);

/* A set of locks, to look up in a table made with g_bytes_hash and g_bytes_equal. Sorts the locks. */
GBytes *tt_lock_set(GPtrArray *locks);

#endif /* TT_CHECK_LOCKGRAPH_CYCLES_H */
