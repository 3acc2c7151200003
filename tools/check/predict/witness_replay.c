/* SPDX-License-Identifier: MIT */
#include "tools/check/predict/witness_replay.h"

/* A thread at some moment. */
struct actor {
	bool made, ended;
	uint32_t waits_at; /* a condition, event or barrier; TT_NO_POSITION */
	bool woken;
	bool queues; /* to write a lock at which a writer that waits goes first */
};

/* An object likewise. */
struct thing {
	uint32_t writer; /* of a lock: who has it alone; TT_NO_POSITION */
	guint readers;
	guint writers;   /* who wait, at a lock where they go first */
	bool kept;       /* one of these waits to the end */
	uint64_t value;  /* of a semaphore, and of a lock that is a signal: how many can pass */
	bool set;        /* of an event */
	guint loose;     /* of a condition: so many of those who wait were woken, whichever */
	guint arrived;   /* of a barrier */
	GArray *waiters; /* uint32_t: threads, in the order in which they came */
	GArray *takers;  /* uint32_t: of a semaphore that is no signal, the thread that has each place taken */
};

struct replay {
	const struct tt_hb_edges *links;
	const uint32_t *done; /* of each thread */
	const struct tt_replay_request *requests;
	guint n; /* of these */
	struct actor *actors;
	struct thing *things;
	/* the action at hand */
	uint32_t position;
	const struct tt_action *action;
	const struct tt_object *object;
	struct thing *thing;
	struct actor *actor;
};

static bool is_signal(const struct replay *replay)
{
	return replay->links->uses[replay->action->object] == TT_SYNC_SIGNALS;
}

static void push(GArray **threads, uint32_t thread)
{
	if (!*threads)
		*threads = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_array_append_val(*threads, thread);
}

/* Locks. */

static bool is_taken(const struct thing *thing, enum tt_mode mode)
{
	return thing->writer != TT_NO_POSITION || (mode == TT_MODE_EXCLUSIVE && thing->readers > 0);
}

static bool queue(struct replay *replay)
{
	if (replay->action->mode == TT_MODE_EXCLUSIVE && replay->object->kind == TT_KIND_RWLOCK_WRITER) {
		replay->actor->queues = true;
		replay->thing->writers++;
		replay->thing->kept |= replay->links->next[replay->position] >= replay->done[replay->action->thread];
	}
	return true;
}

static void leave_queue(struct replay *replay)
{
	replay->thing->writers -= replay->actor->queues;
	replay->actor->queues = false;
}

static bool acquire(struct replay *replay)
{
	struct thing *thing = replay->thing;
	enum tt_mode mode = (enum tt_mode)replay->action->mode;

	leave_queue(replay);
	if (is_signal(replay))
		return thing->value > 0 && thing->value-- > 0;
	if (is_taken(thing, mode) || (mode == TT_MODE_SHARED && thing->kept))
		return false;
	if (mode == TT_MODE_SHARED)
		thing->readers++;
	else
		thing->writer = replay->action->thread;
	return true;
}

static bool release(struct replay *replay)
{
	struct thing *thing = replay->thing;

	if (is_signal(replay))
		return thing->value++ == 0;
	if (replay->action->mode == TT_MODE_SHARED)
		return thing->readers > 0 && thing->readers-- > 0;
	if (thing->writer != replay->action->thread)
		return false;
	thing->writer = TT_NO_POSITION;
	return true;
}

/* A writer that is to wait at the end, and has come to that, may as well wait from now on. */
static bool may_queue(const struct replay *replay)
{
	for (guint i = 0; i < replay->n; i++) {
		const struct tt_replay_request *request = &replay->requests[i];
		if (request->object == replay->action->object && request->mode == TT_MODE_EXCLUSIVE &&
		    replay->done[request->thread] <= replay->position)
			return true;
	}
	return false;
}

