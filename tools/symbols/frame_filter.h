/* SPDX-License-Identifier: MIT */
/* What is the program's own, and what only stands between it and a lock: the layers that any program calls through. */
#ifndef TT_SYMBOLS_FRAME_FILTER_H
#define TT_SYMBOLS_FRAME_FILTER_H

#include <stdbool.h>

/* Whether a function is the program's own. `path` is whole. Each may be NULL: unknown. */
bool tt_is_internal_frame(const char *module, const char *path, const char *function);

#endif /* TT_SYMBOLS_FRAME_FILTER_H */
