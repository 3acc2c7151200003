/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/read/delivery/process_filter.h"

static bool starts(struct tt_process_filter *processes, uint32_t pid, uint32_t ppid, const char *recording)
{
	const struct tt_event event = {.type = TT_EVENT_thread_start, .pid = pid, .ppid = ppid, .recording = recording};

	return tt_process_filter_count(processes, &event);
}

static bool acts(struct tt_process_filter *processes, uint32_t pid)
{
	const struct tt_event event = {.type = TT_EVENT_lock_acquired, .pid = pid};

	return tt_process_filter_count(processes, &event);
}

static void test_all_without_a_root(void **state)
{
	struct tt_process_filter *processes = tt_process_filter_new(0, NULL);

	(void)state;
	assert_true(starts(processes, 7, 1, ""));
	assert_true(acts(processes, 8));
	tt_process_filter_free(processes);
}

static void test_descent(void **state)
{
	struct tt_process_filter *processes = tt_process_filter_new(40, NULL);

	(void)state;
	assert_true(starts(processes, 40, 1, ""));
	assert_false(starts(processes, 50, 1, ""));
	assert_true(starts(processes, 41, 40, ""));
	assert_true(starts(processes, 42, 41, NULL)); /* of a version without the field */
	assert_false(acts(processes, 50));
	assert_true(acts(processes, 42));
	tt_process_filter_free(processes);
}

/* What lies between it and the program made no event. */
static void test_token(void **state)
{
	struct tt_process_filter *processes = tt_process_filter_new(40, "c0ffee");

	(void)state;
	assert_false(acts(processes, 61)); /* not yet known */
	assert_true(starts(processes, 61, 60, "c0ffee"));
	assert_true(acts(processes, 61));
	assert_true(starts(processes, 62, 61, "")); /* of one with the token, though it has cleared its environment */
	assert_true(starts(processes, 41, 40, "another")); /* a recording inside of this one */
	assert_false(starts(processes, 70, 60, "another"));
	assert_false(starts(processes, 71, 60, "c0ffee0"));
	assert_false(starts(processes, 72, 60, ""));
	assert_false(starts(processes, 73, 60, NULL));
	tt_process_filter_free(processes);
}

/* The kernel gives the number of a process that has ended to another one. */
static void test_number_of_another(void **state)
{
	struct tt_process_filter *processes = tt_process_filter_new(40, "c0ffee");
	struct tt_event start = {
	    .type = TT_EVENT_thread_start, .pid = 61, .native_id = 61, .ppid = 60, .recording = "c0ffee"};

	(void)state;
	assert_true(tt_process_filter_count(processes, &start));
	start.recording = ""; /* it has executed a program, and cleared the environment */
	assert_true(tt_process_filter_count(processes, &start));
	start.native_id = 65; /* another thread of it, whose parent has ended */
	start.ppid = 1;
	assert_true(tt_process_filter_count(processes, &start));
	start.native_id = 61;
	start.ppid = 7;
	assert_false(tt_process_filter_count(processes, &start));
	assert_false(acts(processes, 61));
	start.recording = "c0ffee";
	assert_true(tt_process_filter_count(processes, &start));
	assert_true(acts(processes, 61));
	tt_process_filter_free(processes);
}

/* No token is not one that all share. */
static void test_no_token(void **state)
{
	static const char *const none[] = {NULL, ""};

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		struct tt_process_filter *processes = tt_process_filter_new(40, none[i]);

		assert_false(starts(processes, 70, 60, ""));
		assert_false(starts(processes, 71, 60, NULL));
		assert_false(starts(processes, 72, 60, "c0ffee"));
		tt_process_filter_free(processes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all_without_a_root), cmocka_unit_test(test_descent),  cmocka_unit_test(test_token),
	    cmocka_unit_test(test_number_of_another),  cmocka_unit_test(test_no_token),
	};

	return cmocka_run_group_tests_name("processes", tests, NULL, NULL);
}
