/* SPDX-License-Identifier: MIT */
/*
 * A once is told as a lock: who runs the routine holds it exclusively for so long, and who comes meanwhile waits for
 * it, in the mode shared: several go on together, when the routine is done. Who comes past one that is done is told as
 * one that had it shared, at the thread's first time: all that the routine did came before what the thread does then.
 */
#include "libtrace_thr/interpose/calls/once.h"

#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/interpose/calls/lock_events.h"
#include "libtrace_thr/interpose/core/object_table.h"

/* What glibc's word says. Above these bits is a number of the process, another in each forked child. */
enum { IN_PROGRESS = 1, DONE = 2 };

/* A call under way. Of a thread that is in several, one in the routine of another, the innermost is the first. */
struct call {
	void (*routine)(void);
	const void *caller;
	struct tt_object_entry *record;
	struct tt_object_ref what; /* as the record's object ends before the last waiter is through */
	struct call *outer;
	bool claimed;   /* the thread has made itself the record's holder */
	bool ran;       /* the routine began in this thread */
	bool completed; /* and returned */
};

static __thread struct call *innermost __attribute__((tls_model("initial-exec")));

/* The onces that the thread has come past lately, by their ids: what is not here is told once more. */
enum { MOST_PASSED = 16 };
static __thread uint64_t passed[MOST_PASSED] __attribute__((tls_model("initial-exec")));

static bool is_passed(uint64_t id)
{
	return passed[id % MOST_PASSED] == id;
}

static void pass(uint64_t id)
{
	passed[id % MOST_PASSED] = id;
}

static int word_of(const pthread_once_t *once)
{
	/* Acquire: pairs with libc's release, so what the routine has done is seen. */
	return __atomic_load_n(once, __ATOMIC_ACQUIRE);
}

static void tell_acquired(const struct call *call, enum tt_mode mode)
{
	TT_EMIT_HOT(lock_acquired, call->caller, TT_OBJECT_REF(call->what), TT_KIND_ONCE, (uint8_t)mode, 1,
	            TT_LIMIT_NONE, TT_STACK(call->caller));
}

static void tell_released(const struct call *call, enum tt_mode mode)
{
	TT_EMIT_HOT(lock_released, call->caller, TT_OBJECT_REF(call->what), TT_KIND_ONCE, (uint8_t)mode, 0,
	            TT_LIMIT_NONE, &tt_stack_none);
}

static void end_run(struct call **call)
{
	/* Relaxed, as all of the holder but the claim: a hint for the events of waiters. */
	__atomic_store_n(&(*call)->record->holder, 0, __ATOMIC_RELAXED);
	tt_steer_released((*call)->record);
	tell_released(*call, TT_MODE_EXCLUSIVE);
}

/* What libc gets for a routine. The end of it may be that of the thread, or an exception. */
static void run_traced(void)
{
	__attribute__((cleanup(end_run))) struct call *call = innermost;

	call->ran = true;
	__atomic_store_n(&call->record->holder, tt_current_thread_id, __ATOMIC_RELAXED);
	if (tt_is_steering())
		tt_lock_steer_acquired(call->record, call->caller);
	tell_acquired(call, TT_MODE_EXCLUSIVE);
	call->routine();
	/* Relaxed: libc's release of the word, which comes after it, publishes it to who finds the once done. */
	__atomic_store_n(&call->record->done, call->what.id, __ATOMIC_RELAXED);
	pass(call->what.id);
	call->completed = true;
}

/* A once of our own, to see the word that libc writes into one in progress. */
static __thread struct {
	pthread_once_t once;
	int word;
} probe __attribute__((tls_model("initial-exec")));

static void note_word(void)
{
	probe.word = probe.once;
}

/* Whether its routine runs in this process: one that ran while the parent forked does not, and libc begins anew. */
static bool is_running(int word)
{
	if (!(word & IN_PROGRESS))
		return false;
	probe.once = PTHREAD_ONCE_INIT;
	TT_LIBC(pthread_once)(&probe.once, note_word);
	return word == probe.word;
}

