/* SPDX-License-Identifier: MIT */
#include "tools/check/order/history.h"

/* So many actions at most are kept, of all that a process did: 400 MB. */
enum { BLOCK = 1 << 14, MOST_ACTIONS = 1 << 24 };

static guint hash_place(gconstpointer data)
{
	const struct tt_call_site *place = data;
	uint64_t hash = (place->caller * 0x9e3779b97f4a7c15) ^ (uint64_t)(uintptr_t)place->stack;
	return (guint)(hash ^ hash >> 32);
}

static gboolean same_place(gconstpointer a, gconstpointer b)
{
	const struct tt_call_site *x = a, *y = b;
	return x->caller == y->caller && x->stack == y->stack;
}

static void free_history(void *data)
{
	struct tt_history *history = data;

	g_ptr_array_free(history->blocks, TRUE);
	g_array_free(history->sites, TRUE);
	g_hash_table_destroy(history->by_place);
	g_free(history);
}

GHashTable *tt_histories_new(void)
{
	return g_hash_table_new_full(NULL, NULL, NULL, free_history);
}

struct tt_history *tt_history_of(GHashTable *histories, struct tt_process *process)
{
	struct tt_history *history = g_hash_table_lookup(histories, process);

	if (!history) {
		history = g_new0(struct tt_history, 1);
		history->process = process;
		history->blocks = g_ptr_array_new_with_free_func(g_free);
		history->sites = g_array_new(FALSE, FALSE, sizeof(struct tt_call_site));
		history->by_place = g_hash_table_new_full(hash_place, same_place, g_free, NULL);
		g_hash_table_insert(histories, process, history);
	}
	return history;
}

uint32_t tt_history_position(const struct tt_history *history)
{
	return history->len == MOST_ACTIONS ? TT_NO_POSITION : history->len;
}

const struct tt_action *tt_history_at(const struct tt_history *history, uint32_t position)
{
	return (const struct tt_action *)history->blocks->pdata[position / BLOCK] + position % BLOCK;
}

const struct tt_call_site *tt_history_site(const struct tt_history *history, const struct tt_action *action)
{
	return &g_array_index(history->sites, struct tt_call_site, action->site);
}

int64_t tt_history_time(const struct tt_history *history, const struct tt_action *action)
{
	return history->process->first_ns + (int64_t)action->time_ns;
}

struct tt_thread *tt_history_thread(const struct tt_history *history, uint32_t number)
{
	return history->process->threads->pdata[number];
}

struct tt_object *tt_history_object(const struct tt_history *history, uint32_t number)
{
	return history->process->objects->pdata[number];
}

static uint32_t site_of(struct tt_history *history, uint64_t caller, const struct tt_stack *stack)
{
	struct tt_call_site place = {caller, stack};
	uint32_t *recent = &history->recent[hash_place(&place) % TT_RECENT_SITES];
	void *known;

	if (*recent < history->sites->len &&
	    same_place(&g_array_index(history->sites, struct tt_call_site, *recent), &place))
		return *recent;
	if (g_hash_table_lookup_extended(history->by_place, &place, NULL, &known))
		return *recent = GPOINTER_TO_UINT(known);
	g_array_append_val(history->sites, place);
	*recent = history->sites->len - 1;
	g_hash_table_insert(history->by_place, g_memdup2(&place, sizeof place), GUINT_TO_POINTER(*recent));
	return *recent;
}

static struct tt_action *append(struct tt_history *history, const struct tt_thread *thread,
                                const struct tt_object *object, const struct tt_event *event,
                                const struct tt_call_site *place)
{
	if (history->len == MOST_ACTIONS) {
		history->full = true;
		return NULL;
	}
	if (history->len % BLOCK == 0)
		g_ptr_array_add(history->blocks, g_new(struct tt_action, BLOCK));
	struct tt_action *action =
	    (struct tt_action *)history->blocks->pdata[history->len / BLOCK] + history->len % BLOCK;

	history->len++;
	*action = (struct tt_action){
	    .thread = thread->number,
	    .object = object ? object->number : TT_NO_POSITION,
	    .site = site_of(history, place->caller, place->stack),
	    .time_ns = (uint64_t)MAX(event->time_ns - history->process->first_ns, 0) & 0xffffffffffff,
	    .type = event->type & 0xff,
	    .mode = event->mode & 3U,
	};
	return action;
}

/*
 * Who gives a lock back is who calls, also if another took it; but where a release was lost, or the holder died, the
 * hold ends by another's event: then it is the holder that let go.
 */
void tt_history_hold(struct tt_history *history, const struct tt_hold *hold, bool begins, const struct tt_event *event)
{
	enum tt_event_type type = begins ? TT_EVENT_lock_acquired : TT_EVENT_lock_released;
	const struct tt_thread *thread = hold->thread;
	bool called = event->type == type;

	if (hold->object->family != TT_FAMILY_LOCK)
		return;
	history->partial |= begins && !called;
	if (!begins && called)
		thread = tt_model_thread(history->process, event->thread_id);
	struct tt_action *action = append(
	    history, thread, hold->object, event,
	    &(struct tt_call_site){called ? event->caller : hold->caller, called && !begins ? NULL : hold->stack});

	if (action) {
		action->type = type & 0xff;
		action->mode = hold->mode & 3U;
		action->arg = hold->limit;
	}
}

