/* SPDX-License-Identifier: MIT */
#include "wait.h"

#include <errno.h>
#include <math.h>

#include "libtrace_thr/src/sync/deadline.h"
#include "tracepoints/vocabulary.h"

static double seconds_of(const struct tt_deadline *deadline)
{
	return (double)deadline->at.tv_sec + (double)deadline->at.tv_nsec / 1e9;
}

static void nan_is_refused(void **state)
{
	(void)state;
	struct tt_deadline deadline;
	assert_int_equal(tt_deadline_after(NAN, &deadline), EINVAL);
	assert_int_equal(tt_deadline_after(-NAN, &deadline), EINVAL);
}

static void more_than_the_clock_counts_is_for_ever(void **state)
{
	(void)state;
	static const double longs[] = {INFINITY, 1e300, 1e10, 9e9};
	struct tt_deadline deadline;

	for (size_t i = 0; i < sizeof longs / sizeof longs[0]; i++) {
		assert_int_equal(tt_deadline_after(longs[i], &deadline), 0);
		assert_true(deadline.forever);
		assert_int_equal(tt_timeout_ns(longs[i]), TT_NO_TIMEOUT);
	}
	assert_int_equal(tt_deadline_left_ns(&deadline), TT_NO_TIMEOUT);
	assert_int_equal(tt_deadline_left_ns(&tt_never), TT_NO_TIMEOUT);
	assert_int_equal(tt_deadline_after(8.9e9, &deadline), 0);
	assert_false(deadline.forever);
	assert_true(tt_deadline_left_ns(&deadline) > INT64_C(8800000000000000000));
}

static void zero_and_less_is_now(void **state)
{
	(void)state;
	static const double shorts[] = {0, -0.0, -0.5, -1e-9, -1, -1e300, -INFINITY};
	struct tt_deadline deadline;

	for (size_t i = 0; i < sizeof shorts / sizeof shorts[0]; i++) {
		double before = now();
		assert_int_equal(tt_deadline_after(shorts[i], &deadline), 0);
		assert_false(deadline.forever);
		assert_true(seconds_of(&deadline) >= before && seconds_of(&deadline) <= now());
		assert_int_equal(tt_deadline_left_ns(&deadline), 0);
		assert_int_equal(tt_timeout_ns(shorts[i]), 0);
	}
}

/* Rounded up: a wait ends no earlier than its timeout. */
static void what_is_there_is_counted(void **state)
{
	(void)state;
	static const double some[] = {1e-12, 1e-9, 0.25, 0.999999999, 1, 1.5, 123456.789};
	struct tt_deadline deadline;

	for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
		struct timespec before;
		clock_gettime(CLOCK_MONOTONIC, &before);
		assert_int_equal(tt_deadline_after(some[i], &deadline), 0);
		assert_in_range(deadline.at.tv_nsec, 0, 999999999);
		int64_t ns = (deadline.at.tv_sec - before.tv_sec) * 1000000000 + deadline.at.tv_nsec - before.tv_nsec;
		assert_true((double)ns >= some[i] * 1e9 - 1e-3);
		assert_true(tt_deadline_left_ns(&deadline) <= tt_timeout_ns(some[i]));
		assert_true((double)tt_timeout_ns(some[i]) >= some[i] * 1e9 - 1e-3);
	}
	assert_int_equal(tt_timeout_ns(1e-12), 1);
	assert_int_equal(tt_timeout_ns(1.5), 1500000000);
}

/* When it is, if the clock stands. */
static struct timespec stands_at;

int clock_gettime(clockid_t clock, struct timespec *time)
{
	*time = stands_at;
	return stands_at.tv_sec ? 0 : (int)syscall(SYS_clock_gettime, clock, time);
}

static void deadlines_are_exact(void **state)
{
	(void)state;
	static const struct {
		struct timespec now;
		double seconds;
		struct timespec at;
	} cases[] = {
	    {{10, 999999999}, 1e-9, {11, 0}},         {{10, 999999998}, 1e-9, {10, 999999999}},
	    {{10, 999999999}, 2.75, {13, 749999999}}, {{10, 0}, 0.999999999, {10, 999999999}},
	    {{10, 500000000}, 0, {10, 500000000}},    {{10, 500000000}, -1, {10, 500000000}},
	    {{10, 250000000}, 7.75, {18, 0}},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tt_deadline deadline;
		stands_at = cases[i].now;
		int error = tt_deadline_after(cases[i].seconds, &deadline);
		int64_t left = tt_deadline_left_ns(&deadline);
		stands_at = deadline.at;
		stands_at.tv_sec++;
		int64_t later = tt_deadline_left_ns(&deadline);
		stands_at.tv_sec = 0;
		assert_int_equal(error, 0);
		assert_int_equal(deadline.at.tv_sec, cases[i].at.tv_sec);
		assert_int_equal(deadline.at.tv_nsec, cases[i].at.tv_nsec);
		assert_int_equal(left, tt_timeout_ns(cases[i].seconds));
		assert_int_equal(later, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nan_is_refused),           cmocka_unit_test(more_than_the_clock_counts_is_for_ever),
	    cmocka_unit_test(zero_and_less_is_now),     cmocka_unit_test(deadlines_are_exact),
	    cmocka_unit_test(what_is_there_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
