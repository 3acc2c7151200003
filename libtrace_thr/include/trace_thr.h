/* SPDX-License-Identifier: MIT */
/*
 * libtrace_thr: threads and their synchronisation with the shape and semantics of Python's threading, every operation
 * an LTTng-UST event. Start with trace_thr/types.h for errors, times and names; then the header of what you need.
 */
#ifndef TRACE_THR_H
#define TRACE_THR_H

#include <trace_thr/barrier.h>
#include <trace_thr/condition.h>
#include <trace_thr/event.h>
#include <trace_thr/local.h>
#include <trace_thr/lock.h>
#include <trace_thr/log.h>
#include <trace_thr/rlock.h>
#include <trace_thr/semaphore.h>
#include <trace_thr/thread.h>
#include <trace_thr/timer.h>
#include <trace_thr/types.h>
#include <trace_thr/with.h>

#endif /* TRACE_THR_H */
