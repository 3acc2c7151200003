/* SPDX-License-Identifier: MIT */
/*
 * The threads that wait for an object, in the order in which they came, and the guard over the object's state.
 *
 *     // who waits                                          // who wakes
 *     struct tthr_wait_entry me;                                tt_wait_queue_lock(waiters);
 *     tt_wait_queue_lock(waiters);                             ... change the state, emit the event ...
 *     ... find that there is something to wait for ...      picked = tt_wait_queue_pick(waiters, n, &woken);
 *     tt_wait_queue_add(waiters, &me);                         tt_wait_queue_unlock(waiters);
 *     tt_wait_queue_unlock(waiters);                           tt_wait_queue_wake(picked, self, outcome);
 *     error = tt_wait_queue_wait(waiters, &me, &deadline);
 *     ... emit the event ...
 *     tt_wait_queue_leave(waiters);
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
struct tthr_wait_entry {
	struct tthr_wait_entry *next;
	struct tthr_wait_entry *prev;
	bool picked;    /* out of the list, a wake is on its way; under the guard */
	uint32_t woken; /* 0 while it sleeps */
	uint64_t waker; /* who woke it: a thread's id */
	int outcome;    /* what the waker tells it */
};

/* Takes the guard. True for the first to do so after a fork: then the caller mends state that counted waiters. */
bool tt_wait_queue_lock(struct tthr_wait_queue *waiters);
void tt_wait_queue_unlock(struct tthr_wait_queue *waiters);

/* Whether no fork lies between now and the last time that the guard was taken. Without the guard. */
bool tt_wait_queue_is_this_process(const struct tthr_wait_queue *waiters);

/* Adds `me` at the end. The guard is held. */
void tt_wait_queue_add(struct tthr_wait_queue *waiters, struct tthr_wait_entry *me);

/* Sleeps until woken, true, or the deadline, false: `me` is then still in the list or just picked. */
bool tt_wait_queue_sleep(struct tthr_wait_entry *me, const struct tt_deadline *deadline);

/* Takes `me` out of the list; false if it has been picked: its wake is on its way then. The guard is held. */
bool tt_wait_queue_withdraw(struct tthr_wait_queue *waiters, struct tthr_wait_entry *me);

/*
 * Sleeps until woken or the deadline: 0 or ETIMEDOUT. The guard is not held. Afterwards `me` is in the list no more.
 * What the waker wrote before is seen.
 */
int tt_wait_queue_wait(struct tthr_wait_queue *waiters, struct tthr_wait_entry *me, const struct tt_deadline *deadline);

/* Ends what tt_wait_queue_add began: the object is not touched after it, unless under the guard. */
void tt_wait_queue_leave(struct tthr_wait_queue *waiters);

/* Takes up to `n` threads off the front of the list; *count becomes how many. The guard is held. */
struct tthr_wait_entry *tt_wait_queue_pick(struct tthr_wait_queue *waiters, uint32_t n, uint32_t *count);

/* Wakes the threads that were picked, for thread `waker`, with `outcome`. The guard need not be held. */
void tt_wait_queue_wake(struct tthr_wait_entry *picked, uint64_t waker, int outcome);

/*
 * Before the object is destroyed: EBUSY if a thread waits, else 0, with the guard held and everybody gone who was
 * still on the way out.
 */
int tt_wait_queue_drain(struct tthr_wait_queue *waiters);

/* Which process, counted by forks, this one is. */
uint32_t tt_wait_queue_generation(void);

/* For fork: begins the next generation, in the child. */
void tt_wait_queue_after_fork_in_child(void);

#endif /* TT_SYNC_WAIT_QUEUE_H */
