/* SPDX-License-Identifier: MIT */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/session/lttng/buffers.h"

enum { KIB = 1024, MIB = 1024 * KIB };

static void test_much_room(void **state)
{
	(void)state;
	assert_int_equal(tt_buffers_fit(UINT64_MAX, 2).event_size, MIB);
	assert_int_equal(tt_buffers_fit(UINT64_MAX, 2).event_count, 32);
	assert_int_equal(tt_buffers_fit(UINT64_MAX, 8).event_size, MIB);
	/* Never more than is of use, however many CPUs there are. */
	assert_true(tt_buffers_fit(UINT64_MAX, 64).total <= 128 * MIB);
}

/* Docker's default is 64 MiB: several recordings at the same time must find room there. */
static void test_little_room(void **state)
{
	struct tt_buffers buffers = tt_buffers_fit(64 * MIB, 2);

	(void)state;
	assert_true(buffers.event_size >= 64 * KIB);
	assert_true(buffers.total <= 8 * MIB);
	buffers = tt_buffers_fit(64 * MIB, 32);
	assert_int_equal(buffers.event_size, 64 * KIB);
	assert_int_equal(buffers.event_count, 8);
}

/* The size that is advised is enough beside what is there, and never less than is usual. */
static void test_size_wanted(void **state)
{
	(void)state;
	assert_int_equal(tt_buffers_size_wanted(64 * MIB, 0, 0), 65);
	assert_int_equal(tt_buffers_size_wanted(64 * MIB, 64 * MIB, MIB), 64);
	assert_int_equal(tt_buffers_size_wanted(100 * MIB, 30 * MIB, 50 * MIB), 121);
	assert_int_equal(tt_buffers_size_wanted(100 * MIB, 30 * MIB, 50 * MIB - 1), 120);
	assert_int_equal(tt_buffers_size_wanted(0, UINT64_MAX, 500 * (uint64_t)MIB), 501);
}

static void test_no_room(void **state)
{
	uint64_t least = tt_buffers_fit(64 * MIB, 32).total;

	(void)state;
	assert_int_equal(tt_buffers_fit(least, 32).event_size, 64 * KIB);
	assert_int_equal(tt_buffers_fit(least - 1, 32).event_size, 0);
	assert_int_equal(tt_buffers_fit(least - 1, 32).total, least);
	assert_int_equal(tt_buffers_fit(0, 1).event_size, 0);
}

/* LTTng takes only powers of two. */
static void test_sizes(void **state)
{
	(void)state;
	for (uint64_t cpus = 1; cpus <= 256; cpus++) {
		struct tt_buffers buffers = tt_buffers_fit(1024 * (uint64_t)MIB, cpus);
		uint64_t size = buffers.event_size, count = buffers.event_count;
		assert_true(size >= 64 * KIB && (size & (size - 1)) == 0);
		assert_true(count >= 8 && (count & (count - 1)) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_much_room), cmocka_unit_test(test_little_room), cmocka_unit_test(test_size_wanted),
	    cmocka_unit_test(test_no_room),   cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
