#include "tools/check/links.h"

/* Of a condition of pthreads: a notify, and how many it can still have woken. */
struct wake {
	uint32_t position;
	uint32_t left;
};

/* An object, as far as the history has been read. */
struct state {
	uint32_t made;    /* where; TT_NOWHERE: it has always been there */
	bool used;        /* since */
	uint32_t release; /* the latest */
	uint32_t acquire; /* likewise */
	uint32_t last;    /* what was done to it last */
	uint32_t opened;  /* of an event: where it was set, while it is; of a barrier: where it was broken */
	uint32_t arrival; /* of a barrier: the latest of this round, whose cause is the one before it */
	uint64_t taken;   /* of a semaphore: how many places were */
	GArray *waiters;  /* uint32_t: threads, in the order in which they came */
	GArray *wakes;    /* struct wake */
	GArray *posts;    /* uint32_t: positions */
};

/* A thread, likewise. */
struct doer {
	uint32_t made, last;
	uint32_t wait;    /* where it began to wait; TT_NOWHERE: it does not */
	uint32_t woken;   /* what ended that; TT_NOWHERE: nothing yet */
	GArray *acquires; /* uint32_t: positions of those not released yet */
};

struct reader {
	struct tt_links *links;
	struct state *states;
	struct doer *doers;
	/* the action at hand */
	const struct tt_action *action;
	uint32_t position;
	const struct tt_object *object;
	struct state *state;
	struct doer *doer;
};

static void set_cause(struct reader *reader, uint32_t cause)
{
	if (cause != TT_NOWHERE)
		reader->links->cause[reader->position] = cause;
}

static void push(GArray **array, uint32_t value)
{
	if (!*array)
		*array = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_array_append_val(*array, value);
}

/* Locks, and places of semaphores. */

bool tt_links_begins(const struct tt_action *action)
{
	return action->type == TT_EVENT_lock_acquired || action->type == TT_EVENT_sem_acquired;
}

bool tt_links_ends(const struct tt_action *action)
{
	return action->type == TT_EVENT_lock_released || action->type == TT_EVENT_sem_released;
}

static void acquire(struct reader *reader)
{
	struct state *state = reader->state;
	bool lock = reader->object->family == TT_FAMILY_LOCK, once = lock && reader->object->kind == TT_KIND_ONCE;
	uint64_t free = lock ? 1 : reader->links->places[reader->action->object];

	state->acquire = reader->position;
	if (reader->links->uses[reader->action->object] != TT_USE_SIGNALS)
		push(&reader->doer->acquires, reader->position);
	else if (state->posts && state->taken >= free && state->taken - free < state->posts->len)
		set_cause(reader, g_array_index(state->posts, uint32_t, state->taken - free));
	if (once)
		set_cause(reader, state->release);
	state->taken++;
}

/* The release of a place is that of the latest that the thread took. */
static void match_one(struct reader *reader)
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
		return;
	}
}

static void release(struct reader *reader)
{
	bool sem = reader->action->type == TT_EVENT_sem_released;

	reader->state->release = reader->position;
	for (uint32_t n = sem ? reader->action->arg : 1; n > 0; n--) {
		if (reader->links->uses[reader->action->object] == TT_USE_SIGNALS)
			push(&reader->state->posts, reader->position);
		else
			match_one(reader);
	}
}

/* It failed since another had it. */
static void fail(struct reader *reader)
{
	set_cause(reader, reader->state->acquire);
}

/* Waiting for a wake-up. */

static void begin_wait(struct reader *reader)
{
	reader->doer->wait = reader->position;
	reader->doer->woken = TT_NOWHERE;
	push(&reader->state->waiters, reader->action->thread);
}

/* Whether the thread did wait for this object. */
static bool end_wait(struct reader *reader)
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

static void wake(struct reader *reader, uint32_t n)
{
	GArray *waiters = reader->state->waiters;

	for (guint i = 0; waiters && i < waiters->len && n > 0; i++) {
		struct doer *waiter = &reader->doers[g_array_index(waiters, uint32_t, i)];
		if (waiter->woken != TT_NOWHERE)
			continue;
		waiter->woken = reader->position;
		n--;
	}
}

/* A condition of the library, which wakes in order; of pthreads, any. */
static bool wakes_in_order(const struct tt_object *condition)
{
	const struct tt_object *lock = condition->lock;
	return lock && (lock->kind == TT_KIND_LOCK || lock->kind == TT_KIND_RLOCK);
}

static void notify(struct reader *reader)
{
	uint32_t asked = reader->action->arg;
	struct state *state = reader->state;

	if (asked == TT_NOWHERE || wakes_in_order(reader->object)) {
		wake(reader, asked);
	} else if (state->waiters && state->waiters->len > 0) {
		struct wake wake = {reader->position, asked};
		if (!state->wakes)
			state->wakes = g_array_new(FALSE, FALSE, sizeof wake);
		g_array_append_val(state->wakes, wake);
	}
}

