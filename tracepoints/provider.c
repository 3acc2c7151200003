/*
 * The loadable probes: libtrace_thr-tracepoints.so. The library loads it when it starts, where LTTng is installed.
 */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#include "tracepoints/trace_thr.h"
