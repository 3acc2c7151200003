/* SPDX-License-Identifier: MIT */
/*
 * Onces: told as locks, by who runs the routine, who waits for it and who comes past it later.
 */
#include "program.h"

static unsigned n_ran;
static pthread_once_t *in_it;
static int gate_of_routine; /* 1: the routine is in; 2: it may go on */

static void count_it(void)
{
	n_ran++;
}

static void wait_at_gate_of_routine(void)
{
	__atomic_store_n(&gate_of_routine, 1, __ATOMIC_SEQ_CST);
	wait_until(__atomic_load_n(&gate_of_routine, __ATOMIC_SEQ_CST) == 2);
	n_ran++;
}

SITE static int once(pthread_once_t *one, void (*routine)(void))
{
	int result = pthread_once(one, routine);

	__asm__ volatile("" : "+r"(result));
	return result;
}

static void run_another(void)
{
	must(!once(in_it, count_it));
}

static void *come_past(void *one)
{
	be("other");
	must(!once(one, count_it));
	must(!once(one, count_it));
	return NULL;
}

static void *run_slowly(void *one)
{
	be("runner");
	must(!once(one, wait_at_gate_of_routine));
	return NULL;
}

static void in_a_thread(void *(*run)(void *arg), void *arg)
{
	pthread_t thread;

	must(!pthread_create(&thread, NULL, run, arg));
	join_within(thread);
}

static void run_and_come_past(void **state)
{
	(void)state;
	pthread_once_t one = PTHREAD_ONCE_INIT;

	n_ran = 0;
	call_it(&one, "o");
	program_begin();
	must(!once(&one, count_it) && !once(&one, count_it));
	in_a_thread(come_past, &one);
	assert_int_equal(n_ran, 1);
	expect("MainThread", "lock_init o once", "lock_acquired o once depth=1", "lock_released o once depth=0", NULL);
	expect("other", "lock_acquired o once shared depth=1", "lock_released o once shared depth=0", NULL);
	/* Its object has ended; another one comes at its place. */
	one = PTHREAD_ONCE_INIT;
	program_begin();
	must(!once(&one, count_it));
	expect("MainThread", "lock_init o once", "lock_acquired o once depth=1", "lock_released o once depth=0", NULL);
	assert_int_equal(n_ran, 2);
}

static void one_in_another(void **state)
{
	(void)state;
	pthread_once_t outer = PTHREAD_ONCE_INIT, inner = PTHREAD_ONCE_INIT;

	call_it(&outer, "outer");
	call_it(&inner, "inner");
	in_it = &inner;
	program_begin();
	must(!once(&outer, run_another));
	expect("MainThread", "lock_init outer once", "lock_acquired outer once depth=1", "lock_init inner once",
	       "lock_acquired inner once depth=1", "lock_released inner once depth=0",
	       "lock_released outer once depth=0", NULL);
}

static void *wait_for_it(void *one)
{
	be("other");
	must(!once(one, count_it));
	return NULL;
}

static void one_that_is_waited_for(void **state)
{
	(void)state;
	pthread_once_t one = PTHREAD_ONCE_INIT;
	pthread_t threads[2];

	n_ran = 0;
	gate_of_routine = 0;
	call_it(&one, "o");
	program_begin();
	must(!pthread_create(&threads[0], NULL, run_slowly, &one));
	wait_until(__atomic_load_n(&gate_of_routine, __ATOMIC_SEQ_CST) == 1);
	must(!pthread_create(&threads[1], NULL, wait_for_it, &one));
	await_sleepers(1, &one);
	__atomic_store_n(&gate_of_routine, 2, __ATOMIC_SEQ_CST);
	join_within(threads[0]);
	join_within(threads[1]);
	assert_int_equal(n_ran, 1);
	expect("runner", "lock_init o once", "lock_acquired o once depth=1", "lock_released o once depth=0", NULL);
	expect("other", "lock_wait o once shared timeout=-1 held by runner", "lock_acquired o once shared depth=1",
	       "lock_released o once shared depth=0", NULL);
}

