/* SPDX-License-Identifier: MIT */
/*
 * Whether the steps that a finding shows as its witness are some of a schedule that leads where it says.
 */
#ifndef ACCURACY_WITNESS_H
#define ACCURACY_WITNESS_H

#include "tests/accuracy/cycles.h"
#include "tests/accuracy/run.h"
#include "tools/finding/finding.h"

/*
 * The witness shows the acquires of what is held, and the requests that block; what else the threads do is not shown.
 * NULL: stopped at these requests, after what they did before them in the run, the threads can be in that deadlock,
 * with what it shows done. Else what is wrong, the caller's to free.
 */
char *witness_fault(const struct program *program, const struct run *run, const struct tt_finding *finding,
                    deadlock which);

#endif /* ACCURACY_WITNESS_H */
