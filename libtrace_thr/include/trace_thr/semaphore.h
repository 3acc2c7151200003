/* SPDX-License-Identifier: MIT */
/*
 * Semaphore: a counter of free places. Acquire takes one and waits while there is none; release gives one back. The
 * counter never goes below zero. Any thread may release.
 *
 * A bounded semaphore also refuses to count above its initial value, which catches a release too many: use it for
 * resources of limited number.
 *
 *     static tthr_semaphore pool = TTHR_BOUNDED_SEMAPHORE_INIT("pool", 2);
 *
 *     TTHR_WITH(&pool) {
 *             use_connection();
 *     }
 *
 * Waiters are woken in the order in which they began to wait, but a thread that comes in between may take the place
 * first. What was written before release is seen after the acquire that it enables.
 *
 * Source of the rules: Python's documentation of threading.Semaphore and BoundedSemaphore. Differences: a failed
 * acquire says why instead of returning False; a release over the bound returns EOVERFLOW instead of ValueError.
 */
#ifndef TRACE_THR_SEMAPHORE_H
#define TRACE_THR_SEMAPHORE_H

#include <trace_thr/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tthr_semaphore {
	struct tthr_object object; /* private, as all that follows */
	struct tthr_wait_queue waiters;
	uint64_t value;
	uint64_t bound;
} tthr_semaphore;

/*
 * A semaphore with `value` free places; `name` is a string literal, or NULL for a default name. Needs no destroy. With
 * a value below 0 each acquire and release of it is EINVAL.
 */
#define TTHR_SEMAPHORE_INIT(name, value)                                                                               \
	{                                                                                                              \
		TTHR_OBJECT_INIT(name), TTHR_WAIT_QUEUE_INIT, (value), UINT64_MAX                                      \
	}

/* The same, bounded by its initial value. */
#define TTHR_BOUNDED_SEMAPHORE_INIT(name, value)                                                                       \
	{                                                                                                              \
		TTHR_OBJECT_INIT(name), TTHR_WAIT_QUEUE_INIT, (value), (value)                                         \
	}

/* Makes *sem a semaphore called `name` (copied; NULL for a default name) with `value` free places. ENOMEM;
 * EINVAL for a value above INT_MAX, as a negative one becomes. */
TTHR_API int tthr_semaphore_init(tthr_semaphore *sem, const char *name, unsigned value);

/* The same, bounded by its initial value. */
TTHR_API int tthr_bounded_semaphore_init(tthr_semaphore *sem, const char *name, unsigned value);

/* Ends the semaphore's life. EBUSY if a thread waits for it: it is then left as it was. */
TTHR_API int tthr_semaphore_destroy(tthr_semaphore *sem);

/* Takes a place, waiting until there is one. */
TTHR_API int tthr_semaphore_acquire(tthr_semaphore *sem);

/* Takes a place if there is one, else EBUSY. */
TTHR_API int tthr_semaphore_try_acquire(tthr_semaphore *sem);

/* As tthr_semaphore_acquire, but gives up after `seconds`: ETIMEDOUT. 0 tries once. */
TTHR_API int tthr_semaphore_acquire_timeout(tthr_semaphore *sem, double seconds);

/*
 * Gives `n` places back and wakes up to as many waiters. EINVAL if n is 0. EOVERFLOW if that would exceed the bound
 * (of an unbounded one: INT64_MAX): nothing is given back then.
 */
TTHR_API int tthr_semaphore_release(tthr_semaphore *sem, unsigned n);

/* The number of free places. By the time the caller looks at the answer it can be out of date. */
TTHR_API uint64_t tthr_semaphore_value(const tthr_semaphore *sem);

/* The semaphore's name, valid until tthr_semaphore_destroy. */
TTHR_API const char *tthr_semaphore_name(tthr_semaphore *sem);

/* The semaphore's id in the trace, unique in the process and never reused. */
TTHR_API uint64_t tthr_semaphore_id(tthr_semaphore *sem);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_THR_SEMAPHORE_H */
