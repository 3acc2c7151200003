/* SPDX-License-Identifier: MIT
 * A barrier for four, and only three who come: they wait for ever.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include <trace_thr.h>

#define NUM_THREADS 3

static tthr_barrier start_line = TTHR_BARRIER_INIT("start line", NUM_THREADS + 1); /* main was meant to come too */

static void *run_race(void *arg)
{
	(void)arg;
	tthr_log_info("is at the start line");
	tthr_barrier_wait(&start_line, NULL);
	tthr_log_info("runs");
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){.level = TTHR_LOG_INFO, .format = "%(threadName)s %(message)s"});

	tthr_thread *runners[NUM_THREADS];

	for (int i = 0; i < NUM_THREADS; i++) {
		char name[16];

		snprintf(name, sizeof name, "runner-%d", i);
		if (tthr_thread_new(&runners[i], &(struct tthr_thread_options){.name = name, .target = run_race}) ||
		    tthr_thread_start(runners[i]))
			errx(EXIT_FAILURE, "cannot start %s", name);
	}

	for (int i = 0; i < NUM_THREADS; i++) {
		tthr_thread_join(runners[i]);
		tthr_thread_unref(runners[i]);
	}
	return 0;
}
