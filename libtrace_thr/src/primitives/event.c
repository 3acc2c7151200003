/* SPDX-License-Identifier: MIT */
#include <trace_thr/event.h>

#include <math.h>

#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/explore/shake.h"
#include "libtrace_thr/src/sync/wait_queue.h"

static struct tt_object_ref identify(tthr_event *event, const void *caller)
{
	if (tt_object_identify(&event->object, "Event"))
		TT_TRACE(event_init, caller, TT_OBJECT_REF(tt_object_ref_of(&event->object)));
	return tt_object_ref_of(&event->object);
}

static int refuse(tthr_event *event, const char *call, enum tt_misuse why, int error, const void *caller)
{
	tt_misuse(caller, TT_OBJECT_EVENT, TT_OBJECT_REF(identify(event, caller)), call, why);
	return error;
}

static bool is_set(const tthr_event *event)
{
	/* Acquire: pairs with the release in tthr_event_set. */
	return __atomic_load_n(&event->flag, __ATOMIC_ACQUIRE);
}

int tthr_event_init(tthr_event *event, const char *name)
{
	*event = (tthr_event)TTHR_EVENT_INIT(NULL);
	int error = tt_object_init(&event->object, "Event", name);
	if (!error)
		TT_TRACE(event_init, TT_CALLER, TT_OBJECT_REF(tt_object_ref_of(&event->object)));
	return error;
}

int tthr_event_destroy(tthr_event *event)
{
	if (tt_wait_queue_drain(&event->waiters))
		return refuse(event, "tthr_event_destroy", TT_MISUSE_IN_USE, EBUSY, TT_CALLER);
	if (tt_object_known(&event->object))
		TT_TRACE(event_destroy, TT_CALLER, TT_OBJECT_REF(tt_object_ref_of(&event->object)));
	tt_object_destroy(&event->object);
	tt_wait_queue_unlock(&event->waiters);
	return 0;
}

int tthr_event_set(tthr_event *event)
{
	uint64_t me = tt_current_id();
	uint32_t woken;

	TT_SHAKE(event_set);
	tt_wait_queue_lock(&event->waiters);
	struct tthr_wait_entry *picked = tt_wait_queue_pick(&event->waiters, UINT32_MAX, &woken);
	/* Before the flag is true: in a trace this set precedes the waits that find it so. */
	TT_TRACE(event_set, TT_CALLER, TT_OBJECT_REF(identify(event, TT_CALLER)), woken);
	__atomic_store_n(&event->setter, me, __ATOMIC_RELAXED);
	/*
	 * Release: pairs with the acquire in is_set. Stored even if it is true already: the guard has ordered the
	 * earlier sets before this one, so a wait that reads it sees what all setters wrote.
	 */
	__atomic_store_n(&event->flag, 1, __ATOMIC_RELEASE);
	tt_wait_queue_unlock(&event->waiters);
	tt_wait_queue_wake(picked, me, TT_WAKE_SET);
	return 0;
}

int tthr_event_clear(tthr_event *event)
{
	tt_wait_queue_lock(&event->waiters);
	TT_TRACE(event_clear, TT_CALLER, TT_OBJECT_REF(identify(event, TT_CALLER)));
	/* Relaxed: says nothing about what was written before. */
	__atomic_store_n(&event->flag, 0, __ATOMIC_RELAXED);
	tt_wait_queue_unlock(&event->waiters);
	return 0;
}

bool tthr_event_is_set(const tthr_event *event)
{
	return is_set(event);
}

static int woken(tthr_event *event, enum tt_wake result, uint64_t waker, const void *caller)
{
	TT_TRACE(event_woken, caller, TT_OBJECT_REF(identify(event, caller)), result, waker);
	return result == TT_WAKE_SET ? 0 : ETIMEDOUT;
}

static int found_set(tthr_event *event, const void *caller)
{
	return woken(event, TT_WAKE_SET, __atomic_load_n(&event->setter, __ATOMIC_RELAXED), caller);
}

static int wait_within(tthr_event *event, double seconds, const void *caller)
{
	struct tt_deadline deadline;
	struct tthr_wait_entry me;

	TT_SHAKE(event_wait);
	if (is_set(event))
		return found_set(event, caller);
	if (seconds <= 0)
		return woken(event, TT_WAKE_TIMEOUT, 0, caller);
	tt_deadline_after(seconds, &deadline);

	tt_wait_queue_lock(&event->waiters);
	if (is_set(event)) {
		tt_wait_queue_unlock(&event->waiters);
		return found_set(event, caller);
	}
	TT_TRACE(event_wait, caller, TT_OBJECT_REF(identify(event, caller)), tt_timeout_ns(seconds), TT_STACK(caller));
	tt_wait_queue_add(&event->waiters, &me);
	tt_wait_queue_unlock(&event->waiters);

	int error = tt_wait_queue_wait(&event->waiters, &me, &deadline);
	error = error ? woken(event, TT_WAKE_TIMEOUT, 0, caller) : woken(event, TT_WAKE_SET, me.waker, caller);
	tt_wait_queue_leave(&event->waiters);
	return error;
}

int tthr_event_wait(tthr_event *event)
{
	return wait_within(event, TTHR_FOREVER, TT_CALLER);
}

int tthr_event_wait_timeout(tthr_event *event, double seconds)
{
	if (isnan(seconds))
		return refuse(event, "tthr_event_wait_timeout", TT_MISUSE_BAD_ARGUMENT, EINVAL, TT_CALLER);
	return wait_within(event, seconds, TT_CALLER);
}

const char *tthr_event_name(tthr_event *event)
{
	return identify(event, TT_CALLER).name;
}

uint64_t tthr_event_id(tthr_event *event)
{
	return identify(event, TT_CALLER).id;
}
