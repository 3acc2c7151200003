/* SPDX-License-Identifier: MIT */
#include "tools/model/model_internal.h"

#include <string.h>

/* What each event means: a function an event, and the table of them at the end. */

struct tt_thread *tt_model_waker(const struct tt_model_step *step)
{
	return step->event->waker ? tt_model_thread(step->process, step->event->waker) : NULL;
}

void tt_model_wake(struct tt_object *object, uint64_t n)
{
	for (guint i = 0; i < object->waiters->len && n > 0; i++) {
		struct tt_wait *wait = &((struct tt_thread *)object->waiters->pdata[i])->wait;
		if (!wait->woken)
			n--;
		wait->woken = true;
	}
}

static void begin_wait(const struct tt_model_step *step)
{
	tt_model_begin_wait(step, &(struct tt_wait){.timeout_ns = step->event->timeout_ns});
}

enum tt_limit tt_model_limit(const struct tt_model_step *step)
{
	const struct tt_wait *wait = &step->thread->wait;

	/* Traces of before the field have none of it: there, what is known is the limit of a wait. */
	if (step->event->limit == TT_LIMIT_NONE && wait->object == step->object && wait->timeout_ns >= 0)
		return TT_LIMIT_TIMED;
	return (enum tt_limit)step->event->limit;
}

static void end_failed_wait(const struct tt_model_step *step)
{
	bool late = step->event->why == TT_FAILURE_TIMEOUT;
	tt_model_end_wait(step, late ? TT_OUTCOME_TIMEOUT : TT_OUTCOME_ERROR, NULL);
}

static enum tt_outcome outcome_of(const struct tt_event *event)
{
	switch (event->result) {
	case TT_WAKE_TIMEOUT:
		return TT_OUTCOME_TIMEOUT;
	case TT_WAKE_CANCELLED:
	case TT_WAKE_INTERRUPTED:
	case TT_WAKE_REFUSED:
		return TT_OUTCOME_ERROR;
	default:
		return TT_OUTCOME_GOT;
	}
}

void tt_model_end_woken_wait(const struct tt_model_step *step)
{
	enum tt_outcome outcome = outcome_of(step->event);
	tt_model_end_wait(step, outcome, outcome == TT_OUTCOME_GOT ? tt_model_waker(step) : NULL);
}

static void init(const struct tt_model_step *step)
{
	step->object->whole = true;
}

static void destroy(const struct tt_model_step *step)
{
	step->object->destroyed = true;
	tt_model_end_wait(step, TT_OUTCOME_GOT, NULL);
}

/* Until all who wait for the object have left. */
static void destroy_wait(const struct tt_model_step *step)
{
	tt_model_begin_wait(step, &(struct tt_wait){.timeout_ns = TT_NO_TIMEOUT, .destroys = true});
}

static void share(const struct tt_model_step *step)
{
	step->object->shared = true;
}

/* Threads. */

static void thread_create(const struct tt_model_step *step)
{
	struct tt_thread *made = step->object->thread;

	made->creator = step->thread;
	made->created_ns = step->event->time_ns;
	made->daemon = step->event->daemon != 0;
}

static void thread_start(const struct tt_model_step *step)
{
	struct tt_thread *thread = step->thread;

	thread->started_ns = step->event->time_ns;
	thread->daemon = step->event->daemon != 0;
	thread->native_id = step->event->native_id;
	thread->target = step->event->target;
	if (!step->process->ppid)
		step->process->ppid = step->event->ppid;
	tt_model_begin_thread(step, thread);
}

static void thread_join_wait(const struct tt_model_step *step)
{
	/* Only a thread that was started is waited for, though the trace may not tell of its start, or not yet. */
	tt_model_begin_thread(step, step->object->thread);
	begin_wait(step);
}

static void thread_join_done(const struct tt_model_step *step)
{
	struct tt_thread *joined = step->object->thread;

	step->thread->join_stack = tt_model_stack(step);
	if (step->event->result != TT_WAKE_JOINED) {
		tt_model_end_wait(step, outcome_of(step->event), NULL);
		return;
	}
	tt_model_end_thread(step, joined, TT_THREAD_EXITED);
	joined->joined_by = step->thread;
	tt_model_end_wait(step, TT_OUTCOME_GOT, joined);
}

