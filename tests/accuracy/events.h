/* SPDX-License-Identifier: MIT */
/*
 * The events of a run, as the library and the interposer record them (docs/events.md), told to a check.
 */
#ifndef ACCURACY_EVENTS_H
#define ACCURACY_EVENTS_H

#include "tests/accuracy/run.h"
#include "tools/check/check.h"

/* Ids of threads and objects in the trace: those of one family follow each other. */
enum { ID_THREAD = 1, ID_LOCK = 100, ID_SEM = 200, ID_COND = 300, ID_EVENT = 400, ID_BARRIER = 500 };

/* The caller in the events of a call: a thousand a thread. */
uint64_t events_caller(unsigned thread, const struct op *op);

/* Which step of the run an event of this time belongs to. */
guint events_step_at(int64_t time_ns);

/* Tells the check the first `n` steps of the run. */
void events_feed(struct tt_check *check, const struct program *program, const struct run *run, guint n);

#endif /* ACCURACY_EVENTS_H */
