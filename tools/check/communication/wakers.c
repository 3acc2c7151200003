/* SPDX-License-Identifier: MIT */
/*
 * One pass: at each action that can wake, the waits for its object are looked up, and whether the thread has their
 * locks is known from what it took and gave back on the way.
 */
#include "tools/check/communication/wakers.h"

struct pass {
	const struct tt_history *history;
	GPtrArray **waits; /* by the objects' numbers: struct tt_wakers of the waits for it; NULL: there are none */
	bool *is_lock;     /* by the objects' numbers: whether some wait is under it */
	GArray **holds;    /* by the threads' numbers: those locks that it has now, their numbers */
	bool *begins;      /* by the threads' numbers: whether the last thing it did was to begin a wait */
};

struct tt_wakers *tt_wakers_new(const struct tt_lock_dependency *dependency)
{
	struct tt_wakers *wakers = g_new0(struct tt_wakers, 1);

	wakers->dependency = dependency;
	wakers->threads = g_ptr_array_new();
	wakers->always = true;
	return wakers;
}

void tt_wakers_free(struct tt_wakers *wakers)
{
	g_ptr_array_free(wakers->threads, TRUE);
	g_free(wakers);
}

static bool wakes(const struct tt_action *action)
{
	switch (action->type) {
	case TT_EVENT_cond_notify:
	case TT_EVENT_event_set:
	case TT_EVENT_sem_released:
	case TT_EVENT_barrier_wait:
	case TT_EVENT_barrier_passed:
		return true;
	default:
		return false;
	}
}

static bool begins_wait(const struct tt_action *action)
{
	switch (action->type) {
	case TT_EVENT_lock_wait:
		return action->arg == TT_NO_POSITION; /* see tt_history_read_reentry */
	case TT_EVENT_sem_wait:
	case TT_EVENT_thread_join_wait:
		return true;
	default:
		return false;
	}
}

static bool has(const GArray *holds, uint32_t lock, guint *at)
{
	for (*at = 0; holds && *at < holds->len; ++*at) {
		if (g_array_index(holds, uint32_t, *at) == lock)
			return true;
	}
	return false;
}

static void note_hold(struct pass *pass, const struct tt_action *action)
{
	GArray **holds = &pass->holds[action->thread];
	guint at;
	bool held = has(*holds, action->object, &at);

	if (action->type == TT_EVENT_lock_released && held)
		g_array_remove_index_fast(*holds, at);
	if (action->type != TT_EVENT_lock_acquired || held)
		return;
	if (!*holds)
		*holds = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_array_append_val(*holds, action->object);
}

/* One who comes to a barrier to wait wakes nobody, but all that come are needed there. */
static void note_waker(const struct pass *pass, const struct tt_action *action, bool waited)
{
	struct tt_thread *thread = tt_history_thread(pass->history, action->thread);
	const GPtrArray *waits = pass->waits[action->object];

	for (guint i = 0; waits && i < waits->len; i++) {
		struct tt_wakers *wakers = waits->pdata[i];
		guint at;
		if (thread == wakers->dependency->thread)
			continue;
		wakers->handled |= waited;
		wakers->always &= has(pass->holds[action->thread], wakers->dependency->held.object->number, &at);
		if (!g_ptr_array_find(wakers->threads, thread, NULL))
			g_ptr_array_add(wakers->threads, thread);
	}
}

static void go_through(struct pass *pass)
{
	for (uint32_t i = 0; i < pass->history->len; i++) {
		const struct tt_action *action = tt_history_at(pass->history, i);
		bool waited = pass->begins[action->thread];

		pass->begins[action->thread] = begins_wait(action);
		if (action->object == TT_NO_POSITION)
			continue;
		if (pass->is_lock[action->object])
			note_hold(pass, action);
		if (wakes(action))
			note_waker(pass, action, waited);
	}
}

void tt_wakers_find(const struct tt_history *history, const GPtrArray *all)
{
	const guint n_objects = history->process->objects->len, n_threads = history->process->threads->len;
	struct pass pass = {.history = history};

	pass.waits = g_new0(GPtrArray *, n_objects);
	pass.is_lock = g_new0(bool, n_objects);
	pass.holds = g_new0(GArray *, n_threads);
	pass.begins = g_new0(bool, n_threads);
	for (guint i = 0; i < all->len; i++) {
		struct tt_wakers *wakers = all->pdata[i];
		GPtrArray **waits = &pass.waits[wakers->dependency->wanted.object->number];
		if (!*waits)
			*waits = g_ptr_array_new();
		g_ptr_array_add(*waits, wakers);
		pass.is_lock[wakers->dependency->held.object->number] = true;
	}
	go_through(&pass);
	for (guint i = 0; i < n_objects; i++)
		g_clear_pointer(&pass.waits[i], g_ptr_array_unref);
	for (guint i = 0; i < n_threads; i++)
		g_clear_pointer(&pass.holds[i], g_array_unref);
	g_free(pass.waits);
	g_free(pass.is_lock);
	g_free(pass.holds);
	g_free(pass.begins);
}
