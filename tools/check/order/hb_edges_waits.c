/* SPDX-License-Identifier: MIT */
#include "tools/check/order/hb_edges_internal.h"

void tt_hb_on_wait(struct tt_hb_builder *reader)
{
	reader->doer->wait = reader->position;
	reader->doer->woken = TT_NO_POSITION;
	tt_hb_array_push(&reader->state->waiters, reader->action->thread);
}

/* Whether the thread did wait for this object. */
static bool end_wait(struct tt_hb_builder *reader)
{
	GArray *waiters = reader->state->waiters;

	for (guint i = 0; waiters && i < waiters->len; i++) {
		if (g_array_index(waiters, uint32_t, i) == reader->action->thread) {
			g_array_remove_index(waiters, i);
			return true;
		}
	}
	return false;
}

static void wake(struct tt_hb_builder *reader, uint32_t n)
{
	GArray *waiters = reader->state->waiters;

	for (guint i = 0; waiters && i < waiters->len && n > 0; i++) {
		struct tt_hb_thread *waiter = &reader->doers[g_array_index(waiters, uint32_t, i)];
		if (waiter->woken != TT_NO_POSITION)
			continue;
		waiter->woken = reader->position;
		n--;
	}
}

void tt_hb_on_notify(struct tt_hb_builder *reader)
{
	uint32_t asked = reader->action->arg;
	struct tt_hb_object *state = reader->state;

	if (asked == TT_NO_POSITION || tt_wakes_in_order(reader->object)) {
		wake(reader, asked);
	} else if (state->waiters && state->waiters->len > 0) {
		struct tt_hb_wake wake = {reader->position, asked};
		if (!state->wakes)
			state->wakes = g_array_new(FALSE, FALSE, sizeof wake);
		g_array_append_val(state->wakes, wake);
	}
}

/* The first notify since the wait began that can have ended it. None: it ended without a cause. */
static uint32_t spend_wake(const struct tt_hb_object *state, uint32_t since)
{
	for (guint i = 0; state->wakes && i < state->wakes->len; i++) {
		struct tt_hb_wake *wake = &g_array_index(state->wakes, struct tt_hb_wake, i);
		if (wake->position > since && wake->left > 0) {
			wake->left--;
			return wake->position;
		}
	}
	return TT_NO_POSITION;
}

/* Of no use to those who wait now. */
static void drop_wakes(struct tt_hb_object *state)
{
	GArray *wakes = state->wakes;
	guint n = 0;

	while (wakes && n < wakes->len &&
	       (g_array_index(wakes, struct tt_hb_wake, n).left == 0 || state->waiters->len == 0))
		n++;
	if (n > 0)
		g_array_remove_range(wakes, 0, n);
}

void tt_hb_on_cond_woken(struct tt_hb_builder *reader)
{
	struct tt_hb_thread *doer = reader->doer;

	if (!end_wait(reader))
		return;
	if (reader->action->detail == TT_WAKE_NOTIFIED)
		tt_hb_add_edge(reader,
		               doer->woken != TT_NO_POSITION ? doer->woken : spend_wake(reader->state, doer->wait));
	else if (reader->action->detail == TT_WAKE_CANCELLED)
		tt_hb_add_edge(reader, doer->cancel);
	drop_wakes(reader->state);
}

void tt_hb_on_event_set(struct tt_hb_builder *reader)
{
	if (reader->state->opened == TT_NO_POSITION)
		reader->state->opened = reader->position;
	wake(reader, UINT32_MAX);
}

void tt_hb_on_event_clear(struct tt_hb_builder *reader)
{
	reader->state->opened = TT_NO_POSITION;
}

void tt_hb_on_event_woken(struct tt_hb_builder *reader)
{
	bool waited = end_wait(reader) && reader->doer->woken != TT_NO_POSITION;

	if (reader->action->detail == TT_WAKE_SET)
		tt_hb_add_edge(reader, waited ? reader->doer->woken : reader->state->opened);
}

void tt_hb_on_barrier_arrive(struct tt_hb_builder *reader)
{
	reader->links->cause[reader->position] = reader->state->arrival;
	reader->state->arrival = reader->position;
	tt_hb_on_wait(reader);
}

/* The last to arrive does not wait. */
void tt_hb_on_barrier_pass(struct tt_hb_builder *reader)
{
	if (end_wait(reader)) {
		tt_hb_add_edge(reader, reader->doer->woken);
		return;
	}
	tt_hb_add_edge(reader, reader->state->arrival);
	reader->state->arrival = TT_NO_POSITION;
	wake(reader, UINT32_MAX);
}

void tt_hb_on_barrier_break(struct tt_hb_builder *reader)
{
	if (reader->action->type == TT_EVENT_barrier_broken)
		tt_hb_add_edge(reader, end_wait(reader) ? reader->doer->woken : reader->state->opened);
	reader->state->opened = reader->position;
	reader->state->arrival = TT_NO_POSITION;
	wake(reader, UINT32_MAX);
}
