/* SPDX-License-Identifier: MIT */
/*
 * The tests that a Lock, an RLock and a Condition's lock must all pass: BaseLockTests of Python's lock_tests.py.
 * Each test's state is a `struct lock_like`.
 */
#ifndef TESTS_LOCK_LIKE_H
#define TESTS_LOCK_LIKE_H

#include "wait.h"

#include <errno.h>
#include <math.h>

struct lock_like {
	void *lock;
	const uint32_t *word;
	int (*acquire)(void *lock);
	int (*try_acquire)(void *lock);
	int (*acquire_timeout)(void *lock, double seconds);
	int (*release)(void *lock);
	unsigned counter; /* of the threads of a test */
	unsigned depth;   /* how often the stress acquires in a row */
};

static void acquire_release(void **state)
{
	struct lock_like *l = *state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(l->acquire(l->lock), 0);
		assert_int_equal(l->release(l->lock), 0);
	}
}

static void try_acquire(void **state)
{
	struct lock_like *l = *state;
	assert_int_equal(l->try_acquire(l->lock), 0);
	assert_int_equal(l->release(l->lock), 0);
	assert_int_equal(l->acquire_timeout(l->lock, 0), 0);
	assert_int_equal(l->release(l->lock), 0);
}

static void release_of_a_free_lock(void **state)
{
	struct lock_like *l = *state;
	assert_int_equal(l->release(l->lock), EPERM);
	assert_int_equal(l->acquire(l->lock), 0);
	assert_int_equal(l->release(l->lock), 0);
	assert_int_equal(l->release(l->lock), EPERM);
	acquire_release(state);
}

static void *find_it_busy(void *arg)
{
	struct lock_like *l = arg;
	double begin = now();

	must(l->try_acquire(l->lock) == EBUSY);
	must(l->acquire_timeout(l->lock, 0) == ETIMEDOUT);
	must(l->acquire_timeout(l->lock, 1e-9) == ETIMEDOUT);
	must(l->acquire_timeout(l->lock, 0.05) == ETIMEDOUT);
	must(now() - begin >= 0.05);
	return NULL;
}

static void acquire_of_a_held_lock_gives_up(void **state)
{
	struct lock_like *l = *state;
	struct crew crew;

	l->acquire(l->lock);
	crew_start(&crew, 1, find_it_busy, l);
	crew_join(&crew);
	assert_int_equal(l->release(l->lock), 0);
	/* And is in order afterwards. */
	assert_int_equal(l->try_acquire(l->lock), 0);
	assert_int_equal(l->release(l->lock), 0);
}

static void *take_turns(void *arg)
{
	struct lock_like *l = arg;

	must(l->acquire(l->lock) == 0);
	count_up(&l->counter);
	must(l->release(l->lock) == 0);
	return NULL;
}

static void *take_turns_with_time_enough(void *arg)
{
	struct lock_like *l = arg;

	must(l->acquire_timeout(l->lock, WAIT_SECONDS) == 0);
	count_up(&l->counter);
	must(l->release(l->lock) == 0);
	return NULL;
}

static void wait_for_the_holder(struct lock_like *l, void *(*run)(void *arg))
{
	struct crew crew;

	l->counter = 0;
	l->acquire(l->lock);
	crew_start(&crew, 5, run, l);
	wait_until(sleepers_on(l->word) == 5);
	assert_int_equal(count_of(&l->counter), 0);
	l->release(l->lock);
	crew_join(&crew);
	assert_int_equal(l->counter, 5);
}

static void acquire_of_a_held_lock_waits(void **state)
{
	wait_for_the_holder(*state, take_turns);
	wait_for_the_holder(*state, take_turns_with_time_enough);
}

static void timeouts(void **state)
{
	struct lock_like *l = *state;
	static const double refused[] = {-100, -0.5, -1.0001, -INFINITY, NAN};
	static const double taken[] = {-1, 0, -0.0, 1e-300, 5, 1e100, INFINITY};

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		assert_int_equal(l->acquire_timeout(l->lock, refused[i]), EINVAL);
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
		double begin = now();
		assert_int_equal(l->acquire_timeout(l->lock, taken[i]), 0);
		assert_true(now() - begin < 5);
		assert_int_equal(l->acquire_timeout(l->lock, -2), EINVAL);
		assert_int_equal(l->release(l->lock), 0);
	}
}

/* Held by turns, with all ways of acquiring, the lock must never let two in: what it protects is not atomic. */
static unsigned long protected;

static void *stress(void *arg)
{
	struct lock_like *l = arg;
	unsigned seed = (unsigned)(uintptr_t)&seed;

	for (int i = 0; i < 10000;) {
		int way = rand_r(&seed) % 4;
		int error = way == 0   ? l->try_acquire(l->lock)
		            : way == 1 ? l->acquire_timeout(l->lock, (double)(rand_r(&seed) % 20) / 1e6)
		                       : l->acquire(l->lock);
		if (error)
			continue;
		for (unsigned deep = 1; deep < l->depth; deep++)
			must(l->acquire(l->lock) == 0);
		protected++;
		i++;
		for (unsigned deep = 0; deep < l->depth; deep++)
			must(l->release(l->lock) == 0);
	}
	return NULL;
}

static void it_excludes(void **state)
{
	struct lock_like *l = *state;
	struct crew crew;

	protected = 0;
	crew_start(&crew, 4, stress, l);
	crew_join(&crew);
	assert_int_equal(protected, 40000);
	assert_int_equal(*l->word, 0);
}

