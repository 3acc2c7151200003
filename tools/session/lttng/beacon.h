/* SPDX-License-Identifier: MIT */
/*
 * The beacon: a process of ours that writes an event into the buffers of a recording when it is asked to.
 *
 * LTTng writes a buffer to disk when it is full, and now and then if there is something in it. What is on disk does not
 * say whether a buffer is empty. But a buffer's events are in the order of their times, and go to disk in that order:
 * once an event that was asked for at some time is there, so is all that was in this buffer before.
 *
 * Buffers belong to a user and a CPU. One process reaches those of all CPUs (tracepoints/beacon/beacon.c); for each
 * other user it forks one that becomes that user's, as only root can. Its events are of a provider of its own, which no
 * reader of a recording asks for. It ends with whoever started it.
 */
#ifndef TT_SESSION_LTTNG_BEACON_H
#define TT_SESSION_LTTNG_BEACON_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* What its events are called: for the channel of events, and for that of modules. */
#define TT_BEACON_EVENT "trace_thr_beacon:beat"
#define TT_BEACON_MODULES_EVENT "trace_thr_beacon:modules"

struct tt_beacon;

/* Starts it, and lets it into the session. NULL with *error, of TT_SESSION_ERROR. */
struct tt_beacon *tt_beacon_start(const char *session, GError **error);

/*
 * Asks for an event in each of the user's buffers of the CPUs below n_cpus, if `modules` also in those of modules. Does
 * not wait: it comes in some
 * milliseconds, later if the user is new, or never if nothing can be had of this user. False: it has ended.
 */
bool tt_beacon_ask(struct tt_beacon *beacon, uint32_t uid, uint32_t n_cpus, bool modules);

/* It ends when it has done what it was asked to. NULL does nothing. */
void tt_beacon_stop(struct tt_beacon *beacon);

#endif /* TT_SESSION_LTTNG_BEACON_H */
