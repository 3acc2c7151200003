/* SPDX-License-Identifier: MIT */
/*
 * The folders of a trace: LTTng writes one for each user or process, word size and rotation, each a CTF trace.
 */
#ifndef TT_READ_RECORDING_TRACE_DIRS_H
#define TT_READ_RECORDING_TRACE_DIRS_H

#include <glib.h>

/*
 * The folders at or below `path` that hold a file `metadata`, sorted: char *. NULL with *error, of TT_TRACE_ERROR, if
 * there is none or one cannot be read.
 */
GPtrArray *tt_trace_dirs(const char *path, GError **error);

#endif /* TT_READ_RECORDING_TRACE_DIRS_H */
