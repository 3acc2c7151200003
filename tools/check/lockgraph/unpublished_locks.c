/* SPDX-License-Identifier: MIT */
#include "tools/check/lockgraph/unpublished_locks.h"

struct made {
	const struct tt_thread *thread;
	uint64_t caller;
};

static void free_objects(void *data)
{
	g_ptr_array_free(data, TRUE);
}

struct tt_unpublished *tt_unpublished_new(void)
{
	struct tt_unpublished *making = g_new0(struct tt_unpublished, 1);

	making->hidden = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	making->by_thread = g_hash_table_new_full(NULL, NULL, NULL, free_objects);
	return making;
}

void tt_unpublished_free(struct tt_unpublished *making)
{
	g_hash_table_destroy(making->hidden);
	g_hash_table_destroy(making->by_thread);
	g_free(making);
}

static void hide(struct tt_unpublished *making, struct tt_thread *thread, struct tt_object *object, uint64_t caller)
{
	struct made made = {thread, caller};
	GPtrArray *objects = g_hash_table_lookup(making->by_thread, thread);

	if (!objects) {
		objects = g_ptr_array_new();
		g_hash_table_insert(making->by_thread, thread, objects);
	}
	g_ptr_array_add(objects, object);
	g_hash_table_insert(making->hidden, object, g_memdup2(&made, sizeof made));
}

static void show_all(struct tt_unpublished *making, struct tt_thread *thread)
{
	const GPtrArray *objects = g_hash_table_lookup(making->by_thread, thread);

	for (guint i = 0; objects && i < objects->len; i++)
		g_hash_table_remove(making->hidden, objects->pdata[i]);
	g_hash_table_remove(making->by_thread, thread);
}

/* What another thread may see before it acts itself: after it, what the thread has written is no secret. */
static bool is_shown_by(enum tt_event_type type)
{
	switch (type) {
	case TT_EVENT_thread_create:
	case TT_EVENT_thread_exit:
	case TT_EVENT_lock_released:
	case TT_EVENT_cond_wait:
	case TT_EVENT_cond_notify:
	case TT_EVENT_event_set:
	case TT_EVENT_sem_released:
	case TT_EVENT_barrier_wait:
	case TT_EVENT_barrier_passed:
	case TT_EVENT_barrier_abort:
	case TT_EVENT_barrier_reset:
	case TT_EVENT_futex_wake:
	case TT_EVENT_timer_start:
		return true;
	default:
		return false;
	}
}

void tt_unpublished_event(struct tt_unpublished *making, struct tt_thread *thread, struct tt_object *object,
                          const struct tt_event *event)
{
	if (object && (event->type == TT_EVENT_lock_init || event->type == TT_EVENT_sem_init)) {
		hide(making, thread, object, event->caller);
		return;
	}
	if (g_hash_table_size(making->hidden) == 0)
		return;
	const struct made *made = object ? g_hash_table_lookup(making->hidden, object) : NULL;

	/* One that is static is told as made by the call that comes to it first; and who sees it knows of it. */
	if (made && (made->thread != thread || made->caller == event->caller))
		g_hash_table_remove(making->hidden, object);
	if (is_shown_by(event->type))
		show_all(making, thread);
}

bool tt_unpublished_is(const struct tt_unpublished *making, const struct tt_thread *thread,
                       const struct tt_object *lock)
{
	const struct made *made;

	if (g_hash_table_size(making->hidden) == 0)
		return false;
	made = g_hash_table_lookup(making->hidden, lock);
	return made && made->thread == thread;
}