/* The record; emits its init event if it was not known. NULL if the once is done, and without memory. */
static struct tt_object_entry *record_of(pthread_once_t *once, const void *caller)
{
	struct tt_object_entry *record = tt_object_entry_find(once);
	/* Acquire: pairs with the release in tt_object_entry_end_one. */
	uint64_t id = record ? __atomic_load_n(&record->id, __ATOMIC_ACQUIRE) : 0;
	bool made;

	if (id && record->kind == TT_KIND_ONCE)
		return record;
	if (word_of(once) & DONE)
		return NULL;
	if (id)
		tt_object_entry_end_one(record, id); /* of another kind, in memory that was freed */
	record = tt_object_entry_make(once, "once", TT_KIND_ONCE, NULL, &made);
	if (made && !word_of(once))
		TT_EMIT(lock_init, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), TT_KIND_ONCE);
	return record;
}

/* Whether the call is about to wait for another's. If not, others that come now are to wait for this one. */
static bool must_wait(struct call *call, int word)
{
	uint64_t nobody = 0;

	if (is_running(word))
		return true;
	/* After a fork the holder may be a thread that is not here. */
	if (word & IN_PROGRESS)
		__atomic_store_n(&call->record->holder, 0, __ATOMIC_RELAXED);
	/* The first that comes is the holder before libc lets it be that: between the two another would not see it. */
	call->claimed = __atomic_compare_exchange_n(&call->record->holder, &nobody, tt_current_thread_id, false,
	                                            __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	return !call->claimed;
}

static void end_call(struct call *call)
{
	uint64_t mine = tt_current_thread_id;

	innermost = call->outer;
	if (call->claimed)
		__atomic_compare_exchange_n(&call->record->holder, &mine, 0, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	/* What is at the address later and is not done is another. */
	if (call->completed)
		tt_object_entry_end_one(call->record, call->what.id);
}

static __attribute__((noinline)) int once_traced(pthread_once_t *once, void (*routine)(void), const void *caller)
{
	struct tt_object_entry *record = tt_should_trace(caller) ? record_of(once, caller) : NULL;

	if (!record)
		return TT_LIBC(pthread_once)(once, routine);
	tt_before_lock(record, caller);
	__attribute__((cleanup(end_call))) struct call call = {
	    .routine = routine,
	    .caller = caller,
	    .record = record,
	    .what = tt_object_entry_ref(record),
	    .outer = innermost,
	};
	bool waits = must_wait(&call, word_of(once));
	if (waits)
		TT_EMIT(lock_wait, caller, TT_OBJECT_REF(call.what), TT_KIND_ONCE, TT_MODE_SHARED, TT_NO_TIMEOUT,
		        __atomic_load_n(&record->holder, __ATOMIC_RELAXED), TT_STACK(caller));
	innermost = &call;
	int error = TT_LIBC(pthread_once)(once, run_traced);
	if (waits && !call.ran) {
		tell_acquired(&call, TT_MODE_SHARED);
		tell_released(&call, TT_MODE_SHARED);
		pass(call.what.id);
	}
	return error;
}

static __attribute__((noinline)) void done_traced(const pthread_once_t *once, const void *caller)
{
	const struct tt_object_entry *record = tt_should_trace(caller) ? tt_object_entry_find(once) : NULL;
	/* Relaxed: the once was found done, by an acquire. */
	uint64_t id = record && record->kind == TT_KIND_ONCE ? __atomic_load_n(&record->done, __ATOMIC_RELAXED) : 0;

	if (!id || is_passed(id))
		return;
	const struct call call = {.caller = caller, .what = {.name = record->name, .id = id}};
	tell_acquired(&call, TT_MODE_SHARED);
	tell_released(&call, TT_MODE_SHARED);
	pass(id);
}

int tt_once(pthread_once_t *once, void (*routine)(void), const void *caller)
{
	if (word_of(once) & DONE) {
		if (TT_TRACED(lock_acquired))
			done_traced(once, caller);
		return 0;
	}
	return TT_TRACED(lock_acquired) ? once_traced(once, routine, caller) : TT_LIBC(pthread_once)(once, routine);
}

/* What programs call. */

TT_INTERPOSED int pthread_once(pthread_once_t *once, void (*routine)(void))
{
	return tt_once(once, routine, TT_CALLER);
}
