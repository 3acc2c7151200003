/* SPDX-License-Identifier: MIT */
/*
 * Each way in which T1 can let T2 go on: what T2 does to wait, what T1 does to let it, and how T2 goes on.
 */
#ifndef WAYS_H
#define WAYS_H

#include "feed.h"

/* A lock that one thread takes and another gives back: a signal. */
enum { Z = A + 25 };

static inline void wait_condition(struct feed *feed)
{
	acquires(feed, T2, G);
	FEED(feed, T2, cond_wait, .id = COND, .lock = G);
	releases(feed, T2, G);
}

static inline void let_condition(struct feed *feed)
{
	FEED(feed, T1, cond_notify, .id = COND, .asked = 1, .woken = 1);
}

static inline void leave_condition(struct feed *feed)
{
	FEED(feed, T2, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED, .waker = T1);
	acquires(feed, T2, G);
	releases(feed, T2, G);
}

static inline void wait_event(struct feed *feed)
{
	FEED(feed, T2, event_wait, .id = EVENT);
}

static inline void let_event(struct feed *feed)
{
	FEED(feed, T1, event_set, .id = EVENT, .woken = 1);
}

static inline void leave_event(struct feed *feed)
{
	FEED(feed, T2, event_woken, .id = EVENT, .result = TT_WAKE_SET, .waker = T1);
}

static inline void wait_sem(struct feed *feed)
{
	FEED(feed, MAIN, sem_init, .id = SEM);
	FEED(feed, T2, sem_wait, .id = SEM);
}

static inline void let_sem(struct feed *feed)
{
	posts(feed, T1);
}

static inline void leave_sem(struct feed *feed)
{
	takes(feed, T2);
}

static inline void wait_barrier(struct feed *feed)
{
	FEED(feed, T2, barrier_wait, .id = BARRIER, .parties = 2);
}

static inline void let_barrier(struct feed *feed)
{
	FEED(feed, T1, barrier_passed, .id = BARRIER, .index = 1);
}

static inline void leave_barrier(struct feed *feed)
{
	FEED(feed, T2, barrier_passed, .id = BARRIER, .waker = T1);
}

static inline void wait_signal(struct feed *feed)
{
	feed->kind = TT_KIND_LOCK;
	acquires(feed, T2, Z);
	waits(feed, T2, Z, T2);
}

static inline void let_signal(struct feed *feed)
{
	releases(feed, T1, Z);
}

static inline void leave_signal(struct feed *feed)
{
	acquires(feed, T2, Z);
}

static const struct {
	const char *what;
	void (*wait)(struct feed *feed), (*let)(struct feed *feed), (*leave)(struct feed *feed);
} ways[] = {
    {"condition \"object-200\"", wait_condition, let_condition, leave_condition},
    {"event \"object-201\"", wait_event, let_event, leave_event},
    {"semaphore \"object-202\"", wait_sem, let_sem, leave_sem},
    {"barrier \"object-203\"", wait_barrier, let_barrier, leave_barrier},
    {"lock \"Z\"", wait_signal, let_signal, leave_signal},
};

#endif /* WAYS_H */
