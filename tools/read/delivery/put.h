/* SPDX-License-Identifier: MIT */
/*
 * Putting a value that was read into the member of a struct that a field stands for.
 */
#ifndef TT_READ_DELIVERY_PUT_H
#define TT_READ_DELIVERY_PUT_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/read/event.h"

/* A number too large for the field becomes the field's largest; `target` is the place in the struct. */
void tt_put_unsigned(const struct tt_field *field, uint64_t value, char *target);
void tt_put_signed(const struct tt_field *field, int64_t value, char *target);

/*
 * A text in valid UTF-8: the text itself, which ends with a NUL, or *repaired, which is freed and made anew.
 * An empty one is "".
 */
const char *tt_put_text(const char *text, uint64_t length, char **repaired);

#endif /* TT_READ_DELIVERY_PUT_H */
