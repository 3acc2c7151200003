#include "waiters.h"

#include "futex.h"
#include "word.h"

/* How many forks lie between this process and the first. Changes only while the process has one thread. */
static uint32_t generation;

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
	bool dropped = waiters->count > 0;
	waiters->generation = generation;
	waiters->count = 0;
	waiters->first = waiters->last = NULL;
	return dropped;
}

void tt_waiters_unlock(struct tthr_waiters *waiters)
{
	/* Release: pairs with the acquire in guard_take. */
	uint32_t before = __atomic_exchange_n(&waiters->guard, TT_WORD_FREE, __ATOMIC_RELEASE);
	if (before == guard_state(TT_WORD_CONTENDED))
		tt_futex_wake(&waiters->guard, 1);
}

void tt_waiters_add(struct tthr_waiters *waiters, struct tthr_waiter *me)
{
	me->next = NULL;
	me->prev = waiters->last;
	if (waiters->last)
		waiters->last->next = me;
	else
		waiters->first = me;
	waiters->last = me;
	waiters->count++;
}

static void unlink_waiter(struct tthr_waiters *waiters, struct tthr_waiter *me)
{
	if (me->prev)
		me->prev->next = me->next;
	else
		waiters->first = me->next;
	if (me->next)
		me->next->prev = me->prev;
	else
		waiters->last = me->prev;
	waiters->count--;
}

uint32_t tt_waiters_wake(struct tthr_waiters *waiters, uint32_t n, uint64_t waker)
{
	uint32_t woken = 0;

	while (woken < n && waiters->first) {
		struct tthr_waiter *waiter = waiters->first;
		unlink_waiter(waiters, waiter);
		waiter->waker = waker;
		/*
		 * Release: pairs with the acquire in tt_waiters_wait. From here on the waiter may return and its
		 * memory be used anew; the futex call takes the address as a mere number.
		 */
		__atomic_store_n(&waiter->woken, 1, __ATOMIC_RELEASE);
		tt_futex_wake(&waiter->woken, 1);
		woken++;
	}
	return woken;
}

int tt_waiters_wait(struct tthr_waiters *waiters, struct tthr_waiter *me, const struct tt_deadline *deadline)
{
	/* Acquire, here and below: pairs with the release in tt_waiters_wake. */
	while (!__atomic_load_n(&me->woken, __ATOMIC_ACQUIRE)) {
		if (tt_futex_wait(&me->woken, 0, deadline) != ETIMEDOUT)
			continue;
		tt_waiters_lock(waiters);
		bool woken = __atomic_load_n(&me->woken, __ATOMIC_ACQUIRE);
		if (!woken)
			unlink_waiter(waiters, me);
		tt_waiters_unlock(waiters);
		return woken ? 0 : ETIMEDOUT;
	}
	return 0;
}
