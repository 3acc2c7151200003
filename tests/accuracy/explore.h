/* SPDX-License-Identifier: MIT */
/*
 * All that can come of a program: every state that some schedule reaches from a given one.
 */
#ifndef ACCURACY_EXPLORE_H
#define ACCURACY_EXPLORE_H

#include "tests/accuracy/cycles.h"

struct reach {
	unsigned states;
	bool complete;  /* false: there are more than the limit */
	unsigned moved; /* the threads that end their call in some schedule, a bit each */
};

/* Explores from the state; adds the deadlocks over locks of every state to `found`, which may be NULL. */
struct reach explore(const struct program *program, const struct state *from, unsigned most_states,
                     struct deadlocks *found);

/*
 * The ways to be blocked for good that some schedule reaches: a set of numbers as of a deadlock, without its locks, of
 * all threads that never end their call from some state on. There must be no more states than the limit.
 */
GHashTable *explore_stuck(const struct program *program, unsigned most_states);

#endif /* ACCURACY_EXPLORE_H */
