/* SPDX-License-Identifier: MIT */
/*
 * Whether a run hangs as a plan had it: for each edge a thread of its own that is blocked for good, at its sites, or of
 * its name and with its objects: steered at one site, threads can meet at another, in a loop or a function that both
 * call, and it is the same deadlock.
 */
#ifndef TT_CONFIRM_MATCH_DEADLOCK_H
#define TT_CONFIRM_MATCH_DEADLOCK_H

#include "tools/check/check.h"
#include "tools/confirm/steer_plan_writer.h"

/*
 * The deadlock of the plan, whose edges these are; else, with *planned false, another one, of threads that are not all
 * there. NULL: nobody is blocked for good. The finding is the check's.
 */
const struct tt_finding *tt_match_deadlock(const struct tt_check *check, const struct tt_confirm_edges *edges,
                                           bool *planned);

#endif /* TT_CONFIRM_MATCH_DEADLOCK_H */
