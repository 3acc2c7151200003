/* SPDX-License-Identifier: MIT */
/*
 * What a process whose clock is not the recorder's, and the recorder, agree on: see libtrace_thr/src/trace/timebase.c.
 */
#ifndef TT_TIMEBASE_AGREED_H
#define TT_TIMEBASE_AGREED_H

/* The environment variable that has the recorder's time namespace, as /proc/self/ns/time is a link to. */
#define TT_TIMEBASE_VARIABLE "TRACE_THR_TIME"

#endif /* TT_TIMEBASE_AGREED_H */
