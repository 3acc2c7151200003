/* SPDX-License-Identifier: MIT */
/* Numbers in the environment. */
#ifndef TT_TRACE_PARSE_NUMBER_H
#define TT_TRACE_PARSE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* A number without a sign that is all of the text, of base 10 or 16. False if it is none; errno stays. */
bool tt_number_parse(const char *text, int base, uint64_t *number);

#endif /* TT_TRACE_PARSE_NUMBER_H */
