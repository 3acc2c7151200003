/*
 * Whether the steps that a finding shows as its witness are a schedule, and lead where it says.
 */
#ifndef ACCURACY_WITNESS_H
#define ACCURACY_WITNESS_H

#include "tests/accuracy/cycles.h"
#include "tests/accuracy/run.h"
#include "tools/check/findings.h"

/*
 * Follows the witness on the machine. What a thread did in the run between two of its steps need not be shown. NULL:
 * it ends in that deadlock; else what is wrong with it, the caller's to free.
 */
char *witness_fault(const struct program *program, const struct run *run, const struct tt_finding *finding,
                    deadlock which);

#endif /* ACCURACY_WITNESS_H */
