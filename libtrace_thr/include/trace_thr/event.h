/* SPDX-License-Identifier: MIT */
/*
 * Event: a flag that threads can wait for. One thread says that something has happened, and all who wait go on.
 *
 *     static tthr_event loaded = TTHR_EVENT_INIT("loaded");
 *
 *     tthr_event_wait(&loaded);            load();
 *     use();                               tthr_event_set(&loaded);
 *
 * The flag is false at first. Once set it stays set, and no wait blocks, until it is cleared. A thread that waited
 * when the flag was set goes on even if the flag is cleared before it runs. What was written before set is seen after
 * wait.
 *
 * Source of the rules: Python's documentation of threading.Event. Differences: wait returns 0 or ETIMEDOUT instead of
 * True or False.
 */
#ifndef TRACE_THR_EVENT_H
#define TRACE_THR_EVENT_H

#include <trace_thr/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tthr_event {
	struct tthr_object object; /* private, as all that follows */
	struct tthr_wait_queue waiters;
	uint32_t flag;
	uint64_t setter;
} tthr_event;

/* An event whose flag is false; `name` is a string literal, or NULL for a default name. Needs no destroy. */
#define TTHR_EVENT_INIT(name)                                                                                          \
	{                                                                                                              \
		TTHR_OBJECT_INIT(name), TTHR_WAIT_QUEUE_INIT, 0, 0                                                     \
	}

/* Makes *event an event called `name` (copied; NULL for a default name), with a false flag. ENOMEM. */
TTHR_API int tthr_event_init(tthr_event *event, const char *name);

/* Ends the event's life. EBUSY if a thread waits for it: it is then left as it was. */
TTHR_API int tthr_event_destroy(tthr_event *event);

/* Makes the flag true and wakes all who wait. Always returns 0. */
TTHR_API int tthr_event_set(tthr_event *event);

/* Makes the flag false. Always returns 0. */
TTHR_API int tthr_event_clear(tthr_event *event);

/* Whether the flag is true. What was written before the set is then seen. */
TTHR_API bool tthr_event_is_set(const tthr_event *event);

/* Waits until the flag is true. Always returns 0. */
TTHR_API int tthr_event_wait(tthr_event *event);

/* The same for `seconds` at most; then ETIMEDOUT. 0 looks once. */
TTHR_API int tthr_event_wait_timeout(tthr_event *event, double seconds);

/* The event's name, valid until tthr_event_destroy. */
TTHR_API const char *tthr_event_name(tthr_event *event);

/* The event's id in the trace, unique in the process and never reused. */
TTHR_API uint64_t tthr_event_id(tthr_event *event);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_THR_EVENT_H */
