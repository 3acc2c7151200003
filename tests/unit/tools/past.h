/* SPDX-License-Identifier: MIT */
/*
 * A history by hand, and moments in it, for the tests of what orders it: feeds whose actions are kept.
 *
 *     struct past past = past_begin();
 *     struct tt_point first = past_now(&past, T1);
 *     acquires(&past.feed, T1, A);
 *     ...
 *     past_end(&past);                 no more is fed
 *     ... past.links ...
 *     past_free(&past);
 */
#ifndef PAST_H
#define PAST_H

#include "tools/check/order/vector_clocks.h"
#include "tools/check/lockgraph/lock_graph.h"

#include "feed.h"

struct past {
	struct feed feed;
	GHashTable *histories;
	struct tt_history *history;
	struct tt_hb_edges *links; /* in the end */
};

static inline void past_on_hold(struct tt_hold *hold, const struct tt_event *event, void *histories)
{
	tt_history_hold(tt_history_of(histories, hold->thread->process), hold, true, event);
}

static inline void past_on_hold_end(struct tt_hold *hold, const struct tt_event *event, void *histories)
{
	tt_history_hold(tt_history_of(histories, hold->thread->process), hold, false, event);
}

static inline void past_on_event(struct tt_thread *thread, struct tt_object *object, const struct tt_event *event,
                                 void *histories)
{
	tt_history_event(tt_history_of(histories, thread->process), thread, object, event);
}

/* The main thread has started. */
static inline struct past past_begin(void)
{
	static const struct tt_observer observer = {
	    .hold_began = past_on_hold, .hold_ended = past_on_hold_end, .event = past_on_event};
	struct past past = {
	    .feed = {.check = tt_check_new_without_rules(), .pid = 100, .kind = TT_KIND_MUTEX},
	    .histories = tt_histories_new(),
	};

	tt_model_observe(past.feed.check->model, &observer, past.histories);
	FEED(&past.feed, MAIN, thread_start, .id = MAIN, .native_id = 1);
	past.history = tt_history_of(past.histories, past.feed.check->model->processes->pdata[0]);
	return past;
}

static inline void past_end(struct past *past)
{
	past->links = tt_hb_edges_new(past->history);
}

static inline void past_free(struct past *past)
{
	tt_hb_edges_free(past->links);
	g_hash_table_destroy(past->histories);
	feed_free(&past->feed);
}

static inline uint32_t past_number(const struct past *past, unsigned who)
{
	return tt_model_thread(past->history->process, who)->number;
}

/* Just before what the thread, which has been seen, does next. */
static inline struct tt_point past_now(const struct past *past, unsigned who)
{
	return (struct tt_point){past_number(past, who), tt_history_position(past->history)};
}

#endif /* PAST_H */
