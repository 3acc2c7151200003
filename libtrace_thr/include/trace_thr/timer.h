/* SPDX-License-Identifier: MIT */
/*
 * Timer: a thread that runs a function after a delay, unless it is cancelled before.
 *
 *     tthr_timer *timer;
 *     tthr_timer_new(&timer, &(struct tthr_timer_options){.interval = 30, .function = hello});
 *     tthr_timer_start(timer);
 *     ...
 *     tthr_timer_cancel(timer);
 *     tthr_timer_unref(timer);
 *
 * It is a thread in every respect, and a timer's address is its thread's (tthr_timer_thread): name, join and daemon are
 * those of trace_thr/thread.h. Unless it is a daemon the process waits for it at exit, for the delay and the function.
 *
 * Source of the rules: Python's documentation of threading.Timer.
 */
#ifndef TRACE_THR_TIMER_H
#define TRACE_THR_TIMER_H

#include <trace_thr/event.h>
#include <trace_thr/thread.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tthr_timer {
	tthr_thread thread; /* private, as all that follows */
	double interval;
	void (*function)(void *arg);
	void *arg;
	tthr_event finished;
	uint32_t outcome;
} tthr_timer;

struct tthr_timer_options {
	double interval;             /* seconds from start to the call; 0: at once */
	void (*function)(void *arg); /* what it calls, in the timer's thread */
	void *arg;                   /* of the function */
	const char *name;            /* of its thread, copied; NULL for Thread-1, Thread-2, … */
	enum tthr_daemon daemon;     /* of its thread */
	size_t stack_size;           /* of its thread */
};

/* Makes a timer, not yet started. *timer is the caller's reference. EINVAL without options or function, or for NaN.
 * ENOMEM. */
TTHR_API int tthr_timer_new(tthr_timer **timer, const struct tthr_timer_options *options);

/* Gives the caller's reference back, at any time. NULL does nothing. */
TTHR_API void tthr_timer_unref(tthr_timer *timer);

/* Starts the delay. As tthr_thread_start. */
TTHR_API int tthr_timer_start(tthr_timer *timer);

/*
 * Ends the delay without the call. Does nothing to a timer whose function already runs or ran; one not yet started will
 * end as soon as it is started. Always returns 0.
 */
TTHR_API int tthr_timer_cancel(tthr_timer *timer);

/* The timer's thread: the same object. */
TTHR_API tthr_thread *tthr_timer_thread(tthr_timer *timer);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_THR_TIMER_H */
