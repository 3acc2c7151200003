/* SPDX-License-Identifier: MIT */
/*
 * How threads of a program begin: with which stack, in a handler that comes first, and those that the program has not
 * made itself.
 */
#include "program.h"

#include <semaphore.h>
#include <threads.h>

#include "libtrace_thr/src/thread/registry.h"
#include "libtrace_thr/src/thread/thread.h"

SITE static pthread_t create(const pthread_attr_t *attributes, void *(*start)(void *), void *arg)
{
	pthread_t made;
	int error = pthread_create(&made, attributes, start, arg);

	must(!error);
	return made;
}

CALL(join, pthread_join, (pthread_t thread, void **value), thread, value)

static int gate_open;

static void *wait_for_gate(void *arg)
{
	wait_until(__atomic_load_n(&gate_open, __ATOMIC_SEQ_CST));
	return arg;
}

/* A stack of the program's own measure gets room for our events on top; one that it gives itself does not. */
static size_t seen_size;

static void *see_size(void *arg)
{
	pthread_attr_t attributes;

	must(!pthread_getattr_np(pthread_self(), &attributes));
	must(!pthread_attr_getstacksize(&attributes, &seen_size));
	pthread_attr_destroy(&attributes);
	return arg;
}

static size_t size_with(const pthread_attr_t *attributes)
{
	pthread_t thread;

	must(!pthread_create(&thread, attributes, see_size, NULL) && !pthread_join(thread, NULL));
	return seen_size;
}

static void stacks(void **state)
{
	(void)state;
	enum { SMALL = 64 * 1024, MORE = 16 * 1024, LARGE = 1024 * 1024 };
	pthread_attr_t attributes;
	size_t usual;
	void *memory = aligned_alloc(4096, SMALL);

	must(memory && !pthread_attr_init(&attributes));
	usual = size_with(NULL);
	assert_int_equal(size_with(&attributes), usual);
	must(!pthread_attr_setstacksize(&attributes, SMALL));
	assert_true(size_with(&attributes) >= SMALL + MORE);
	must(!pthread_attr_getstacksize(&attributes, &usual));
	assert_int_equal(usual, SMALL); /* what it has given is as it was */
	must(!pthread_attr_setstacksize(&attributes, LARGE));
	assert_true(size_with(&attributes) < LARGE + MORE);
	must(!pthread_attr_setstack(&attributes, memory, SMALL));
	assert_true(size_with(&attributes) <= SMALL);
	free(memory);
}

static void *refuse_to_start(void *arg)
{
	return arg;
}

/* What could not be made is not there, and the next can be. */
static void one_that_is_not_made(void **state)
{
	(void)state;
	pthread_attr_t attributes;
	pthread_t thread;

	must(!pthread_attr_init(&attributes) && !pthread_attr_setstacksize(&attributes, (size_t)1 << 46));
	program_begin();
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&thread, &attributes, refuse_to_start, NULL), EAGAIN);
	assert_true(tt_registry_first() == tt_registry_main() && !tt_registry_first()->next);
	thread = create(NULL, refuse_to_start, NULL);
	must(!join(thread, NULL));
}

static unsigned n_of_c11;

static int start_of_c11(void *arg)
{
	count_up(&n_of_c11);
	return *(int *)arg;
}

static void threads_of_c11(void **state)
{
	(void)state;
	thrd_t thread;
	static int number = 4711;
	int result = 0;

	program_begin();
	must(thrd_create(&thread, start_of_c11, &number) == thrd_success);
	must(thrd_join(thread, &result) == thrd_success);
	assert_int_equal(result, 4711);
	must(thrd_create(&thread, start_of_c11, &number) == thrd_success);
	must(thrd_detach(thread) == thrd_success);
	wait_until(count_of(&n_of_c11) == 2 && tthr_active_count() == 1);
}

static sem_t posted;

CALL(post, sem_post, (sem_t * sem), sem)

static void post_in_handler(int signal)
{
	(void)signal;
	post(&posted);
}

static void *take_post(void *arg)
{
	must(!sem_wait(&posted));
	return arg;
}

/* A signal that is pending comes as a thread begins, before its own first step: it is that thread already. */
static void a_handler_before_the_start(void **state)
{
	(void)state;
	pthread_attr_t attributes;
	sigset_t none, set;
	pthread_t waiting;

	must(!sem_init(&posted, 0, 0) && !sigemptyset(&none) && !sigemptyset(&set) && !sigaddset(&set, SIGUSR1));
	must(!sigaction(SIGUSR1, &(struct sigaction){.sa_handler = post_in_handler}, NULL));
	must(!pthread_attr_init(&attributes) && !pthread_attr_setsigmask_np(&attributes, &none));
	program_begin();
	must(!pthread_sigmask(SIG_BLOCK, &set, NULL));
	must(!pthread_create(&waiting, NULL, wait_for_gate, NULL)); /* another, which may have yet to begin */
	for (int i = 0; i < 3; i++) {
		program_begin();
		must(!kill(getpid(), SIGUSR1));
		pthread_t thread = create(&attributes, take_post, NULL);
		must(!join(thread, NULL));
		must(recorded() >= 3);
		const char *made = strchr(recorder.lines[0].text, ' ') + 1;
		unsigned at = 0;
		while (at < recorded() && strncmp(recorder.lines[at].text, "sem_released", 12) != 0)
			at++;
		must(at < recorded());
		assert_true(!strncmp(recorder.lines[at].thread, made, strlen("Thread-1 (")));
		wait_until(tthr_active_count() == 2);
	}
	must(!pthread_sigmask(SIG_UNBLOCK, &set, NULL));
	__atomic_store_n(&gate_open, 1, __ATOMIC_SEQ_CST);
	must(!pthread_join(waiting, NULL));
}

/* A thread that was made by nobody we know, as libc's own for a timer. */
static void by_timer(union sigval value)
{
	(void)value;
	be("timer");
	post(&posted);
}

static void a_thread_of_libcs(void **state)
{
	(void)state;
	timer_t timer;
	struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = by_timer};
	const struct itimerspec soon = {.it_value = {.tv_nsec = 1000000}};

	must(!sem_init(&posted, 0, 0));
	call_it(&posted, "s");
	program_begin();
	must(!timer_create(CLOCK_MONOTONIC, &event, &timer) && !timer_settime(timer, 0, &soon, NULL));
	must(!sem_wait(&posted));
	wait_until(recorded() >= 1);
	must(!timer_delete(timer));
	assert_string_equal(recorder.lines[0].text, "sem_released s n=1 value=1");
	assert_string_not_equal(recorder.lines[0].thread, "MainThread");
	wait_until(tthr_active_count() == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(stacks),
	    cmocka_unit_test(one_that_is_not_made),
	    cmocka_unit_test(threads_of_c11),
	    cmocka_unit_test(a_handler_before_the_start),
	    cmocka_unit_test(a_thread_of_libcs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
