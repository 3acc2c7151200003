/* SPDX-License-Identifier: MIT
 * Log lines that carry the thread's name by themselves.
 * The tutorial's "Determining the Current Thread", threading_names_log.py.
 */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include <trace_thr.h>

static void *worker(void *arg)
{
	(void)arg;
	tthr_log_debug("Starting");
	usleep(200 * 1000);
	tthr_log_debug("Exiting");
	return NULL;
}

static void *my_service(void *arg)
{
	(void)arg;
	tthr_log_debug("Starting");
	usleep(300 * 1000);
	tthr_log_debug("Exiting");
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG,
	    .format = "[%(levelname)s] (%(threadName)-10s) %(message)s",
	});

	tthr_thread *t, *w, *w2;

	if (tthr_thread_new(&t, &(struct tthr_thread_options){.name = "my_service", .target = my_service}) ||
	    tthr_thread_new(&w, &(struct tthr_thread_options){.name = "worker", .target = worker}) ||
	    tthr_thread_new(&w2, &(struct tthr_thread_options){.target = worker})) /* use default name */
		errx(EXIT_FAILURE, "cannot make the threads");

	if (tthr_thread_start(w) || tthr_thread_start(w2) || tthr_thread_start(t))
		errx(EXIT_FAILURE, "cannot start the threads");

	tthr_thread_unref(t);
	tthr_thread_unref(w);
	tthr_thread_unref(w2);
	return 0;
}
