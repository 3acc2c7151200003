/* SPDX-License-Identifier: MIT */
/*
 * The life of a thread: its start, its run, its end, and who waits for that.
 */
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "libtrace_thr/src/sync/deadline.h"
#include "libtrace_thr/src/sync/futex.h"
#include "libtrace_thr/src/thread/last_thread.h"
#include "libtrace_thr/src/primitives/local.h"
#include "libtrace_thr/src/trace/module_list.h"
#include "libtrace_thr/src/thread/process.h"
#include "libtrace_thr/src/thread/pthread_exit.h"
#include "libtrace_thr/src/thread/registry.h"
#include "libtrace_thr/src/explore/shake.h"
#include "libtrace_thr/src/explore/steer.h"
#include "libtrace_thr/src/thread/thread.h"
#include "libtrace_thr/src/trace/untold.h"

void tt_thread_set_state(tthr_thread *thread, enum tt_life state)
{
	/* Release: pairs with the acquire in tt_thread_state. */
	__atomic_store_n(&thread->state, state, __ATOMIC_RELEASE);
	tt_futex_wake(&thread->state, INT_MAX);
}

static bool change_state(tthr_thread *thread, uint32_t from, uint32_t to)
{
	/* Acquire: pairs with the release in tt_thread_set_state. */
	return __atomic_compare_exchange_n(&thread->state, &from, to, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE);
}

static int refuse(const tthr_thread *thread, const char *call, enum tt_misuse why, int error, const void *caller)
{
	struct tt_object_ref what = tt_thread_ref_of(thread);
	tt_misuse(caller, TT_OBJECT_THREAD, &what, call, why);
	return error;
}

void tt_thread_begin(tthr_thread *thread)
{
	tt_stack_prepare_thread();
	tt_steer_prepare_thread();
	tt_registry_lock();
	__atomic_store_n(&thread->native_id, gettid(), __ATOMIC_RELAXED);
	__atomic_store_n(&thread->ident, pthread_self(), __ATOMIC_RELAXED);
	if (!thread->foreign)
		tt_thread_set_kernel_name(thread);
	tt_registry_unlock();

	if (tt_enabled(thread_start)) {
		const struct tthr_thread_options *options = &thread->options;
		uintptr_t target = options->run ? (uintptr_t)options->run : (uintptr_t)options->target;
		struct tt_object_ref what = tt_thread_ref_of(thread);
		TT_TRACE(thread_start, thread->starter, &what, thread->daemon, (uint32_t)thread->native_id,
		         (uint32_t)getppid(), (const void *)target, tt_process_recording());
	}
	tt_module_list_look();
	tt_untold_tell();
	tt_thread_set_state(thread, TT_LIFE_ALIVE);
}

