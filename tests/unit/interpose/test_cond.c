/* SPDX-License-Identifier: MIT */
/*
 * Conditions: waits and their ends, with the mutex that is given up and taken back; notifications and whom they find.
 */
#include "program.h"

CALL(wait_for, pthread_cond_wait, (pthread_cond_t * cond, pthread_mutex_t *mutex), cond, mutex)
CALL(timed, pthread_cond_timedwait, (pthread_cond_t * cond, pthread_mutex_t *mutex, const struct timespec *until), cond,
     mutex, until)
CALL(clocked, pthread_cond_clockwait,
     (pthread_cond_t * cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until), cond, mutex, clock,
     until)
CALL(notify, pthread_cond_signal, (pthread_cond_t * cond), cond)
CALL(notify_all, pthread_cond_broadcast, (pthread_cond_t * cond), cond)
CALL(init, pthread_cond_init, (pthread_cond_t * cond, const pthread_condattr_t *attributes), cond, attributes)
CALL(destroy, pthread_cond_destroy, (pthread_cond_t * cond), cond)

/* One condition and its mutex, whose own calls are not looked at. */
static struct pair {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
} pair;

static int renew(void **state)
{
	(void)state;
	program_pause();
	pthread_mutex_init(&pair.mutex, NULL);
	pthread_cond_init(&pair.cond, NULL);
	return 0;
}

/* At places of their own: those in the program's memory may be what counts as the interposer's here. */
static struct pair *at(void)
{
	static struct pair *place;

	if (!place)
		must((place = malloc(sizeof *place)));
	memcpy(place, &pair, sizeof pair);
	call_it(&place->cond, "c");
	call_it(&place->mutex, "m");
	return place;
}

static void *wait_once(void *arg)
{
	struct pair *of = arg;

	be("other");
	must(!pthread_mutex_lock(&of->mutex));
	must(!wait_for(&of->cond, &of->mutex));
	must(!pthread_mutex_unlock(&of->mutex));
	return NULL;
}

static void waits_and_notifications(void **state)
{
	(void)state;
	struct pair *of = at();
	struct crew crew;

	program_begin();
	must(!init(&of->cond, NULL));
	must(!notify(&of->cond) && !notify_all(&of->cond));
	crew_start(&crew, 2, wait_once, of);
	await_sleepers(2, &of->cond);
	must(!notify(&of->cond));
	wait_until(recorded() == 10); /* one has told its end */
	must(!notify_all(&of->cond));
	crew_join(&crew);
	must(!destroy(&of->cond));
	expect("MainThread", "cond_init c of no lock", "cond_notify c asked=1 woken=0",
	       "cond_notify c asked=-1 woken=0", "cond_notify c asked=1 woken=1", "cond_notify c asked=-1 woken=1",
	       "cond_destroy c", NULL);
}

static void how_a_wait_is_told(void **state)
{
	(void)state;
	struct pair *of = at();
	pthread_t thread;

	program_begin();
	must(!pthread_create(&thread, NULL, wait_once, of));
	await_sleepers(1, &of->cond);
	must(!notify(&of->cond));
	join_within(thread);
	expect("other", "cond_init c", "cond_wait c timeout=-1", "lock_released m mutex depth=0",
	       "cond_woken c notified by nobody", "lock_acquired m mutex depth=1", NULL);
}

static void limits_of_time(void **state)
{
	(void)state;
	struct pair *of = at();
	struct timespec past = {0}, bad = {.tv_nsec = -1}, far = after_ms(CLOCK_REALTIME, 1000000);

	program_begin();
	must(!pthread_mutex_lock(&of->mutex));
	assert_int_equal(timed(&of->cond, &of->mutex, &past), ETIMEDOUT);
	assert_int_equal(clocked(&of->cond, &of->mutex, CLOCK_MONOTONIC, &past), ETIMEDOUT);
	assert_int_equal(timed(&of->cond, &of->mutex, &bad), EINVAL); /* the mutex is not given up */
	assert_int_equal(clocked(&of->cond, &of->mutex, CLOCK_BOOTTIME, &far), EINVAL);
	must(!pthread_mutex_unlock(&of->mutex));
	expect("MainThread", "cond_init c", "cond_wait c timeout=0", "lock_released m mutex depth=0",
	       "cond_woken c timeout by nobody", "lock_acquired m mutex depth=1", "cond_wait c timeout=0",
	       "lock_released m mutex depth=0", "cond_woken c timeout by nobody", "lock_acquired m mutex depth=1",
	       NULL);
}

static void *wait_long(void *arg)
{
	struct pair *of = arg;
	struct timespec until = after_ms(CLOCK_MONOTONIC, 1000000);

	be("other");
	must(!pthread_mutex_lock(&of->mutex));
	must(!timed(&of->cond, &of->mutex, &until));
	must(!pthread_mutex_unlock(&of->mutex));
	return NULL;
}

