/* SPDX-License-Identifier: MIT
 * A timer starts its work after a delay, and can be cancelled before.
 * The tutorial's "Timer Threads", threading_timer.py.
 */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include <trace_thr.h>

static void delayed(void *arg)
{
	(void)arg;
	tthr_log_debug("worker running");
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG,
	    .format = "(%(threadName)-10s) %(message)s",
	});

	struct tthr_timer_options options = {.interval = 0.3, .function = delayed};
	tthr_timer *t1, *t2;

	if (tthr_timer_new(&t1, &options) || tthr_thread_set_name(tthr_timer_thread(t1), "t1") ||
	    tthr_timer_new(&t2, &options) || tthr_thread_set_name(tthr_timer_thread(t2), "t2"))
		errx(EXIT_FAILURE, "cannot make the timers");

	tthr_log_debug("starting timers");
	if (tthr_timer_start(t1) || tthr_timer_start(t2))
		errx(EXIT_FAILURE, "cannot start the timers");

	tthr_log_debug("waiting before canceling %s", tthr_thread_name(tthr_timer_thread(t2)));
	usleep(200 * 1000);
	tthr_log_debug("canceling %s", tthr_thread_name(tthr_timer_thread(t2)));
	tthr_timer_cancel(t2);
	tthr_log_debug("done");

	tthr_timer_unref(t1);
	tthr_timer_unref(t2);
	return 0;
}
