/* SPDX-License-Identifier: MIT */
/*
 * Whether the files of a CTF folder are such that Babeltrace can be let at them.
 *
 * Nearly all damage it reports by itself. Up to 2.0.4 at least there are two exceptions: it reads for ever in metadata
 * that ends within a packet, as a full disk or a copy cut short leaves it, and it aborts on an index that points
 * outside of its stream. Both are looked for here, before.
 */
#ifndef TT_READ_RECORDING_TRACE_INTEGRITY_H
#define TT_READ_RECORDING_TRACE_INTEGRITY_H

#include <stdbool.h>

#include <glib.h>

/* False with *error, of TT_TRACE_ERROR, if not. */
bool tt_trace_is_intact(const char *folder, GError **error);

#endif /* TT_READ_RECORDING_TRACE_INTEGRITY_H */
