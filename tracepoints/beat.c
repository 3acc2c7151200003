/* SPDX-License-Identifier: MIT */
/*
 * The probe of the beacons' event, with those of the vocabulary: so what describes it is in a recording as soon as what
 * describes the others, though no program but a beacon makes it. LTTng adds to that no more than five times a second.
 */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#include "tracepoints/beat.h"