static void thread_exit(const struct tt_model_step *step)
{
	step->thread->end = (enum tt_end)step->event->how;
	tt_model_end_thread(step, step->thread, TT_THREAD_EXITED);
}

static void thread_abandoned(const struct tt_model_step *step)
{
	tt_model_end_thread(step, step->object->thread, TT_THREAD_ABANDONED);
}

static void misuse(const struct tt_model_step *step)
{
	if (step->object->family == TT_FAMILY_THREAD && step->event->why == TT_MISUSE_JOINED_TWICE)
		step->object->thread->joined_twice = true;
}

static void timer_start(const struct tt_model_step *step)
{
	step->object->thread->timer = true;
}

/* Events. */

static void event_set(const struct tt_model_step *step)
{
	step->object->set = true;
	tt_model_note_waker(step);
	tt_model_wake(step->object, UINT64_MAX);
}

static void event_clear(const struct tt_model_step *step)
{
	step->object->set = false;
}

/* Semaphores. */

static void sem_init(const struct tt_model_step *step)
{
	step->object->whole = true;
	step->object->value = step->object->places = step->event->value;
	step->object->bound = step->event->bound;
}

static void sem_acquired(const struct tt_model_step *step)
{
	const struct tt_event *event = step->event;
	struct tt_thread *thread = step->thread;
	enum tt_limit limit = tt_model_limit(step);

	step->object->value = event->value;
	tt_model_end_wait(step, TT_OUTCOME_GOT, tt_model_waker(step));
	if (!step->object->signals)
		tt_model_begin_hold(step, &(struct tt_hold){
					      .thread = thread,
					      .mode = TT_MODE_EXCLUSIVE,
					      .depth = 1,
					      .since_ns = event->time_ns,
					      .caller = event->caller,
					      .stack = tt_model_stack(step),
					      .limit = limit,
					  });
}

static void sem_released(const struct tt_model_step *step)
{
	struct tt_object *sem = step->object;

	sem->value = step->event->value;
	tt_model_note_waker(step);
	for (uint64_t n = step->event->n; n > 0 && !sem->signals; n--) {
		struct tt_hold *hold = tt_model_hold_of(step->thread, sem);
		if (hold)
			tt_model_end_hold(step, hold);
		else
			sem->signals = true;
	}
	while (sem->signals && sem->holds->len > 0)
		tt_model_end_hold(step, sem->holds->pdata[0]);
}

/* Barriers. */

static void barrier_init(const struct tt_model_step *step)
{
	step->object->whole = true;
	step->object->parties = step->event->parties;
}

static void barrier_wait(const struct tt_model_step *step)
{
	step->object->parties = step->event->parties;
	begin_wait(step);
}

static void barrier_passed(const struct tt_model_step *step)
{
	/* The last to arrive did not wait: it lets the others go. */
	if (step->thread->wait.object != step->object) {
		tt_model_note_waker(step);
		tt_model_wake(step->object, UINT64_MAX);
	}
	tt_model_end_wait(step, TT_OUTCOME_GOT, tt_model_waker(step));
}

static void barrier_broken(const struct tt_model_step *step)
{
	bool late = step->event->why == TT_BREAK_TIMEOUT && tt_model_waker(step) == step->thread;

	tt_model_note_waker(step);
	tt_model_wake(step->object, UINT64_MAX);
	tt_model_end_wait(step, late ? TT_OUTCOME_TIMEOUT : TT_OUTCOME_ERROR, tt_model_waker(step));
}

static void let_all_go(const struct tt_model_step *step)
{
	tt_model_note_waker(step);
	tt_model_wake(step->object, UINT64_MAX);
}

/* Futexes. */

static void futex_wait(const struct tt_model_step *step)
{
	step->object->shared |= step->event->shared != 0;
	begin_wait(step);
}

static void futex_wake(const struct tt_model_step *step)
{
	tt_model_note_waker(step);
	for (guint i = 0; i < step->object->waiters->len; i++) {
		struct tt_wait *wait = &((struct tt_thread *)step->object->waiters->pdata[i])->wait;
		if (!wait->woken)
			wait->waker = step->thread;
	}
	tt_model_wake_any(step, step->event->asked);
}

