/* SPDX-License-Identifier: MIT
 * Three threads wait at a barrier for a fourth that does not come; abort sets them free with an error.
 * The tutorial's "Synchronizing Threads", threading_barrier_abort.py.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <trace_thr.h>

#define NUM_THREADS 3

static void *worker(void *arg)
{
	tthr_barrier *barrier = arg;
	const char *name = tthr_thread_name(tthr_current());
	unsigned worker_id;

	printf("%s waiting for barrier with %u others\n", name, tthr_barrier_n_waiting(barrier));
	if (tthr_barrier_wait(barrier, &worker_id) == TTHR_EBROKEN)
		printf("%s aborting\n", name);
	else
		printf("%s after barrier %u\n", name, worker_id);
	return NULL;
}

int main(void)
{
	tthr_barrier barrier = TTHR_BARRIER_INIT("barrier", NUM_THREADS + 1);
	tthr_thread *threads[NUM_THREADS];

	for (int i = 0; i < NUM_THREADS; i++) {
		char name[16];

		snprintf(name, sizeof name, "worker-%d", i);
		struct tthr_thread_options options = {.name = name, .target = worker, .arg = &barrier};
		if (tthr_thread_new(&threads[i], &options))
			errx(EXIT_FAILURE, "cannot make %s", name);
	}

	for (int i = 0; i < NUM_THREADS; i++) {
		printf("%s starting\n", tthr_thread_name(threads[i]));
		if (tthr_thread_start(threads[i]))
			errx(EXIT_FAILURE, "cannot start %s", tthr_thread_name(threads[i]));
		usleep(100 * 1000);
	}

	tthr_barrier_abort(&barrier);

	for (int i = 0; i < NUM_THREADS; i++) {
		tthr_thread_join(threads[i]);
		tthr_thread_unref(threads[i]);
	}
	return 0;
}
