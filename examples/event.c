/* SPDX-License-Identifier: MIT
 * One thread tells others that something has happened. One of them waits for it without end, one with a timeout.
 * The tutorial's "Signaling Between Threads", threading_event.py.
 */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include <trace_thr.h>

struct timeout_args {
	tthr_event *e;
	double t;
};

/* Wait for the event to be set before doing anything */
static void *wait_for_event(void *arg)
{
	tthr_event *e = arg;

	tthr_log_debug("wait_for_event starting");
	bool event_is_set = tthr_event_wait(e) == 0;
	tthr_log_debug("event set: %s", event_is_set ? "True" : "False");
	return NULL;
}

/* Wait t seconds and then timeout */
static void *wait_for_event_timeout(void *arg)
{
	struct timeout_args *args = arg;

	while (!tthr_event_is_set(args->e)) {
		tthr_log_debug("wait_for_event_timeout starting");
		bool event_is_set = tthr_event_wait_timeout(args->e, args->t) == 0;
		tthr_log_debug("event set: %s", event_is_set ? "True" : "False");
		if (event_is_set)
			tthr_log_debug("processing event");
		else
			tthr_log_debug("doing other work");
	}
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG,
	    .format = "(%(threadName)-10s) %(message)s",
	});

	/* static: the threads use them when main has returned */
	static tthr_event e = TTHR_EVENT_INIT("e");
	static struct timeout_args args = {&e, 2};
	tthr_thread *t1, *t2;

	struct tthr_thread_options block = {.name = "block", .target = wait_for_event, .arg = &e};
	if (tthr_thread_new(&t1, &block) || tthr_thread_start(t1))
		errx(EXIT_FAILURE, "cannot start block");

	struct tthr_thread_options nonblock = {.name = "nonblock", .target = wait_for_event_timeout, .arg = &args};
	if (tthr_thread_new(&t2, &nonblock) || tthr_thread_start(t2))
		errx(EXIT_FAILURE, "cannot start nonblock");

	tthr_log_debug("Waiting before calling Event.set()");
	usleep(300 * 1000);
	tthr_event_set(&e);
	tthr_log_debug("Event is set");

	tthr_thread_unref(t1);
	tthr_thread_unref(t2);
	return 0;
}
