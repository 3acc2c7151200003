/* SPDX-License-Identifier: MIT */
/*
 * LTTng asks for the CPU of a thread to choose the buffer. In the process of a beacon a callback of ours answers, so
 * one thread reaches the buffers of all CPUs: also of those that it may not run on, and of those that are switched off.
 * That is safe: any thread may be moved to another CPU between that question and its event, so LTTng writes into a
 * buffer as if all CPUs did.
 */
#define LTTNG_UST_TRACEPOINT_DEFINE
#define LTTNG_UST_TRACEPOINT_HIDDEN_DEFINITION
#define LTTNG_UST_TRACEPOINT_PROBE_DYNAMIC_LINKAGE
#include "tracepoints/beat.h"

#include <lttng/ust-getcpu.h>

#include "tracepoints/beacon/beacon.h"

/* Always that of a buffer that there is: LTTng's own threads ask as well. */
static uint32_t cpu;

static int chosen_cpu(void)
{
	return (int)__atomic_load_n(&cpu, __ATOMIC_RELAXED);
}

__attribute__((constructor)) static void choose_cpus(void)
{
	lttng_ust_getcpu_override(chosen_cpu);
}

void tt_beacon_beat(uint32_t n_cpus, bool modules)
{
	for (uint32_t i = 0; i < n_cpus; i++) {
		__atomic_store_n(&cpu, i, __ATOMIC_RELAXED);
		lttng_ust_tracepoint(trace_thr_beacon, beat);
		if (modules)
			lttng_ust_tracepoint(trace_thr_beacon, modules);
	}
}
