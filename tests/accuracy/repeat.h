/* SPDX-License-Identifier: MIT */
/*
 * Making a move of a run again, in another order.
 */
#ifndef ACCURACY_REPEAT_H
#define ACCURACY_REPEAT_H

#include "tests/accuracy/machine.h"

/*
 * Makes the same move as in the run; false if it cannot be made: the thread would not get what it got, or get what it
 * did not. `strict`: it wakes nobody that it did not wake there.
 */
bool repeat_move(const struct program *program, struct state *state, struct move move, bool strict);

#endif /* ACCURACY_REPEAT_H */
