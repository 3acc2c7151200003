/* SPDX-License-Identifier: MIT */
/*
 * Which pairs of lock classes are in a circle: a first look at a database of many runs, by its classes alone.
 */
#ifndef TT_CHECK_ACROSS_CLASS_SCC_H
#define TT_CHECK_ACROSS_CLASS_SCC_H

#include "tools/db/snapshot.h"

/* Leaves those pairs (struct tt_pair) that are in one strongly connected part with a pair that is mine. */
void tt_class_pairs_in_cycles(GArray *pairs);

#endif /* TT_CHECK_ACROSS_CLASS_SCC_H */
