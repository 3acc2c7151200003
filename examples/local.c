/* SPDX-License-Identifier: MIT
 * A variable of which each thread has its own, absent until the thread sets it.
 * The tutorial's "Thread-specific Data", threading_local.py.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include <trace_thr.h>

static void show_value(tthr_local *data)
{
	void *val;

	if (tthr_local_get(data, &val) == ENOENT)
		tthr_log_debug("No value yet");
	else
		tthr_log_debug("value=%d", (int)(intptr_t)val);
}

static void *worker(void *arg)
{
	tthr_local *data = arg;

	show_value(data);
	if (tthr_local_set(data, (void *)(intptr_t)(1 + arc4random_uniform(100))))
		errx(EXIT_FAILURE, "cannot set the value");
	show_value(data);
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG,
	    .format = "(%(threadName)-10s) %(message)s",
	});

	static tthr_local local_data = TTHR_LOCAL_INIT("local_data"); /* static: it outlives main, as the threads do */

	show_value(&local_data);
	if (tthr_local_set(&local_data, (void *)1000))
		errx(EXIT_FAILURE, "cannot set the value");
	show_value(&local_data);

	for (int i = 0; i < 2; i++) {
		tthr_thread *t;

		if (tthr_thread_new(&t, &(struct tthr_thread_options){.target = worker, .arg = &local_data}) ||
		    tthr_thread_start(t))
			errx(EXIT_FAILURE, "cannot start a thread");
		tthr_thread_unref(t);
	}
	return 0;
}
