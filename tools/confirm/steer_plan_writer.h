/* SPDX-License-Identifier: MIT */
/*
 * The plan of a steered run: the sites of a finding's threads, as the library reads them from TRACE_THR_STEER. Its
 * format is told in libtrace_thr/src/explore/steer_plan.h.
 */
#ifndef TT_CONFIRM_STEER_PLAN_WRITER_H
#define TT_CONFIRM_STEER_PLAN_WRITER_H

#include <stdbool.h>

#include "libtrace_thr/src/explore/steer_plan.h"
#include "tools/check/check.h"

/* Whether the finding is a deadlock that has not happened, so that a run can be steered into it. */
bool tt_confirm_can_steer(const struct tt_finding *finding);

/*
 * The lines of an edge: where the thread got the lock that it has, if it has one, and where it waits. Equal ones are at
 * the same sites, also in another run of the same files. NULL: a site is in no file. The caller's to free.
 */
char *tt_confirm_edge(const struct tt_check *check, const struct tt_edge *edge);

/*
 * Who an edge is about: thread, lock held and what is waited for, by their names. Equal ones are of the same threads
 * and objects, also in another run. The caller's to free.
 */
char *tt_confirm_names(const struct tt_edge *edge);

struct tt_confirm_edges {
	GPtrArray *all;   /* char *: as of tt_confirm_edge */
	GPtrArray *names; /* char *: of each, as of tt_confirm_names */
	guint ring;       /* so many, the first, are a cycle of locks in its order */
};

/*
 * The edges of a finding, and of who only asks for a lock of theirs. `all` and `names` NULL with *why if a run cannot
 * be steered by them: all the caller's to free.
 */
struct tt_confirm_edges tt_confirm_edges(const struct tt_check *check, const struct tt_finding *finding, char **why);

/*
 * The plan, with a thread's longest pause, and that of all pauses together, in seconds. `meet`: threads of the cycle
 * also wait for each other before they get their first lock, for where one needs the other's on its way. The caller's
 * to free.
 */
char *tt_confirm_steer_plan(const struct tt_confirm_edges *edges, double pause, double budget, bool meet);

#endif /* TT_CONFIRM_STEER_PLAN_WRITER_H */
