/* SPDX-License-Identifier: MIT */
/*
 * One run of a program: a schedule from the start until nobody can move.
 */
#ifndef ACCURACY_RUN_H
#define ACCURACY_RUN_H

#include "tests/accuracy/machine.h"
#include "tests/accuracy/random.h"

/* A move of the run, and the state before it. */
struct step {
	struct state before;
	struct move move;
};

struct run {
	GArray *steps; /* struct step */
	struct state end;
	bool through; /* every thread has ended */
};

/* A run by chance. */
struct run run_by_chance(const struct program *program, struct random *random);

/* The same; but one that gets through, if one of so many does. */
struct run run_through(const struct program *program, struct random *random, unsigned tries);

void run_free(struct run *run);

static inline const struct step *run_step(const struct run *run, guint i)
{
	return &g_array_index(run->steps, struct step, i);
}

/* Prints the schedule, a move a line. */
void run_print(const struct program *program, const struct run *run);

#endif /* ACCURACY_RUN_H */
