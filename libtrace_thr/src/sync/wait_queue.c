/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/sync/wait_queue.h"

#include <errno.h>
#include <limits.h>

#include "libtrace_thr/src/sync/futex.h"
#include "libtrace_thr/src/sync/futex_lock.h"

/* Set in `inside` by a thread that sleeps until the rest of it is 0. */
#define DRAINING (UINT32_C(1) << 31)

/* How many forks lie between this process and the first. Changes only while the process has one thread. */
static uint32_t generation;

uint32_t tt_wait_queue_generation(void)
{
	return generation;
}

void tt_wait_queue_after_fork_in_child(void)
{
	generation++;
}

/*
 * The guard is a lock word whose held states carry the generation, so one that a thread held at the moment of a fork,
 * and that no thread of the child will ever free, is told from one that is held now.
 */
static uint32_t guard_state(uint32_t state)
{
	return generation << 2 | state;
}

static void guard_take(uint32_t *guard)
{
	uint32_t seen = TT_FUTEX_LOCK_FREE;
	uint32_t wanted = guard_state(TT_FUTEX_LOCK_HELD);

	/* Acquire: pairs with the release in tt_wait_queue_unlock. */
	while (!__atomic_compare_exchange_n(guard, &seen, wanted, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		if (seen == TT_FUTEX_LOCK_FREE || seen >> 2 != guard_state(0) >> 2)
			continue; /* free meanwhile, or its holder is not of this process: take it as it is now */
		uint32_t contended = guard_state(TT_FUTEX_LOCK_CONTENDED);
		if (seen == contended ||
		    __atomic_compare_exchange_n(guard, &seen, contended, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			tt_futex_wait(guard, contended, &tt_never);
		seen = TT_FUTEX_LOCK_FREE;
		wanted = contended; /* who has slept cannot know whether others still do */
	}
}

bool tt_wait_queue_lock(struct tthr_wait_queue *waiters)
{
	guard_take(&waiters->guard);
	if (waiters->generation == generation)
		return false;
	waiters->first = waiters->last = NULL;
	/* Relaxed, both: others look at them under the guard, or as tt_wait_queue_is_this_process does. */
	__atomic_store_n(&waiters->inside, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&waiters->generation, generation, __ATOMIC_RELAXED);
	return true;
}

void tt_wait_queue_unlock(struct tthr_wait_queue *waiters)
{
	/* Release: pairs with the acquire in guard_take. The object may be gone once this is seen. */
	uint32_t before = __atomic_exchange_n(&waiters->guard, TT_FUTEX_LOCK_FREE, __ATOMIC_RELEASE);
	if (before == guard_state(TT_FUTEX_LOCK_CONTENDED))
		tt_futex_wake(&waiters->guard, 1);
}

bool tt_wait_queue_is_this_process(const struct tthr_wait_queue *waiters)
{
	/* Relaxed: the answer can be out of date as soon as it is given. */
	return __atomic_load_n(&waiters->generation, __ATOMIC_RELAXED) == generation;
}

void tt_wait_queue_add(struct tthr_wait_queue *waiters, struct tthr_wait_entry *me)
{
	*me = (struct tthr_wait_entry){.prev = waiters->last};
	if (waiters->last)
		waiters->last->next = me;
	else
		waiters->first = me;
	waiters->last = me;
	/* Relaxed, both: the guard orders it. Atomic because tt_wait_queue_leave comes without the guard. */
	__atomic_add_fetch(&waiters->inside, 1, __ATOMIC_RELAXED);
	/* A drain has something to say then, and must not sleep on the number that one who left and came again
	 * restored. */
	if (__atomic_fetch_and(&waiters->inside, ~DRAINING, __ATOMIC_RELAXED) & DRAINING)
		tt_futex_wake(&waiters->inside, INT_MAX);
}

bool tt_wait_queue_sleep(struct tthr_wait_entry *me, const struct tt_deadline *deadline)
{
	/* Acquire: pairs with the release in tt_wait_queue_wake. */
	while (!__atomic_load_n(&me->woken, __ATOMIC_ACQUIRE))
		if (tt_futex_wait(&me->woken, 0, deadline) == ETIMEDOUT)
			return false;
	return true;
}

bool tt_wait_queue_withdraw(struct tthr_wait_queue *waiters, struct tthr_wait_entry *me)
{
	if (me->picked)
		return false;
	if (me->prev)
		me->prev->next = me->next;
	else
		waiters->first = me->next;
	if (me->next)
		me->next->prev = me->prev;
	else
		waiters->last = me->prev;
	return true;
}

int tt_wait_queue_wait(struct tthr_wait_queue *waiters, struct tthr_wait_entry *me, const struct tt_deadline *deadline)
{
	if (tt_wait_queue_sleep(me, deadline))
		return 0;
	tt_wait_queue_lock(waiters);
	bool out = tt_wait_queue_withdraw(waiters, me);
	tt_wait_queue_unlock(waiters);
	if (out)
		return ETIMEDOUT;
	tt_wait_queue_sleep(me, &tt_never);
	return 0;
}

void tt_wait_queue_leave(struct tthr_wait_queue *waiters)
{
	/* Release: pairs with the acquire in tt_wait_queue_drain. The object may be gone once this is seen. */
	if (__atomic_sub_fetch(&waiters->inside, 1, __ATOMIC_RELEASE) == DRAINING)
		tt_futex_wake(&waiters->inside, INT_MAX);
}

struct tthr_wait_entry *tt_wait_queue_pick(struct tthr_wait_queue *waiters, uint32_t n, uint32_t *count)
{
	struct tthr_wait_entry *picked = waiters->first;
	struct tthr_wait_entry *last = NULL;

	*count = 0;
	for (struct tthr_wait_entry *waiter = picked; waiter && *count < n; waiter = waiter->next) {
		waiter->picked = true;
		last = waiter;
		(*count)++;
	}
	if (!last)
		return NULL;
	waiters->first = last->next;
	if (last->next)
		last->next->prev = NULL;
	else
		waiters->last = NULL;
	last->next = NULL;
	return picked;
}

void tt_wait_queue_wake(struct tthr_wait_entry *picked, uint64_t waker, int outcome)
{
	for (struct tthr_wait_entry *next; picked; picked = next) {
		next = picked->next;
		picked->waker = waker;
		picked->outcome = outcome;
		/*
		 * Release: pairs with the acquire in tt_wait_queue_sleep. From here on the waiter may return and its
		 * memory be used anew; the futex call takes the address as a mere number.
		 */
		__atomic_store_n(&picked->woken, 1, __ATOMIC_RELEASE);
		tt_futex_wake(&picked->woken, 1);
	}
}

int tt_wait_queue_drain(struct tthr_wait_queue *waiters)
{
	tt_wait_queue_lock(waiters);
	while (!waiters->first) {
		/* Acquire: pairs with the release in tt_wait_queue_leave. */
		uint32_t inside = __atomic_or_fetch(&waiters->inside, DRAINING, __ATOMIC_ACQUIRE);
		if (inside == DRAINING)
			break;
		tt_wait_queue_unlock(waiters);
		tt_futex_wait(&waiters->inside, inside, &tt_never);
		tt_wait_queue_lock(waiters);
	}
	/* Relaxed: nobody but a drain looks for the mark. */
	__atomic_and_fetch(&waiters->inside, ~DRAINING, __ATOMIC_RELAXED);
	if (!waiters->first)
		return 0;
	tt_wait_queue_unlock(waiters);
	return EBUSY;
}
