/* SPDX-License-Identifier: MIT */
#include "tools/model/model_internal.h"

void tt_model_begin_thread(const struct tt_model_step *step, struct tt_thread *thread)
{
	if (thread->state != TT_THREAD_NEW)
		return;
	thread->state = TT_THREAD_ALIVE;
	TT_NOTIFY(step, thread_began, thread);
}

static void end_wait(const struct tt_model_step *step, struct tt_thread *thread, enum tt_outcome outcome,
                     struct tt_thread *waker)
{
	struct tt_wait ended = thread->wait;

	TT_NOTIFY(step, wait_ended, thread, outcome, waker);
	g_ptr_array_remove(ended.object->waiters, thread);
	thread->wait = (struct tt_wait){.timeout_ns = TT_NO_TIMEOUT};
	if (ended.object->family == TT_FAMILY_CONDITION || ended.object->family == TT_FAMILY_FUTEX)
		tt_model_cond_left(ended.object, &ended, outcome);
}

/* A once whose routine is left by the end of the thread counts as not run: the next may run it. */
static void end_routines(const struct tt_model_step *step, const struct tt_thread *thread)
{
	for (guint i = thread->holds->len; i-- > 0;) {
		struct tt_hold *hold = thread->holds->pdata[i];
		if (tt_is_once(hold->object))
			tt_model_end_hold(step, hold);
	}
}

void tt_model_end_thread(const struct tt_model_step *step, struct tt_thread *thread, enum tt_thread_state state)
{
	if (thread->state == TT_THREAD_EXITED || thread->state == TT_THREAD_ABANDONED)
		return;
	tt_model_begin_thread(step, thread);
	/* A thread that exits does not wait: the end of its wait was lost. One that is abandoned may well. */
	if (state == TT_THREAD_EXITED && thread->wait.object)
		end_wait(step, thread, TT_OUTCOME_ERROR, NULL);
	if (state == TT_THREAD_EXITED)
		end_routines(step, thread);
	thread->state = state;
	thread->ended_ns = step->event->time_ns;
	TT_NOTIFY(step, thread_ended, thread);
}

void tt_model_begin_wait(const struct tt_model_step *step, const struct tt_wait *wait)
{
	struct tt_thread *thread = step->thread;

	if (thread->wait.object)
		end_wait(step, thread, TT_OUTCOME_ERROR, NULL);
	thread->wait = *wait;
	thread->wait.object = step->object;
	thread->wait.since_ns = step->event->time_ns;
	thread->wait.caller = step->event->caller;
	thread->wait.stack = tt_model_stack(step);
	if (!wait->destroys)
		g_ptr_array_add(step->object->waiters, thread);
	TT_NOTIFY(step, wait_began, thread);
}

void tt_model_end_wait(const struct tt_model_step *step, enum tt_outcome outcome, struct tt_thread *waker)
{
	/* What ends no wait was done at once; or by a signal handler, while its thread waits for another object. */
	if (step->thread->wait.object == step->object)
		end_wait(step, step->thread, outcome, waker);
}

struct tt_hold *tt_model_begin_hold(const struct tt_model_step *step, const struct tt_hold *hold)
{
	struct tt_hold *began = g_new(struct tt_hold, 1);

	*began = *hold;
	began->object = step->object;
	g_ptr_array_add(began->thread->holds, began);
	g_ptr_array_add(began->object->holds, began);
	TT_NOTIFY(step, hold_began, began);
	return began;
}

struct tt_hold *tt_model_hold_of(const struct tt_thread *thread, const struct tt_object *object)
{
	/* From the end: locks are mostly released in the reverse order, places of a semaphore always. */
	for (guint i = thread->holds->len; i-- > 0;) {
		struct tt_hold *hold = thread->holds->pdata[i];
		if (hold->object == object)
			return hold;
	}
	return NULL;
}

/* Likewise from the end. */
static void remove_hold(GPtrArray *holds, const struct tt_hold *hold)
{
	guint i = holds->len - 1;

	while (holds->pdata[i] != hold)
		i--;
	g_ptr_array_remove_index(holds, i);
}

void tt_model_end_hold(const struct tt_model_step *step, struct tt_hold *hold)
{
	TT_NOTIFY(step, hold_ended, hold);
	remove_hold(hold->thread->holds, hold);
	remove_hold(hold->object->holds, hold);
	g_free(hold);
}

void tt_model_note_waker(const struct tt_model_step *step)
{
	step->object->last = step->thread;
	step->object->last_ns = step->event->time_ns;
}
