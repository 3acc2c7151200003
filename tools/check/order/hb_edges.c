/* SPDX-License-Identifier: MIT */
#include "tools/check/order/hb_edges_internal.h"

void tt_hb_add_edge(struct tt_hb_builder *reader, uint32_t cause)
{
	if (cause != TT_NO_POSITION)
		reader->links->cause[reader->position] = cause;
}

void tt_hb_array_push(GArray **array, uint32_t value)
{
	if (!*array)
		*array = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_array_append_val(*array, value);
}

/* Lives. */

static void make(struct tt_hb_builder *reader)
{
	reader->state->made = reader->position;
	reader->state->used = false;
	if (reader->object->family == TT_FAMILY_SEMAPHORE)
		reader->links->places[reader->action->object] = reader->action->arg;
}

/* All that was done to it. */
static void destroy(struct tt_hb_builder *reader)
{
	tt_hb_add_edge(reader, reader->state->last);
}

static void make_thread(struct tt_hb_builder *reader)
{
	reader->doers[reader->object->thread->number].made = reader->position;
}

static void joined(struct tt_hb_builder *reader)
{
	if (reader->action->detail == TT_WAKE_JOINED)
		tt_hb_add_edge(reader, reader->doers[reader->object->thread->number].last);
}

static void cancel_thread(struct tt_hb_builder *reader)
{
	struct tt_hb_thread *cancelled = &reader->doers[reader->object->thread->number];

	if (cancelled->cancel == TT_NO_POSITION)
		cancelled->cancel = reader->position;
}

static void end_thread(struct tt_hb_builder *reader)
{
	if (reader->object->thread->end == TT_END_CANCELLED)
		tt_hb_add_edge(reader, reader->doer->cancel);
}

static void (*const readers[TT_N_EVENT_TYPES])(struct tt_hb_builder *reader) = {
    [TT_EVENT_thread_create] = make_thread,
    [TT_EVENT_thread_join_done] = joined,
    [TT_EVENT_thread_cancel] = cancel_thread,
    [TT_EVENT_thread_exit] = end_thread,
    [TT_EVENT_lock_init] = make,
    [TT_EVENT_lock_acquired] = tt_hb_on_acquire,
    [TT_EVENT_lock_released] = tt_hb_on_release,
    [TT_EVENT_lock_failed] = tt_hb_on_fail,
    [TT_EVENT_lock_destroy] = destroy,
    [TT_EVENT_cond_init] = make,
    [TT_EVENT_cond_wait] = tt_hb_on_wait,
    [TT_EVENT_cond_woken] = tt_hb_on_cond_woken,
    [TT_EVENT_cond_notify] = tt_hb_on_notify,
    [TT_EVENT_cond_destroy] = destroy,
    [TT_EVENT_event_init] = make,
    [TT_EVENT_event_wait] = tt_hb_on_wait,
    [TT_EVENT_event_woken] = tt_hb_on_event_woken,
    [TT_EVENT_event_set] = tt_hb_on_event_set,
    [TT_EVENT_event_clear] = tt_hb_on_event_clear,
    [TT_EVENT_event_destroy] = destroy,
    [TT_EVENT_sem_init] = make,
    [TT_EVENT_sem_acquired] = tt_hb_on_acquire,
    [TT_EVENT_sem_released] = tt_hb_on_release,
    [TT_EVENT_sem_failed] = tt_hb_on_fail,
    [TT_EVENT_sem_destroy] = destroy,
    [TT_EVENT_barrier_init] = make,
    [TT_EVENT_barrier_wait] = tt_hb_on_barrier_arrive,
    [TT_EVENT_barrier_passed] = tt_hb_on_barrier_pass,
    [TT_EVENT_barrier_broken] = tt_hb_on_barrier_break,
    [TT_EVENT_barrier_abort] = tt_hb_on_barrier_break,
    [TT_EVENT_barrier_reset] = tt_hb_on_barrier_break,
    [TT_EVENT_barrier_destroy] = destroy,
    [TT_EVENT_futex_wait] = tt_hb_on_wait,
    [TT_EVENT_futex_woken] = tt_hb_on_cond_woken,
    [TT_EVENT_futex_wake] = tt_hb_on_notify,
};

/*
 * An object that is static is told as made by whoever comes to it first, in the same call: that makes nothing come
 * before anything.
 */