static void futex_woken(const struct tt_model_step *step)
{
	struct tt_wait *wait = &step->thread->wait;

	if (wait->object != step->object)
		return;
	/* Who found another value in the word did not sleep, so it is none of those who were woken. */
	if (step->event->result == TT_WAKE_CHANGED)
		wait->maybe_woken = false;
	tt_model_end_wait(step, outcome_of(step->event), step->event->result == TT_WAKE_NOTIFIED ? wait->waker : NULL);
}

/* The table: of which family the object of an event is, and what the event does to the model. */
struct meaning {
	enum tt_family family;
	void (*apply)(const struct tt_model_step *step); /* NULL: nothing */
};

#define MEANS(event, family, apply) [TT_EVENT_##event] = {TT_FAMILY_##family, apply}

static const struct meaning meanings[TT_N_EVENT_TYPES] = {
    MEANS(thread_create, THREAD, thread_create),
    MEANS(thread_start, THREAD, thread_start),
    MEANS(thread_rename, THREAD, NULL),
    MEANS(thread_join_wait, THREAD, thread_join_wait),
    MEANS(thread_join_done, THREAD, thread_join_done),
    MEANS(thread_exit, THREAD, thread_exit),
    MEANS(thread_detach, THREAD, NULL),
    MEANS(thread_cancel, THREAD, NULL), /* asks; whether it ends the thread, its exit tells */
    MEANS(thread_abandoned, THREAD, thread_abandoned),
    MEANS(lock_init, LOCK, tt_model_lock_init),
    MEANS(lock_wait, LOCK, tt_model_lock_wait),
    MEANS(lock_acquired, LOCK, tt_model_lock_acquired),
    MEANS(lock_failed, LOCK, end_failed_wait),
    MEANS(lock_released, LOCK, tt_model_lock_released),
    MEANS(lock_inconsistent, LOCK, tt_model_lock_inconsistent),
    MEANS(lock_consistent, LOCK, NULL),
    MEANS(lock_destroy, LOCK, destroy),
    MEANS(cond_init, CONDITION, tt_model_cond_init),
    MEANS(cond_wait, CONDITION, tt_model_cond_wait),
    MEANS(cond_woken, CONDITION, tt_model_end_woken_wait),
    MEANS(cond_notify, CONDITION, tt_model_cond_notify),
    MEANS(cond_destroy_wait, CONDITION, destroy_wait),
    MEANS(cond_destroy, CONDITION, destroy),
    MEANS(event_init, EVENT, init),
    MEANS(event_wait, EVENT, begin_wait),
    MEANS(event_woken, EVENT, tt_model_end_woken_wait),
    MEANS(event_set, EVENT, event_set),
    MEANS(event_clear, EVENT, event_clear),
    MEANS(event_destroy, EVENT, destroy),
    MEANS(sem_init, SEMAPHORE, sem_init),
    MEANS(sem_wait, SEMAPHORE, begin_wait),
    MEANS(sem_acquired, SEMAPHORE, sem_acquired),
    MEANS(sem_failed, SEMAPHORE, end_failed_wait),
    MEANS(sem_released, SEMAPHORE, sem_released),
    MEANS(sem_value, SEMAPHORE, NULL), /* what was read may be old by the time it is told */
    MEANS(sem_destroy, SEMAPHORE, destroy),
    MEANS(barrier_init, BARRIER, barrier_init),
    MEANS(barrier_wait, BARRIER, barrier_wait),
    MEANS(barrier_passed, BARRIER, barrier_passed),
    MEANS(barrier_broken, BARRIER, barrier_broken),
    MEANS(barrier_abort, BARRIER, let_all_go),
    MEANS(barrier_reset, BARRIER, let_all_go),
    MEANS(barrier_destroy_wait, BARRIER, destroy_wait),
    MEANS(barrier_destroy, BARRIER, destroy),
    MEANS(futex_wait, FUTEX, futex_wait),
    MEANS(futex_woken, FUTEX, futex_woken),
    MEANS(futex_wake, FUTEX, futex_wake),
    MEANS(timer_start, THREAD, timer_start),
    MEANS(timer_fired, THREAD, NULL),
    MEANS(timer_cancelled, THREAD, NULL),
    MEANS(timer_done, THREAD, NULL),
    MEANS(local_init, LOCAL, init),
    MEANS(local_destroy, LOCAL, destroy),
    MEANS(object_shared, LOCK, share),
    MEANS(log_message, THREAD, NULL),
    MEANS(misuse, LOCK, misuse),
};