/* What else matters to the order; all that has a row here is kept. */
enum argument { LEFT_OUT, NONE, WAKER, ASKED, NUMBER, VALUE, PARTIES };

static const uint8_t arguments[TT_N_EVENT_TYPES] = {
    [TT_EVENT_thread_create] = NONE,    [TT_EVENT_thread_start] = NONE,    [TT_EVENT_thread_join_wait] = NONE,
    [TT_EVENT_thread_join_done] = NONE, [TT_EVENT_thread_exit] = NONE,     [TT_EVENT_lock_init] = NONE,
    [TT_EVENT_lock_wait] = NONE,        [TT_EVENT_lock_failed] = NONE,     [TT_EVENT_lock_destroy] = NONE,
    [TT_EVENT_cond_init] = NONE,        [TT_EVENT_cond_wait] = NONE,       [TT_EVENT_cond_woken] = WAKER,
    [TT_EVENT_cond_notify] = ASKED,     [TT_EVENT_cond_destroy] = NONE,    [TT_EVENT_event_init] = NONE,
    [TT_EVENT_event_wait] = NONE,       [TT_EVENT_event_woken] = WAKER,    [TT_EVENT_event_set] = NONE,
    [TT_EVENT_event_clear] = NONE,      [TT_EVENT_event_destroy] = NONE,   [TT_EVENT_sem_init] = VALUE,
    [TT_EVENT_sem_wait] = NONE,         [TT_EVENT_sem_acquired] = VALUE,   [TT_EVENT_sem_failed] = NONE,
    [TT_EVENT_sem_released] = NUMBER,   [TT_EVENT_sem_destroy] = NONE,     [TT_EVENT_barrier_init] = PARTIES,
    [TT_EVENT_barrier_wait] = PARTIES,  [TT_EVENT_barrier_passed] = WAKER, [TT_EVENT_barrier_broken] = WAKER,
    [TT_EVENT_barrier_abort] = NONE,    [TT_EVENT_barrier_reset] = NONE,   [TT_EVENT_barrier_destroy] = NONE,
    [TT_EVENT_thread_cancel] = NONE,    [TT_EVENT_futex_wait] = NONE,      [TT_EVENT_futex_woken] = NONE,
    [TT_EVENT_futex_wake] = ASKED,
};

static uint32_t argument_of(const struct tt_history *history, const struct tt_event *event)
{
	const struct tt_thread *waker;

	switch (arguments[event->type]) {
	case WAKER: /* the number of a thread */
		waker = event->waker ? tt_model_thread(history->process, event->waker) : NULL;
		return waker ? waker->number : TT_NO_POSITION;
	case ASKED: /* TT_NO_POSITION: all */
		return event->asked < 0 ? TT_NO_POSITION : (uint32_t)MIN(event->asked, UINT32_MAX - 1);
	case NUMBER:
		return (uint32_t)MIN(event->n, UINT32_MAX - 1);
	case VALUE:
		return (uint32_t)MIN(event->value, UINT32_MAX - 1);
	case PARTIES:
		return event->parties;
	default:
		return TT_NO_POSITION;
	}
}

/* The model's copy of the event's call chain, if it keeps one. */
static const struct tt_stack *stack_of(const struct tt_thread *thread, const struct tt_object *object,
                                       const struct tt_event *event)
{
	const struct tt_hold *last = thread->holds->len ? thread->holds->pdata[thread->holds->len - 1] : NULL;

	if (event->type == TT_EVENT_thread_join_done)
		return thread->join_stack;
	if (thread->wait.object == object)
		return thread->wait.stack;
	return last && last->object == object ? last->stack : NULL;
}

void tt_history_event(struct tt_history *history, const struct tt_thread *thread, const struct tt_object *object,
                      const struct tt_event *event)
{
	bool fails = event->type == TT_EVENT_lock_failed || event->type == TT_EVENT_sem_failed ||
	             event->type == TT_EVENT_barrier_broken;

	if (arguments[event->type] == LEFT_OUT || !object)
		return;
	const struct tt_stack *stack = event->stack ? stack_of(thread, object, event) : NULL;
	struct tt_action *action = append(history, thread, object, event, &(struct tt_call_site){event->caller, stack});
	if (action) {
		action->arg = argument_of(history, event);
		action->detail = (unsigned)(fails ? event->why : event->result) & 0x3fU;
	}
}

void tt_history_read_reentry(struct tt_history *history, const struct tt_thread *thread, const struct tt_object *object,
                             const struct tt_event *event)
{
	struct tt_action *action = append(history, thread, object, event, &(struct tt_call_site){event->caller, NULL});

	if (action)
		action->type = TT_EVENT_lock_wait;
}
