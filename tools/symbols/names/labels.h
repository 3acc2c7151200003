/* SPDX-License-Identifier: MIT */
/* Labels: what a thread or object without a name of its own is called by a place in the program. */
#ifndef TT_SYMBOLS_NAMES_LABELS_H
#define TT_SYMBOLS_NAMES_LABELS_H

#include <stddef.h>

#include "tools/symbols/symbols.h"

/*
 * `Thread-3 (worker)`, of `Thread-3`, the first `length` bytes of `recorded`; without the function where it says
 * nothing. The caller's to free.
 */
char *tt_label_thread(const struct tt_site *function, const char *recorded, size_t length);

/* `conn.c:120`, or what is known of a site whose module is. The caller's to free. */
char *tt_label_site(const struct tt_site *site);

#endif /* TT_SYMBOLS_NAMES_LABELS_H */
