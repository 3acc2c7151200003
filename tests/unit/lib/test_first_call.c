/* SPDX-License-Identifier: MIT */
/*
 * What a thread finds when it comes: any call makes it known. And what an event leaves as it was, who sleeps until a
 * thread has begun, and whose thread nobody joins.
 */
#include "threads.h"

#include <dlfcn.h>

#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/thread/thread.h"
#include "tracepoints/emit.h"

static tthr_thread *other;

static void call_current(void)
{
	must(tthr_current());
}

static void call_main(void)
{
	must(tthr_main());
}

static void call_enumerate(void)
{
	tthr_thread **list;
	size_t n;

	must(!tthr_enumerate(&list, &n) && n == 2 && list[1] == tthr_current());
	tthr_thread_list_free(list, n);
}

static void call_count(void)
{
	must(tthr_active_count() == 2);
}

static void call_set_name(void)
{
	must(!tthr_thread_set_name(other, "other"));
}

static void call_start(void)
{
	must(!tthr_thread_start(other));
	must(!tthr_thread_join_timeout(other, WAIT_SECONDS));
}

static void call_local(void)
{
	static tthr_local local = TTHR_LOCAL_INIT("local");
	void *value;

	must(tthr_local_get(&local, &value) == ENOENT);
}

static void call_lock(void)
{
	tthr_lock lock = TTHR_LOCK_INIT("lock");

	must(!tthr_lock_acquire(&lock) && lock.holder == tthr_thread_id(tthr_current()) && !tthr_lock_release(&lock));
}

static void (*const calls[])(void) = {call_current,  call_main,  call_enumerate, call_count,
                                      call_set_name, call_start, call_local,     call_lock};

static void *come(void *index)
{
	must(!tt_current_thread());
	calls[*(size_t *)index]();
	must(tt_current_thread() && tt_current_thread()->foreign);
	return NULL;
}

static void any_call_makes_it_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		struct crew crew;
		other = made(&(struct tthr_thread_options){.target = nothing});
		crew_start(&crew, 1, come, &i);
		crew_join(&crew);
		tthr_thread_unref(other);
		assert_int_equal(tthr_active_count(), 1);
	}
}

static int state_within, error_after;

static void on_create(void *data, const struct tt_thread_ref *who, const void *caller, const struct tt_object_ref *what,
                      uint8_t daemon)
{
	(void)data, (void)who, (void)caller, (void)what, (void)daemon;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state_within);
	errno = error_after;
}

/* LTTng may sleep in what is a cancellation point, and set errno. */
static void an_event_is_not_noticed(void **state)
{
	(void)state;
	static struct lttng_ust_tracepoint_probe probes[] = {{.func = (void (*)(void))on_create}, {.func = NULL}};
	static const int states[] = {PTHREAD_CANCEL_ENABLE, PTHREAD_CANCEL_DISABLE};

	lttng_ust_tracepoint_trace_thr___thread_create.probes = probes;
	lttng_ust_tracepoint_trace_thr___thread_create.state = 1;
	for (size_t i = 0; i < 2; i++) {
		int after;
		must(!pthread_setcancelstate(states[i], NULL));
		state_within = -1;
		errno = 77;
		error_after = 78;
		tthr_thread *thread = made(NULL);
		assert_int_equal(errno, 77);
		must(!pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &after));
		assert_int_equal(after, states[i]);
		assert_int_equal(state_within, PTHREAD_CANCEL_DISABLE);
		tthr_thread_unref(thread);
	}
	lttng_ust_tracepoint_trace_thr___thread_create.state = 0;
}

/* The thread that is about to begin: it goes on once its starter sleeps. */
static tthr_thread *coming;

int pthread_setspecific(pthread_key_t key, const void *value)
{
	union {
		void *address;
		int (*call)(pthread_key_t key, const void *value);
	} next = {.address = dlsym(RTLD_NEXT, "pthread_setspecific")};

	if (value && value == coming) {
		wait_until(sleepers_on(&coming->state) == 1);
		coming = NULL; /* its end comes here as well */
	}
	return next.call(key, value);
}

static void the_starter_sleeps_until_it_has_begun(void **state)
{
	(void)state;
	coming = made(&(struct tthr_thread_options){.target = nothing});
	tthr_thread *thread = coming;

	must(!tthr_thread_start(thread));
	joined(thread);
}

static unsigned n_detached;

int pthread_detach(pthread_t thread)
{
	union {
		void *address;
		int (*call)(pthread_t thread);
	} next = {.address = dlsym(RTLD_NEXT, "pthread_detach")};

	count_up(&n_detached);
	return next.call(thread);
}

/* Else its stack would stay. */
static void who_is_not_joined_is_detached(void **state)
{
	(void)state;
	tthr_thread *thread = started(nothing, NULL);

	wait_until(tt_thread_state(thread) == TT_LIFE_ENDED);
	n_detached = 0;
	tthr_thread_unref(thread);
	wait_until(count_of(&n_detached) == 1);
	n_detached = 0;
	joined(started(nothing, NULL));
	tthr_thread_unref(made(NULL));
	assert_int_equal(count_of(&n_detached), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_call_makes_it_known),
	    cmocka_unit_test(an_event_is_not_noticed),
	    cmocka_unit_test(the_starter_sleeps_until_it_has_begun),
	    cmocka_unit_test(who_is_not_joined_is_detached),
	};

	must(tt_current_thread() == tthr_main()); /* before any call */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
