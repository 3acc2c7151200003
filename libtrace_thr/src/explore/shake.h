/* SPDX-License-Identifier: MIT */
/*
 * Shaking: small delays before and after synchronisation, so that a run meets orders that it would seldom meet.
 *
 * The environment turns it on, TRACE_THR_SHAKE=SEED, a number from 0 to 2^64 - 1; another value is told on stderr and
 * nothing is shaken. What a thread does at its n-th point is a function of the seed, of n, and of which thread it is:
 * the how-manieth that its maker has started, of which maker, and so on up to the main thread. So one seed makes the
 * same decisions in each run, as far as the program itself does the same.
 *
 * Points are where a session records the call: without one nothing is shaken, and the way to the lock is as short as
 * ever. A delay leaves errno alone and is no cancellation point.
 */
#ifndef TT_EXPLORE_SHAKE_H
#define TT_EXPLORE_SHAKE_H

#include <stdbool.h>
#include <stdint.h>

#include <trace_thr/thread.h>

#include "tracepoints/emit.h"

/* Whether the process is shaken. Changes only when the library loads. */
extern bool tt_shaking __attribute__((visibility("hidden")));

/* Once, when the library loads. `first` becomes that of the main thread. */
void tt_shake_prepare(struct tthr_prng *first);

/* Those of a seed, and those of the next thread that the owner of `prng` starts. */
struct tthr_prng tt_prng_of(uint64_t seed);
struct tthr_prng tt_prng_of_child(struct tthr_prng *prng);

/* For a thread that the calling one is about to start; or, if that is not known, that comes to be by itself. */
struct tthr_prng tt_shake_child(void);

/* What to do at a point: to go on, to let others go first, or to sleep for so many nanoseconds. */
enum { TT_DELAY_NONE = 0, TT_DELAY_YIELD = -1 };
int64_t tt_prng_next(struct tthr_prng *prng);

/* For tt_shake. */
void tt_shake_point(void);

/* A point of the calling thread. For signal handlers as well. */
static inline void tt_shake(void)
{
	if (__builtin_expect(tt_shaking, 0))
		tt_shake_point();
}

/* The same, of a call that the event tells: only if a session records it. */
#define TT_SHAKE(event)                                                                                                \
	do {                                                                                                           \
		if (tt_enabled(event))                                                                                 \
			tt_shake();                                                                                    \
	} while (0)

#endif /* TT_EXPLORE_SHAKE_H */
