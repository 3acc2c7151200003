/* SPDX-License-Identifier: MIT */
/*
 * TTHR_WITH: holds a lock for a block, as Python's `with`.
 *
 *     TTHR_WITH(&lock) {
 *             if (!queue)
 *                     return NULL;         // lets go here too
 *             ...
 *     }
 *
 * Takes the address of a tthr_lock, tthr_rlock, tthr_condition or tthr_semaphore, acquires it before the block and
 * releases it on every way out: its end, break (which leaves the block), continue (as well), return, goto, also
 * pthread_exit and cancellation, which glibc makes unwind the stack if the file is compiled with -fexceptions. If the
 * acquire fails, the block is not run. longjmp out of the block does not release. C only: C++ has std::lock_guard.
 */
#ifndef TRACE_THR_WITH_H
#define TRACE_THR_WITH_H

#include <trace_thr/condition.h>
#include <trace_thr/lock.h>
#include <trace_thr/rlock.h>
#include <trace_thr/semaphore.h>

#ifndef __cplusplus

/* What a block holds. Private. */
struct tthr_held {
	void *object;
	void (*release)(void *object, const void *caller);
	bool once;
};

TTHR_API struct tthr_held tthr_with_lock(tthr_lock *lock);
TTHR_API struct tthr_held tthr_with_rlock(tthr_rlock *lock);
TTHR_API struct tthr_held tthr_with_condition(tthr_condition *cond);
TTHR_API struct tthr_held tthr_with_semaphore(tthr_semaphore *sem);
TTHR_API void tthr_with_end(struct tthr_held *held);

#define TTHR_WITH(object) TTHR_WITH_NAMED(object, __COUNTER__)
#define TTHR_WITH_NAMED(object, n) TTHR_WITH_AS(object, n)
#define TTHR_WITH_AS(object, n)                                                                                        \
	for (struct tthr_held tthr_held_##n                                                                            \
	     __attribute__((cleanup(tthr_with_end))) = _Generic((object), tthr_lock *                                  \
	                                                        : tthr_with_lock, tthr_rlock *                         \
	                                                        : tthr_with_rlock, tthr_condition *                    \
	                                                        : tthr_with_condition, tthr_semaphore *                \
	                                                        : tthr_with_semaphore)(object);                        \
	     tthr_held_##n.once; tthr_held_##n.once = false)

#endif /* __cplusplus */

#endif /* TRACE_THR_WITH_H */
