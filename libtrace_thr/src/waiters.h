/*
 * The threads that wait for an object, in the order in which they came, and the guard over the object's state.
 *
 *     struct tthr_waiter me = {0};
 *     tt_waiters_lock(&object->waiters);
 *     ... decide that there is something to wait for ...
 *     tt_waiters_add(&object->waiters, &me);
 *     tt_waiters_unlock(&object->waiters);
 *     error = tt_waiters_wait(&object->waiters, &me, &deadline);
 *
 * Each waiter sleeps on a word of its own, so a wake names its threads: a notify knows how many it woke, and the woken
 * knows by whom. The guard is held for a few instructions and while events are emitted, never while a thread sleeps.
 *
 * After fork the threads of the list are gone in the child. The list carries the generation of the process that it
 * belongs to; the first to lock it in the child empties it. The guard word does the same for its holder.
 */
#ifndef TT_WAITERS_H
#define TT_WAITERS_H

#include <trace_thr/types.h>

#include "clock.h"

/* One waiting thread, on its stack. */
struct tthr_waiter {
	struct tthr_waiter *next;
	struct tthr_waiter *prev;
	uint32_t woken; /* 0 while it waits */
	uint64_t waker; /* who woke it: a thread's id */
};

/* Takes the guard. True if waiters of before a fork were dropped: then the caller mends state that counted them. */
bool tt_waiters_lock(struct tthr_waiters *waiters);
void tt_waiters_unlock(struct tthr_waiters *waiters);

/* Adds `me` at the end. The guard is held. */
void tt_waiters_add(struct tthr_waiters *waiters, struct tthr_waiter *me);

/* Wakes up to `n` threads from the front, for thread `waker`. Returns how many. The guard is held. */
uint32_t tt_waiters_wake(struct tthr_waiters *waiters, uint32_t n, uint64_t waker);

/*
 * Sleeps until woken or the deadline: 0 or ETIMEDOUT. The guard is not held. Afterwards `me` is in the list no more.
 * What the waker wrote before is seen.
 */
int tt_waiters_wait(struct tthr_waiters *waiters, struct tthr_waiter *me, const struct tt_deadline *deadline);

/* For fork: begins the next generation, in the child. */
void tt_waiters_after_fork_in_child(void);

#endif /* TT_WAITERS_H */
