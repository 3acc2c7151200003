/*
 * Cycles in a lock graph, each with a thread for each of its arcs: the patterns of a deadlock.
 *
 * All threads of a pattern are different, each asks for the lock that the next one holds, in a mode that has to wait
 * for it, no two hold a lock that they cannot hold at the same time, and none has ended before another one was made.
 */
#ifndef TT_CHECK_LOCK_CYCLES_H
#define TT_CHECK_LOCK_CYCLES_H

#include "tools/check/lock_parts.h"

/* What may take part. */
enum tt_cycle_class {
	TT_CYCLE_FIRM,     /* requests without a time limit */
	TT_CYCLE_TIMED,    /* those with one as well: the thread gives up and can go on */
	TT_CYCLE_EXCLUDED, /* also those that a common lock, or starting and joining, keeps apart */
};

struct tt_lock_cycle {
	enum tt_cycle_class class;
	GPtrArray *dependencies; /* struct tt_dependency: i wants what i + 1 has held, the last what the first has */
};

struct tt_lock_cycles {
	GPtrArray
	    *cycles;    /* struct tt_lock_cycle, the shortest first, those of a class together; a set of locks once */
	guint complete; /* all cycles up to this length that are not excluded were found; G_MAXUINT: all */
};

/* How much to look for. */
struct tt_cycle_limits {
	enum tt_cycle_class last; /* the last class to look for */
	bool timed;               /* some request has a time limit */
	guint most;               /* as many cycles */
	uint64_t steps;           /* comparisons, in each class */
};

/* Of the arcs of a lock graph. */
struct tt_lock_cycles *tt_lock_cycles_find(const GPtrArray *arcs, struct tt_fork_join *fork_join,
                                           const struct tt_cycle_limits *limits);
void tt_lock_cycles_free(struct tt_lock_cycles *cycles);

/* A set of locks, to look up in a table made with g_bytes_hash and g_bytes_equal. Sorts the locks. */
GBytes *tt_lock_set(GPtrArray *locks);

#endif /* TT_CHECK_LOCK_CYCLES_H */
