/* SPDX-License-Identifier: MIT */
/*
 * For the tests of prediction: threads that have started, what was said of the one pair of nestings, and posts and
 * waits of any semaphore.
 */
#ifndef PREDICTION_H
#define PREDICTION_H

#include "feed.h"

static inline void assert_predicted(struct feed *feed)
{
	assert_n(feed, 1);
	assert_rule(found(feed, 0), "TT010", TT_LEVEL_PREDICTED);
}

static inline void assert_potential(struct feed *feed)
{
	assert_n(feed, 1);
	assert_rule(found(feed, 0), "TT011", TT_LEVEL_POTENTIAL);
	assert_int_equal(found(feed, 0)->witness->len, 0);
}

/* Nothing without `all`; with it the reason. */
static inline void assert_excluded(struct feed *feed, const char *why)
{
	assert_n(feed, 1);
	assert_rule(found(feed, 0), "TT011", TT_LEVEL_INVERSION);
	if (!has_note(found(feed, 0), why))
		fail_msg("the reason is: %s", (const char *)found(feed, 0)->notes->pdata[0]);
}

/* `T1 acquires`: a step of the first finding. */
static inline void assert_step(const struct feed *feed, guint i, const char *thread, enum tt_event_type type,
                               const char *object)
{
	const GArray *witness = found(feed, 0)->witness;
	assert_true(i < witness->len);
	const struct tt_witness_step *step = &g_array_index(witness, struct tt_witness_step, i);

	assert_string_equal(step->thread->name, thread);
	assert_string_equal(tt_event_type_names[step->type], tt_event_type_names[type]);
	assert_string_equal(step->object->name, object);
	assert_int_equal(step->blocks, i + found(feed, 0)->edges->len >= witness->len);
}

/* The main thread, and five that it has started. */
static inline struct feed all_of_it(void)
{
	struct feed feed = feed_new(true);

	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 1);
	for (unsigned who = T1; who <= T5; who++)
		starts(&feed, MAIN, who);
	return feed;
}

static inline void post(struct feed *feed, unsigned who, unsigned sem)
{
	FEED(feed, who, sem_released, .id = sem, .n = 1, .value = 1);
}

static inline void take(struct feed *feed, unsigned who, unsigned sem)
{
	FEED(feed, who, sem_acquired, .id = sem);
}

#endif /* PREDICTION_H */
