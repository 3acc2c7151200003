/* SPDX-License-Identifier: MIT */
/*
 * Quests: pasts, and threads that are to be at moments of them at the same time, for the tests of the closure.
 *
 *     struct quest quest = begin();
 *     wants(&quest, T1);
 *     ...
 *     assert_true(find(&quest));
 *     ... quest.closure ...
 *     end(&quest);
 */
#ifndef QUEST_H
#define QUEST_H

#include "tools/check/predict/sp_closure.h"

#include "past.h"

/* Semaphores, for lets_go. */
enum { S1 = 300, S2, S3, S4 };

enum { MOST_MEMBERS = 3 };

/* A past, and the question whether threads can be at moments of it at the same time. */
struct quest {
	struct past past;
	struct tt_sp_closure *closure; /* in the end */
	struct tt_participant members[MOST_MEMBERS];
	GArray *moments[MOST_MEMBERS]; /* their positions */
	guint n;
};

static inline struct quest begin(void)
{
	struct quest quest = {.past = past_begin()};

	for (unsigned who = T1; who <= T5; who++)
		starts(&quest.past.feed, MAIN, who);
	for (unsigned sem = S1; sem <= S4; sem++)
		FEED(&quest.past.feed, MAIN, sem_init, .id = sem);
	return quest;
}

/* The thread is to be where it is now; if it is asked for again: there or here. */
static inline void wants(struct quest *quest, unsigned who)
{
	struct tt_point now = past_now(&quest->past, who);
	guint i = 0;

	while (i < quest->n && quest->members[i].thread != now.thread)
		i++;
	if (i == quest->n) {
		assert_true(quest->n < MOST_MEMBERS);
		quest->moments[quest->n] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
		quest->members[quest->n++] = (struct tt_participant){now.thread, quest->moments[i], 0};
	}
	g_array_append_val(quest->moments[i], now.position);
}

/* Ends the past. Whether they can; by looking at so many actions at most. */
static inline bool find_within(struct quest *quest, uint64_t steps)
{
	past_end(&quest->past);
	quest->closure = tt_sp_closure_new(quest->past.links, steps);
	return tt_sp_closure_find(quest->closure, quest->members, quest->n);
}

static inline bool find(struct quest *quest)
{
	return find_within(quest, 1000);
}

static inline void end(struct quest *quest)
{
	for (guint i = 0; i < quest->n; i++)
		g_array_free(quest->moments[i], TRUE);
	tt_sp_closure_free(quest->closure);
	past_free(&quest->past);
}

/* What is done of a thread ends just before this moment. */
static inline void assert_done_until(const struct quest *quest, struct tt_point moment)
{
	assert_int_equal(quest->closure->done[moment.thread], moment.position);
}

/* One posts and another waits: what the one has done until now comes before what the other does from now on. */
static inline void lets_go(struct quest *quest, unsigned who, unsigned other, unsigned sem)
{
	FEED(&quest->past.feed, who, sem_released, .id = sem, .n = 1);
	FEED(&quest->past.feed, other, sem_acquired, .id = sem);
}

static inline struct tt_point now(const struct quest *quest, unsigned who)
{
	return past_now(&quest->past, who);
}

#endif /* QUEST_H */
