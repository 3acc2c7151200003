#include "libtrace_thr/src/sync/wait_queue.h"

#include <errno.h>
#include <limits.h>

#include "libtrace_thr/src/sync/futex.h"
#include "libtrace_thr/src/sync/futex_lock.h"

/* Set in `inside` by a thread that sleeps until the rest of it is 0. */
#define DRAINING (UINT32_C(1) << 31)

/* How many forks lie between this process and the first. Changes only while the process has one thread. */
static uint32_t generation;

uint32_t tt_waiters_generation(void)
{
	return generation;
}

void tt_waiters_after_fork_in_child(void)
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
	uint32_t seen = TT_WORD_FREE;
	uint32_t wanted = guard_state(TT_WORD_HELD);

	/* Acquire: pairs with the release in tt_waiters_unlock. */
	while (!__atomic_compare_exchange_n(guard, &seen, wanted, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		if (seen == TT_WORD_FREE || seen >> 2 != guard_state(0) >> 2)
			continue; /* free meanwhile, or its holder is not of this process: take it as it is now */
		uint32_t contended = guard_state(TT_WORD_CONTENDED);
		if (seen == contended ||
		    __atomic_compare_exchange_n(guard, &seen, contended, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			tt_futex_wait(guard, contended, &tt_never);
		seen = TT_WORD_FREE;
		wanted = contended; /* who has slept cannot know whether others still do */
	}
}

bool tt_waiters_lock(struct tthr_waiters *waiters)
{
	guard_take(&waiters->guard);
	if (waiters->generation == generation)
		return false;
	waiters->first = waiters->last = NULL;
	/* Relaxed, both: others look at them under the guard, or as tt_waiters_current does. */
	__atomic_store_n(&waiters->inside, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&waiters->generation, generation, __ATOMIC_RELAXED);
	return true;
}

void tt_waiters_unlock(struct tthr_waiters *waiters)
{
	/* Release: pairs with the acquire in guard_take. The object may be gone once this is seen. */
	uint32_t before = __atomic_exchange_n(&waiters->guard, TT_WORD_FREE, __ATOMIC_RELEASE);
	if (before == guard_state(TT_WORD_CONTENDED))
		tt_futex_wake(&waiters->guard, 1);
}

bool tt_waiters_current(const struct tthr_waiters *waiters)
{
	/* Relaxed: the answer can be out of date as soon as it is given. */
	return __atomic_load_n(&waiters->generation, __ATOMIC_RELAXED) == generation;
}

void tt_waiters_add(struct tthr_waiters *waiters, struct tthr_waiter *me)
{
	*me = (struct tthr_waiter){.prev = waiters->last};
	if (waiters->last)
		waiters->last->next = me;
	else
		waiters->first = me;
	waiters->last = me;
	/* Relaxed, both: the guard orders it. Atomic because tt_waiters_leave comes without the guard. */
	__atomic_add_fetch(&waiters->inside, 1, __ATOMIC_RELAXED);
	/* A drain has something to say then, and must not sleep on the number that one who left and came again
	 * restored. */
	if (__atomic_fetch_and(&waiters->inside, ~DRAINING, __ATOMIC_RELAXED) & DRAINING)
		tt_futex_wake(&waiters->inside, INT_MAX);
}

bool tt_waiters_sleep(struct tthr_waiter *me, const struct tt_deadline *deadline)
{
	/* Acquire: pairs with the release in tt_waiters_wake. */
	while (!__atomic_load_n(&me->woken, __ATOMIC_ACQUIRE))
		if (tt_futex_wait(&me->woken, 0, deadline) == ETIMEDOUT)
			return false;
	return true;
}

bool tt_waiters_withdraw(struct tthr_waiters *waiters, struct tthr_waiter *me)
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

int tt_waiters_wait(struct tthr_waiters *waiters, struct tthr_waiter *me, const struct tt_deadline *deadline)
{
	if (tt_waiters_sleep(me, deadline))
		return 0;
	tt_waiters_lock(waiters);
	bool out = tt_waiters_withdraw(waiters, me);
	tt_waiters_unlock(waiters);
	if (out)
		return ETIMEDOUT;
	tt_waiters_sleep(me, &tt_never);
	return 0;
}

void tt_waiters_leave(struct tthr_waiters *waiters)
{
	/* Release: pairs with the acquire in tt_waiters_drain. The object may be gone once this is seen. */
	if (__atomic_sub_fetch(&waiters->inside, 1, __ATOMIC_RELEASE) == DRAINING)
		tt_futex_wake(&waiters->inside, INT_MAX);
}

struct tthr_waiter *tt_waiters_pick(struct tthr_waiters *waiters, uint32_t n, uint32_t *count)
{
	struct tthr_waiter *picked = waiters->first;
	struct tthr_waiter *last = NULL;

	*count = 0;
	for (struct tthr_waiter *waiter = picked; waiter && *count < n; waiter = waiter->next) {
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

void tt_waiters_wake(struct tthr_waiter *picked, uint64_t waker, int outcome)
{
	for (struct tthr_waiter *next; picked; picked = next) {
		next = picked->next;
		picked->waker = waker;
		picked->outcome = outcome;
		/*
		 * Release: pairs with the acquire in tt_waiters_sleep. From here on the waiter may return and its
		 * memory be used anew; the futex call takes the address as a mere number.
		 */
		__atomic_store_n(&picked->woken, 1, __ATOMIC_RELEASE);
		tt_futex_wake(&picked->woken, 1);
	}
}

int tt_waiters_drain(struct tthr_waiters *waiters)
{
	tt_waiters_lock(waiters);
	while (!waiters->first) {
		/* Acquire: pairs with the release in tt_waiters_leave. */
		uint32_t inside = __atomic_or_fetch(&waiters->inside, DRAINING, __ATOMIC_ACQUIRE);
		if (inside == DRAINING)
			break;
		tt_waiters_unlock(waiters);
		tt_futex_wait(&waiters->inside, inside, &tt_never);
		tt_waiters_lock(waiters);
	}
	/* Relaxed: nobody but a drain looks for the mark. */
	__atomic_and_fetch(&waiters->inside, ~DRAINING, __ATOMIC_RELAXED);
	if (!waiters->first)
		return 0;
	tt_waiters_unlock(waiters);
	return EBUSY;
}
