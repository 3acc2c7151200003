/* SPDX-License-Identifier: MIT */
/*
 * What primitives call to emit an event of the vocabulary.
 *
 *     if (tt_enabled(lock_acquired))
 *             tt_emit(lock_acquired, who, caller, &what, kind, mode, depth);
 *
 * With no session recording the event, tt_enabled is one load and one predicted branch. The arguments of an event are
 * those of its shape, TT_ARGS_<shape> in trace_thr.h.
 */
#ifndef TT_EMIT_H
#define TT_EMIT_H

/* The probes are in a library of their own, so a traced program needs nothing of LTTng to run. */
#define LTTNG_UST_TRACEPOINT_PROBE_DYNAMIC_LINKAGE

/* clang-format off: LTTng's headers and ours are not clean under -Wconversion and -Wshadow. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#include "tracepoints/trace_thr.h"
#pragma GCC diagnostic pop
/* clang-format on */

/* Whether some session records the event. */
#define tt_enabled(event) lttng_ust_tracepoint_enabled(trace_thr, event)

/* Emits the event, whether or not it is enabled: callers ask first, to spare the making of the arguments. */
#define tt_emit(event, who, caller, ...) lttng_ust_do_tracepoint(trace_thr, event, who, caller, __VA_ARGS__)

#endif /* TT_EMIT_H */
