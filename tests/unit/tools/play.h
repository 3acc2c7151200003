/* SPDX-License-Identifier: MIT */
/*
 * A past of which each thread does a beginning, and threads that ask for something in the end, for the tests of the
 * replay: whether all of that can happen, what is the first that cannot, and whether those who ask are blocked.
 */
#ifndef PLAY_H
#define PLAY_H

#include "leaks.h"
#include "past.h"

#include "tools/check/predict/witness_replay.h"

enum { MOST_ASKERS = 3, MOST_THREADS = 8 };

struct play {
	struct past past;
	uint32_t done[MOST_THREADS];
	struct tt_replay_request askers[MOST_ASKERS];
	guint n;
};

static inline struct play begin(void)
{
	struct play play = {.past = past_begin()};

	memset(play.done, 0xff, sizeof play.done);
	for (unsigned who = T1; who <= T5; who++)
		starts(&play.past.feed, MAIN, who);
	return play;
}

/* The thread does no more than it has done up to here. */
static inline void stops(struct play *play, unsigned who)
{
	struct tt_point now = past_now(&play->past, who);

	play->done[now.thread] = now.position;
}

/* The thread asks for the object in the end. */
static inline void asks_to(struct play *play, unsigned who, unsigned id, enum tt_mode mode)
{
	const struct tt_object *object = tt_model_object(play->past.history->process, id);

	assert_true(play->n < MOST_ASKERS);
	play->askers[play->n++] = (struct tt_replay_request){past_number(&play->past, who), object->number, mode};
}

static inline void asks(struct play *play, unsigned who, unsigned id)
{
	asks_to(play, who, id, TT_MODE_EXCLUSIVE);
}

static inline void expect(struct play *play, bool ok, uint32_t stuck, const char *what)
{
	uint32_t at = 0;

	past_end(&play->past);
	for (guint i = 0; i < MOST_THREADS; i++)
		play->done[i] = MIN(play->done[i], play->past.history->len);
	if (tt_witness_replay(play->past.links, play->done, play->askers, play->n, &at) != ok)
		fail_msg("%s: it can%s", what, ok ? "not" : "");
	if (at != stuck)
		fail_msg("%s: stuck at %u, not at %u", what, at, stuck);
	past_free(&play->past);
}

/* All can happen, and who asks is blocked; all can, and one who asks is not; the last action cannot happen. */
static inline void assert_plays(struct play *play, const char *what)
{
	expect(play, true, TT_NO_POSITION, what);
}

static inline void assert_passes(struct play *play, const char *what)
{
	expect(play, false, TT_NO_POSITION, what);
}

static inline void assert_stuck(struct play *play, const char *what)
{
	expect(play, false, play->past.history->len - 1, what);
}

#endif /* PLAY_H */
