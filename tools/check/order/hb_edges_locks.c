/* SPDX-License-Identifier: MIT */
#include "tools/check/order/hb_edges_internal.h"

bool tt_action_acquires(const struct tt_action *action)
{
	return action->type == TT_EVENT_lock_acquired || action->type == TT_EVENT_sem_acquired;
}

bool tt_action_releases(const struct tt_action *action)
{
	return action->type == TT_EVENT_lock_released || action->type == TT_EVENT_sem_released;
}

/* The post of the n-th signal; TT_NO_POSITION: there was none yet. To be asked in ascending order. */
static uint32_t post_of(struct tt_hb_object *state, uint64_t n)
{
	for (; state->posts && state->spent < state->posts->len; state->spent++) {
		const struct tt_hb_on_post *post = &g_array_index(state->posts, struct tt_hb_on_post, state->spent);
		if (post->end > n)
			return post->position;
	}
	return TT_NO_POSITION;
}

static void post(struct tt_hb_builder *reader, uint32_t n)
{
	GArray **posts = &reader->state->posts;

	if (!*posts)
		*posts = g_array_new(FALSE, FALSE, sizeof(struct tt_hb_on_post));
	uint64_t before = (*posts)->len ? g_array_index(*posts, struct tt_hb_on_post, (*posts)->len - 1).end : 0;
	struct tt_hb_on_post new = {before + n, reader->position};
	g_array_append_val(*posts, new);
}

void tt_hb_on_acquire(struct tt_hb_builder *reader)
{
	struct tt_hb_object *state = reader->state;
	bool lock = reader->object->family == TT_FAMILY_LOCK;
	uint64_t free = lock ? 1 : reader->links->places[reader->action->object];

	state->acquire = reader->position;
	if (reader->links->uses[reader->action->object] != TT_SYNC_SIGNALS)
		tt_hb_array_push(&reader->doer->acquires, reader->position);
	else if (state->taken >= free)
		tt_hb_add_edge(reader, post_of(state, state->taken - free));
	if (tt_is_once(reader->object))
		tt_hb_add_edge(reader, state->release);
	state->taken++;
}

/* The release of a place is that of the latest that the thread took. False: it has none. */
static bool match_one(struct tt_hb_builder *reader)
{
	const struct tt_history *history = reader->links->history;
	GArray *acquires = reader->doer->acquires;

	for (guint i = acquires ? acquires->len : 0; i-- > 0;) {
		uint32_t position = g_array_index(acquires, uint32_t, i);
		if (tt_history_at(history, position)->object != reader->action->object)
			continue;
		reader->links->match[position] = reader->position;
		reader->links->match[reader->position] = position;
		g_array_remove_index(acquires, i);
		return true;
	}
	return false;
}

void tt_hb_on_release(struct tt_hb_builder *reader)
{
	uint32_t n = reader->action->type == TT_EVENT_sem_released ? reader->action->arg : 1;

	/* Of a once those who come past it give nothing on: what they wait for is the end of the routine. */
	if (!tt_is_once(reader->object) || reader->action->mode == TT_MODE_EXCLUSIVE)
		reader->state->release = reader->position;
	if (reader->links->uses[reader->action->object] == TT_SYNC_SIGNALS) {
		post(reader, n);
		return;
	}
	while (n > 0 && match_one(reader))
		n--;
}

/* It failed since another had it. */
void tt_hb_on_fail(struct tt_hb_builder *reader)
{
	tt_hb_add_edge(reader, reader->state->acquire);
}

/* Of a semaphore that was made before the trace, the first event tells what it had. */
void tt_hb_infer_initial_value(struct tt_hb_builder *reader)
{
	uint64_t *places = &reader->links->places[reader->action->object];

	if (*places == UINT64_MAX && reader->action->type == TT_EVENT_sem_acquired)
		*places = (uint64_t)reader->action->arg + 1;
	else if (*places == UINT64_MAX && reader->action->type == TT_EVENT_sem_released)
		*places = 0;
}

enum tt_sync_kind tt_hb_classify(const struct tt_object *object)
{
	if (object->family == TT_FAMILY_SEMAPHORE && !object->signals)
		return object->whole && object->places != 1 ? TT_SYNC_PERMITS : TT_SYNC_LOCK;
	return object->signals ? TT_SYNC_SIGNALS : TT_SYNC_LOCK;
}
