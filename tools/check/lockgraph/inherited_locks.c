/* SPDX-License-Identifier: MIT */
#include "tools/check/lockgraph/inherited_locks.h"

/* Of a thread that was made. */
struct life {
	const struct tt_thread *maker;
	GArray *guards; /* struct tt_inherited_lock: what the maker held then, and still does; NULL: nothing */
	bool joined;    /* by its maker: the guards are final */
};

static void free_life(void *data)
{
	struct life *life = data;

	if (life->guards)
		g_array_free(life->guards, TRUE);
	g_free(life);
}

struct tt_inherited_locks *tt_inherited_locks_new(void)
{
	struct tt_inherited_locks *guards = g_new0(struct tt_inherited_locks, 1);

	guards->lives = g_hash_table_new_full(NULL, NULL, NULL, free_life);
	return guards;
}

void tt_inherited_locks_free(struct tt_inherited_locks *guards)
{
	g_hash_table_destroy(guards->lives);
	g_free(guards);
}

/* Whether the thread is that one, or was made by it, or by one that was. */
static bool is_of(const struct tt_inherited_locks *guards, const struct tt_thread *thread,
                  const struct tt_thread *maker)
{
	const struct life *life;

	while (thread != maker && (life = g_hash_table_lookup(guards->lives, thread)))
		thread = life->maker;
	return thread == maker;
}

static void begin(struct tt_inherited_locks *guards, const struct tt_thread *maker, struct tt_thread *made)
{
	/* A damaged trace can say that of a thread which made its maker; who follows the makers must come to an end. */
	if (is_of(guards, maker, made))
		return;
	struct life *life = g_new0(struct life, 1);

	life->maker = maker;
	for (guint i = 0; i < maker->holds->len; i++) {
		const struct tt_hold *hold = maker->holds->pdata[i];
		struct tt_inherited_lock guard = {hold->object, hold->mode, hold->since_ns, maker};
		if (!life->guards)
			life->guards = g_array_new(FALSE, FALSE, sizeof guard);
		g_array_append_val(life->guards, guard);
	}
	g_hash_table_insert(guards->lives, made, life);
}

static bool still_holds(const struct tt_thread *thread, const struct tt_inherited_lock *guard)
{
	for (guint i = 0; i < thread->holds->len; i++) {
		const struct tt_hold *hold = thread->holds->pdata[i];
		if (hold->object == guard->lock && hold->since_ns == guard->since_ns)
			return true;
	}
	return false;
}

static void end(struct life *life)
{
	life->joined = true;
	for (guint i = life->guards ? life->guards->len : 0; i-- > 0;) {
		if (!still_holds(life->maker, &g_array_index(life->guards, struct tt_inherited_lock, i)))
			g_array_remove_index(life->guards, i);
	}
}

void tt_inherited_locks_event(struct tt_inherited_locks *guards, const struct tt_thread *thread,
                              const struct tt_object *object, const struct tt_event *event)
{
	struct life *life;

	if (event->type == TT_EVENT_thread_create && object) {
		begin(guards, thread, object->thread);
	} else if (event->type == TT_EVENT_thread_join_done && object && event->result == TT_WAKE_JOINED) {
		life = g_hash_table_lookup(guards->lives, object->thread);
		if (life && life->maker == thread)
			end(life);
	}
}

static bool keeps_out(const struct tt_inherited_lock *guard, const struct tt_thread *other,
                      const struct tt_lockset *set)
{
	if (guard->owner == other || !tt_is_lock(guard->lock))
		return false;
	for (guint i = 0; i < set->len; i++) {
		const struct tt_held_lock *held = &set->held[i];
		if (held->lock == guard->lock && (held->mode == TT_MODE_EXCLUSIVE || guard->mode == TT_MODE_EXCLUSIVE))
			return true;
	}
	return false;
}

const struct tt_inherited_lock *tt_inherited_locks_exclude(const struct tt_inherited_locks *guards,
                                                           const struct tt_thread *guarded,
                                                           const struct tt_thread *other, const struct tt_lockset *set)
{
	const struct life *life = g_hash_table_lookup(guards->lives, guarded);

	while (life && life->joined) {
		for (guint i = 0; life->guards && i < life->guards->len; i++) {
			const struct tt_inherited_lock *guard =
			    &g_array_index(life->guards, struct tt_inherited_lock, i);
			if (keeps_out(guard, other, set))
				return guard;
		}
		life = g_hash_table_lookup(guards->lives, life->maker);
	}
	return NULL;
}
