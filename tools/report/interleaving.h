/* SPDX-License-Identifier: MIT */
/*
 * The schedule of a finding: who takes what, and who then waits for what, step by step; a column a thread, as lockdep
 * draws CPU0 and CPU1, or a line a step where the columns are too many.
 */
#ifndef TT_REPORT_INTERLEAVING_H
#define TT_REPORT_INTERLEAVING_H

#include "tools/check/check.h"
#include "tools/text/text_writer.h"

/* Of a witness with the site of each step. Only the last steps of many, unless `all` is asked for. */
void tt_put_schedule(struct tt_text_writer *pen, const struct tt_check *check, const struct tt_finding *finding,
                     bool all);

#endif /* TT_REPORT_INTERLEAVING_H */
