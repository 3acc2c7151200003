/* SPDX-License-Identifier: MIT */
/*
 * Lock: mutual exclusion, the simplest there is. It is free or held; whoever acquires it holds it until anyone
 * releases it.
 *
 * As Python's threading.Lock, and unlike a pthread mutex, it may be released by another thread than the one that
 * acquired it, so it also serves as a signal. It cannot be acquired twice: a second acquire by the holder waits for
 * ever (see tthr_rlock for one that can).
 *
 *     static tthr_lock lock = TTHR_LOCK_INIT("counter");
 *
 *     TTHR_WITH(&lock) {
 *             counter++;
 *     }
 *
 * An uncontended acquire or release is one atomic instruction. Waiters are served in no particular order. Acquire
 * and release order memory as pthread_mutex_lock and pthread_mutex_unlock do.
 *
 * Source of the rules: Python's documentation of threading.Lock. Differences: a failed acquire says why instead of
 * returning False; release of a free lock returns EPERM instead of raising RuntimeError.
 */
#ifndef TRACE_THR_LOCK_H
#define TRACE_THR_LOCK_H

#include <trace_thr/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tthr_lock {
	struct tthr_object object; /* private, as all that follows */
	uint32_t word;
	uint32_t waiting;
	uint64_t holder;
} tthr_lock;

/* A free lock; `name` is a string literal, or NULL for a default name. Needs no destroy. */
#define TTHR_LOCK_INIT(name)                                                                                           \
	{                                                                                                              \
		TTHR_OBJECT_INIT(name), 0, 0, 0                                                                        \
	}

/* Makes *lock a free lock called `name` (copied; NULL for a default name). ENOMEM. */
TTHR_API int tthr_lock_init(tthr_lock *lock, const char *name);

/*
 * Ends the lock's life. EBUSY if it is held or waited for, also by a thread that waits for a condition of this lock and
 * will want it back: it is then left as it was.
 */
TTHR_API int tthr_lock_destroy(tthr_lock *lock);

/* Waits until the lock is free and takes it. Always returns 0. */
TTHR_API int tthr_lock_acquire(tthr_lock *lock);

/* Takes the lock if that needs no waiting, else EBUSY. */
TTHR_API int tthr_lock_try_acquire(tthr_lock *lock);

/*
 * As tthr_lock_acquire, but gives up after `seconds`: ETIMEDOUT. 0 tries once; -1 waits for ever, as in Python. EINVAL
 * for other negative numbers.
 */
TTHR_API int tthr_lock_acquire_timeout(tthr_lock *lock, double seconds);

/* Frees the lock, whichever thread took it. EPERM if it is free. */
TTHR_API int tthr_lock_release(tthr_lock *lock);

/* Whether someone holds the lock. By the time the caller looks at the answer it can be out of date. */
TTHR_API bool tthr_lock_locked(const tthr_lock *lock);

/* The lock's name, valid until tthr_lock_destroy. */
TTHR_API const char *tthr_lock_name(tthr_lock *lock);

/* The lock's id in the trace, unique in the process and never reused. */
TTHR_API uint64_t tthr_lock_id(tthr_lock *lock);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_THR_LOCK_H */
