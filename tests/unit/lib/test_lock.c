/* SPDX-License-Identifier: MIT */
#include "lock_like.h"

#include <trace_thr/lock.h>

LOCK_LIKE_FUNCTIONS(lock)

static void init_names_it(void **state)
{
	(void)state;
	tthr_lock named, unnamed, fixed = TTHR_LOCK_INIT("fixed");

	assert_int_equal(tthr_lock_init(&named, "queue"), 0);
	assert_int_equal(tthr_lock_init(&unnamed, NULL), 0);
	assert_string_equal(tthr_lock_name(&named), "queue");
	assert_int_equal(strncmp(tthr_lock_name(&unnamed), "Lock-", 5), 0);
	assert_string_equal(tthr_lock_name(&fixed), "fixed");
	assert_true(tthr_lock_id(&named) && tthr_lock_id(&unnamed) && tthr_lock_id(&fixed));
	assert_int_not_equal(tthr_lock_id(&named), tthr_lock_id(&unnamed));
	assert_int_equal(tthr_lock_destroy(&named), 0);
	assert_int_equal(tthr_lock_destroy(&unnamed), 0);
	assert_int_equal(tthr_lock_destroy(&fixed), 0);
}

static void destroy_in_use_is_refused(void **state)
{
	(void)state;
	tthr_lock lock;

	tthr_lock_init(&lock, "busy");
	tthr_lock_acquire(&lock);
	assert_int_equal(tthr_lock_destroy(&lock), EBUSY);
	assert_string_equal(tthr_lock_name(&lock), "busy");
	assert_int_equal(tthr_lock_release(&lock), 0);
	assert_int_equal(tthr_lock_destroy(&lock), 0);
}

static void locked(void **state)
{
	(void)state;
	static tthr_lock lock = TTHR_LOCK_INIT(NULL);

	assert_false(tthr_lock_locked(&lock));
	tthr_lock_acquire(&lock);
	assert_true(tthr_lock_locked(&lock));
	tthr_lock_release(&lock);
	assert_false(tthr_lock_locked(&lock));
}

static tthr_lock signal_lock = TTHR_LOCK_INIT("signal");

static void *release_it(void *arg)
{
	must(tthr_lock_release(arg) == 0);
	return NULL;
}

static void anyone_may_release(void **state)
{
	(void)state;
	struct crew crew;

	tthr_lock_acquire(&signal_lock);
	crew_start(&crew, 1, release_it, &signal_lock);
	crew_join(&crew);
	assert_int_equal(tthr_lock_try_acquire(&signal_lock), 0);
	assert_int_equal(tthr_lock_release(&signal_lock), 0);
}

static unsigned phase;

static void *acquire_twice(void *arg)
{
	must(tthr_lock_acquire(arg) == 0);
	count_up(&phase);
	must(tthr_lock_acquire(arg) == 0);
	count_up(&phase);
	return NULL;
}

/* The holder's second acquire waits, like anyone's. */
static void it_cannot_be_acquired_twice(void **state)
{
	(void)state;
	struct crew crew;

	phase = 0;
	crew_start(&crew, 1, acquire_twice, &signal_lock);
	wait_until(sleepers_on(&signal_lock.word) == 1);
	assert_int_equal(count_of(&phase), 1);
	assert_int_equal(tthr_lock_release(&signal_lock), 0);
	crew_join(&crew);
	assert_int_equal(phase, 2);
	assert_int_equal(tthr_lock_release(&signal_lock), 0);
}

/* A lock as a signal: one thread acquires, the other releases, and what it wrote before is seen. */
static tthr_lock ping = TTHR_LOCK_INIT("ping"), pong = TTHR_LOCK_INIT("pong");
static int message;

static void *answer(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000; i++) {
		must(tthr_lock_acquire(&ping) == 0);
		must(message == 2 * i + 1);
		message++;
		must(tthr_lock_release(&pong) == 0);
	}
	return NULL;
}

static void release_passes_on_what_was_written(void **state)
{
	(void)state;
	struct crew crew;

	tthr_lock_acquire(&ping);
	tthr_lock_acquire(&pong);
	crew_start(&crew, 1, answer, NULL);
	for (int i = 0; i < 2000; i++) {
		message++;
		tthr_lock_release(&ping);
		tthr_lock_acquire(&pong);
		assert_int_equal(message, 2 * i + 2);
	}
	crew_join(&crew);
	tthr_lock_release(&ping);
	tthr_lock_release(&pong);
}

static tthr_lock handled;
static int in_handler[3];

static void handler(int signal)
{
	(void)signal;
	in_handler[0] = tthr_lock_try_acquire(&handled);
	in_handler[1] = tthr_lock_locked(&handled);
	if (in_handler[0] == 0)
		in_handler[2] = tthr_lock_release(&handled);
}

static void signal_handlers_may_try(void **state)
{
	(void)state;
	struct sigaction action = {.sa_handler = handler}, before;

	tthr_lock_init(&handled, NULL);
	sigaction(SIGUSR1, &action, &before);
	raise(SIGUSR1);
	assert_int_equal(in_handler[0], 0);
	assert_true(in_handler[1]);
	assert_int_equal(in_handler[2], 0);
	tthr_lock_acquire(&handled);
	raise(SIGUSR1);
	assert_int_equal(in_handler[0], EBUSY);
	tthr_lock_release(&handled);
	sigaction(SIGUSR1, &before, NULL);
	assert_int_equal(tthr_lock_destroy(&handled), 0);
}

/* A signal that interrupts the sleep does not end the wait. */
static void *interrupted(void *arg)
{
	must(tthr_lock_acquire(arg) == 0);
	must(tthr_lock_release(arg) == 0);
	return NULL;
}

static void ignore(int signal)
{
	(void)signal;
}

static void signals_do_not_end_a_wait(void **state)
{
	(void)state;
	struct crew crew;
	struct sigaction action = {.sa_handler = ignore}, before;

	sigaction(SIGUSR1, &action, &before);
	tthr_lock_acquire(&signal_lock);
	crew_start(&crew, 1, interrupted, &signal_lock);
	for (int i = 0; i < 20; i++) {
		wait_until(sleepers_on(&signal_lock.word) == 1);
		pthread_kill(crew.threads[0], SIGUSR1);
	}
	wait_until(sleepers_on(&signal_lock.word) == 1);
	tthr_lock_release(&signal_lock);
	crew_join(&crew);
	sigaction(SIGUSR1, &before, NULL);
}

int main(void)
{
	static tthr_lock lock = TTHR_LOCK_INIT("lock");
	static struct lock_like kind = LOCK_LIKE(lock, &lock, &lock.word, 1);
	const struct CMUnitTest tests[] = {
	    LOCK_LIKE_TESTS(&kind),
	    cmocka_unit_test(init_names_it),
	    cmocka_unit_test(destroy_in_use_is_refused),
	    cmocka_unit_test(locked),
	    cmocka_unit_test(anyone_may_release),
	    cmocka_unit_test(it_cannot_be_acquired_twice),
	    cmocka_unit_test(release_passes_on_what_was_written),
	    cmocka_unit_test(signal_handlers_may_try),
	    cmocka_unit_test(signals_do_not_end_a_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
