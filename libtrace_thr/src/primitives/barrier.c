/* SPDX-License-Identifier: MIT */
#include <trace_thr/barrier.h>

#include <math.h>
#include <pthread.h>

#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/explore/shake.h"
#include "libtrace_thr/src/sync/wait_queue.h"

/*
 * Parties that have arrived are in the list of waiters. The last one ends the round: it takes the others out of the
 * list and wakes them, so they leave without looking at the barrier, and the next round can begin at once. Python's
 * states "draining" and "resetting", which keep the next round's parties out until the last has left, need not be.
 *
 * While the action runs, the round's parties are out of the list already, so their timeouts no longer count, as in
 * Python. Who arrives then waits in the list for the end of the action. What breaks or resets the barrier meanwhile is
 * about them: `state` is that of the round which they will be of. Only an abort is about the round at its action too.
 */
enum { FILLING, BROKEN };

/* What a waiter is told when its round ends: one of enum tt_break, or this. */
enum { PASSED = -1 };

static void emit_init(tthr_barrier *barrier, const void *caller)
{
	TT_TRACE(barrier_init, caller, TT_OBJECT_REF(tt_object_ref_of(&barrier->object)), barrier->parties,
	         tt_timeout_ns(barrier->timeout));
}

static struct tt_object_ref identify(tthr_barrier *barrier, const void *caller)
{
	if (tt_object_identify(&barrier->object, "Barrier"))
		emit_init(barrier, caller);
	return tt_object_ref_of(&barrier->object);
}

static int refuse(tthr_barrier *barrier, const char *call, enum tt_misuse why, int error, const void *caller)
{
	tt_misuse(caller, TT_OBJECT_BARRIER, TT_OBJECT_REF(identify(barrier, caller)), call, why);
	return error;
}

/* Relaxed: read without the guard, the fields are out of date anyway. */
static void set(uint32_t *field, uint32_t value)
{
	__atomic_store_n(field, value, __ATOMIC_RELAXED);
}

static uint32_t get(const uint32_t *field)
{
	return __atomic_load_n(field, __ATOMIC_RELAXED);
}

/* Takes the guard; after a fork nobody has arrived. */
static void lock(tthr_barrier *barrier)
{
	if (!tt_wait_queue_lock(&barrier->waiters))
		return;
	set(&barrier->arrived, 0);
	barrier->acting = NULL;
}

static void unlock(tthr_barrier *barrier)
{
	tt_wait_queue_unlock(&barrier->waiters);
}

/* Ends the round, in the given state; returns who waits, to be woken after the guard is given back. */
static struct tthr_wait_entry *end_round(tthr_barrier *barrier, uint32_t state)
{
	uint32_t count;

	if (!barrier->acting)
		set(&barrier->arrived, 0);
	set(&barrier->state, state);
	return tt_wait_queue_pick(&barrier->waiters, UINT32_MAX, &count);
}

/* The same, for `why`. Who broke a barrier first is the one to be named. */
static struct tthr_wait_entry *break_round(tthr_barrier *barrier, enum tt_break why)
{
	if (barrier->state != BROKEN) {
		barrier->reason = why;
		barrier->breaker = tt_current_id();
	}
	return end_round(barrier, BROKEN);
}

/* Tells how a wait ended, in an event and in what the call returns. */
static int tell(tthr_barrier *barrier, int outcome, uint32_t at, uint64_t waker, unsigned *index, const void *caller)
{
	if (outcome != PASSED) {
		TT_TRACE(barrier_broken, caller, TT_OBJECT_REF(identify(barrier, caller)), (uint8_t)outcome, waker);
		return TTHR_EBROKEN;
	}
	TT_TRACE(barrier_passed, caller, TT_OBJECT_REF(identify(barrier, caller)), at, waker);
	if (index)
		*index = at;
	return 0;
}

/* A round that is complete, while its action runs. */
struct tthr_acting {
	tthr_barrier *barrier;
	struct tthr_wait_entry *others;
	uint64_t aborter; /* the thread that has aborted the round, 0: none */
	uint32_t generation;
	uint32_t at;
	unsigned *index;
	const void *caller;
};

static int end_action(struct tthr_acting *acting, bool success)
{
	tthr_barrier *barrier = acting->barrier;
	struct tthr_wait_entry *late = NULL;
	int outcome = success ? PASSED : TT_BREAK_ACTION;
	uint64_t waker = tt_current_id();

	lock(barrier);
	if (acting->generation != tt_wait_queue_generation()) {
		acting->others = NULL; /* the action forked: they are not of this process */
	} else {
		if (acting->aborter) {
			outcome = TT_BREAK_ABORT;
			waker = acting->aborter;
		}
		barrier->acting = NULL;
		late = outcome == TT_BREAK_ACTION ? break_round(barrier, TT_BREAK_ACTION)
		                                  : end_round(barrier, barrier->state);
	}
	int error = tell(barrier, outcome, acting->at, waker, acting->index, acting->caller);
	unlock(barrier);
	tt_wait_queue_wake(acting->others, waker, outcome);
	/* Those who came meanwhile go on to the next round, unless there is none. */
	tt_wait_queue_wake(late, waker, outcome == TT_BREAK_ACTION ? outcome : PASSED);
	return error;
}

