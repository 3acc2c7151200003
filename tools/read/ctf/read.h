/*
 * Reading a trace without Babeltrace: one of the two doors of trace.h.
 */
#ifndef TT_READ_CTF_READ_H
#define TT_READ_CTF_READ_H

#include "tools/read/trace.h"

/*
 * As tt_trace_read, of the same traces. What it does not know of CTF is an error, of TT_TRACE_ERROR_UNREADABLE, that
 * says so.
 */
bool tt_ctf_read(const char *path, const struct tt_trace_handler *handler, void *data, struct tt_trace_summary *summary,
                 GError **error);

#endif /* TT_READ_CTF_READ_H */
