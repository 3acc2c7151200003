/* SPDX-License-Identifier: MIT */
/*
 * Who writes the locks at which a writer that waits goes before those who read
 * (PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP of glibc). There one who wants to read waits for others who read, or
 * for itself, if a writer waits between.
 */
#ifndef TT_CHECK_LOCKGRAPH_QUEUED_WRITERS_H
#define TT_CHECK_LOCKGRAPH_QUEUED_WRITERS_H

#include "tools/check/lockgraph/lock_graph.h"

struct tt_queued_writers;

/* Of all requests of the graph. Those with a time limit give up, and then the readers go on: they are left out. */
struct tt_queued_writers *tt_queued_writers_new(const struct tt_lock_graph *graph);
void tt_queued_writers_free(struct tt_queued_writers *writers);

/*
 * Of each thread that writes the lock one dependency, on nothing that it holds: struct tt_lock_dependency, with numbers
 * after those of the graph. NULL: nobody does, or it is no such lock. All are the writers'.
 */
const GPtrArray *tt_queued_writers_of(const struct tt_queued_writers *writers, const struct tt_object *lock);

/* The one wants to read what the other reads. */
bool tt_both_read(const struct tt_lock_dependency *waiter, const struct tt_lock_dependency *holder);

#endif /* TT_CHECK_LOCKGRAPH_QUEUED_WRITERS_H */
