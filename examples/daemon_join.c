/* SPDX-License-Identifier: MIT
 * Waiting for a daemon thread: it is joined, so it can finish.
 * The tutorial's "Daemon vs. Non-Daemon Threads", threading_daemon_join.py.
 */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include <trace_thr.h>

static void *daemon_thread(void *arg)
{
	(void)arg;
	tthr_log_debug("Starting");
	usleep(200 * 1000);
	tthr_log_debug("Exiting");
	return NULL;
}

static void *non_daemon(void *arg)
{
	(void)arg;
	tthr_log_debug("Starting");
	tthr_log_debug("Exiting");
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG,
	    .format = "(%(threadName)-10s) %(message)s",
	});

	struct tthr_thread_options as_daemon = {.name = "daemon", .target = daemon_thread, .daemon = TTHR_DAEMON_YES};
	struct tthr_thread_options as_usual = {.name = "non-daemon", .target = non_daemon};
	tthr_thread *d, *t;

	if (tthr_thread_new(&d, &as_daemon) || tthr_thread_new(&t, &as_usual))
		errx(EXIT_FAILURE, "cannot make the threads");

	if (tthr_thread_start(d) || tthr_thread_start(t))
		errx(EXIT_FAILURE, "cannot start the threads");

	tthr_thread_join(d);
	tthr_thread_join(t);
	tthr_thread_unref(d);
	tthr_thread_unref(t);
	return 0;
}
