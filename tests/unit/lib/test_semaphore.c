/* SPDX-License-Identifier: MIT */
#include "wait.h"

#include <errno.h>
#include <limits.h>
#include <math.h>

#include <trace_thr.h>

static unsigned waiting(tthr_semaphore *sem)
{
	return __atomic_load_n(&sem->waiters.inside, __ATOMIC_SEQ_CST);
}

static void names_and_destroy(void **state)
{
	(void)state;
	tthr_semaphore named, unnamed;

	assert_int_equal(tthr_semaphore_init(&named, "pool", 2), 0);
	assert_int_equal(tthr_bounded_semaphore_init(&unnamed, NULL, 3), 0);
	assert_string_equal(tthr_semaphore_name(&named), "pool");
	assert_int_equal(strncmp(tthr_semaphore_name(&unnamed), "Semaphore-", 10), 0);
	assert_int_not_equal(tthr_semaphore_id(&named), tthr_semaphore_id(&unnamed));
	assert_int_equal(tthr_semaphore_value(&named), 2);
	assert_int_equal(tthr_semaphore_value(&unnamed), 3);
	assert_int_equal(tthr_semaphore_destroy(&named), 0);
	assert_int_equal(tthr_semaphore_destroy(&unnamed), 0);
}

/* For both kinds: the state makes the semaphore. */
typedef int make_fn(tthr_semaphore *sem, const char *name, unsigned value);

static tthr_semaphore sem;

static void make(void **state, unsigned value)
{
	make_fn **init = *state;
	assert_int_equal((*init)(&sem, "sem", value), 0);
}

static int unmake(void **state)
{
	(void)state;
	return tthr_semaphore_destroy(&sem);
}

static void acquire(void **state)
{
	make(state, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tthr_semaphore_acquire(&sem), 0);
		assert_int_equal(tthr_semaphore_value(&sem), 1);
		assert_int_equal(tthr_semaphore_acquire(&sem), 0);
		assert_int_equal(tthr_semaphore_value(&sem), 0);
		assert_int_equal(tthr_semaphore_release(&sem, 1), 0);
		assert_int_equal(tthr_semaphore_release(&sem, 1), 0);
	}
}

static void try_acquire(void **state)
{
	make(state, 2);
	assert_int_equal(tthr_semaphore_try_acquire(&sem), 0);
	assert_int_equal(tthr_semaphore_try_acquire(&sem), 0);
	assert_int_equal(tthr_semaphore_try_acquire(&sem), EBUSY);
	assert_int_equal(tthr_semaphore_release(&sem, 1), 0);
	assert_int_equal(tthr_semaphore_try_acquire(&sem), 0);
	assert_int_equal(tthr_semaphore_try_acquire(&sem), EBUSY);
}

static unsigned got, missed;

static void *try_twice(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2; i++)
		count_up(tthr_semaphore_try_acquire(&sem) ? &missed : &got);
	return NULL;
}

static void try_acquire_contended(void **state)
{
	struct crew crew;

	make(state, 4);
	got = missed = 0;
	assert_int_equal(tthr_semaphore_acquire(&sem), 0);
	crew_start(&crew, 5, try_twice, NULL);
	crew_join(&crew);
	assert_int_equal(got, 3);
	assert_int_equal(missed, 7);
}

static void timeouts(void **state)
{
	make(state, 2);
	assert_int_equal(tthr_semaphore_acquire_timeout(&sem, NAN), EINVAL);
	assert_int_equal(tthr_semaphore_acquire_timeout(&sem, 0.005), 0);
	assert_int_equal(tthr_semaphore_acquire_timeout(&sem, -5), 0);
	assert_int_equal(tthr_semaphore_acquire_timeout(&sem, 0.005), ETIMEDOUT);
	assert_int_equal(tthr_semaphore_acquire_timeout(&sem, 0), ETIMEDOUT);
	assert_int_equal(tthr_semaphore_acquire_timeout(&sem, -1), ETIMEDOUT);
	assert_int_equal(tthr_semaphore_release(&sem, 1), 0);
	assert_int_equal(tthr_semaphore_acquire_timeout(&sem, TTHR_FOREVER), 0);
	double begin = now();
	assert_int_equal(tthr_semaphore_acquire_timeout(&sem, 0.05), ETIMEDOUT);
	assert_true(now() - begin >= 0.05);
	assert_int_equal(tthr_semaphore_value(&sem), 0);
	assert_int_equal(tthr_semaphore_release(&sem, 2), 0);
	assert_int_equal(tthr_semaphore_value(&sem), 2);
}

static void *acquire_twice(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2; i++) {
		must(tthr_semaphore_acquire(&sem) == 0);
		count_up(&got);
	}
	return NULL;
}

