/* SPDX-License-Identifier: MIT */
#include "tools/model/model_internal.h"

/*
 * What the events of conditions mean.
 *
 * A condition of the library wakes its waiters in the order in which they came, and a notify says how many. Which
 * waiter a condition of pthreads wakes is not known: after a notify that wakes one of several, all of them may be the
 * one, until as many have come through. What comes to wait later is none of them. Both wake all in a broadcast. A futex
 * wakes as a condition of pthreads does.
 */

static struct tt_object *lock_of_condition(const struct tt_model_step *step)
{
	struct tt_object *lock = tt_model_object(step->process, step->event->lock);

	/* The library gives both one name; another is told with the first event of the lock. */
	if (!lock && step->event->lock)
		lock = tt_model_get_or_add_object(step->process, step->event->lock, TT_FAMILY_LOCK, step->object->name);
	if (lock && lock->family == TT_FAMILY_LOCK)
		step->object->lock = lock;
	return step->object->lock;
}

void tt_model_cond_init(const struct tt_model_step *step)
{
	step->object->whole = true;
	lock_of_condition(step);
}

void tt_model_cond_wait(const struct tt_model_step *step)
{
	tt_model_begin_wait(step,
	                    &(struct tt_wait){.timeout_ns = step->event->timeout_ns, .lock = lock_of_condition(step)});
}

/* The library's, by the kinds of its locks, which pthreads has not. */
bool tt_wakes_in_order(const struct tt_object *condition)
{
	const struct tt_object *lock = condition->lock;
	return lock && (lock->kind == TT_KIND_LOCK || lock->kind == TT_KIND_RLOCK);
}

static guint count_unwoken(const struct tt_object *condition)
{
	guint n = 0;

	for (guint i = 0; i < condition->waiters->len; i++)
		n += !((struct tt_thread *)condition->waiters->pdata[i])->wait.woken;
	return n;
}

static void set_maybe(const struct tt_object *condition, bool maybe)
{
	for (guint i = 0; i < condition->waiters->len; i++)
		((struct tt_thread *)condition->waiters->pdata[i])->wait.maybe_woken = maybe;
}

void tt_model_wake_any(const struct tt_model_step *step, int64_t n)
{
	struct tt_object *object = step->object;

	if (n < 0) {
		tt_model_wake(object, UINT64_MAX);
		object->loose = 0;
	}
	/* Some of those who wait, whichever; not the program's count of them, which may be old. */
	if (n > 0 && object->waiters->len > 0) {
		object->loose += (guint)MIN(n, (int64_t)object->waiters->len);
		object->loose = MIN(object->loose, count_unwoken(object));
		set_maybe(object, true);
	}
}

void tt_model_cond_notify(const struct tt_model_step *step)
{
	tt_model_note_waker(step);
	if (tt_wakes_in_order(step->object))
		tt_model_wake(step->object, step->event->woken);
	else
		tt_model_wake_any(step, step->event->asked);
}

/*
 * One that comes through, but for one known to be woken, was one of those. One whose time was over, or that was
 * cancelled, need not be: who is left stays in doubt.
 */
void tt_model_cond_left(struct tt_object *condition, const struct tt_wait *wait, enum tt_outcome outcome)
{
	if (condition->loose == 0)
		return;
	if (wait->maybe_woken && !wait->woken && outcome == TT_OUTCOME_GOT)
		condition->loose--;
	if (condition->loose == 0)
		set_maybe(condition, false);
	condition->loose = MIN(condition->loose, count_unwoken(condition));
}