static void errno_is_left_alone(void **state)
{
	struct lock_like *l = *state;
	struct crew crew;

	errno = 77;
	l->acquire(l->lock);
	crew_start(&crew, 1, find_it_busy, l);
	crew_join(&crew);
	errno = 77;
	l->acquire_timeout(l->lock, -5);
	l->release(l->lock);
	l->release(l->lock);
	assert_int_equal(errno, 77);
}

static void *keep_errno_while_waiting(void *arg)
{
	struct lock_like *l = arg;

	errno = 78;
	must(l->acquire_timeout(l->lock, 0.01) == ETIMEDOUT);
	must(errno == 78);
	return NULL;
}

static void errno_is_left_alone_by_waits(void **state)
{
	struct lock_like *l = *state;
	struct crew crew;

	l->acquire(l->lock);
	crew_start(&crew, 1, keep_errno_while_waiting, l);
	crew_join(&crew);
	l->release(l->lock);
}

static void *acquire_while_cancelled(void *arg)
{
	struct lock_like *l = arg;

	must(l->acquire(l->lock) == 0);
	count_up(&l->counter);
	must(l->release(l->lock) == 0);
	pthread_testcancel();
	must(!"cancelled");
	return NULL;
}

static void waiting_is_no_cancellation_point(void **state)
{
	struct lock_like *l = *state;
	struct crew crew;

	l->counter = 0;
	l->acquire(l->lock);
	crew_start(&crew, 1, acquire_while_cancelled, l);
	wait_until(sleepers_on(l->word) == 1);
	pthread_cancel(crew.threads[0]);
	l->release(l->lock);
	crew_join(&crew);
	assert_int_equal(l->counter, 1);
	assert_int_equal(l->try_acquire(l->lock), 0);
	l->release(l->lock);
}

static void child_keeps_its_lock(void *arg)
{
	struct lock_like *l = arg;
	struct crew crew = {.n = 0};

	if (threads_in_child)
		crew_start(&crew, 1, find_it_busy, l);
	crew_join(&crew);
	must(l->release(l->lock) == 0);
	must(l->try_acquire(l->lock) == 0);
	must(l->release(l->lock) == 0);
}

/* The thread that forks still holds its lock in the child, where nobody waits for it. */
static void fork_keeps_the_lock_of_who_forks(void **state)
{
	struct lock_like *l = *state;
	struct crew crew;

	l->acquire(l->lock);
	crew_start(&crew, 1, take_turns, l);
	wait_until(sleepers_on(l->word) == 1);
	in_child(child_keeps_its_lock, l);
	l->release(l->lock);
	crew_join(&crew);
}

static void child_finds_it_held(void *arg)
{
	struct lock_like *l = arg;
	must(l->try_acquire(l->lock) == EBUSY);
	must(l->acquire_timeout(l->lock, 0.01) == ETIMEDOUT);
}

static void *hold_it_a_while(void *arg)
{
	struct lock_like *l = arg;

	must(l->acquire(l->lock) == 0);
	count_up(&l->counter);
	wait_until(count_of(&l->counter) == 2);
	must(l->release(l->lock) == 0);
	return NULL;
}

/* As in Python and POSIX, a lock that another thread held stays held in the child. */
static void fork_keeps_the_locks_of_others(void **state)
{
	struct lock_like *l = *state;
	struct crew crew;

	l->counter = 0;
	crew_start(&crew, 1, hold_it_a_while, l);
	wait_until(count_of(&l->counter) == 1);
	in_child(child_finds_it_held, l);
	count_up(&l->counter);
	crew_join(&crew);
}

#define LOCK_LIKE_TESTS(kind)                                                                                          \
	cmocka_unit_test_prestate(acquire_release, kind), cmocka_unit_test_prestate(try_acquire, kind),                \
	    cmocka_unit_test_prestate(release_of_a_free_lock, kind),                                                   \
	    cmocka_unit_test_prestate(acquire_of_a_held_lock_gives_up, kind),                                          \
	    cmocka_unit_test_prestate(acquire_of_a_held_lock_waits, kind), cmocka_unit_test_prestate(timeouts, kind),  \
	    cmocka_unit_test_prestate(it_excludes, kind), cmocka_unit_test_prestate(errno_is_left_alone, kind),        \
	    cmocka_unit_test_prestate(errno_is_left_alone_by_waits, kind),                                             \
	    cmocka_unit_test_prestate(waiting_is_no_cancellation_point, kind),                                         \
	    cmocka_unit_test_prestate(fork_keeps_the_lock_of_who_forks, kind),                                         \
	    cmocka_unit_test_prestate(fork_keeps_the_locks_of_others, kind)

/* Wraps the functions of a type for struct lock_like. */
#define LOCK_LIKE_FUNCTIONS(type)                                                                                      \
	static int type##_acquire(void *lock)                                                                          \
	{                                                                                                              \
		return tthr_##type##_acquire(lock);                                                                    \
	}                                                                                                              \
	static int type##_try_acquire(void *lock)                                                                      \
	{                                                                                                              \
		return tthr_##type##_try_acquire(lock);                                                                \
	}                                                                                                              \
	static int type##_acquire_timeout(void *lock, double seconds)                                                  \
	{                                                                                                              \
		return tthr_##type##_acquire_timeout(lock, seconds);                                                   \
	}                                                                                                              \
	static int type##_release(void *lock)                                                                          \
	{                                                                                                              \
		return tthr_##type##_release(lock);                                                                    \
	}

#define LOCK_LIKE(type, object, word_, depth_)                                                                         \
	{                                                                                                              \
		.lock = (object), .word = (word_), .acquire = type##_acquire, .try_acquire = type##_try_acquire,       \
		.acquire_timeout = type##_acquire_timeout, .release = type##_release, .depth = (depth_)                \
	}

#endif /* TESTS_LOCK_LIKE_H */
