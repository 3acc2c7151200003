/* SPDX-License-Identifier: MIT */
/*
 * libtrace_thr-beacon.so: what a beacon of the command (tools/session/lttng/beacon.h) does inside LTTng. The command
 * loads it in a process of its own, after the probes, and finds this by its name.
 */
#ifndef TT_BEACON_BEACON_H
#define TT_BEACON_BEACON_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Writes an event into the buffer of each CPU below n_cpus, of the user of this process, which must have so many; and
 * into that of its modules, if `modules`. In one thread.
 */
__attribute__((visibility("default"))) void tt_beacon_beat(uint32_t n_cpus, bool modules);
typedef void tt_beacon_beat_function(uint32_t n_cpus, bool modules);

#endif /* TT_BEACON_BEACON_H */
