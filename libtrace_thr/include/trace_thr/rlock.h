/* SPDX-License-Identifier: MIT */
/*
 * RLock: a lock that its holder can acquire again. It counts how deep; only the holder can release it, and it is free
 * when each acquire has had its release.
 *
 *     static tthr_rlock lock = TTHR_RLOCK_INIT("account");
 *
 *     void transfer(void)                  void deposit(void)
 *     {                                    {
 *             TTHR_WITH(&lock) {                   TTHR_WITH(&lock)
 *                     deposit();                           balance++;
 *             }                            }
 *     }
 *
 * The first acquire and the last release cost what those of a tthr_lock cost; the others touch no atomic.
 *
 * Source of the rules: Python's documentation of threading.RLock. Differences: release by a thread that does not hold
 * the lock returns EPERM instead of raising RuntimeError.
 */
#ifndef TRACE_THR_RLOCK_H
#define TRACE_THR_RLOCK_H

#include <trace_thr/lock.h>
#include <trace_thr/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tthr_rlock {
	tthr_lock lock; /* private, as all that follows */
	uint32_t depth;
} tthr_rlock;

/* A free lock; `name` is a string literal, or NULL for a default name. Needs no destroy. */
#define TTHR_RLOCK_INIT(name)                                                                                          \
	{                                                                                                              \
		TTHR_LOCK_INIT(name), 0                                                                                \
	}

/* Makes *lock a free lock called `name` (copied; NULL for a default name). ENOMEM. */
TTHR_API int tthr_rlock_init(tthr_rlock *lock, const char *name);

/* Ends the lock's life. EBUSY as for tthr_lock_destroy: it is then left as it was. */
TTHR_API int tthr_rlock_destroy(tthr_rlock *lock);

/*
 * Waits until the lock is free or the caller's own, and takes it once more. EAGAIN if the caller already holds it
 * UINT32_MAX times.
 */
TTHR_API int tthr_rlock_acquire(tthr_rlock *lock);

/* Takes the lock if that needs no waiting, else EBUSY. EAGAIN as above. */
TTHR_API int tthr_rlock_try_acquire(tthr_rlock *lock);

/*
 * As tthr_rlock_acquire, but gives up after `seconds`: ETIMEDOUT. 0 tries once; -1 waits for ever, as in Python. EINVAL
 * for other negative numbers.
 */
TTHR_API int tthr_rlock_acquire_timeout(tthr_rlock *lock, double seconds);

/* Undoes one acquire of the caller. EPERM if the caller does not hold the lock. */
TTHR_API int tthr_rlock_release(tthr_rlock *lock);

/* Whether some thread holds the lock. By the time the caller looks at the answer it can be out of date. */
TTHR_API bool tthr_rlock_locked(const tthr_rlock *lock);

/* How many times the calling thread holds the lock: 0 if another thread, or none, holds it. Never out of date. */
TTHR_API uint32_t tthr_rlock_depth(const tthr_rlock *lock);

/* The lock's name, valid until tthr_rlock_destroy. */
TTHR_API const char *tthr_rlock_name(tthr_rlock *lock);

/* The lock's id in the trace, unique in the process and never reused. */
TTHR_API uint64_t tthr_rlock_id(tthr_rlock *lock);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_THR_RLOCK_H */