static void note_use(struct tt_hb_builder *reader)
{
	const struct tt_history *history = reader->links->history;
	struct tt_hb_object *state = reader->state;

	if (state->made == TT_NO_POSITION || state->made == reader->position)
		return;
	const struct tt_action *made = tt_history_at(history, state->made);

	if (!state->used && made->thread == reader->action->thread &&
	    tt_history_site(history, made)->caller == tt_history_site(history, reader->action)->caller)
		state->made = TT_NO_POSITION;
	state->used = true;
	if (reader->action->type != TT_EVENT_barrier_wait)
		tt_hb_add_edge(reader, state->made);
}

static void read_action(struct tt_hb_builder *reader)
{
	const struct tt_action *action = reader->action;
	struct tt_hb_edges *links = reader->links;

	reader->doer = &reader->doers[action->thread];
	reader->object = tt_history_object(links->history, action->object);
	reader->state = &reader->states[action->object];
	if (reader->doer->last == TT_NO_POSITION) {
		links->first[action->thread] = reader->position;
		tt_hb_add_edge(reader, reader->doer->made);
	} else {
		links->next[reader->doer->last] = reader->position;
	}
	note_use(reader);
	tt_hb_infer_initial_value(reader);
	if (readers[action->type])
		readers[action->type](reader);
	reader->doer->last = reader->state->last = reader->position;
}

static uint32_t *nowhere(guint n)
{
	uint32_t *array = g_new(uint32_t, MAX(n, 1));

	for (guint i = 0; i < n; i++)
		array[i] = TT_NO_POSITION;
	return array;
}

static struct tt_hb_builder begin(struct tt_hb_edges *links, guint n_threads, guint n_objects)
{
	struct tt_hb_builder reader = {.links = links,
	                               .states = g_new0(struct tt_hb_object, n_objects),
	                               .doers = g_new0(struct tt_hb_thread, n_threads)};

	for (guint i = 0; i < n_objects; i++) {
		struct tt_hb_object *state = &reader.states[i];
		state->made = state->release = state->acquire = state->last = state->opened = state->arrival =
		    TT_NO_POSITION;
		links->places[i] = UINT64_MAX;
		links->uses[i] = (uint8_t)tt_hb_classify(tt_history_object(links->history, i));
	}
	for (guint i = 0; i < n_threads; i++) {
		struct tt_hb_thread *doer = &reader.doers[i];
		doer->made = doer->last = doer->wait = doer->woken = doer->cancel = TT_NO_POSITION;
	}
	return reader;
}

static void free_array(GArray *array)
{
	if (array)
		g_array_free(array, TRUE);
}

static void end(struct tt_hb_builder *reader, guint n_threads, guint n_objects)
{
	for (guint i = 0; i < n_objects; i++) {
		free_array(reader->states[i].waiters);
		free_array(reader->states[i].wakes);
		free_array(reader->states[i].posts);
	}
	for (guint i = 0; i < n_threads; i++)
		free_array(reader->doers[i].acquires);
	g_free(reader->states);
	g_free(reader->doers);
}

struct tt_hb_edges *tt_hb_edges_new(const struct tt_history *history)
{
	guint n_threads = history->process->threads->len, n_objects = history->process->objects->len;
	struct tt_hb_edges *links = g_new0(struct tt_hb_edges, 1);

	links->history = history;
	links->cause = nowhere(history->len);
	links->match = nowhere(history->len);
	links->next = nowhere(history->len);
	links->first = nowhere(n_threads);
	links->places = g_new(uint64_t, MAX(n_objects, 1));
	links->uses = g_new(uint8_t, MAX(n_objects, 1));
	struct tt_hb_builder reader = begin(links, n_threads, n_objects);
	for (uint32_t i = 0; i < history->len; i++) {
		reader.position = i;
		reader.action = tt_history_at(history, i);
		read_action(&reader);
	}
	end(&reader, n_threads, n_objects);
	return links;
}

void tt_hb_edges_free(struct tt_hb_edges *links)
{
	if (!links)
		return;
	g_free(links->cause);
	g_free(links->match);
	g_free(links->next);
	g_free(links->first);
	g_free(links->places);
	g_free(links->uses);
	g_free(links);
}

/* The arrivals of a round are a list, through their causes. */
uint32_t tt_hb_predecessors_next(const struct tt_hb_edges *links, uint32_t position, uint32_t last)
{
	bool arrives = tt_history_at(links->history, position)->type == TT_EVENT_barrier_wait;

	if (last == TT_NO_POSITION)
		return arrives ? TT_NO_POSITION : links->cause[position];
	if (tt_history_at(links->history, last)->type == TT_EVENT_barrier_wait)
		return links->cause[last];
	return TT_NO_POSITION;
}

bool tt_hb_is_unconditional(const struct tt_action *action)
{
	return action->type != TT_EVENT_lock_failed && action->type != TT_EVENT_sem_failed;
}
