/* SPDX-License-Identifier: MIT */
/*
 * The field `recording`: the token that a process has from its environment when the library loads.
 */
#include "threads.h"

#include <stdlib.h>
#include <unistd.h>

#include "life_events.h"

static const char variable[] = "TRACE_THR_RECORDING";
static const char token[] = "00c0ffee";

static void threads_tell_the_token(void **state)
{
	(void)state;
	int out[2];
	char text[512];
	tthr_thread *thread;

	must(pipe(out) == 0);
	must(!setenv(variable, "changed", 1)); /* by the program, later: it matters no more */
	life_events_to(out[1]);
	must(!tthr_thread_new(&thread, &(struct tthr_thread_options){.name = "t", .target = nothing}));
	must(!tthr_thread_start(thread));
	joined(thread);
	ssize_t n = read(out[0], text, sizeof text - 1);
	must(n > 0);
	text[n] = '\0';
	assert_non_null(strstr(text, "\nt: thread_start t daemon=0 target of 00c0ffee\n"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(threads_tell_the_token),
	};

	if (argc == 1 && !getenv(variable)) {
		setenv(variable, token, 1);
		execv("/proc/self/exe", argv);
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
