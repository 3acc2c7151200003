/*
 * The threads that wait for an object, in the order in which they came, and the guard over the object's state.
 *
 *     // who waits                                          // who wakes
 *     struct tthr_waiter me;                                tt_waiters_lock(waiters);
 *     tt_waiters_lock(waiters);                             ... change the state, emit the event ...
 *     ... find that there is something to wait for ...      picked = tt_waiters_pick(waiters, n, &woken);
 *     tt_waiters_add(waiters, &me);                         tt_waiters_unlock(waiters);
 *     tt_waiters_unlock(waiters);                           tt_waiters_wake(picked, self, outcome);
 *     error = tt_waiters_wait(waiters, &me, &deadline);
 *     ... emit the event ...
 *     tt_waiters_leave(waiters);
 *
 * Each waiter sleeps on a word of its own, so a wake names its threads: a notify knows how many it woke, and the woken
 * knows by whom. The guard is held for a few instructions and while events are emitted, never while a thread sleeps.
 * Threads are picked under it and woken after it, so who is woken does not run into it at once.
 *
 * After fork the threads of the list are gone in the child. The list carries the generation of the process that it
 * belongs to; the first to lock it in the child empties it. The guard word does the same for its holder.
 */
#ifndef TT_SYNC_WAIT_QUEUE_H
#define TT_SYNC_WAIT_QUEUE_H

#include <trace_thr/types.h>

#include "libtrace_thr/src/sync/deadline.h"

/* One waiting thread, on its stack. */
struct tthr_waiter {
	struct tthr_waiter *next;
	struct tthr_waiter *prev;
	bool picked;    /* out of the list, a wake is on its way; under the guard */
	uint32_t woken; /* 0 while it sleeps */
	uint64_t waker; /* who woke it: a thread's id */
	int outcome;    /* what the waker tells it */
};

/* Takes the guard. True for the first to do so after a fork: then the caller mends state that counted waiters. */
bool tt_waiters_lock(struct tthr_waiters *waiters);
void tt_waiters_unlock(struct tthr_waiters *waiters);

/* Whether no fork lies between now and the last time that the guard was taken. Without the guard. */
bool tt_waiters_current(const struct tthr_waiters *waiters);

/* Adds `me` at the end. The guard is held. */
void tt_waiters_add(struct tthr_waiters *waiters, struct tthr_waiter *me);

/* Sleeps until woken, true, or the deadline, false: `me` is then still in the list or just picked. */
bool tt_waiters_sleep(struct tthr_waiter *me, const struct tt_deadline *deadline);

/* Takes `me` out of the list; false if it has been picked: its wake is on its way then. The guard is held. */
bool tt_waiters_withdraw(struct tthr_waiters *waiters, struct tthr_waiter *me);

/*
 * Sleeps until woken or the deadline: 0 or ETIMEDOUT. The guard is not held. Afterwards `me` is in the list no more.
 * What the waker wrote before is seen.
 */
int tt_waiters_wait(struct tthr_waiters *waiters, struct tthr_waiter *me, const struct tt_deadline *deadline);

/* Ends what tt_waiters_add began: the object is not touched after it, unless under the guard. */
void tt_waiters_leave(struct tthr_waiters *waiters);

/* Takes up to `n` threads off the front of the list; *count becomes how many. The guard is held. */
struct tthr_waiter *tt_waiters_pick(struct tthr_waiters *waiters, uint32_t n, uint32_t *count);

/* Wakes the threads that were picked, for thread `waker`, with `outcome`. The guard need not be held. */
void tt_waiters_wake(struct tthr_waiter *picked, uint64_t waker, int outcome);

/*
 * Before the object is destroyed: EBUSY if a thread waits, else 0, with the guard held and everybody gone who was
 * still on the way out.
 */
int tt_waiters_drain(struct tthr_waiters *waiters);

/* Which process, counted by forks, this one is. */
uint32_t tt_waiters_generation(void);

/* For fork: begins the next generation, in the child. */
void tt_waiters_after_fork_in_child(void);

#endif /* TT_SYNC_WAIT_QUEUE_H */
