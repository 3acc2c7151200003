/* SPDX-License-Identifier: MIT */
/*
 * The events of a beacon: their time is all they say. `trace_thr_beacon:beat` is for the buffers of events,
 * `trace_thr_beacon:modules` for those of modules. They are of no program that is recorded, so their provider is
 * another one than that of the vocabulary.
 */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER trace_thr_beacon

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "tracepoints/beat.h"

#if !defined(TT_BEAT_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define TT_BEAT_H

#include <lttng/tracepoint.h>

LTTNG_UST_TRACEPOINT_EVENT(trace_thr_beacon, beat, LTTNG_UST_TP_ARGS(), LTTNG_UST_TP_FIELDS())
LTTNG_UST_TRACEPOINT_EVENT(trace_thr_beacon, modules, LTTNG_UST_TP_ARGS(), LTTNG_UST_TP_FIELDS())

#endif /* TT_BEAT_H */

#include <lttng/tracepoint-event.h>