/* Whether a writer that waits keeps out who would read: also when the last who had the lock has just let go. */
static bool is_queued(struct replay *replay)
{
	struct thing *thing = replay->thing;

	if (thing->writers == 0 && replay->object->kind == TT_KIND_RWLOCK_WRITER && may_queue(replay)) {
		thing->writers++;
		thing->kept = true;
	}
	return thing->writers > 0;
}

/* It fails again only if it is taken again, or a writer goes first. What failed for another reason may always. */
static bool fail(struct replay *replay)
{
	const struct thing *thing = replay->thing;
	enum tt_mode mode = (enum tt_mode)replay->action->mode;

	leave_queue(replay);
	if (replay->action->detail == TT_FAILURE_ERROR)
		return true;
	if (is_signal(replay))
		return thing->value == 0;
	return is_taken(thing, mode) || (mode == TT_MODE_SHARED && is_queued(replay));
}

/* Semaphores. */

static bool take_place(struct replay *replay)
{
	struct thing *thing = replay->thing;

	if (thing->value == 0)
		return false;
	thing->value--;
	if (!is_signal(replay))
		push(&thing->takers, replay->action->thread);
	return true;
}

static bool give_places(struct replay *replay)
{
	struct thing *thing = replay->thing;
	uint32_t left = replay->action->arg;

	thing->value += left;
	for (guint i = thing->takers ? thing->takers->len : 0; i-- > 0 && left > 0;) {
		if (g_array_index(thing->takers, uint32_t, i) != replay->action->thread)
			continue;
		g_array_remove_index(thing->takers, i);
		left--;
	}
	return true;
}

static bool find_no_place(struct replay *replay)
{
	return replay->action->detail == TT_FAILURE_ERROR || replay->thing->value == 0;
}

/* Waiting for a wake-up. */

static bool begin_wait(struct replay *replay)
{
	struct thing *thing = replay->thing;

	replay->actor->waits_at = replay->action->object;
	replay->actor->woken = replay->object->family == TT_FAMILY_EVENT && thing->set;
	push(&thing->waiters, replay->action->thread);
	return true;
}

static bool leave(struct replay *replay)
{
	GArray *waiters = replay->thing->waiters;

	replay->actor->waits_at = TT_NO_POSITION;
	for (guint i = 0; waiters && i < waiters->len; i++) {
		if (g_array_index(waiters, uint32_t, i) == replay->action->thread)
			g_array_remove_index(waiters, i);
	}
	return true;
}

static void wake(struct replay *replay, uint32_t n)
{
	GArray *waiters = replay->thing->waiters;

	for (guint i = 0; waiters && i < waiters->len && n > 0; i++) {
		struct actor *waiter = &replay->actors[g_array_index(waiters, uint32_t, i)];
		n -= !waiter->woken;
		waiter->woken = true;
	}
}

static guint count_asleep(const struct replay *replay)
{
	const GArray *waiters = replay->thing->waiters;
	guint n = 0;

	for (guint i = 0; waiters && i < waiters->len; i++)
		n += !replay->actors[g_array_index(waiters, uint32_t, i)].woken;
	return n;
}

/* A condition of the library wakes in order; one of pthreads any that wait then, so any that waits may be it. */
static bool notify(struct replay *replay)
{
	const struct tt_object *lock = replay->object->lock;
	bool in_order = lock && (lock->kind == TT_KIND_LOCK || lock->kind == TT_KIND_RLOCK);

	if (replay->action->arg == TT_NO_POSITION || in_order)
		wake(replay, replay->action->arg);
	else
		replay->thing->loose = MIN(replay->thing->loose + replay->action->arg, count_asleep(replay));
	return true;
}

/* One whose time was over needs no notify, nor one that was woken without a cause in the trace. */
static bool leave_condition(struct replay *replay)
{
	bool caused = replay->action->detail == TT_WAKE_NOTIFIED &&
	              tt_hb_predecessors_next(replay->links, replay->position, TT_NO_POSITION) != TT_NO_POSITION;
	struct thing *thing = replay->thing;

	if (caused && !replay->actor->woken && thing->loose == 0)
		return false;
	if (caused && !replay->actor->woken)
		thing->loose--;
	return leave(replay);
}

