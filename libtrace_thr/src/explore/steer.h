/* SPDX-License-Identifier: MIT */
/*
 * Steering: threads are led into a deadlock that was predicted of another run, to see whether it is real. The idea is
 * that of DeadlockFuzzer (Joshi, Park, Sen, Naik: "A randomized dynamic program analysis technique for detecting real
 * deadlocks", PLDI 2009).
 *
 * The environment has the plan, TRACE_THR_STEER, see steer_plan.h: an edge for each thread. A thread that got one lock
 * where an edge says, and is about to ask for another where the same edge says, is paused, until there is one such
 * thread for each edge and each asks for what the next one holds. Then all go on, and the cycle closes. Which locks
 * they are is told by the locks themselves, not by the plan. A plan can also make the threads meet before: where one of
 * them would need the other's lock on its way, it must not be held yet. Others only ask: they are paused until another
 * thread of the plan has that lock, which may wait for something else with it; if those of a cycle are to wait behind
 * them, a writer, they go first. A pause ends after a time, and so does all pausing; a thread that is paused waits for
 * nothing else, so a program that cannot get there is slower, and no more.
 *
 * The functions are called where a session records the call: without one nothing is steered. A lock is any address
 * that is its own while it is held.
 */
#ifndef TT_EXPLORE_STEER_H
#define TT_EXPLORE_STEER_H

#include <stdbool.h>
#include <stdint.h>

/* Whether there is a plan, and it is not carried out or given up yet. */
extern bool tt_steering __attribute__((visibility("hidden")));

/* Once, when the library loads. */
void tt_steer_prepare(void);

/* In a new thread, before it can hold a lock: looks for modules of the plan that have been loaded since. */
void tt_steer_prepare_thread(void);

void tt_steer_after_fork_in_child(void);

/* For the functions below. */
struct tt_steer_site_match {
	uint32_t held, wanted; /* the edges, as bits, that the call is such a site of */
};
struct tt_steer_site_match tt_steer_site_match(const void *caller);
void tt_steer_pause(const void *lock, struct tt_steer_site_match place);
void tt_steer_acquired_now(const void *lock, const void *caller);
void tt_steer_released_now(const void *lock);

/* Relaxed: who sees it change late pauses once more, or does not take part any more. */
static inline bool tt_is_steering(void)
{
	return __builtin_expect(__atomic_load_n(&tt_steering, __ATOMIC_RELAXED), 0);
}

/* The calling thread is about to ask for the lock, and does not hold it. May pause it. */
static inline void tt_steer_request(const void *lock, const void *caller)
{
	if (tt_is_steering())
		tt_steer_pause(lock, tt_steer_site_match(caller));
}

/* It has got the lock, and did not hold it before. */
static inline void tt_steer_acquired(const void *lock, const void *caller)
{
	if (tt_is_steering())
		tt_steer_acquired_now(lock, caller);
}

/* It is about to give it back for good. */
static inline void tt_steer_released(const void *lock)
{
	if (tt_is_steering())
		tt_steer_released_now(lock);
}

#endif /* TT_EXPLORE_STEER_H */