/* Ten threads, twenty acquires, as many as there are places at a time: released one by one or all at once. */
static void contended(void **state, bool at_once)
{
	static const unsigned released[] = {7, 6, 1};
	struct crew crew;
	unsigned expected = 6;

	make(state, 7);
	got = 0;
	assert_int_equal(tthr_semaphore_acquire(&sem), 0);
	crew_start(&crew, 10, acquire_twice, NULL);
	wait_until(count_of(&got) == expected);
	for (unsigned phase = 0; phase < 3; phase++) {
		assert_int_equal(tthr_semaphore_value(&sem), 0);
		if (at_once)
			assert_int_equal(tthr_semaphore_release(&sem, released[phase]), 0);
		for (unsigned i = 0; !at_once && i < released[phase]; i++)
			assert_int_equal(tthr_semaphore_release(&sem, 1), 0);
		expected += released[phase];
		wait_until(count_of(&got) == expected);
		assert_int_equal(tthr_semaphore_try_acquire(&sem), EBUSY);
	}
	crew_join(&crew);
	assert_int_equal(got, 20);
}

static void acquire_contended(void **state)
{
	contended(state, false);
}

static void multirelease(void **state)
{
	contended(state, true);
}

static void release_of_none(void **state)
{
	make(state, 2);
	assert_int_equal(tthr_semaphore_acquire(&sem), 0);
	assert_int_equal(tthr_semaphore_release(&sem, 0), EINVAL);
	assert_int_equal(tthr_semaphore_value(&sem), 1);
}

/* The invariant: no more threads inside than there are places, whatever the way in. */
static unsigned inside, passes;

static void *stress(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)&seed;

	(void)arg;
	for (int i = 0; i < 5000;) {
		int way = rand_r(&seed) % 3;
		int error = way == 0   ? tthr_semaphore_try_acquire(&sem)
		            : way == 1 ? tthr_semaphore_acquire_timeout(&sem, (double)(rand_r(&seed) % 20) / 1e6)
		                       : tthr_semaphore_acquire(&sem);
		if (error)
			continue;
		must(count_up(&inside) <= 3);
		must(tthr_semaphore_value(&sem) < 3);
		__atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
		i++;
		count_up(&passes);
		must(tthr_semaphore_release(&sem, 1) == 0);
	}
	return NULL;
}

static void the_bound_is_never_exceeded(void **state)
{
	struct crew crew;

	make(state, 3);
	passes = 0;
	crew_start(&crew, 6, stress, NULL);
	crew_join(&crew);
	assert_int_equal(passes, 30000);
	assert_int_equal(tthr_semaphore_value(&sem), 3);
	assert_int_equal(waiting(&sem), 0);
}

static void *acquire_once(void *arg)
{
	(void)arg;
	must(tthr_semaphore_acquire(&sem) == 0);
	return NULL;
}

static void destroy_with_a_waiter_is_refused(void **state)
{
	struct crew crew;

	make(state, 1);
	assert_int_equal(tthr_semaphore_acquire(&sem), 0);
	crew_start(&crew, 1, acquire_once, NULL);
	wait_until(waiting(&sem) == 1);
	assert_int_equal(tthr_semaphore_destroy(&sem), EBUSY);
	assert_int_equal(tthr_semaphore_release(&sem, 1), 0);
	crew_join(&crew);
}

static void *acquire_while_cancelled(void *arg)
{
	(void)arg;
	must(tthr_semaphore_acquire(&sem) == 0);
	must(tthr_semaphore_release(&sem, 1) == 0);
	pthread_testcancel();
	must(!"cancelled");
	return NULL;
}

static void waiting_is_no_cancellation_point(void **state)
{
	struct crew crew;

	make(state, 1);
	assert_int_equal(tthr_semaphore_acquire(&sem), 0);
	crew_start(&crew, 1, acquire_while_cancelled, NULL);
	wait_until(waiting(&sem) == 1);
	pthread_cancel(crew.threads[0]);
	assert_int_equal(tthr_semaphore_release(&sem, 1), 0);
	crew_join(&crew);
	assert_int_equal(tthr_semaphore_value(&sem), 1);
}

static void child_has_no_waiters(void *arg)
{
	(void)arg;
	must(tthr_semaphore_value(&sem) == 0);
	must(tthr_semaphore_release(&sem, 1) == 0);
	must(tthr_semaphore_value(&sem) == 1);
	must(tthr_semaphore_acquire(&sem) == 0);
	must(tthr_semaphore_acquire_timeout(&sem, 0.01) == ETIMEDOUT);
	must(tthr_semaphore_destroy(&sem) == 0);
}

static void fork_leaves_the_waiters_behind(void **state)
{
	struct crew crew;

	make(state, 1);
	assert_int_equal(tthr_semaphore_acquire(&sem), 0);
	crew_start(&crew, 1, acquire_once, NULL);
	wait_until(waiting(&sem) == 1);
	in_child(child_has_no_waiters, NULL);
	assert_int_equal(tthr_semaphore_release(&sem, 1), 0);
	crew_join(&crew);
}

static void errno_is_left_alone(void **state)
{
	make(state, 0);
	errno = 77;
	tthr_semaphore_acquire_timeout(&sem, 0.001);
	tthr_semaphore_acquire_timeout(&sem, NAN);
	tthr_semaphore_try_acquire(&sem);
	tthr_semaphore_release(&sem, 1);
	assert_int_equal(errno, 77);
}

