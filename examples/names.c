/* SPDX-License-Identifier: MIT
 * Threads have names, given or by default, and each can ask for its own.
 * The tutorial's "Determining the Current Thread", threading_names.py.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <trace_thr.h>

static void *worker(void *arg)
{
	(void)arg;
	printf("%s Starting\n", tthr_thread_name(tthr_current()));
	usleep(200 * 1000);
	printf("%s Exiting\n", tthr_thread_name(tthr_current()));
	return NULL;
}

static void *my_service(void *arg)
{
	(void)arg;
	printf("%s Starting\n", tthr_thread_name(tthr_current()));
	usleep(300 * 1000);
	printf("%s Exiting\n", tthr_thread_name(tthr_current()));
	return NULL;
}

int main(void)
{
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
