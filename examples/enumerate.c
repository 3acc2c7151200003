/* SPDX-License-Identifier: MIT
 * Waiting for all threads without keeping a handle of each: ask the library who is alive.
 * The tutorial's "Enumerating All Threads", threading_enumerate.py.
 */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include <trace_thr.h>

/* thread worker function */
static void *worker(void *arg)
{
	(void)arg;
	unsigned tenths = 1 + arc4random_uniform(5);

	tthr_log_debug("sleeping %0.2f", tenths / 10.0);
	usleep(tenths * 100 * 1000);
	tthr_log_debug("ending");
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG,
	    .format = "(%(threadName)-10s) %(message)s",
	});

	for (int i = 0; i < 3; i++) {
		struct tthr_thread_options options = {.target = worker, .daemon = TTHR_DAEMON_YES};
		tthr_thread *t;

		if (tthr_thread_new(&t, &options) || tthr_thread_start(t))
			errx(EXIT_FAILURE, "cannot start a thread");
		tthr_thread_unref(t);
	}

	tthr_thread **threads;
	size_t n;

	if (tthr_enumerate(&threads, &n))
		errx(EXIT_FAILURE, "cannot list the threads");
	for (size_t i = 0; i < n; i++) {
		if (threads[i] == tthr_main())
			continue;
		tthr_log_debug("joining %s", tthr_thread_name(threads[i]));
		tthr_thread_join(threads[i]);
	}
	tthr_thread_list_free(threads, n);
	return 0;
}
