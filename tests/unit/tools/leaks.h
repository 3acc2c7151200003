/* SPDX-License-Identifier: MIT */
/*
 * A group of tests, each of which is run again to see that it gives back all the memory that it takes.
 *
 *     return run_without_leaks(tests, sizeof tests / sizeof *tests);
 */
#ifndef LEAKS_H
#define LEAKS_H

/* clang-format off: the order that cmocka.h wants */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What is handed out is exact only where neither GLib nor malloc keeps some of it for later. */
static inline void leaks_exact(void)
{
	char exe[] = "/proc/self/exe", *args[] = {exe, NULL};

	if (getenv("G_SLICE"))
		return;
	setenv("G_SLICE", "always-malloc", 1);
	setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
	execv(exe, args);
	perror("cannot run the tests once more");
	exit(1);
}

static inline size_t leaks_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* What a run of the test leaves behind. */
static inline size_t leaks_of(const struct CMUnitTest *test)
{
	size_t before = leaks_in_use();
	void *state = test->initial_state;

	if (test->setup_func)
		test->setup_func(&state);
	test->test_func(&state);
	if (test->teardown_func)
		test->teardown_func(&state);
	size_t after = leaks_in_use();
	return after > before ? after - before : 0;
}

/* What is kept for good, as names are, is kept by the first runs; what the last ones all leave behind is lost. */
static inline int run_without_leaks(const struct CMUnitTest *tests, size_t n)
{
	leaks_exact();
	int failed = _cmocka_run_group_tests("tests", tests, n, NULL, NULL);

	for (size_t i = 0; !failed && i < n; i++) {
		size_t lost = 1;
		for (int times = 0; lost > 0 && times < 4; times++)
			lost = leaks_of(&tests[i]);
		if (lost > 0)
			fprintf(stderr, "[  FAILED  ] %s: leaves %zu bytes behind\n", tests[i].name, lost);
		failed += lost > 0;
	}
	return failed;
}

#endif /* LEAKS_H */