static void *run_and_be_cancelled(void *one)
{
	be("runner");
	once(one, wait_at_gate_of_routine);
	return NULL;
}

/* It is not done then, and nobody's: the next runs its own. */
static void a_routine_that_is_cancelled(void **state)
{
	(void)state;
	pthread_once_t one = PTHREAD_ONCE_INIT;
	pthread_t thread;

	n_ran = 0;
	gate_of_routine = 0;
	call_it(&one, "o");
	program_begin();
	must(!pthread_create(&thread, NULL, run_and_be_cancelled, &one));
	wait_until(__atomic_load_n(&gate_of_routine, __ATOMIC_SEQ_CST) == 1);
	must(!pthread_cancel(thread));
	join_within(thread);
	must(!once(&one, count_it));
	in_a_thread(come_past, &one);
	assert_int_equal(n_ran, 1);
	expect("runner", "lock_init o once", "lock_acquired o once depth=1", "lock_released o once depth=0", NULL);
	expect("MainThread", "lock_acquired o once depth=1", "lock_released o once depth=0", NULL);
	expect("other", "lock_acquired o once shared depth=1", "lock_released o once shared depth=0", NULL);
}

static void run_in_child(void *one)
{
	program_begin();
	must(!once(one, count_it)); /* nobody is at it here */
	must(recorded() == 2 && !strcmp(recorder.lines[0].text, "lock_acquired o once depth=1") &&
	     !strcmp(recorder.lines[1].text, "lock_released o once depth=0"));
}

static void a_routine_that_runs_in_the_parent(void **state)
{
	(void)state;
	pthread_once_t one = PTHREAD_ONCE_INIT;
	pthread_t thread;

	gate_of_routine = 0;
	call_it(&one, "o");
	program_begin();
	must(!pthread_create(&thread, NULL, run_slowly, &one));
	wait_until(__atomic_load_n(&gate_of_routine, __ATOMIC_SEQ_CST) == 1);
	in_child(run_in_child, &one);
	__atomic_store_n(&gate_of_routine, 2, __ATOMIC_SEQ_CST);
	join_within(thread);
}

/* Of those that were done before anybody looked nothing is known. */
static void done_before_anybody_looked(void **state)
{
	(void)state;
	static pthread_once_t one = PTHREAD_ONCE_INIT; /* where no other was */

	call_it(&one, "o");
	program_pause();
	must(!once(&one, count_it));
	program_begin();
	must(!once(&one, count_it));
	in_a_thread(come_past, &one);
	assert_int_equal(recorded(), 0);
	program_begin();
	tt_reentrancy_enter();
	one = PTHREAD_ONCE_INIT;
	must(!once(&one, count_it));
	tt_reentrancy_leave();
	assert_int_equal(recorded(), 0);
}

/* Memory that was a mutex's, and was freed. */
static void one_where_a_mutex_was(void **state)
{
	(void)state;
	union {
		pthread_mutex_t mutex;
		pthread_once_t once;
	} place = {.mutex = PTHREAD_MUTEX_INITIALIZER};

	call_it(&place, "p");
	program_begin();
	must(!pthread_mutex_lock(&place.mutex) && !pthread_mutex_unlock(&place.mutex));
	place.once = PTHREAD_ONCE_INIT;
	program_begin();
	must(!once(&place.once, count_it));
	expect("MainThread", "lock_init p once", "lock_acquired p once depth=1", "lock_released p once depth=0", NULL);
	/* What comes past one that is done there has had another. */
	program_begin();
	place.mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	must(!pthread_mutex_lock(&place.mutex) && !pthread_mutex_unlock(&place.mutex));
	place.once = 2; /* done */
	in_a_thread(come_past, &place.once);
	expect("other", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(run_and_come_past),
	    cmocka_unit_test(one_in_another),
	    cmocka_unit_test(one_that_is_waited_for),
	    cmocka_unit_test(a_routine_that_is_cancelled),
	    cmocka_unit_test(a_routine_that_runs_in_the_parent),
	    cmocka_unit_test(done_before_anybody_looked),
	    cmocka_unit_test(one_where_a_mutex_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
