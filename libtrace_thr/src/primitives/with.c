/* SPDX-License-Identifier: MIT */
#include <trace_thr/with.h>

#include "libtrace_thr/src/primitives/condition.h"
#include "libtrace_thr/src/primitives/lock.h"
#include "libtrace_thr/src/primitives/rlock.h"
#include "libtrace_thr/src/primitives/semaphore.h"

/* What to do at the end of a block. */

static void release_lock(void *lock, const void *caller)
{
	tt_lock_release(lock, caller);
}

static void release_rlock(void *rlock, const void *caller)
{
	tt_rlock_release(rlock, caller);
}

static void release_condition(void *cond, const void *caller)
{
	tt_condition_release(cond, caller);
}

static void release_semaphore(void *sem, const void *caller)
{
	tt_semaphore_release(sem, 1, caller);
}

/* The block is to run once and its object to be released, unless the acquire failed. */
static struct tthr_held hold(void *object, void (*release)(void *object, const void *caller), int error)
{
	return (struct tthr_held){.object = object, .release = error ? NULL : release, .once = !error};
}

struct tthr_held tthr_with_lock(tthr_lock *lock)
{
	tt_lock_acquire_fast(lock, TT_KIND_LOCK, tt_current_id(), 1, TT_CALLER);
	return hold(lock, release_lock, 0);
}

struct tthr_held tthr_with_rlock(tthr_rlock *lock)
{
	return hold(lock, release_rlock, tt_rlock_acquire(lock, TT_CALLER));
}

struct tthr_held tthr_with_condition(tthr_condition *cond)
{
	return hold(cond, release_condition, tt_condition_acquire(cond, TT_CALLER));
}

struct tthr_held tthr_with_semaphore(tthr_semaphore *sem)
{
	return hold(sem, release_semaphore, tt_semaphore_acquire(sem, TT_CALLER));
}

void tthr_with_end(struct tthr_held *held)
{
	if (held->release)
		held->release(held->object, TT_CALLER);
}
