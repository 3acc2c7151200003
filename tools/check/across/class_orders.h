/* SPDX-License-Identifier: MIT */
/*
 * The lock orders of a check by class: what its runs add to a database of many runs.
 *
 * One order is kept of each process and pair of classes, with its modes, time limit and the further classes held; of
 * each the first sites, and some of its threads. So memory grows with the program, not with its run.
 */
#ifndef TT_CHECK_ACROSS_CLASS_ORDERS_H
#define TT_CHECK_ACROSS_CLASS_ORDERS_H

#include "tools/check/across/lock_classes.h"

/* One order of one process. */
struct tt_class_order {
	struct tt_process *process;
	struct tt_order row; /* its sites are told, and its id made, by tt_class_orders_finish */
	GArray *edges;       /* struct tt_edge: a thread that took it each, with its sites; at most a few */
};

struct tt_class_orders {
	struct tt_classes *classes;
	GPtrArray *all;                         /* struct tt_class_order, in the order of the trace */
	bool full;                              /* there were too many to keep them all */
	GHashTable *nameless;                   /* struct tt_object: locks of no class, whose orders are not kept */
	GHashTable *by_key, *recordings, *runs; /* private */
	const struct tt_check *check;           /* private */
};

struct tt_class_orders *tt_class_orders_new(const struct tt_check *check, const char *program);
void tt_class_orders_free(struct tt_class_orders *orders);

/*
 * The thread asks for the lock, with these modes; what it holds by a try counts. To be told of requests that can wait
 * only. tt_class_orders_see: of each event of a lock, after that, and of the start of each thread.
 */
void tt_class_orders_add(struct tt_class_orders *orders, struct tt_thread *thread, const struct tt_edge *wanted,
                         bool timed, const struct tt_event *event);
void tt_class_orders_see(struct tt_class_orders *orders, struct tt_thread *thread, struct tt_object *object,
                         const struct tt_event *event);

/* At the end of the trace: drops what is no order, and makes the rows. */
void tt_class_orders_finish(struct tt_class_orders *orders);

/* The row of a process, as a run, after that. It is the orders'. */
const struct tt_db_run *tt_class_orders_run(const struct tt_class_orders *orders, const struct tt_process *process);

#endif /* TT_CHECK_ACROSS_CLASS_ORDERS_H */
