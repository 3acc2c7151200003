/*
 * libtrace_thr-beacon.so: what a beacon of the command does inside LTTng. The command loads it in a process of its own
 * (tools/session/beacon.h), so that it needs nothing of LTTng-UST itself, and finds these by their names.
 */
#ifndef TT_BEACON_BEACON_H
#define TT_BEACON_BEACON_H

#include <stdint.h>
#include <sys/types.h>

#define TT_BEACON_EXPORT __attribute__((visibility("default")))

/* Writes an event into the buffer of each CPU below n_cpus, of the user of this process. In one thread. */
TT_BEACON_EXPORT void tt_beacon_beat(uint32_t n_cpus);
typedef void tt_beacon_beat_function(uint32_t n_cpus);

/*
 * Forks. In the child `become` is called before LTTng registers it, to make it another user's. Returns as fork does, in
 * the child when it is registered.
 */
TT_BEACON_EXPORT pid_t tt_beacon_fork(void (*become)(void *data), void *data);
typedef pid_t tt_beacon_fork_function(void (*become)(void *data), void *data);

#endif /* TT_BEACON_BEACON_H */
