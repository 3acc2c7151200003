/* SPDX-License-Identifier: MIT */
#include "tools/timeline/wakes.h"

/* Whose act, on what. */
struct key {
	const struct tt_thread *thread;
	const struct tt_object *object;
};

struct act {
	int64_t time_ns;
	uint32_t left; /* how many more it woke */
};

/* What an event can wake: nobody, as many as it says, or any number. */
enum wakes { WAKES_NONE, WAKES_COUNTED, WAKES_ANY };

static const uint8_t wakes[TT_N_EVENT_TYPES] = {
    [TT_EVENT_thread_exit] = WAKES_ANY,    [TT_EVENT_lock_released] = WAKES_ANY, [TT_EVENT_cond_notify] = WAKES_COUNTED,
    [TT_EVENT_event_set] = WAKES_COUNTED,  [TT_EVENT_sem_released] = WAKES_ANY,  [TT_EVENT_barrier_passed] = WAKES_ANY,
    [TT_EVENT_barrier_broken] = WAKES_ANY, [TT_EVENT_barrier_abort] = WAKES_ANY, [TT_EVENT_barrier_reset] = WAKES_ANY,
    [TT_EVENT_futex_wake] = WAKES_ANY,
};

static unsigned key_hash(const void *data)
{
	const struct key *key = data;

	return g_direct_hash(key->thread) * 31 + g_direct_hash(key->object);
}

static gboolean key_equal(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	return x->thread == y->thread && x->object == y->object;
}

static void free_acts(void *acts)
{
	g_array_unref(acts);
}

GHashTable *tt_wakes_new(void)
{
	return g_hash_table_new_full(key_hash, key_equal, g_free, free_acts);
}

void tt_wakes_add(GHashTable *acts, struct tt_thread *thread, struct tt_object *object, const struct tt_event *event)
{
	struct key key = {thread, object};
	struct act act = {event->time_ns, event->woken};

	if (wakes[event->type] == WAKES_NONE || (wakes[event->type] == WAKES_COUNTED && !event->woken))
		return;
	GArray *list = g_hash_table_lookup(acts, &key);
	if (!list) {
		list = g_array_new(false, false, sizeof act);
		g_hash_table_insert(acts, g_memdup2(&key, sizeof key), list);
	}
	if (wakes[event->type] == WAKES_ANY) {
		act.left = UINT32_MAX;
		g_array_set_size(list, 0);
	}
	g_array_append_val(list, act);
}

int64_t tt_wakes_take(GHashTable *acts, struct tt_object *object, struct tt_thread *waker, int64_t since_ns)
{
	struct key key = {waker, object};
	GArray *list = g_hash_table_lookup(acts, &key);

	while (list && list->len) {
		struct act *act = &g_array_index(list, struct act, 0);
		int64_t time_ns = act->time_ns;
		if (time_ns < since_ns && list->len > 1) {
			g_array_remove_index(list, 0);
			continue;
		}
		if (act->left != UINT32_MAX && !--act->left)
			g_array_remove_index(list, 0);
		return time_ns;
	}
	return 0;
}