/* The first notify since the wait began that can have ended it. None: it ended without a cause. */
static uint32_t spend_wake(const struct state *state, uint32_t since)
{
	for (guint i = 0; state->wakes && i < state->wakes->len; i++) {
		struct wake *wake = &g_array_index(state->wakes, struct wake, i);
		if (wake->position > since && wake->left > 0) {
			wake->left--;
			return wake->position;
		}
	}
	return TT_NOWHERE;
}

/* Of no use to those who wait now. */
static void drop_wakes(struct state *state)
{
	GArray *wakes = state->wakes;
	guint n = 0;

	while (wakes && n < wakes->len && (g_array_index(wakes, struct wake, n).left == 0 || state->waiters->len == 0))
		n++;
	if (n > 0)
		g_array_remove_range(wakes, 0, n);
}

static void leave_condition(struct reader *reader)
{
	struct doer *doer = reader->doer;

	if (!end_wait(reader))
		return;
	if (reader->action->detail == TT_WAKE_NOTIFIED)
		set_cause(reader, doer->woken != TT_NOWHERE ? doer->woken : spend_wake(reader->state, doer->wait));
	drop_wakes(reader->state);
}

static void set_event(struct reader *reader)
{
	if (reader->state->opened == TT_NOWHERE)
		reader->state->opened = reader->position;
	wake(reader, UINT32_MAX);
}

static void clear_event(struct reader *reader)
{
	reader->state->opened = TT_NOWHERE;
}

static void leave_event(struct reader *reader)
{
	bool waited = end_wait(reader) && reader->doer->woken != TT_NOWHERE;

	if (reader->action->detail == TT_WAKE_SET)
		set_cause(reader, waited ? reader->doer->woken : reader->state->opened);
}

static void arrive(struct reader *reader)
{
	reader->links->cause[reader->position] = reader->state->arrival;
	reader->state->arrival = reader->position;
	begin_wait(reader);
}

/* The last to arrive does not wait. */
static void pass(struct reader *reader)
{
	if (end_wait(reader)) {
		set_cause(reader, reader->doer->woken);
		return;
	}
	set_cause(reader, reader->state->arrival);
	reader->state->arrival = TT_NOWHERE;
	wake(reader, UINT32_MAX);
}

static void break_barrier(struct reader *reader)
{
	if (reader->action->type == TT_EVENT_barrier_broken)
		set_cause(reader, end_wait(reader) ? reader->doer->woken : reader->state->opened);
	reader->state->opened = reader->position;
	reader->state->arrival = TT_NOWHERE;
	wake(reader, UINT32_MAX);
}

/* Lives. */

static void make(struct reader *reader)
{
	reader->state->made = reader->position;
	reader->state->used = false;
	if (reader->object->family == TT_FAMILY_SEMAPHORE)
		reader->links->places[reader->action->object] = reader->action->arg;
}

/* All that was done to it. */
static void destroy(struct reader *reader)
{
	set_cause(reader, reader->state->last);
}

static void make_thread(struct reader *reader)
{
	reader->doers[reader->object->thread->number].made = reader->position;
}

static void joined(struct reader *reader)
{
	if (reader->action->detail == TT_WAKE_JOINED)
		set_cause(reader, reader->doers[reader->object->thread->number].last);
}

static void (*const readers[TT_N_EVENT_TYPES])(struct reader *reader) = {
    [TT_EVENT_thread_create] = make_thread,
    [TT_EVENT_thread_join_done] = joined,
    [TT_EVENT_lock_init] = make,
    [TT_EVENT_lock_acquired] = acquire,
    [TT_EVENT_lock_released] = release,
    [TT_EVENT_lock_failed] = fail,
    [TT_EVENT_lock_destroy] = destroy,
    [TT_EVENT_cond_init] = make,
    [TT_EVENT_cond_wait] = begin_wait,
    [TT_EVENT_cond_woken] = leave_condition,
    [TT_EVENT_cond_notify] = notify,
    [TT_EVENT_cond_destroy] = destroy,
    [TT_EVENT_event_init] = make,
    [TT_EVENT_event_wait] = begin_wait,
    [TT_EVENT_event_woken] = leave_event,
    [TT_EVENT_event_set] = set_event,
    [TT_EVENT_event_clear] = clear_event,
    [TT_EVENT_event_destroy] = destroy,
    [TT_EVENT_sem_init] = make,
    [TT_EVENT_sem_acquired] = acquire,
    [TT_EVENT_sem_released] = release,
    [TT_EVENT_sem_failed] = fail,
    [TT_EVENT_sem_destroy] = destroy,
    [TT_EVENT_barrier_init] = make,
    [TT_EVENT_barrier_wait] = arrive,
    [TT_EVENT_barrier_passed] = pass,
    [TT_EVENT_barrier_broken] = break_barrier,
    [TT_EVENT_barrier_abort] = break_barrier,
    [TT_EVENT_barrier_reset] = break_barrier,
    [TT_EVENT_barrier_destroy] = destroy,
};

