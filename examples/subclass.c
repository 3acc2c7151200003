/* SPDX-License-Identifier: MIT
 * A thread type of one's own, which says what it runs.
 * The tutorial's "Subclassing Thread", threading_subclass.py.
 */
#include <err.h>
#include <stdlib.h>

#include <trace_thr.h>

struct my_thread {
	tthr_thread thread;
};

static void *my_thread_run(tthr_thread *self)
{
	(void)self;
	tthr_log_debug("running");
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG,
	    .format = "(%(threadName)-10s) %(message)s",
	});

	static struct my_thread t[5]; /* static: they run on when main has returned */

	for (int i = 0; i < 5; i++) {
		if (tthr_thread_init(&t[i].thread, &(struct tthr_thread_options){.run = my_thread_run}) ||
		    tthr_thread_start(&t[i].thread))
			errx(EXIT_FAILURE, "cannot start a thread");
		tthr_thread_unref(&t[i].thread);
	}
	return 0;
}