static bool set_event(struct replay *replay)
{
	replay->thing->set = true;
	wake(replay, UINT32_MAX);
	return true;
}

static bool clear_event(struct replay *replay)
{
	replay->thing->set = false;
	return true;
}

static bool leave_event(struct replay *replay)
{
	bool let_go = replay->thing->set || (replay->actor->waits_at == replay->action->object && replay->actor->woken);

	if (replay->action->detail == TT_WAKE_SET && !let_go)
		return false;
	if (replay->action->detail == TT_WAKE_TIMEOUT && let_go)
		return false;
	return leave(replay);
}

static bool arrive(struct replay *replay)
{
	replay->thing->arrived++;
	return begin_wait(replay);
}

static bool pass(struct replay *replay)
{
	uint32_t parties = replay->object->parties;

	if (replay->actor->waits_at == replay->action->object)
		return replay->actor->woken && leave(replay);
	if (parties && replay->thing->arrived + 1 != parties)
		return false;
	replay->thing->arrived = 0;
	wake(replay, UINT32_MAX);
	return true;
}

/* What becomes of a barrier that is broken is not in this model. */
static bool break_barrier(struct replay *replay)
{
	(void)replay;
	return false;
}

/* Threads. */

static bool make_thread(struct replay *replay)
{
	replay->actors[replay->object->thread->number].made = true;
	return true;
}

static bool start(struct replay *replay)
{
	return replay->actor->made || !replay->object->thread->created_ns;
}

static bool end(struct replay *replay)
{
	replay->actor->ended = true;
	return true;
}

static bool joined(struct replay *replay)
{
	return replay->action->detail != TT_WAKE_JOINED || replay->actors[replay->object->thread->number].ended;
}

static bool (*const acts[TT_N_EVENT_TYPES])(struct replay *replay) = {
    [TT_EVENT_thread_create] = make_thread,
    [TT_EVENT_thread_start] = start,
    [TT_EVENT_thread_exit] = end,
    [TT_EVENT_thread_join_done] = joined,
    [TT_EVENT_lock_wait] = queue,
    [TT_EVENT_lock_acquired] = acquire,
    [TT_EVENT_lock_released] = release,
    [TT_EVENT_lock_failed] = fail,
    [TT_EVENT_cond_wait] = begin_wait,
    [TT_EVENT_cond_woken] = leave_condition,
    [TT_EVENT_cond_notify] = notify,
    [TT_EVENT_event_wait] = begin_wait,
    [TT_EVENT_event_woken] = leave_event,
    [TT_EVENT_event_set] = set_event,
    [TT_EVENT_event_clear] = clear_event,
    [TT_EVENT_sem_acquired] = take_place,
    [TT_EVENT_sem_released] = give_places,
    [TT_EVENT_sem_failed] = find_no_place,
    [TT_EVENT_barrier_wait] = arrive,
    [TT_EVENT_barrier_passed] = pass,
    [TT_EVENT_barrier_broken] = break_barrier,
    [TT_EVENT_barrier_abort] = break_barrier,
    [TT_EVENT_barrier_reset] = break_barrier,
};

static bool act(struct replay *replay, uint32_t position)
{
	const struct tt_action *action = tt_history_at(replay->links->history, position);

	replay->position = position;
	replay->action = action;
	replay->object = tt_history_object(replay->links->history, action->object);
	replay->thing = &replay->things[action->object];
	replay->actor = &replay->actors[action->thread];
	/* What other processes do to it cannot be replayed. */
	if (replay->object->shared && replay->object->family != TT_FAMILY_LOCK)
		return false;
	return !acts[action->type] || acts[action->type](replay);
}

