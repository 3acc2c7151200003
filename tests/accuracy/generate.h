/* SPDX-License-Identifier: MIT */
/*
 * Random small programs.
 */
#ifndef ACCURACY_GENERATE_H
#define ACCURACY_GENERATE_H

#include "tests/accuracy/program.h"
#include "tests/accuracy/random.h"

/* A valid program. */
struct program generate(struct random *random);

#endif /* ACCURACY_GENERATE_H */
