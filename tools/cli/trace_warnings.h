/* SPDX-License-Identifier: MIT */
/*
 * Notes: what a reader of a trace should know of it, a line each to stderr. Nothing for a whole trace.
 */
#ifndef TT_CLI_TRACE_WARNINGS_H
#define TT_CLI_TRACE_WARNINGS_H

#include "tools/read/trace.h"
#include "tools/symbols/symbols.h"

/* `symbols` may be NULL: sites are of no interest. */
void tt_warn_about_trace(const struct tt_trace_summary *summary, const struct tt_symbols *symbols);

/* The same of a recording just made; `preloaded`: with --preload, so that need not be advised. */
void tt_warn_about_recording(const struct tt_trace_summary *summary, const struct tt_symbols *symbols, bool preloaded);

/* Of them: the calls that the program made and that could not become events. */
void tt_note_untold(uint64_t calls);

#endif /* TT_CLI_TRACE_WARNINGS_H */
