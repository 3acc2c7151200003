/* SPDX-License-Identifier: MIT */
/*
 * Threads of the library, for its tests: made, started and joined in one call each, and a gate for them to wait at.
 */
#ifndef TESTS_THREADS_H
#define TESTS_THREADS_H

#include "wait.h"

#include <errno.h>

#include <trace_thr.h>

/* A gate that threads of a test wait at. */
static tthr_event gate = TTHR_EVENT_INIT("gate");

static inline void *wait_at_gate(void *arg)
{
	must(tthr_event_wait_timeout(&gate, WAIT_SECONDS) == 0);
	return arg;
}

static inline void *nothing(void *arg)
{
	return arg;
}

static inline tthr_thread *made(const struct tthr_thread_options *options)
{
	tthr_thread *thread;

	must(tthr_thread_new(&thread, options) == 0);
	return thread;
}

static inline tthr_thread *started(void *(*target)(void *arg), void *arg)
{
	tthr_thread *thread = made(&(struct tthr_thread_options){.target = target, .arg = arg});

	must(tthr_thread_start(thread) == 0);
	return thread;
}

/* Joins the thread, which must end, and gives the reference back. */
static inline void joined(tthr_thread *thread)
{
	must(tthr_thread_join_timeout(thread, WAIT_SECONDS) == 0);
	tthr_thread_unref(thread);
}

/* A test's setup: closes the gate. */
static inline int close_gate(void **state)
{
	(void)state;
	tthr_event_clear(&gate);
	return 0;
}

#endif /* TESTS_THREADS_H */
