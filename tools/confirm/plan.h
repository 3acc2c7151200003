/*
 * The plan of a steered run: the sites of a finding's cycle, as the library reads them from TRACE_THR_STEER. Its format
 * is told in libtrace_thr/src/steer_plan.h.
 */
#ifndef TT_CONFIRM_PLAN_H
#define TT_CONFIRM_PLAN_H

#include <stdbool.h>

#include "libtrace_thr/src/steer_plan.h"
#include "tools/check/check.h"

/* Whether the finding is a cycle of locks that has not happened, so that a run can be steered into it. */
bool tt_confirm_can_steer(const struct tt_finding *finding);

/*
 * The edges of a cycle, in its order: char *, the lines of each. Equal ones are at the same sites, also in another run
 * of the same files. NULL with *why if a run cannot be steered by them; both are the caller's to free.
 */
GPtrArray *tt_confirm_edges(const struct tt_check *check, const struct tt_finding *finding, char **why);

/*
 * The plan, with a thread's longest pause, and that of all pauses together, in seconds. `meet`: threads also wait for
 * each other before they get their first lock, for where one needs the other's on its way. The caller's to free.
 */
char *tt_confirm_plan(const GPtrArray *edges, double pause, double budget, bool meet);

/* Whether the two have the same edges, in the same circular order. */
bool tt_confirm_is_same(const GPtrArray *a, const GPtrArray *b);

#endif /* TT_CONFIRM_PLAN_H */
