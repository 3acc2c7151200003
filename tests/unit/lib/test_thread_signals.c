/* SPDX-License-Identifier: MIT */
/*
 * A thread's signals: none comes before it is known, and then it has the mask of the one that started it, which has its
 * own again. And how deep in the library a thread is, where a handler would come in.
 */
#include "threads.h"

#include <dlfcn.h>

#include "libtrace_thr/src/thread/current_thread.h"
#include "tracepoints/emit.h"

/* The first of the signals that libc has for itself. */
enum { LIBCS = 32 };

static sigset_t mask_of_create;

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *arg), void *arg)
{
	union {
		void *address;
		int (*call)(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *arg), void *arg);
	} next = {.address = dlsym(RTLD_NEXT, "pthread_create")};

	pthread_sigmask(SIG_BLOCK, NULL, &mask_of_create);
	return next.call(thread, attr, run, arg);
}

static bool is_mask(const sigset_t *mask, int blocked)
{
	for (int signal = 1; signal < LIBCS; signal++)
		if (sigismember(mask, signal) != (signal == blocked))
			return false;
	return true;
}

static void *note_mask(void *mask)
{
	pthread_sigmask(SIG_BLOCK, NULL, mask);
	return NULL;
}

static void a_thread_has_its_starters_mask(void **state)
{
	(void)state;
	static const int signals[] = {SIGUSR1, SIGUSR2};
	sigset_t before, blocked, seen, after;

	pthread_sigmask(SIG_BLOCK, NULL, &before);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		sigemptyset(&blocked);
		sigaddset(&blocked, signals[i]);
		pthread_sigmask(SIG_SETMASK, &blocked, NULL);
		joined(started(note_mask, &seen));
		pthread_sigmask(SIG_SETMASK, &before, &after);
		assert_true(is_mask(&seen, signals[i]));
		assert_true(is_mask(&after, signals[i]));
		for (int signal = 1; signal < LIBCS; signal++)
			assert_true(signal == SIGKILL || signal == SIGSTOP ||
			            sigismember(&mask_of_create, signal) == 1);
	}
}

/* How deep, at the last event that a thread begins with and at its end. */
static unsigned depth_of_start, depth_of_exit;

static void on_start(void *data, const struct tt_thread_ref *who, const void *caller, const struct tt_object_ref *what,
                     uint8_t daemon, uint32_t native_id, uint32_t ppid, const void *target, const char *recording)
{
	(void)data, (void)who, (void)caller, (void)what, (void)daemon, (void)native_id, (void)ppid, (void)target;
	(void)recording;
	depth_of_start = tt_reentrancy;
}

static void on_exit_event(void *data, const struct tt_thread_ref *who, const void *caller,
                          const struct tt_object_ref *what, uint8_t how)
{
	(void)data, (void)who, (void)caller, (void)what, (void)how;
	depth_of_exit = tt_reentrancy;
}

static void record(bool on)
{
	static struct lttng_ust_tracepoint_probe start[] = {{.func = (void (*)(void))on_start}, {.func = NULL}};
	static struct lttng_ust_tracepoint_probe end[] = {{.func = (void (*)(void))on_exit_event}, {.func = NULL}};

	lttng_ust_tracepoint_trace_thr___thread_start.probes = start;
	lttng_ust_tracepoint_trace_thr___thread_start.state = on;
	lttng_ust_tracepoint_trace_thr___thread_exit.probes = end;
	lttng_ust_tracepoint_trace_thr___thread_exit.state = on;
}

static pthread_key_t late;
static unsigned rounds, depth_after;

/* Comes round as often as it may, so also after the library's end of the thread. */
static void look_late(void *arg)
{
	__atomic_store_n(&depth_after, tt_reentrancy, __ATOMIC_RELAXED);
	if (__atomic_add_fetch(&rounds, 1, __ATOMIC_RELAXED) < PTHREAD_DESTRUCTOR_ITERATIONS)
		pthread_setspecific(late, arg);
}

static void *call_in(void *arg)
{
	must(tt_reentrancy == 0);
	tthr_current();
	must(tt_reentrancy == 0);
	pthread_setspecific(late, arg);
	return NULL;
}

static void handlers_are_kept_out_where_a_thread_begins_and_ends(void **state)
{
	(void)state;
	struct crew crew;

	must(!pthread_key_create(&late, look_late));
	rounds = 0;
	record(true);
	crew_start(&crew, 1, call_in, &crew);
	crew_join(&crew);
	record(false);
	assert_int_equal(depth_of_start, TT_INTERNAL + 1);
	assert_int_equal(depth_of_exit, TT_INTERNAL + 1);
	assert_int_equal(__atomic_load_n(&rounds, __ATOMIC_RELAXED), PTHREAD_DESTRUCTOR_ITERATIONS);
	assert_int_equal(__atomic_load_n(&depth_after, __ATOMIC_RELAXED), 0);
	must(!pthread_key_delete(late));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_thread_has_its_starters_mask),
	    cmocka_unit_test(handlers_are_kept_out_where_a_thread_begins_and_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