/* A limit is meant by the condition's own clock, where the call names none. */
static void its_own_clock(void **state)
{
	(void)state;
	struct pair *of = at();
	pthread_condattr_t attributes;
	pthread_t thread;
	long long ns = 0;

	must(!pthread_condattr_init(&attributes) && !pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
	must(!init(&of->cond, &attributes));
	program_begin();
	must(!pthread_create(&thread, NULL, wait_long, of));
	await_sleepers(1, &of->cond);
	must(!notify(&of->cond));
	join_within(thread);
	for (unsigned i = 0; i < recorded(); i++)
		if (sscanf(recorder.lines[i].text, "cond_wait c timeout=%lld", &ns) == 1)
			break;
	assert_true(ns > 900 * 1000000000LL && ns <= 1000 * 1000000000LL);
}

static void *wait_to_be_cancelled(void *arg)
{
	struct pair *of = arg;

	be("other");
	must(!pthread_mutex_lock(&of->mutex));
	pthread_cleanup_push((void (*)(void *))(void (*)(void))pthread_mutex_unlock, &of->mutex);
	wait_for(&of->cond, &of->mutex);
	pthread_cleanup_pop(0);
	must(false);
	return NULL;
}

static void a_wait_that_is_cancelled(void **state)
{
	(void)state;
	struct pair *of = at();
	pthread_t thread;

	program_begin();
	must(!pthread_create(&thread, NULL, wait_to_be_cancelled, of));
	await_sleepers(1, &of->cond);
	must(!pthread_cancel(thread));
	join_within(thread);
	must(!notify(&of->cond));
	expect("other", "cond_init c", "cond_wait c timeout=-1", "lock_released m mutex depth=0",
	       "cond_woken c cancelled by nobody", "lock_acquired m mutex depth=1", NULL);
	expect("MainThread", "cond_notify c asked=1 woken=0", NULL);
}

static void objects_that_follow_one_another(void **state)
{
	(void)state;
	struct pair *of = at();
	struct timespec past = {0};

	program_begin();
	must(!notify(&of->cond));
	of->cond = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
	must(!notify(&of->cond)); /* it was zero all the while: the same */
	must(!pthread_mutex_lock(&of->mutex));
	must(timed(&of->cond, &of->mutex, &past) == ETIMEDOUT);
	must(!notify(&of->cond));
	of->cond = (pthread_cond_t)PTHREAD_COND_INITIALIZER; /* made anew, without a call */
	must(!notify(&of->cond));
	must(!pthread_mutex_unlock(&of->mutex));
	must(!init(&of->cond, NULL));
	must(!destroy(&of->cond));
	must(!destroy(&of->cond)); /* nothing is there */
	expect("MainThread", "cond_init c of no lock", "cond_notify c asked=1 woken=0", "cond_notify c asked=1 woken=0",
	       "cond_wait c timeout=0", "lock_released m mutex depth=0", "cond_woken c timeout by nobody",
	       "lock_acquired m mutex depth=1", "cond_notify c asked=1 woken=0", "cond_init c of no lock",
	       "cond_notify c asked=1 woken=0", "cond_init c of no lock", "cond_destroy c", NULL);
}

static void shared_ones(void **state)
{
	(void)state;
	struct pair *of = at();
	pthread_condattr_t attributes;

	must(!pthread_condattr_init(&attributes));
	must(!pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
	program_begin();
	must(!init(&of->cond, &attributes) && !destroy(&of->cond));
	expect("MainThread", "cond_init c of no lock", "object_shared c condition", "cond_destroy c", NULL);
}

/* libc waits until they have left. */
static void *destroy_it(void *cond)
{
	be("destroyer");
	must(!destroy(cond));
	return NULL;
}

static void destroyed_with_waiters(void **state)
{
	(void)state;
	struct pair *of = at();
	pthread_t threads[2];

	program_begin();
	must(!pthread_create(&threads[0], NULL, wait_once, of));
	await_sleepers(1, &of->cond);
	must(!pthread_create(&threads[1], NULL, destroy_it, &of->cond));
	await_sleepers(2, &of->cond);
	expect("destroyer", "cond_destroy_wait c timeout=-1", NULL);
	must(!notify_all(&of->cond));
	join_within(threads[0]);
	join_within(threads[1]);
	expect("destroyer", "cond_destroy_wait c timeout=-1", "cond_destroy c", NULL);
}

/* A mutex that the thread does not have. */
static void without_the_mutex(void **state)
{
	(void)state;
	struct pair *of = at();
	struct timespec past = {0};

	program_begin();
	timed(&of->cond, &of->mutex, &past);
	expect("MainThread", "lock_init m mutex", "cond_init c", "misuse c pthread_cond_wait: not held", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(waits_and_notifications, renew),
	    cmocka_unit_test_setup(how_a_wait_is_told, renew),
	    cmocka_unit_test_setup(limits_of_time, renew),
	    cmocka_unit_test_setup(its_own_clock, renew),
	    cmocka_unit_test_setup(a_wait_that_is_cancelled, renew),
	    cmocka_unit_test_setup(objects_that_follow_one_another, renew),
	    cmocka_unit_test_setup(shared_ones, renew),
	    cmocka_unit_test_setup(destroyed_with_waiters, renew),
	    cmocka_unit_test_setup(without_the_mutex, renew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
