/* SPDX-License-Identifier: MIT */
/*
 * Condition: lets threads wait until another one says that shared state has changed.
 *
 * A condition has a lock, its own tthr_rlock or one it is given. Waiting, notifying and the state in question all
 * belong under that lock. A waiter gives the lock up while it waits and has it again when the wait ends, whichever way
 * it ends; an RLock held several times is given up whole and taken back to the same depth.
 *
 *     static tthr_condition ready = TTHR_CONDITION_INIT("ready");
 *     static bool done;
 *
 *     TTHR_WITH(&ready) {                          TTHR_WITH(&ready) {
 *             while (!done)                                done = true;
 *                     tthr_condition_wait(&ready);         tthr_condition_notify_all(&ready);
 *     }                                            }
 *
 * Threads are woken in the order in which they began to wait. There are no spurious wakeups, but between the notify
 * and the waiter's return another thread may have had the lock: test the state again, or use
 * tthr_condition_wait_for. A notify that finds nobody waiting does nothing and is not remembered.
 *
 * Source of the rules: Python's documentation of threading.Condition. Differences: a call without the lock returns
 * EPERM instead of raising RuntimeError; a wait that times out returns ETIMEDOUT instead of False.
 */
#ifndef TRACE_THR_CONDITION_H
#define TRACE_THR_CONDITION_H

#include <trace_thr/lock.h>
#include <trace_thr/rlock.h>
#include <trace_thr/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tthr_condition {
	struct tthr_object object; /* private, as all that follows */
	struct tthr_wait_queue waiters;
	tthr_lock *lock;   /* the lock it was given, */
	tthr_rlock *rlock; /* or the rlock it was given, */
	tthr_rlock own;    /* or else this one */
} tthr_condition;

/* A condition with its own rlock; `name` is a string literal, or NULL for a default name. Needs no destroy. */
#define TTHR_CONDITION_INIT(name)                                                                                      \
	{                                                                                                              \
		TTHR_OBJECT_INIT(name), TTHR_WAIT_QUEUE_INIT, NULL, NULL, TTHR_RLOCK_INIT(name)                        \
	}

/*
 * Makes *cond a condition called `name` (copied; NULL for a default name): with an rlock of its own that bears the
 * same name, or with a lock or rlock of the caller's, which several conditions may share and which must outlive them.
 * ENOMEM; EINVAL for a lock that is NULL.
 */
TTHR_API int tthr_condition_init(tthr_condition *cond, const char *name);
TTHR_API int tthr_condition_init_lock(tthr_condition *cond, const char *name, tthr_lock *lock);
TTHR_API int tthr_condition_init_rlock(tthr_condition *cond, const char *name, tthr_rlock *lock);

/*
 * Ends the condition's life, and that of its own lock. EBUSY if a thread waits, or its own lock is held or waited for,
 * also by one that was woken and has yet to take it back: it is then left as it was.
 */
TTHR_API int tthr_condition_destroy(tthr_condition *cond);

/* The lock's acquire, try_acquire, acquire_timeout and release: see trace_thr/lock.h and trace_thr/rlock.h. */
TTHR_API int tthr_condition_acquire(tthr_condition *cond);
TTHR_API int tthr_condition_try_acquire(tthr_condition *cond);
TTHR_API int tthr_condition_acquire_timeout(tthr_condition *cond, double seconds);
TTHR_API int tthr_condition_release(tthr_condition *cond);

/*
 * Gives up the lock, waits until notified, takes the lock back. EPERM if the lock is not held: for an rlock, by the
 * caller; for a lock, by anyone.
 */
TTHR_API int tthr_condition_wait(tthr_condition *cond);

/*
 * The same for `seconds` at most; then ETIMEDOUT, with the lock held again, however long taking it back lasts.
 * 0 gives up the lock once and times out. EINVAL leaves the lock untouched.
 */
TTHR_API int tthr_condition_wait_timeout(tthr_condition *cond, double seconds);

/*
 * Waits until `predicate(arg)`, called with the lock held, is true: 0 then. ETIMEDOUT if it is still false after
 * `seconds` in all (TTHR_FOREVER for no limit). EPERM and EINVAL as above.
 */
TTHR_API int tthr_condition_wait_for(tthr_condition *cond, bool (*predicate)(void *arg), void *arg, double seconds);

/* Wakes up to `n` waiting threads. The caller keeps the lock, so they go on when it lets go. EPERM as for wait. */
TTHR_API int tthr_condition_notify(tthr_condition *cond, unsigned n);

/* Wakes every waiting thread. EPERM as for wait. */
TTHR_API int tthr_condition_notify_all(tthr_condition *cond);

/* The condition's name, valid until tthr_condition_destroy. */
TTHR_API const char *tthr_condition_name(tthr_condition *cond);

/* The condition's id in the trace, unique in the process and never reused. */
TTHR_API uint64_t tthr_condition_id(tthr_condition *cond);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_THR_CONDITION_H */
