/* SPDX-License-Identifier: MIT */
/*
 * Barriers: rounds, in the order in which the threads come; those that were there before anybody looked; and those
 * that are shared between processes.
 */
#include "program.h"

CALL(init, pthread_barrier_init,
     (pthread_barrier_t * barrier, const pthread_barrierattr_t *attributes, unsigned parties), barrier, attributes,
     parties)
CALL(destroy, pthread_barrier_destroy, (pthread_barrier_t * barrier), barrier)
CALL(arrive, pthread_barrier_wait, (pthread_barrier_t * barrier), barrier)

static void *come(void *barrier)
{
	be("other");
	arrive(barrier);
	return NULL;
}

static void make_shared(pthread_barrier_t *barrier, unsigned parties)
{
	pthread_barrierattr_t attributes;

	must(!pthread_barrierattr_init(&attributes));
	must(!pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
	must(!init(barrier, &attributes, parties));
}

static void rounds(void **state)
{
	(void)state;
	pthread_barrier_t barrier;
	pthread_t thread;

	call_it(&barrier, "b");
	program_begin();
	must(init(&barrier, NULL, 0) == EINVAL);
	must(!init(&barrier, NULL, 2));
	must(!pthread_create(&thread, NULL, come, &barrier));
	await_sleepers(1, &barrier);
	must(arrive(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
	join_within(thread);
	must(!destroy(&barrier));
	expect("MainThread", "barrier_init b parties=2 timeout=-1", "barrier_passed b index=1 by nobody",
	       "barrier_destroy b", NULL);
	expect("other", "barrier_wait b index=0 waiting=1/2 timeout=-1", "barrier_passed b index=0 by nobody", NULL);
	assert_true(place_of("MainThread", "barrier_passed b index=1 by nobody") <
	            place_of("other", "barrier_passed b index=0 by nobody"));
	program_begin();
	must(!init(&barrier, NULL, 1));
	must(arrive(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD && arrive(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
	must(!init(&barrier, NULL, 1)); /* another, without an end */
	must(arrive(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
	must(!destroy(&barrier));
	expect("MainThread", "barrier_init b parties=1 timeout=-1", "barrier_passed b index=0 by nobody",
	       "barrier_passed b index=0 by nobody", "barrier_init b parties=1 timeout=-1",
	       "barrier_passed b index=0 by nobody", "barrier_destroy b", NULL);
}

/* Counted from there on, with those that had come. */
static void first_seen_with_some_there(void **state)
{
	(void)state;
	pthread_barrier_t barrier;
	pthread_t threads[2];

	call_it(&barrier, "b");
	program_pause();
	must(!init(&barrier, NULL, 3));
	must(!pthread_create(&threads[0], NULL, come, &barrier));
	await_sleepers(1, &barrier);
	program_begin();
	must(!pthread_create(&threads[1], NULL, come, &barrier));
	await_sleepers(2, &barrier);
	must(arrive(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
	join_within(threads[0]);
	join_within(threads[1]);
	expect("MainThread", "barrier_passed b index=2 by nobody", NULL);
	expect("other", "barrier_wait b index=1 waiting=2/3 timeout=-1", "barrier_passed b index=1 by nobody", NULL);
	must(!destroy(&barrier));
}

/* Where a record is, those that come while nobody looks are counted as well. */
static void counted_while_nobody_looks(void **state)
{
	(void)state;
	pthread_barrier_t barrier;
	pthread_t thread;

	call_it(&barrier, "b");
	program_begin();
	must(!init(&barrier, NULL, 2));
	program_pause();
	must(!pthread_create(&thread, NULL, come, &barrier));
	await_sleepers(1, &barrier);
	program_begin();
	must(arrive(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
	join_within(thread);
	expect("MainThread", "barrier_passed b index=1 by nobody", NULL);
	program_pause();
	must(!init(&barrier, NULL, 1)); /* another one */
	program_begin();
	must(arrive(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
	expect("MainThread", "barrier_passed b index=0 by nobody", NULL);
	must(!destroy(&barrier));
}

/* Others take part that are not seen: nobody is known to be the last. */
static void shared_ones(void **state)
{
	(void)state;
	pthread_barrier_t barrier;
	pthread_t thread;

	call_it(&barrier, "b");
	program_begin();
	make_shared(&barrier, 1);
	must(arrive(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
	must(!destroy(&barrier));
	expect("MainThread", "barrier_init b parties=1 timeout=-1", "object_shared b barrier",
	       "barrier_wait b index=0 waiting=1/1 timeout=-1", "barrier_passed b index=0 by nobody",
	       "barrier_destroy b", NULL);
	program_pause();
	make_shared(&barrier, 2);
	must(!pthread_create(&thread, NULL, come, &barrier));
	await_sleepers(1, &barrier);
	program_begin();
	must(arrive(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
	join_within(thread);
	must(!destroy(&barrier));
	expect("MainThread", "object_shared b barrier", "barrier_wait b index=0 waiting=1/2 timeout=-1",
	       "barrier_passed b index=0 by nobody", "barrier_destroy b", NULL);
}

static void *destroy_it(void *barrier)
{
	be("destroyer");
	must(!destroy(barrier));
	return NULL;
}

/* libc waits for those who wait; whether anybody may come after that it does not say. */
static void destroy_with_a_waiter(void *barrier)
{
	pthread_t threads[2];
	unsigned n = 0;

	program_begin();
	must(!init(barrier, NULL, 2));
	must(!pthread_create(&threads[0], NULL, come, barrier));
	await_sleepers(1, barrier);
	must(!pthread_create(&threads[1], NULL, destroy_it, barrier));
	await_sleepers(2, barrier);
	for (unsigned i = 0; i < recorded(); i++)
		if (!strcmp(recorder.lines[i].thread, "destroyer"))
			must(n++ == 0 && !strcmp(recorder.lines[i].text, "barrier_destroy_wait b timeout=-1"));
	must(n == 1);
}

static void destroyed_with_waiters(void **state)
{
	(void)state;
	pthread_barrier_t barrier;

	call_it(&barrier, "b");
	in_child(destroy_with_a_waiter, &barrier);
}

/* In the tracer nothing is told, nor counted. */
static void in_the_tracer(void **state)
{
	(void)state;
	pthread_barrier_t barrier;

	call_it(&barrier, "b");
	program_begin();
	tt_reentrancy_enter();
	must(!init(&barrier, NULL, 1));
	must(arrive(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD && !destroy(&barrier));
	tt_reentrancy_leave();
	expect("MainThread", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rounds),
	    cmocka_unit_test(first_seen_with_some_there),
	    cmocka_unit_test(counted_while_nobody_looks),
	    cmocka_unit_test(shared_ones),
	    cmocka_unit_test(destroyed_with_waiters),
	    cmocka_unit_test(in_the_tracer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
