/* SPDX-License-Identifier: MIT */
/* Lengths of time, for people. */
#ifndef TT_TEXT_DURATION_H
#define TT_TEXT_DURATION_H

#include <stdint.h>

/* `412 ms`, `3.1 µs`, `0`: three digits are enough to compare. The caller's to free. */
char *tt_duration_text(int64_t ns);

#endif /* TT_TEXT_DURATION_H */