static void unbounded_counts_on(void **state)
{
	(void)state;
	static tthr_semaphore s = TTHR_SEMAPHORE_INIT("unbounded", 1);

	assert_int_equal(tthr_semaphore_release(&s, 1), 0);
	assert_int_equal(tthr_semaphore_release(&s, UINT32_MAX), 0);
	assert_int_equal(tthr_semaphore_value(&s), UINT64_C(2) + UINT32_MAX);
	assert_int_equal(tthr_semaphore_acquire(&s), 0);
	assert_int_equal(tthr_semaphore_value(&s), UINT64_C(1) + UINT32_MAX);
	s.value = INT64_MAX - 1; /* that many releases would last */
	assert_int_equal(tthr_semaphore_release(&s, 2), EOVERFLOW);
	assert_int_equal(tthr_semaphore_release(&s, 1), 0);
	assert_int_equal(tthr_semaphore_release(&s, 1), EOVERFLOW);
	assert_true(tthr_semaphore_value(&s) == INT64_MAX);
	assert_int_equal(tthr_semaphore_acquire(&s), 0);
	assert_int_equal(tthr_semaphore_destroy(&s), 0);
}

/* Python: ValueError. An initializer cannot refuse, so the calls do. */
static void a_negative_value_is_refused(void **state)
{
	(void)state;
	const uint64_t minus = (uint64_t)-1; /* as -1 becomes; to write that is a warning of -Wsign-conversion */
	tthr_semaphore statics[] = {TTHR_SEMAPHORE_INIT("negative", minus),
	                            TTHR_BOUNDED_SEMAPHORE_INIT("negative", minus),
	                            TTHR_SEMAPHORE_INIT("negative", minus << 31)};
	tthr_semaphore s;
	bool entered = false;

	for (size_t i = 0; i < sizeof statics / sizeof *statics; i++) {
		assert_int_equal(tthr_semaphore_acquire(&statics[i]), EINVAL);
		assert_int_equal(tthr_semaphore_try_acquire(&statics[i]), EINVAL);
		assert_int_equal(tthr_semaphore_acquire_timeout(&statics[i], 1), EINVAL);
		assert_int_equal(tthr_semaphore_release(&statics[i], 1), EINVAL);
		TTHR_WITH (&statics[i])
			entered = true;
		assert_false(entered);
		assert_int_equal(tthr_semaphore_destroy(&statics[i]), 0);
	}
	assert_int_equal(tthr_semaphore_init(&s, "negative", (unsigned)-1), EINVAL);
	assert_int_equal(tthr_bounded_semaphore_init(&s, "negative", (unsigned)-1), EINVAL);
	assert_int_equal(tthr_semaphore_init(&s, "many", INT_MAX), 0);
	assert_int_equal(tthr_semaphore_destroy(&s), 0);
}

static void bounded_refuses_a_release_too_many(void **state)
{
	(void)state;
	static tthr_semaphore s = TTHR_BOUNDED_SEMAPHORE_INIT("bounded", 3);

	assert_int_equal(tthr_semaphore_release(&s, 1), EOVERFLOW);
	assert_int_equal(tthr_semaphore_acquire(&s), 0);
	assert_int_equal(tthr_semaphore_acquire(&s), 0);
	assert_int_equal(tthr_semaphore_release(&s, 3), EOVERFLOW);
	assert_int_equal(tthr_semaphore_release(&s, UINT32_MAX), EOVERFLOW);
	assert_int_equal(tthr_semaphore_value(&s), 1);
	assert_int_equal(tthr_semaphore_release(&s, 2), 0);
	assert_int_equal(tthr_semaphore_release(&s, 1), EOVERFLOW);
	assert_int_equal(tthr_semaphore_value(&s), 3);
	assert_int_equal(tthr_semaphore_destroy(&s), 0);
}

#define BOTH(test)                                                                                                     \
	{"semaphore: " #test, test, NULL, unmake, &init},                                                              \
	{                                                                                                              \
		"bounded: " #test, test, NULL, unmake, &bounded_init                                                   \
	}

int main(void)
{
	static make_fn *init = tthr_semaphore_init, *bounded_init = tthr_bounded_semaphore_init;
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_and_destroy),
	    BOTH(acquire),
	    BOTH(try_acquire),
	    BOTH(try_acquire_contended),
	    BOTH(timeouts),
	    BOTH(acquire_contended),
	    BOTH(multirelease),
	    BOTH(release_of_none),
	    BOTH(the_bound_is_never_exceeded),
	    BOTH(destroy_with_a_waiter_is_refused),
	    BOTH(waiting_is_no_cancellation_point),
	    BOTH(fork_leaves_the_waiters_behind),
	    {"semaphore: errno_is_left_alone", errno_is_left_alone, NULL, unmake, &init},
	    cmocka_unit_test(unbounded_counts_on),
	    cmocka_unit_test(a_negative_value_is_refused),
	    cmocka_unit_test(bounded_refuses_a_release_too_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