/* The action ended its thread, by pthread_exit or cancellation. */
static void action_cut_short(void *acting)
{
	end_action(acting, false);
}

/* All have arrived, the caller last. The guard is held, and given back. */
static int complete(tthr_barrier *barrier, uint32_t at, unsigned *index, const void *caller)
{
	uint64_t me = tt_current_id();
	int failed = 0;

	if (!barrier->action) {
		struct tthr_wait_entry *others = end_round(barrier, FILLING);
		int error = tell(barrier, PASSED, at, me, index, caller);
		unlock(barrier);
		tt_wait_queue_wake(others, me, PASSED);
		return error;
	}

	uint32_t count;
	struct tthr_acting acting = {.barrier = barrier,
	                             .others = tt_wait_queue_pick(&barrier->waiters, UINT32_MAX, &count),
	                             .generation = tt_wait_queue_generation(),
	                             .at = at,
	                             .index = index,
	                             .caller = caller};
	barrier->acting = &acting;
	unlock(barrier);
	pthread_cleanup_push(action_cut_short, &acting);
	failed = barrier->action(barrier->arg);
	pthread_cleanup_pop(0);
	return end_action(&acting, !failed);
}

/* Breaks the round that fills, since the caller's timeout is over. The guard is held, and given back. */
static int break_late(tthr_barrier *barrier, uint32_t at, unsigned *index, const void *caller)
{
	uint64_t self = tt_current_id();
	struct tthr_wait_entry *others = break_round(barrier, TT_BREAK_TIMEOUT);
	int error = tell(barrier, TT_BREAK_TIMEOUT, at, self, index, caller);

	unlock(barrier);
	tt_wait_queue_wake(others, self, TT_BREAK_TIMEOUT);
	return error;
}

/* Sleeps until woken, without the guard. True if the deadline came first: then the guard is held, and it goes on. */
static bool sleeps_too_long(tthr_barrier *barrier, struct tthr_wait_entry *me, const struct tt_deadline *deadline)
{
	if (tt_wait_queue_sleep(me, deadline))
		return false;
	lock(barrier);
	if (tt_wait_queue_withdraw(&barrier->waiters, me))
		return true;
	unlock(barrier);
	tt_wait_queue_sleep(me, &tt_never);
	return false;
}

/* Waits for the round's end, or breaks it at the deadline. The guard is held, and given back. */
static int wait_for_parties(tthr_barrier *barrier, const struct tt_deadline *deadline, uint32_t at, unsigned *index,
                            const void *caller)
{
	struct tthr_wait_entry me;

	tt_wait_queue_add(&barrier->waiters, &me);
	unlock(barrier);
	int error = sleeps_too_long(barrier, &me, deadline) ? break_late(barrier, at, index, caller)
	                                                    : tell(barrier, me.outcome, at, me.waker, index, caller);
	tt_wait_queue_leave(&barrier->waiters);
	return error;
}

/*
 * Waits while an action runs, unless the caller's round breaks. True if the deadline came first. The guard is held,
 * here and after.
 */
static bool wait_for_action(tthr_barrier *barrier, struct tthr_wait_entry *me, const struct tt_deadline *deadline)
{
	while (barrier->acting && barrier->state != BROKEN && me->outcome == PASSED) {
		tt_wait_queue_add(&barrier->waiters, me);
		unlock(barrier);
		bool late = sleeps_too_long(barrier, me, deadline);
		if (!late)
			lock(barrier);
		tt_wait_queue_leave(&barrier->waiters);
		if (late)
			return true;
	}
	return false;
}

static void emit_wait(tthr_barrier *barrier, uint32_t at, double seconds, const void *caller)
{
	TT_TRACE(barrier_wait, caller, TT_OBJECT_REF(identify(barrier, caller)), at, at + 1, barrier->parties,
	         tt_timeout_ns(seconds), TT_STACK(caller));
}

