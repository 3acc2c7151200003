/* SPDX-License-Identifier: MIT */
/*
 * Stories for the timeline's tests: events told by hand to a model that lanes observe.
 *
 *     struct story story = story_begin(NULL);
 *     AT(&story, 100, MAIN, lock_acquired, .name = "A", .id = 10, .depth = 1);
 *     story_end(&story, 0);
 *     …story.lanes…
 *     story_free(&story);
 */
#ifndef STORY_H
#define STORY_H

#include "tools/timeline/lanes.h"

/* Time 0 of the stories. */
#define STORY_ORIGIN INT64_C(1700000000000000000)

struct story {
	struct tt_model *model;
	struct tt_lanes *lanes;
	uint32_t pid;
	const char *names[16]; /* of the threads, by id; NULL: `T<id>` */
};

enum { MAIN = 1 };

static inline struct story story_begin(const struct tt_selection *selection)
{
	static const struct tt_selection all = {.to_ns = INT64_MAX};
	struct story story = {.model = tt_model_new(), .pid = 100, .names = {[MAIN] = "MainThread"}};

	story.lanes = tt_lanes_new(story.model, selection ? selection : &all);
	return story;
}

static inline void story_tell(const struct story *story, int64_t us, unsigned who, struct tt_event event)
{
	g_autofree char *name = g_strdup_printf("T%u", who);
	bool named = who < G_N_ELEMENTS(story->names) && story->names[who];

	event.time_ns = STORY_ORIGIN + us * 1000;
	event.pid = story->pid;
	event.thread_id = who;
	event.thread = named ? story->names[who] : name;
	if (event.id && !event.name)
		event.name = event.thread;
	tt_model_feed(story->model, &event);
}

/* At so many microseconds, thread `who` makes the event, with these fields. Waits have no limit unless told. */
#define AT(story, us, who, event, ...)                                                                                 \
	story_tell(story, us, who,                                                                                     \
	           (struct tt_event){.type = TT_EVENT_##event, .timeout_ns = TT_NO_TIMEOUT, __VA_ARGS__})

/* A thread starts itself and ends itself. */
#define START(story, us, who) AT(story, us, who, thread_start, .id = (who))
#define EXIT(story, us, who) AT(story, us, who, thread_exit, .id = (who))

static inline void story_end(struct story *story, int64_t end_us)
{
	tt_lanes_finish(story->lanes, end_us ? STORY_ORIGIN + end_us * 1000 : 0);
}

static inline void story_free(struct story *story)
{
	tt_lanes_free(story->lanes);
	tt_model_free(story->model);
}

/* Two threads take A and B in opposite order; the recorder ends the program after two seconds. */
static inline void story_of_deadlock(struct story *story)
{
	story->names[2] = "alice";
	story->names[3] = "bob";
	START(story, 0, MAIN);
	AT(story, 60, MAIN, thread_create, .id = 2, .name = "alice");
	START(story, 150, 2);
	AT(story, 170, 2, lock_acquired, .id = 10, .name = "A", .depth = 1);
	AT(story, 175, 2, log_message, .level = TT_LOG_INFO, .text = "has A");
	AT(story, 180, MAIN, thread_create, .id = 3, .name = "bob");
	AT(story, 190, MAIN, thread_join_wait, .id = 2, .name = "alice");
	START(story, 260, 3);
	AT(story, 270, 3, lock_acquired, .id = 11, .name = "B", .depth = 1);
	AT(story, 300, 3, lock_wait, .id = 10, .name = "A", .holder = 2);
	AT(story, 310, 2, lock_wait, .id = 11, .name = "B", .holder = 3);
	story_end(story, 2000000);
}

/* Two consumers wait for a condition; a producer notifies all. */
static inline void story_of_condition(struct story *story)
{
	story->names[2] = "c1";
	story->names[3] = "c2";
	story->names[4] = "p";
	START(story, 0, MAIN);
	for (unsigned c = 2; c <= 3; c++) {
		int64_t t = c == 2 ? 100 : 200200;
		AT(story, t, MAIN, thread_create, .id = c, .name = story->names[c]);
		START(story, t + 90, c);
		AT(story, t + 95, c, log_message, .level = TT_LOG_DEBUG, .text = "Starting consumer thread");
		AT(story, t + 110, c, lock_acquired, .id = 21, .name = "cond", .kind = TT_KIND_RLOCK, .depth = 1);
		AT(story, t + 112, c, cond_wait, .id = 20, .name = "cond", .lock = 21);
		AT(story, t + 113, c, lock_released, .id = 21, .name = "cond", .kind = TT_KIND_RLOCK);
	}
	AT(story, 400400, MAIN, thread_create, .id = 4, .name = "p");
	START(story, 400500, 4);
	AT(story, 400480, MAIN, thread_join_wait, .id = 2, .name = "c1");
	AT(story, 400520, 4, lock_acquired, .id = 21, .name = "cond", .kind = TT_KIND_RLOCK, .depth = 1);
	AT(story, 400530, 4, cond_notify, .id = 20, .name = "cond", .asked = -1, .woken = 2);
	AT(story, 400540, 2, cond_woken, .id = 20, .name = "cond", .result = TT_WAKE_NOTIFIED, .waker = 4);
	AT(story, 400542, 2, lock_wait, .id = 21, .name = "cond", .kind = TT_KIND_RLOCK, .holder = 4);
	AT(story, 400544, 3, cond_woken, .id = 20, .name = "cond", .result = TT_WAKE_NOTIFIED, .waker = 4);
	AT(story, 400545, 3, lock_wait, .id = 21, .name = "cond", .kind = TT_KIND_RLOCK, .holder = 4);
	AT(story, 400560, 4, lock_released, .id = 21, .name = "cond", .kind = TT_KIND_RLOCK);
	AT(story, 400575, 2, lock_acquired, .id = 21, .name = "cond", .kind = TT_KIND_RLOCK, .depth = 1);
	EXIT(story, 400578, 4);
	AT(story, 400590, 2, lock_released, .id = 21, .name = "cond", .kind = TT_KIND_RLOCK);
	AT(story, 400600, 3, lock_acquired, .id = 21, .name = "cond", .kind = TT_KIND_RLOCK, .depth = 1);
	AT(story, 400610, 3, lock_released, .id = 21, .name = "cond", .kind = TT_KIND_RLOCK);
	EXIT(story, 400615, 2);
	AT(story, 400630, MAIN, thread_join_done, .id = 2, .name = "c1", .result = TT_WAKE_JOINED);
	EXIT(story, 400640, 3);
	EXIT(story, 400650, MAIN);
	story_end(story, 0);
}

#endif /* STORY_H */
