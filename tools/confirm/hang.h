/*
 * Whether a run hangs as a plan had it: at each edge a thread of its own that is blocked for good.
 */
#ifndef TT_CONFIRM_HANG_H
#define TT_CONFIRM_HANG_H

#include "tools/check/check.h"

/*
 * The deadlock of the plan, whose edges these are; else, with *planned false, another one, of threads that are not all
 * there. NULL: nobody is blocked for good. The finding is the check's.
 */
const struct tt_finding *tt_hang_find(const struct tt_check *check, const GPtrArray *edges, bool *planned);

#endif /* TT_CONFIRM_HANG_H */
