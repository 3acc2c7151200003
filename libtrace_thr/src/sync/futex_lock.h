/* SPDX-License-Identifier: MIT */
/*
 * The lock word: mutual exclusion in 32 bits, without identity, name or events. tthr_lock and tthr_rlock are made of
 * it, and the guards of the other primitives.
 *
 * The three states are those of "mutex2" in Ulrich Drepper's "Futexes Are Tricky" (2011): free, held, and held with
 * perhaps somebody sleeping. A taking is an acquire and a letting go a release on the same word, so what the last
 * holder wrote is seen by the next.
 */
#ifndef TT_SYNC_FUTEX_LOCK_H
#define TT_SYNC_FUTEX_LOCK_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "libtrace_thr/src/sync/futex.h"

enum { TT_FUTEX_LOCK_FREE = 0, TT_FUTEX_LOCK_HELD = 1, TT_FUTEX_LOCK_CONTENDED = 2 };

/* Takes the word if it is free. */
static inline bool tt_futex_lock_try(uint32_t *word)
{
	uint32_t expected = TT_FUTEX_LOCK_FREE;
	/* Acquire: pairs with the release in tt_futex_lock_release. */
	return __atomic_compare_exchange_n(word, &expected, TT_FUTEX_LOCK_HELD, false, __ATOMIC_ACQUIRE,
	                                   __ATOMIC_RELAXED);
}

/* Takes the word, sleeping until the deadline at most: then ETIMEDOUT. */
static inline int tt_futex_lock_acquire(uint32_t *word, const struct tt_deadline *deadline)
{
	bool late = false;

	/*
	 * Who has slept cannot know whether others still do, so it takes the word as contended. Acquire: pairs with
	 * the release in tt_futex_lock_release.
	 */
	while (__atomic_exchange_n(word, TT_FUTEX_LOCK_CONTENDED, __ATOMIC_ACQUIRE) != TT_FUTEX_LOCK_FREE) {
		if (late)
			return ETIMEDOUT;
		late = tt_futex_wait(word, TT_FUTEX_LOCK_CONTENDED, deadline) == ETIMEDOUT;
	}
	return 0;
}

/* Lets the word go and wakes one sleeper. False if it was free already. */
static inline bool tt_futex_lock_release(uint32_t *word)
{
	/* Release: pairs with the acquire in tt_futex_lock_try and tt_futex_lock_acquire. */
	uint32_t before = __atomic_exchange_n(word, TT_FUTEX_LOCK_FREE, __ATOMIC_RELEASE);
	if (before == TT_FUTEX_LOCK_CONTENDED)
		tt_futex_wake(word, 1);
	return before != TT_FUTEX_LOCK_FREE;
}

/* Whether somebody holds it. Orders nothing. */
static inline bool tt_futex_lock_is_held(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED) != TT_FUTEX_LOCK_FREE;
}

#endif /* TT_SYNC_FUTEX_LOCK_H */