static int wait_within(tthr_barrier *barrier, unsigned *index, double seconds, const void *caller)
{
	struct tt_deadline deadline;
	struct tthr_wait_entry me = {.outcome = PASSED};

	TT_SHAKE(barrier_wait);
	tt_deadline_after(seconds, &deadline);
	lock(barrier);
	/* A wait for the end of an action is told as one behind the round's parties. */
	bool told = barrier->acting && barrier->state != BROKEN;
	if (told)
		emit_wait(barrier, barrier->arrived, seconds, caller);
	if (wait_for_action(barrier, &me, &deadline))
		return break_late(barrier, 0, index, caller);
	bool was_broken = me.outcome != PASSED;
	if (was_broken || barrier->state == BROKEN) {
		int error = tell(barrier, was_broken ? me.outcome : (int)barrier->reason, 0,
		                 was_broken ? me.waker : barrier->breaker, index, caller);
		unlock(barrier);
		return error;
	}
	uint32_t at = barrier->arrived;
	set(&barrier->arrived, at + 1);
	if (at + 1 == barrier->parties)
		return complete(barrier, at, index, caller);
	if (!told)
		emit_wait(barrier, at, seconds, caller);
	return wait_for_parties(barrier, &deadline, at, index, caller);
}

/* The public functions. */

int tthr_barrier_init(tthr_barrier *barrier, const struct tthr_barrier_options *options)
{
	static const char call[] = "tthr_barrier_init";

	if (!options || !options->parties || !(options->timeout >= 0)) {
		struct tt_object_ref what = {.name = options && options->name ? options->name : "Barrier"};
		tt_misuse(TT_CALLER, TT_OBJECT_BARRIER, &what, call, TT_MISUSE_BAD_ARGUMENT);
		return EINVAL;
	}
	*barrier = (tthr_barrier)TTHR_BARRIER_INIT(NULL, options->parties);
	barrier->action = options->action;
	barrier->arg = options->arg;
	if (options->timeout > 0)
		barrier->timeout = options->timeout;
	int error = tt_object_init(&barrier->object, "Barrier", options->name);
	if (!error)
		emit_init(barrier, TT_CALLER);
	return error;
}

int tthr_barrier_destroy(tthr_barrier *barrier)
{
	static const char call[] = "tthr_barrier_destroy";

	lock(barrier);                 /* after a fork, nobody has arrived */
	bool acting = barrier->acting; /* not to wait for its end */
	unlock(barrier);
	if (acting || tt_wait_queue_drain(&barrier->waiters))
		return refuse(barrier, call, TT_MISUSE_IN_USE, EBUSY, TT_CALLER);
	if (barrier->acting) {
		unlock(barrier);
		return refuse(barrier, call, TT_MISUSE_IN_USE, EBUSY, TT_CALLER);
	}
	if (tt_object_known(&barrier->object))
		TT_TRACE(barrier_destroy, TT_CALLER, TT_OBJECT_REF(tt_object_ref_of(&barrier->object)));
	tt_object_destroy(&barrier->object);
	unlock(barrier);
	return 0;
}

int tthr_barrier_wait(tthr_barrier *barrier, unsigned *index)
{
	return wait_within(barrier, index, barrier->timeout, TT_CALLER);
}

int tthr_barrier_wait_timeout(tthr_barrier *barrier, unsigned *index, double seconds)
{
	if (isnan(seconds))
		return refuse(barrier, "tthr_barrier_wait_timeout", TT_MISUSE_BAD_ARGUMENT, EINVAL, TT_CALLER);
	return wait_within(barrier, index, seconds, TT_CALLER);
}

int tthr_barrier_reset(tthr_barrier *barrier)
{
	struct tthr_wait_entry *waiting = NULL;

	lock(barrier);
	TT_TRACE(barrier_reset, TT_CALLER, TT_OBJECT_REF(identify(barrier, TT_CALLER)));
	/* As in Python, a round that is complete ends well. */
	if (barrier->acting)
		set(&barrier->state, FILLING);
	else
		waiting = end_round(barrier, FILLING);
	unlock(barrier);
	tt_wait_queue_wake(waiting, tt_current_id(), TT_BREAK_RESET);
	return 0;
}

int tthr_barrier_abort(tthr_barrier *barrier)
{
	lock(barrier);
	TT_TRACE(barrier_abort, TT_CALLER, TT_OBJECT_REF(identify(barrier, TT_CALLER)));
	if (barrier->acting && !barrier->acting->aborter)
		barrier->acting->aborter = tt_current_id();
	struct tthr_wait_entry *waiting = break_round(barrier, TT_BREAK_ABORT);
	unlock(barrier);
	tt_wait_queue_wake(waiting, tt_current_id(), TT_BREAK_ABORT);
	return 0;
}

unsigned tthr_barrier_parties(const tthr_barrier *barrier)
{
	return barrier->parties;
}

unsigned tthr_barrier_n_waiting(const tthr_barrier *barrier)
{
	return tt_wait_queue_is_this_process(&barrier->waiters) ? get(&barrier->arrived) : 0;
}

bool tthr_barrier_broken(const tthr_barrier *barrier)
{
	return get(&barrier->state) == BROKEN;
}

const char *tthr_barrier_name(tthr_barrier *barrier)
{
	return identify(barrier, TT_CALLER).name;
}

uint64_t tthr_barrier_id(tthr_barrier *barrier)
{
	return identify(barrier, TT_CALLER).id;
}
