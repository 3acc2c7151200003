/* SPDX-License-Identifier: MIT */
/*
 * What a run foretells by itself: the deadlocks over locks of its sync-preserving reorderings (Tunc, Mathur,
 * Pavlogiannis, Viswanathan: Sound Dynamic Deadlock Prediction in Linear Time, PLDI 2023), by the definition.
 *
 * Such a reordering is a part of the run's steps, closed under the order in each thread and under what must happen
 * before, in which the critical sections of a lock come in the order of the run. If there is one of the same steps at
 * all, then also that in the order of the run. So every part is tried, in that order, on the machine.
 *
 * What must happen before, beyond what the machine asks for: of a semaphore that is no lock, the post that made the
 * place; of a condition that tells no waker, every notify during the wait; of an event, every set since it was clear;
 * of a try or time limit that did not get the lock, the latest acquire before.
 */
#ifndef ACCURACY_PRESERVE_H
#define ACCURACY_PRESERVE_H

#include "tests/accuracy/cycles.h"
#include "tests/accuracy/run.h"

/* Adds the deadlocks to `found`. False if there are more than so many parts. */
bool preserve(const struct program *program, const struct run *run, unsigned most_parts, struct deadlocks *found);

/*
 * Whether some part of the run, in which each thread stops before the given step, or anywhere if that is ANYWHERE, ends
 * in that deadlock. Here only the machine says what can be.
 */
#define ANYWHERE G_MAXUINT
bool preserve_stops(const struct program *program, const struct run *run, const guint stops[MOST_THREADS],
                    deadlock which);

#endif /* ACCURACY_PRESERVE_H */
