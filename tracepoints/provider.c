/* SPDX-License-Identifier: MIT */
/*
 * The loadable probes: libtrace_thr-tracepoints.so. The library loads it when it starts, where LTTng is installed.
 */
#include "tracepoints/fast_hold.h"

/* What LTTng's macros call to register the probes that they generate here. */
#define lttng_ust_probe_register tt_probe_register

#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#include "tracepoints/trace_thr.h"
