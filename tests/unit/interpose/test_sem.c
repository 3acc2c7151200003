/* SPDX-License-Identifier: MIT */
/*
 * Semaphores: what each call of a program is told as; those of another process; names; and posts of handlers, which
 * come in at any moment.
 */
#include "program.h"

#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>

CALL(init, sem_init, (sem_t * sem, int shared, unsigned value), sem, shared, value)
CALL(destroy, sem_destroy, (sem_t * sem), sem)
CALL(take, sem_wait, (sem_t * sem), sem)
CALL(try, sem_trywait, (sem_t * sem), sem)
CALL(timed, sem_timedwait, (sem_t * sem, const struct timespec *until), sem, until)
CALL(clocked, sem_clockwait, (sem_t * sem, clockid_t clock, const struct timespec *until), sem, clock, until)
CALL(post, sem_post, (sem_t * sem), sem)
CALL(value, sem_getvalue, (sem_t * sem, int *found), sem, found)
CALL(close_it, sem_close, (sem_t * sem), sem)

SITE static sem_t *open_it(const char *name, int flags, unsigned first)
{
	sem_t *sem = sem_open(name, flags, 0600, first);

	__asm__ volatile("" : "+r"(sem));
	must(sem != SEM_FAILED);
	return sem;
}

static void each_call(void **state)
{
	(void)state;
	struct timespec far = after_ms(CLOCK_REALTIME, 1000000), near = after_ms(CLOCK_MONOTONIC, 1000000), past = {0},
			bad = {.tv_nsec = -1};
	sem_t sem;
	int found;

	call_it(&sem, "s");
	program_begin();
	must(!init(&sem, 0, 4));
	errno = 7;
	must(!take(&sem) && !try(&sem) && !timed(&sem, &far) && !clocked(&sem, CLOCK_MONOTONIC, &near));
	assert_int_equal(errno, 7);
	assert_int_equal(try(&sem), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(timed(&sem, &past), -1);
	assert_int_equal(errno, ETIMEDOUT);
	assert_int_equal(timed(&sem, &bad), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(clocked(&sem, CLOCK_BOOTTIME, &far), -1);
	assert_int_equal(errno, EINVAL);
	errno = 7;
	must(!value(&sem, &found) && found == 0);
	must(!post(&sem) && !value(&sem, &found) && found == 1);
	must(!post(&sem) && !value(&sem, &found) && found == 2);
	must(!destroy(&sem));
	assert_int_equal(errno, 7);
	expect("MainThread", "sem_init s value=4 bound=-1", "sem_acquired s value=3 by nobody",
	       "sem_acquired s value=2 by nobody try", "sem_acquired s value=1 by nobody timed",
	       "sem_acquired s value=0 by nobody timed", "sem_failed s busy", "sem_wait s timeout=0",
	       "sem_failed s timeout", "sem_failed s error", "sem_failed s error", "sem_value s value=0",
	       "sem_released s n=1 value=1", "sem_value s value=1", "sem_released s n=1 value=2", "sem_value s value=2",
	       "sem_destroy s", NULL);
}

static void as_many_as_it_takes(void **state)
{
	(void)state;
	sem_t sem;

	call_it(&sem, "s");
	program_begin();
	must(!init(&sem, 0, SEM_VALUE_MAX));
	assert_int_equal(post(&sem), -1);
	assert_int_equal(errno, EOVERFLOW);
	must(!take(&sem) && !post(&sem));
	assert_int_equal(init(&sem, 0, SEM_VALUE_MAX + 1U), -1);
	expect("MainThread", "sem_init s value=2147483647 bound=-1", "misuse s sem_post: over bound",
	       "sem_acquired s value=2147483646 by nobody", "sem_released s n=1 value=2147483647", NULL);
}

/* Only of those that nobody has seen being made. */
static void first_sights(void **state)
{
	(void)state;
	sem_t own, shared;

	call_it(&own, "o");
	call_it(&shared, "s");
	program_pause();
	must(!init(&own, 0, 1) && !init(&shared, 1, 1));
	program_begin();
	must(!take(&own) && !take(&shared) && !post(&own) && !post(&shared));
	expect("MainThread", "sem_acquired o value=0 by nobody", "object_shared s semaphore",
	       "sem_acquired s value=0 by nobody", "sem_released o n=1 value=1", "sem_released s n=1 value=1", NULL);
	must(!destroy(&own) && !destroy(&shared));
	program_pause();
	int found;
	must(!init(&own, 0, 1) && !value(&own, &found) && !post(&own) && !take(&own) && !try(&own));
	program_begin();
	must(!destroy(&own)); /* which nobody has seen */
	expect("MainThread", NULL);
	program_begin();
	must(!init(&own, 0, 1) && !init(&shared, 1, 1) && !post(&shared));
	must(!init(&shared, 0, 1)); /* without an end: another one */
	must(!destroy(&own) && !destroy(&shared) && !destroy(&own));
	expect("MainThread", "sem_init o value=1 bound=-1", "sem_init s value=1 bound=-1", "object_shared s semaphore",
	       "sem_released s n=1 value=2", "sem_init s value=1 bound=-1", "sem_destroy o", "sem_destroy s", NULL);
}

static void one_object_for_all_openings(void **state)
{
	(void)state;
	static char name[64], init[96], acquired[96], posted[96], destroyed[96], shared[96], anew[96];

	snprintf(name, sizeof name, "/trace-thr-test-%d", (int)getpid());
	snprintf(init, sizeof init, "sem_init %s value=3 bound=-1", name);
	snprintf(anew, sizeof anew, "sem_init %s value=2 bound=-1", name);
	snprintf(shared, sizeof shared, "object_shared %s semaphore", name);
	snprintf(acquired, sizeof acquired, "sem_acquired %s value=2 by nobody", name);
	snprintf(posted, sizeof posted, "sem_released %s n=1 value=3", name);
	snprintf(destroyed, sizeof destroyed, "sem_destroy %s", name);
	program_begin();
	sem_t *sem = open_it(name, O_CREAT | O_EXCL, 3);
	assert_ptr_equal(open_it(name, 0, 0), sem);
	must(!close_it(sem) && !take(sem) && !close_it(sem));
	program_pause();
	sem = open_it(name, O_CREAT, 0); /* the name is known when somebody looks */
	program_begin();
	sem_unlink(name);
	must(!post(sem) && !close_it(sem));
	expect("MainThread", posted, destroyed, NULL);
	program_begin();
	sem = open_it(name, O_CREAT | O_EXCL, 3);
	assert_ptr_equal(open_it(name, 0, 0), sem);
	must(!close_it(sem) && !take(sem) && !close_it(sem));
	sem = open_it(name, O_CREAT, 0);
	sem_unlink(name);
	must(!post(sem) && !close_it(sem));
	expect("MainThread", init, shared, acquired, destroyed, anew, shared, posted, destroyed, NULL);
}

static void *take_then_end(void *sem)
{
	be("other");
	must(!take(sem));
	return NULL;
}

static void one_that_is_waited_for(void **state)
{
	(void)state;
	sem_t sem;
	pthread_t thread;

	call_it(&sem, "s");
	program_begin();
	must(!init(&sem, 0, 0));
	must(!pthread_create(&thread, NULL, take_then_end, &sem));
	await_sleepers(1, &sem);
	must(!post(&sem));
	join_within(thread);
	expect("other", "sem_wait s timeout=-1", "sem_acquired s value=0 by nobody", NULL);
	must(!destroy(&sem));
}

/* A handler's post where our own state is in change is told when it is not any more. */
static void a_post_is_postponed(void **state)
{
	(void)state;
	enum { ROOM = 32 };
	sem_t sem;

	call_it(&sem, "s");
	program_begin();
	must(!init(&sem, 0, 0));
	tt_reentrancy_enter();
	tt_reentrancy_enter();
	must(!post(&sem));
	tt_reentrancy_leave();
	assert_int_equal(tt_deferred_posts, 1);
	expect("MainThread", "sem_init s value=0 bound=-1", NULL);
	errno = 7;
	tt_reentrancy_leave();
	assert_int_equal(errno, 7);
	assert_int_equal(tt_deferred_posts, 0);
	expect("MainThread", "sem_init s value=0 bound=-1", "sem_released s n=1 value=2", NULL);

	/* As far as there is room. */
	program_begin();
	tt_reentrancy_enter();
	for (int i = 0; i < ROOM + 3; i++)
		must(!post(&sem));
	assert_int_equal(tt_deferred_posts, ROOM);
	tt_reentrancy_leave();
	assert_int_equal(recorded(), ROOM);
	/* The next post tells them as well. */
	program_begin();
	tt_reentrancy_enter();
	must(!post(&sem));
	tt_reentrancy -= TT_INTERNAL; /* a thread that comes out of it otherwise */
	must(!post(&sem));
	assert_int_equal(recorded(), 2);
	assert_int_equal(tt_deferred_posts, 0);
}

/* Within an emission it is told at once, as deep as LTTng lets it be, and so often. */
static void a_post_within_emissions(void **state)
{
	(void)state;
	enum { DEEPEST = 4, MOST_WITHIN = 1000 };
	sem_t sem;

	call_it(&sem, "s");
	program_begin();
	must(!init(&sem, 0, 0));
	for (unsigned depth = 1; depth <= DEEPEST; depth++) {
		program_begin();
		tt_reentrancy = depth;
		must(!post(&sem));
		assert_int_equal(recorded(), depth < DEEPEST);
		assert_int_equal(tt_deferred_posts, depth == DEEPEST);
		assert_int_equal(tt_reentrancy, depth < DEEPEST ? TT_POST_WITHIN + depth : depth);
		tt_reentrancy = 0;
		tt_reentrancy_enter();
		tt_reentrancy_leave();
		assert_int_equal(recorded(), 1);
	}
	tt_reentrancy = 1 + (MOST_WITHIN - 1) * TT_POST_WITHIN;
	program_begin();
	must(!post(&sem));
	assert_int_equal(recorded(), 1);
	must(!post(&sem));
	assert_int_equal(recorded(), 1);
	assert_int_equal(tt_deferred_posts, 1);
	tt_reentrancy = 0;
	tt_reentrancy_enter();
	tt_reentrancy_leave();
	assert_int_equal(recorded(), 2);
	tt_reentrancy = MOST_WITHIN * TT_POST_WITHIN; /* as many, no more */
	must(!post(&sem));
	assert_int_equal(tt_deferred_posts, 1);
	tt_reentrancy = 0;
	tt_reentrancy_enter();
	tt_reentrancy_leave();
	assert_int_equal(recorded(), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_call),
	    cmocka_unit_test(as_many_as_it_takes),
	    cmocka_unit_test(first_sights),
	    cmocka_unit_test(one_object_for_all_openings),
	    cmocka_unit_test(one_that_is_waited_for),
	    cmocka_unit_test(a_post_is_postponed),
	    cmocka_unit_test(a_post_within_emissions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
