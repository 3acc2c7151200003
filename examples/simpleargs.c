/* SPDX-License-Identifier: MIT
 * A thread gets an argument: here a number, which it prints.
 * The tutorial's "Thread Objects", threading_simpleargs.py.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <trace_thr.h>

/* thread worker function */
static void *worker(void *arg)
{
	int num = (int)(intptr_t)arg;

	printf("Worker: %d\n", num);
	return NULL;
}

int main(void)
{
	for (int i = 0; i < 5; i++) {
		struct tthr_thread_options options = {.target = worker, .arg = (void *)(intptr_t)i};
		tthr_thread *t;

		if (tthr_thread_new(&t, &options) || tthr_thread_start(t))
			errx(EXIT_FAILURE, "cannot start a thread");
		tthr_thread_unref(t);
	}
	return 0;
}