/* The way out of a thread that does not return: pthread_exit or cancellation. */
static void unwinds(void *arg)
{
	tthr_thread *thread = arg;

	/* From here on it cannot be cancelled any more: its end is decided. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	thread->end = TT_END_CANCELLED;
	thread->result = PTHREAD_CANCELED;
}

/* Whether it was cancelled, or called a pthread_exit that is not ours: pthread_join tells. */
static bool may_have_exited(const tthr_thread *thread)
{
	return thread->end == TT_END_CANCELLED;
}

static void *call_target(tthr_thread *thread)
{
	const struct tthr_thread_options *options = &thread->options;

	if (options->run)
		return options->run(thread);
	return options->target ? options->target(options->arg) : NULL;
}

/* A thread that is about to run, and the signals that it is to take from then on. On the stack of its maker. */
struct coming {
	tthr_thread *thread;
	sigset_t mask;
};

static void *run(void *arg)
{
	tthr_thread *thread = ((struct coming *)arg)->thread;
	const sigset_t mask = ((struct coming *)arg)->mask;

	if (!tt_current_bind(thread)) {
		tt_thread_set_state(thread, TT_LIFE_FAILED);
		return NULL;
	}
	/* A cancel that comes early finds a thread that is ready for it. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	tt_thread_begin(thread);
	pthread_cleanup_push(unwinds, thread);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	thread->result = call_target(thread);
	/* It has returned: too late to be cancelled. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_cleanup_pop(0);
	return thread->result;
}

/* Starts the pthread. When it returns 0 the thread is alive, with a native id and its start in the trace. */
static int create(tthr_thread *thread)
{
	pthread_attr_t attr;
	pthread_t made;
	struct coming coming = {.thread = thread};
	sigset_t all;
	int error = pthread_attr_init(&attr);

	if (error)
		return error;
	if (thread->options.stack_size)
		error = pthread_attr_setstacksize(&attr, thread->options.stack_size);
	/* No handler runs in it before it is known: it would be taken for another thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &coming.mask);
	if (!error)
		error = pthread_create(&made, &attr, run, &coming);
	pthread_sigmask(SIG_SETMASK, &coming.mask, NULL);
	pthread_attr_destroy(&attr);
	if (error)
		return error;
	while (tt_thread_state(thread) == TT_LIFE_STARTING)
		tt_futex_wait(&thread->state, TT_LIFE_STARTING, &tt_never);
	if (tt_thread_state(thread) != TT_LIFE_FAILED)
		return 0;
	pthread_join(made, NULL);
	return ENOMEM;
}

int tt_thread_start(tthr_thread *thread, const void *caller)
{
	tt_current_id();
	if (!change_state(thread, TT_LIFE_NEW, TT_LIFE_STARTING))
		return refuse(thread, "tthr_thread_start", TT_MISUSE_STARTED_TWICE, EALREADY, caller);
	thread->starter = caller;
	thread->pid = tt_current_pid();
	thread->prng = tt_shake_child();
	TT_SHAKE(thread_start);
	tt_registry_add(tthr_thread_ref(thread)); /* the reference that it has of itself while alive */
	int error = tt_process_join_at_exit();
	if (!error)
		error = create(thread);
	if (error) {
		tt_registry_remove(thread);
		tt_thread_set_state(thread, TT_LIFE_NEW);
		tthr_thread_unref(thread);
	}
	return error;
}

void tt_thread_end(tthr_thread *thread)
{
	int state;
	void *value;
	bool reaped = thread->foreign || thread == tt_registry_main();

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	if (tt_pthread_exit_called(&value)) {
		thread->end = TT_END_EXITED;
		thread->result = value;
	}
	tt_local_end_thread(thread);
	if (tt_emit_deferred_posts)
		tt_emit_deferred_posts();
	tt_untold_tell();
	tt_reentrancy += TT_INTERNAL; /* no handler makes an event of the thread after its last */
	struct tt_object_ref what = tt_thread_ref_of(thread);
	TT_TRACE(thread_exit, NULL, &what, thread->end);
	bool was_last = tt_registry_remove(thread);
	tt_thread_set_state(thread, reaped ? TT_LIFE_GONE : TT_LIFE_ENDED);
	tthr_thread_unref(thread);
	tt_current_forget();
	tt_reentrancy -= TT_INTERNAL;
	if (tt_emit_deferred_posts)
		tt_emit_deferred_posts();
	if (was_last)
		tt_last_thread_ends();
	pthread_setcancelstate(state, NULL);
}

/* ThreadSanitizer's, where the program has it. */
extern void __tsan_init(void) __attribute__((weak));

/* pthread_join within the deadline. */
static int join_within(pthread_t pthread, void **result, const struct tt_deadline *deadline)
{
	struct timespec until;

	if (deadline->forever)
		return pthread_join(pthread, result);
	if (!__tsan_init)
		return pthread_clockjoin_np(pthread, result, CLOCK_MONOTONIC, &deadline->at);
	/* Of the joins with a limit it knows this one alone, and would call the thread leaked and its writes unordered.
	 */
	clock_gettime(CLOCK_REALTIME, &until);
	int64_t ns = until.tv_nsec + tt_deadline_left_ns(deadline);
	until.tv_sec += ns / 1000000000;
	until.tv_nsec = ns % 1000000000;
	return pthread_timedjoin_np(pthread, result, &until);
}

/*
 * Joins the pthread, which has ended but for the destructors that run after ours: they may last. One caller at a time
 * does it; ETIMEDOUT at its deadline.
 */
static int reap(tthr_thread *thread, const struct tt_deadline *deadline)
{
	void *result;
	int state;

	/* pthread_join is a cancellation point, and we have none. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	int error = join_within(thread->ident, &result, deadline);
	if (!error && may_have_exited(thread) && result != PTHREAD_CANCELED) {
		thread->end = TT_END_EXITED;
		thread->result = result;
	}
	tt_thread_set_state(thread, error ? TT_LIFE_ENDED : TT_LIFE_GONE);
	pthread_setcancelstate(state, NULL);
	return error;
}

/* Whether a thread in this state, which is started, will get on without the caller's doing. */
static bool is_waited_for(uint32_t state)
{
	if (state == TT_LIFE_EXITING)
		/* If the main thread went on, its return would be a second exit, and cut the first one short. */
		return tthr_current() == tt_registry_main();
	return state <= TT_LIFE_ALIVE || state == TT_LIFE_REAPING;
}

/* Waits until the thread is gone: 0, ETIMEDOUT, or EINVAL if it is not started. */
static int wait_gone(tthr_thread *thread, const struct tt_deadline *deadline)
{
	bool late = false;

	for (;;) {
		uint32_t state = tt_thread_state(thread);
		if (state == TT_LIFE_NEW)
			return EINVAL;
		if (state >= TT_LIFE_ENDED && !tt_thread_is_of_this_process(thread))
			return 0;
		if (state == TT_LIFE_ENDED) {
			if (change_state(thread, TT_LIFE_ENDED, TT_LIFE_REAPING))
				return reap(thread, deadline);
			continue;
		}
		if (!is_waited_for(state))
			return 0;
		if (late)
			return ETIMEDOUT;
		late = tt_futex_wait(&thread->state, state, deadline) == ETIMEDOUT;
	}
}

int tt_thread_join(tthr_thread *thread, double seconds, const void *caller)
{
	static const char call[] = "tthr_thread_join";
	struct tt_deadline deadline;
	uint32_t state = tt_thread_state(thread);

	if (tt_deadline_after(seconds, &deadline))
		return refuse(thread, call, TT_MISUSE_BAD_ARGUMENT, EINVAL, caller);
	if (thread == tthr_current())
		return refuse(thread, call, TT_MISUSE_JOINS_ITSELF, EDEADLK, caller);
	/* Foreign, but no daemon: the main thread, or one that was so before another thread forked. */
	if (thread->foreign && thread->daemon)
		return refuse(thread, call, TT_MISUSE_BAD_ARGUMENT, ENOTSUP, caller);
	if (state == TT_LIFE_NEW)
		return refuse(thread, call, TT_MISUSE_NOT_STARTED, EINVAL, caller);

	TT_SHAKE(thread_join_done);
	struct tt_object_ref what = tt_thread_ref_of(thread);
	if (state < TT_LIFE_ENDED && is_waited_for(state) && seconds > 0)
		TT_TRACE(thread_join_wait, caller, &what, tt_timeout_ns(seconds), TT_STACK(caller));
	int error = wait_gone(thread, &deadline);
	if (error != EINVAL)
		TT_TRACE(thread_join_done, caller, &what, error ? TT_WAKE_TIMEOUT : TT_WAKE_JOINED, TT_STACK(caller));
	return error;
}

int tthr_thread_start(tthr_thread *thread)
{
	return tt_thread_start(thread, TT_CALLER);
}

int tthr_thread_join(tthr_thread *thread)
{
	return tt_thread_join(thread, TTHR_FOREVER, TT_CALLER);
}

int tthr_thread_join_timeout(tthr_thread *thread, double seconds)
{
	return tt_thread_join(thread, seconds, TT_CALLER);
}

int tthr_thread_result(const tthr_thread *thread, void **value, enum tthr_end *end)
{
	static const struct tt_deadline passed = {.forever = false};
	tthr_thread *ended = (tthr_thread *)(uintptr_t)thread;
	uint32_t state = tt_thread_state(ended);

	if (state < TT_LIFE_ENDED)
		return EBUSY;
	if (wait_gone(ended, &passed) && may_have_exited(ended))
		return EBUSY;
	if (value)
		*value = ended->result;
	if (end)
		*end = (enum tthr_end)ended->end;
	return 0;
}