/* Of events about objects of any family: enum tt_object_kind to enum tt_family. */
static const enum tt_family families[] = {
    [TT_OBJECT_THREAD] = TT_FAMILY_THREAD,       [TT_OBJECT_LOCK] = TT_FAMILY_LOCK,
    [TT_OBJECT_CONDITION] = TT_FAMILY_CONDITION, [TT_OBJECT_EVENT] = TT_FAMILY_EVENT,
    [TT_OBJECT_SEMAPHORE] = TT_FAMILY_SEMAPHORE, [TT_OBJECT_BARRIER] = TT_FAMILY_BARRIER,
    [TT_OBJECT_TIMER] = TT_FAMILY_THREAD,        [TT_OBJECT_LOCAL] = TT_FAMILY_LOCAL,
};

/*
 * A main thread that starts once more, under the same pid: exec has put another program into the process, and of the
 * threads of the old one nothing is left.
 */
static void follow_exec(struct tt_model_step *step)
{
	const struct tt_event *event = step->event;

	if (event->type != TT_EVENT_thread_start || event->native_id != event->pid)
		return;
	const struct tt_thread *main = tt_model_thread(step->process, event->thread_id);
	if (!main || !main->started_ns)
		return;
	struct tt_process *before =
	    main->state == TT_THREAD_EXITED ? NULL : step->process; /* else its number is used again */

	for (guint i = 0; i < step->process->threads->len; i++)
		tt_model_end_thread(step, step->process->threads->pdata[i], TT_THREAD_ABANDONED);
	step->process = tt_model_replace_process(step->model, step->process);
	step->process->before = before;
}

bool tt_makes_object(enum tt_event_type type)
{
	switch (type) {
	case TT_EVENT_lock_init:
	case TT_EVENT_cond_init:
	case TT_EVENT_event_init:
	case TT_EVENT_sem_init:
	case TT_EVENT_barrier_init:
		return true;
	default:
		return false;
	}
}

/* So many generations of forked processes are looked through; a pid of an elder can have been used again. */
enum { MOST_ELDERS = 8 };

/*
 * What a forked child knows of its parent's objects is not told again: so also that one is shared between them. Of a
 * program that was executed the ids are others, but the names are as well; and what it makes itself it tells of.
 */
static void inherit(const struct tt_model_step *step, struct tt_object *object)
{
	struct tt_process *elder = step->process;

	for (int i = 0; i < MOST_ELDERS && elder && !object->shared; i++) {
		elder = g_hash_table_lookup(step->model->by_pid, GUINT_TO_POINTER(elder->ppid));
		const struct tt_object *theirs = elder ? tt_model_object(elder, object->id) : NULL;
		if (theirs && theirs->family == object->family && theirs->name == object->name)
			object->shared = theirs->shared;
		if (theirs && i == 0)
			object->left_waiters = theirs->family == object->family && theirs->waiters->len > 0;
	}
}

static struct tt_object *object_of(const struct tt_model_step *step)
{
	const struct tt_event *event = step->event;
	enum tt_family family = meanings[event->type].family;
	bool any = event->type == TT_EVENT_misuse || event->type == TT_EVENT_object_shared;

	if (any && event->object < G_N_ELEMENTS(families))
		family = families[event->object];
	if (!event->id)
		return NULL;
	if (family == TT_FAMILY_THREAD)
		return tt_model_get_or_add_thread(step->process, event->id, event->name)->object;
	guint known = step->process->objects->len;
	struct tt_object *object = tt_model_get_or_add_object(step->process, event->id, family, event->name);
	if (step->process->objects->len > known && step->process->ppid && !tt_makes_object(event->type))
		inherit(step, object);
	/* A guess is mended, and what the symbols cannot name at its first event they may name later. */
	if (event->name && strcmp(event->name, object->name) != 0)
		object->name = g_intern_string(event->name);
	return object;
}

void tt_model_apply(struct tt_model_step *step)
{
	follow_exec(step);
	step->thread = tt_model_get_or_add_thread(step->process, step->event->thread_id, step->event->thread);
	step->object = object_of(step);
	/* An event that says more of the thread than that it is there tells of its beginning itself. */
	if (step->event->type != TT_EVENT_thread_start)
		tt_model_begin_thread(step, step->thread);
	if (step->object && meanings[step->event->type].apply)
		meanings[step->event->type].apply(step);
}