/* The first action that cannot happen; TT_NO_POSITION: all can. */
static uint32_t act_all(struct replay *replay, const uint32_t *done)
{
	uint32_t end = 0;

	for (guint i = 0; i < replay->links->history->process->threads->len; i++)
		end = MAX(end, done[i]);
	for (uint32_t i = 0; i < end; i++) {
		if (i < done[tt_history_at(replay->links->history, i)->thread] && !act(replay, i))
			return i;
	}
	return TT_NO_POSITION;
}

/* A reader that lets writers go first waits for one of those who wait here. */
static bool is_behind(const struct tt_object *lock, const struct tt_replay_request *requests, guint n, guint i)
{
	if (lock->kind != TT_KIND_RWLOCK_WRITER)
		return false;
	for (guint j = 0; j < n; j++) {
		if (j != i && requests[j].object == requests[i].object && requests[j].mode == TT_MODE_EXCLUSIVE)
			return true;
	}
	return false;
}

/* No place is left, and those who have one all ask for something themselves. */
static bool is_full(const struct thing *semaphore, const struct tt_replay_request *requests, guint n)
{
	guint asking = 0, taken = semaphore->takers ? semaphore->takers->len : 0;

	for (guint i = 0; i < taken; i++) {
		for (guint j = 0; j < n; j++)
			asking += requests[j].thread == g_array_index(semaphore->takers, uint32_t, i);
	}
	return semaphore->value == 0 && asking == taken;
}

static bool is_blocked(const struct replay *replay, const struct tt_replay_request *requests, guint n, guint i)
{
	const struct tt_object *object = tt_history_object(replay->links->history, requests[i].object);
	const struct thing *thing = &replay->things[requests[i].object];
	const struct actor *actor = &replay->actors[requests[i].thread];

	if (object->family == TT_FAMILY_THREAD)
		return !replay->actors[object->thread->number].ended;
	if (object->family == TT_FAMILY_SEMAPHORE)
		return is_full(thing, requests, n);
	/* The last at a barrier in the run, which did not wait there, does if it comes before another. */
	if (object->family == TT_FAMILY_BARRIER && actor->waits_at != requests[i].object)
		return thing->arrived + 1 < object->parties;
	if (object->family == TT_FAMILY_CONDITION || object->family == TT_FAMILY_BARRIER)
		return actor->waits_at == requests[i].object && !actor->woken && thing->loose == 0;
	if (object->family == TT_FAMILY_EVENT)
		return !thing->set && !(actor->waits_at == requests[i].object && actor->woken);
	return is_taken(thing, requests[i].mode) || is_behind(object, requests, n, i);
}

static uint64_t first_value(const struct tt_hb_edges *links, guint i)
{
	if (tt_history_object(links->history, i)->family == TT_FAMILY_LOCK)
		return 1;
	return links->places[i] == UINT64_MAX ? 0 : links->places[i];
}

bool tt_witness_replay(const struct tt_hb_edges *links, const uint32_t *done, const struct tt_replay_request *requests,
                       guint n, uint32_t *stuck)
{
	const struct tt_process *process = links->history->process;
	struct replay replay = {.links = links, .done = done, .requests = requests, .n = n};
	bool ok;

	replay.actors = g_new0(struct actor, process->threads->len);
	replay.things = g_new0(struct thing, process->objects->len);
	for (guint i = 0; i < process->threads->len; i++)
		replay.actors[i].waits_at = TT_NO_POSITION;
	for (guint i = 0; i < process->objects->len; i++) {
		replay.things[i].writer = TT_NO_POSITION;
		replay.things[i].value = first_value(links, i);
	}
	*stuck = act_all(&replay, done);
	ok = *stuck == TT_NO_POSITION;
	for (guint i = 0; ok && i < n; i++)
		ok = is_blocked(&replay, requests, n, i);
	for (guint i = 0; i < process->objects->len; i++) {
		if (replay.things[i].waiters)
			g_array_free(replay.things[i].waiters, TRUE);
		if (replay.things[i].takers)
			g_array_free(replay.things[i].takers, TRUE);
	}
	g_free(replay.actors);
	g_free(replay.things);
	return ok;
}
