/* SPDX-License-Identifier: MIT */
#include <trace_thr/timer.h>

#include <math.h>
#include <stdlib.h>

#include "libtrace_thr/src/sync/deadline.h"
#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/thread/thread.h"

/* Who comes first decides: the end of the delay or the cancel. */
enum { PENDING, FIRED, CANCELLED };

static tthr_timer *timer_of(tthr_thread *thread)
{
	return (tthr_timer *)(void *)thread;
}

static bool decide(tthr_timer *timer, uint32_t outcome)
{
	uint32_t pending = PENDING;
	/* Relaxed: the function and its argument came with the start of the thread, and a cancel brings nothing. */
	return __atomic_compare_exchange_n(&timer->outcome, &pending, outcome, false, __ATOMIC_RELAXED,
	                                   __ATOMIC_RELAXED);
}

static void *timer_run(tthr_thread *thread)
{
	tthr_timer *timer = timer_of(thread);
	struct tt_object_ref what = tt_thread_ref_of(thread);

	TT_TRACE(timer_start, thread->starter, &what, tt_timeout_ns(timer->interval));
	tthr_event_wait_timeout(&timer->finished, timer->interval);
	if (decide(timer, FIRED)) {
		what = tt_thread_ref_of(thread);
		TT_TRACE(timer_fired, NULL, &what);
		timer->function(timer->arg);
		what = tt_thread_ref_of(thread);
		TT_TRACE(timer_done, NULL, &what);
	}
	return NULL;
}

static void timer_free(tthr_thread *thread)
{
	tthr_timer *timer = timer_of(thread);

	tthr_event_destroy(&timer->finished);
	free(timer);
}

int tthr_timer_new(tthr_timer **timer, const struct tthr_timer_options *options)
{
	if (!options || isnan(options->interval) || !options->function)
		return EINVAL;
	tthr_timer *made = calloc(1, sizeof *made);
	if (!made)
		return ENOMEM;
	made->interval = options->interval;
	made->function = options->function;
	made->arg = options->arg;
	int error = tthr_event_init(&made->finished, "delay");
	if (error)
		goto out;
	error = tt_thread_init(&made->thread,
	                       &(struct tthr_thread_options){.name = options->name,
	                                                     .daemon = options->daemon,
	                                                     .stack_size = options->stack_size,
	                                                     .run = timer_run,
	                                                     .free = timer_free},
	                       TT_CALLER);
	if (!error)
		*timer = made;
	else
		tthr_event_destroy(&made->finished);
out:
	if (error)
		free(made);
	return error;
}

void tthr_timer_unref(tthr_timer *timer)
{
	if (timer)
		tthr_thread_unref(&timer->thread);
}

int tthr_timer_start(tthr_timer *timer)
{
	return tt_thread_start(&timer->thread, TT_CALLER);
}

int tthr_timer_cancel(tthr_timer *timer)
{
	if (decide(timer, CANCELLED)) {
		struct tt_object_ref what = tt_thread_ref_of(&timer->thread);
		TT_TRACE(timer_cancelled, TT_CALLER, &what);
		tthr_event_set(&timer->finished);
	}
	return 0;
}

tthr_thread *tthr_timer_thread(tthr_timer *timer)
{
	return &timer->thread;
}
