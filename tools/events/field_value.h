/* SPDX-License-Identifier: MIT */
/*
 * The value of a field of an event, whatever its type.
 */
#ifndef TT_EVENTS_FIELD_VALUE_H
#define TT_EVENTS_FIELD_VALUE_H

#include <stdbool.h>

#include "tools/read/event.h"

/* A number that an int64_t holds. False for a text, a call chain, and a number that stands for `no limit`. */
bool tt_value_number(const struct tt_event *event, const struct tt_field *field, int64_t *value);

/* The word of an enumeration, or the text. NULL for another field, and for a value without a word. */
const char *tt_value_text(const struct tt_event *event, const struct tt_field *field);

#endif /* TT_EVENTS_FIELD_VALUE_H */
