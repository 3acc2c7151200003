/* SPDX-License-Identifier: MIT */
/* Options that are a whole number: read as text, so that each can say what it takes, and 0 is not `not given`. */
#ifndef TT_CLI_OPTIONS_NUMBERS_H
#define TT_CLI_OPTIONS_NUMBERS_H

#include <stdbool.h>

/* A number in decimal, from `least` to `most`. True also for NULL, an option that was not given: *number stays. */
bool tt_parse_number(const char *text, int least, int most, int *number);

#endif /* TT_CLI_OPTIONS_NUMBERS_H */