/*
 * An object that is static is told as made by whoever comes to it first, in the same call: that makes nothing come
 * before anything.
 */
static void note_use(struct reader *reader)
{
	const struct tt_history *history = reader->links->history;
	struct state *state = reader->state;

	if (state->made == TT_NOWHERE || state->made == reader->position)
		return;
	const struct tt_action *made = tt_history_at(history, state->made);

	if (!state->used && made->thread == reader->action->thread &&
	    tt_history_site(history, made)->caller == tt_history_site(history, reader->action)->caller)
		state->made = TT_NOWHERE;
	state->used = true;
	if (reader->action->type != TT_EVENT_barrier_wait)
		set_cause(reader, state->made);
}

/* Of a semaphore that was made before the trace, the first event tells what it had. */
static void note_places(struct reader *reader)
{
	uint64_t *places = &reader->links->places[reader->action->object];

	if (*places == UINT64_MAX && reader->action->type == TT_EVENT_sem_acquired)
		*places = (uint64_t)reader->action->arg + 1;
	else if (*places == UINT64_MAX && reader->action->type == TT_EVENT_sem_released)
		*places = 0;
}

static void read_action(struct reader *reader)
{
	const struct tt_action *action = reader->action;
	struct tt_links *links = reader->links;

	reader->doer = &reader->doers[action->thread];
	reader->object = tt_history_object(links->history, action->object);
	reader->state = &reader->states[action->object];
	if (reader->doer->last == TT_NOWHERE) {
		links->first[action->thread] = reader->position;
		set_cause(reader, reader->doer->made);
	} else {
		links->next[reader->doer->last] = reader->position;
	}
	note_use(reader);
	note_places(reader);
	if (readers[action->type])
		readers[action->type](reader);
	reader->doer->last = reader->state->last = reader->position;
}

static uint32_t *nowhere(guint n)
{
	uint32_t *array = g_new(uint32_t, MAX(n, 1));

	for (guint i = 0; i < n; i++)
		array[i] = TT_NOWHERE;
	return array;
}

static enum tt_use use_of(const struct tt_object *object)
{
	if (object->family == TT_FAMILY_SEMAPHORE && !object->signals)
		return object->whole && object->places != 1 ? TT_USE_PLACES : TT_USE_LOCK;
	return object->signals ? TT_USE_SIGNALS : TT_USE_LOCK;
}

static struct reader begin(struct tt_links *links, guint n_threads, guint n_objects)
{
	struct reader reader = {
	    .links = links, .states = g_new0(struct state, n_objects), .doers = g_new0(struct doer, n_threads)};

	for (guint i = 0; i < n_objects; i++) {
		struct state *state = &reader.states[i];
		state->made = state->release = state->acquire = state->last = state->opened = state->arrival =
		    TT_NOWHERE;
		links->places[i] = UINT64_MAX;
		links->uses[i] = (uint8_t)use_of(tt_history_object(links->history, i));
	}
	for (guint i = 0; i < n_threads; i++) {
		struct doer *doer = &reader.doers[i];
		doer->made = doer->last = doer->wait = doer->woken = TT_NOWHERE;
	}
	return reader;
}

static void free_array(GArray *array)
{
	if (array)
		g_array_free(array, TRUE);
}

static void end(struct reader *reader, guint n_threads, guint n_objects)
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

struct tt_links *tt_links_new(const struct tt_history *history)
{
	guint n_threads = history->process->threads->len, n_objects = history->process->objects->len;
	struct tt_links *links = g_new0(struct tt_links, 1);

	links->history = history;
	links->cause = nowhere(history->len);
	links->match = nowhere(history->len);
	links->next = nowhere(history->len);
	links->first = nowhere(n_threads);
	links->places = g_new(uint64_t, MAX(n_objects, 1));
	links->uses = g_new(uint8_t, MAX(n_objects, 1));
	struct reader reader = begin(links, n_threads, n_objects);
	for (uint32_t i = 0; i < history->len; i++) {
		reader.position = i;
		reader.action = tt_history_at(history, i);
		read_action(&reader);
	}
	end(&reader, n_threads, n_objects);
	return links;
}

void tt_links_free(struct tt_links *links)
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
uint32_t tt_links_before(const struct tt_links *links, uint32_t position, uint32_t last)
{
	bool arrives = tt_history_at(links->history, position)->type == TT_EVENT_barrier_wait;

	if (last == TT_NOWHERE)
		return arrives ? TT_NOWHERE : links->cause[position];
	if (tt_history_at(links->history, last)->type == TT_EVENT_barrier_wait)
		return links->cause[last];
	return TT_NOWHERE;
}

bool tt_links_must(const struct tt_action *action)
{
	return action->type != TT_EVENT_lock_failed && action->type != TT_EVENT_sem_failed;
}
