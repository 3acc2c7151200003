/* SPDX-License-Identifier: MIT
 * Five threads, each started with a function to run.
 * The tutorial's "Thread Objects", threading_simple.py.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include <trace_thr.h>

/* thread worker function */
static void *worker(void *arg)
{
	(void)arg;
	printf("Worker\n");
	return NULL;
}

int main(void)
{
	for (int i = 0; i < 5; i++) {
		tthr_thread *t;

		if (tthr_thread_new(&t, &(struct tthr_thread_options){.target = worker}) || tthr_thread_start(t))
			errx(EXIT_FAILURE, "cannot start a thread");
		tthr_thread_unref(t);
	}
	return 0; /* and the library waits for the five */
}
