/* SPDX-License-Identifier: MIT */
#include "tools/model/model_internal.h"

/* What the events of locks mean. */

void tt_model_lock_init(const struct tt_model_step *step)
{
	step->object->kind = step->event->kind;
	step->object->whole = true;
}

/* A hold that began before the trace, or whose beginning was lost. */
static void begin_old_hold(const struct tt_model_step *step, struct tt_thread *holder, uint32_t depth)
{
	tt_model_begin_hold(step, &(struct tt_hold){
				      .thread = holder,
				      .mode = TT_MODE_EXCLUSIVE,
				      .depth = depth,
				      .since_ns = step->process->first_ns,
				  });
}

/* The thread that an event calls the holder. In a forked child it may be one of the parent's, which is not there. */
static struct tt_thread *holder_of(const struct tt_model_step *step)
{
	uint64_t id = step->event->holder;
	struct tt_thread *holder = tt_model_thread(step->process, id);
	struct tt_process *parent = g_hash_table_lookup(step->model->by_pid, GUINT_TO_POINTER(step->process->ppid));
	struct tt_thread *left = parent ? tt_model_thread(parent, id) : NULL;

	if (holder)
		return holder;
	holder = tt_model_get_or_add_thread(step->process, id, left ? left->name : NULL);
	if (left) {
		holder->state = TT_THREAD_EXITED;
		holder->left_behind = true;
	} else {
		tt_model_begin_thread(step, holder);
	}
	return holder;
}

void tt_model_lock_wait(const struct tt_model_step *step)
{
	const struct tt_event *event = step->event;

	step->object->kind = event->kind;
	/* What is held from before the trace is first heard of when somebody waits for it. */
	if (event->holder && !step->object->whole && !step->object->last_ns && step->object->holds->len == 0)
		begin_old_hold(step, holder_of(step), 1);
	tt_model_begin_wait(step, &(struct tt_wait){
				      .mode = (enum tt_mode)event->mode,
				      .timeout_ns = event->timeout_ns,
				      .holder = event->holder,
				  });
}

/* Holds that cannot be any more, since another thread has the lock now: their release was lost. */
static void end_stale_holds(const struct tt_model_step *step)
{
	GPtrArray *holds = step->object->holds;

	for (guint i = holds->len; i-- > 0;) {
		struct tt_hold *hold = holds->pdata[i];
		bool shared = hold->mode == TT_MODE_SHARED && step->event->mode == TT_MODE_SHARED;
		if (hold->thread != step->thread && !shared)
			tt_model_end_hold(step, hold);
	}
}

void tt_model_lock_acquired(const struct tt_model_step *step)
{
	const struct tt_event *event = step->event;
	struct tt_object *lock = step->object;
	struct tt_thread *thread = step->thread;
	enum tt_limit limit = tt_model_limit(step);

	lock->kind = event->kind;
	tt_model_end_wait(step, TT_OUTCOME_GOT, lock->last == thread ? NULL : lock->last);
	end_stale_holds(step);
	/* So that this lock is known not to be held from before the trace. */
	lock->last_ns = event->time_ns;
	struct tt_hold *hold = tt_model_hold_of(thread, lock);
	if (hold && event->depth > 1) {
		hold->depth = event->depth;
		return;
	}
	/* Readers are not counted by the lock, so each event of theirs is of depth 1. */
	if (hold && event->mode == TT_MODE_SHARED && hold->mode == TT_MODE_SHARED) {
		hold->depth++;
		return;
	}
	if (hold)
		tt_model_end_hold(step, hold);
	tt_model_begin_hold(step, &(struct tt_hold){
				      .thread = thread,
				      .mode = (enum tt_mode)event->mode,
				      .depth = event->depth,
				      .since_ns = event->time_ns,
				      .caller = event->caller,
				      .stack = tt_model_stack(step),
				      .limit = limit,
				  });
}

void tt_model_lock_released(const struct tt_model_step *step)
{
	const struct tt_event *event = step->event;
	struct tt_object *lock = step->object;
	struct tt_hold *hold = tt_model_hold_of(step->thread, lock);

	lock->kind = event->kind;
	tt_model_note_waker(step);
	if (event->depth > 0) {
		if (hold)
			hold->depth = event->depth;
		else
			begin_old_hold(step, step->thread, event->depth);
		return;
	}
	if (hold && event->mode == TT_MODE_SHARED && hold->depth > 1) {
		hold->depth--;
		return;
	}
	/* A Lock may be released by another thread than its holder. */
	if (!hold && event->mode == TT_MODE_EXCLUSIVE && lock->holds->len > 0) {
		hold = lock->holds->pdata[0];
		lock->signals = true;
	}
	if (hold)
		tt_model_end_hold(step, hold);
}

/* Its acquire, the event before, has ended the hold of the one that exited with it. */
void tt_model_lock_inconsistent(const struct tt_model_step *step)
{
	step->object->kind = step->event->kind;
	step->object->robust = true;
}
