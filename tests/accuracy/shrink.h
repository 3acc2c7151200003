/* SPDX-License-Identifier: MIT */
/*
 * A smaller program with the same disagreement.
 */
#ifndef ACCURACY_SHRINK_H
#define ACCURACY_SHRINK_H

#include "tests/accuracy/judge.h"

/* A program and the seed of its run. */
struct scenario {
	struct program program;
	uint64_t seed;
};

/* Leaves out what can be left out while the check and the oracle still disagree in this. */
struct scenario shrink(struct scenario scenario, enum disagreement what);

#endif /* ACCURACY_SHRINK_H */
