/* SPDX-License-Identifier: MIT */
/*
 * How many threads wait for a lock, in 32 bits: so that it is not destroyed while one does.
 *
 * A thread is counted before it can sleep on the lock's word, and until it has taken the lock or given up. Its leaving
 * is the last time that it touches a lock that it did not get. Who looks reads the count first and the word after it: a
 * waiter that is no longer counted has the word by then.
 *
 * After fork the waiters are gone in the child. The count carries the generation of its process (see wait_queue.h) in
 * its upper bits: one of another generation counts for none. The lower ones hold more threads than the kernel allows.
 */
#ifndef TT_SYNC_WAITING_H
#define TT_SYNC_WAITING_H

#include <stdbool.h>
#include <stdint.h>

#include "libtrace_thr/src/sync/wait_queue.h"

enum { TT_WAITING_BITS = 22 };

/* The count of nobody, in this process. */
static inline uint32_t tt_waiting_none(void)
{
	return tt_wait_queue_generation() << TT_WAITING_BITS;
}

static inline bool tt_waiting_is_current(uint32_t seen)
{
	return seen >> TT_WAITING_BITS == tt_waiting_none() >> TT_WAITING_BITS;
}

/* Counts the caller. */
static inline void tt_waiting_enter(uint32_t *waiting)
{
	uint32_t seen = __atomic_load_n(waiting, __ATOMIC_RELAXED);

	/* Relaxed: whoever destroys the lock knows in its own way that this thread is here. */
	while (!__atomic_compare_exchange_n(waiting, &seen,
	                                    (tt_waiting_is_current(seen) ? seen : tt_waiting_none()) + 1, false,
	                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		continue;
}

/* Ends that: the lock is not touched after it, unless it is held. */
static inline void tt_waiting_leave(uint32_t *waiting)
{
	/* Release: pairs with the acquire in tt_waiting_is_any. */
	__atomic_sub_fetch(waiting, 1, __ATOMIC_RELEASE);
}

/* Whether a thread waits. */
static inline bool tt_waiting_is_any(const uint32_t *waiting)
{
	/* Acquire: pairs with the release in tt_waiting_leave. */
	uint32_t seen = __atomic_load_n(waiting, __ATOMIC_ACQUIRE);

	return tt_waiting_is_current(seen) && seen != tt_waiting_none();
}

#endif /* TT_SYNC_WAITING_H */
