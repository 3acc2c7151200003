/* SPDX-License-Identifier: MIT */
/*
 * What the model keeps of the latest process of a feed.
 */
#ifndef STATE_H
#define STATE_H

#include "leaks.h"
#include "feed.h"

static inline struct tt_process *process_of(const struct feed *feed)
{
	GPtrArray *processes = feed->check->model->processes;
	return processes->pdata[processes->len - 1];
}

static inline struct tt_thread *thread_of(const struct feed *feed, unsigned id)
{
	return tt_model_thread(process_of(feed), id);
}

static inline struct tt_object *object_of(const struct feed *feed, unsigned id)
{
	return tt_model_object(process_of(feed), id);
}

static inline const struct tt_wait *wait_of(const struct feed *feed, unsigned id)
{
	return &thread_of(feed, id)->wait;
}

static inline const struct tt_hold *hold_of(const struct feed *feed, unsigned id, unsigned object)
{
	return tt_model_hold_of(thread_of(feed, id), object_of(feed, object));
}

/* The time of the n-th event. */
static inline int64_t at(uint64_t n)
{
	return FEED_ORIGIN + (int64_t)n * 1000000;
}

#endif /* STATE_H */
