/* SPDX-License-Identifier: MIT */
/*
 * Joining where the program has ThreadSanitizer's runtime, as it seems: with a limit by the wall clock, since of all
 * such joins it knows that one alone. Both clocks stand here.
 */
#include "threads.h"

#include "libtrace_thr/src/thread/thread.h"

#ifndef __SANITIZE_THREAD__
void __tsan_init(void);
void __tsan_init(void)
{
}
#endif

static bool stands;
static struct timespec wall, until;
static const struct timespec monotonic = {.tv_sec = 1000, .tv_nsec = 700000000};

int clock_gettime(clockid_t clock, struct timespec *time)
{
	if (!stands)
		return (int)syscall(SYS_clock_gettime, clock, time);
	*time = clock == CLOCK_REALTIME ? wall : monotonic;
	return 0;
}

int pthread_timedjoin_np(pthread_t thread, void **result, const struct timespec *limit)
{
	until = *limit;
	*result = NULL;
	return stands ? ETIMEDOUT : pthread_join(thread, result);
}

static void limits_are_of_the_wall_clock(void **state)
{
	(void)state;
	static const struct {
		struct timespec wall;
		double seconds;
		struct timespec until;
	} cases[] = {
	    {{50, 0}, 0.25, {50, 250000000}},
	    {{50, 800000000}, 0.25, {51, 50000000}},
	    {{50, 999999999}, 2.5, {53, 499999999}},
	    {{50, 750000000}, 3.25, {54, 0}},
	};
	tthr_thread *thread = started(nothing, NULL);

	wait_until(tt_thread_state(thread) == TT_LIFE_ENDED);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		wall = cases[i].wall;
		stands = true;
		int error = tthr_thread_join_timeout(thread, cases[i].seconds);
		stands = false;
		assert_int_equal(error, ETIMEDOUT);
		assert_int_equal(until.tv_sec, cases[i].until.tv_sec);
		assert_int_equal(until.tv_nsec, cases[i].until.tv_nsec);
	}
	until = (struct timespec){0};
	joined(thread);
	assert_true(until.tv_sec > 0);
}

int main(void)
{
#ifdef __SANITIZE_THREAD__
	return 0; /* it is there indeed, and has clocks of its own */
#endif
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(limits_are_of_the_wall_clock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
