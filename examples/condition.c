/* SPDX-License-Identifier: MIT
 * Two consumers wait until a producer says that the resource is there.
 * The tutorial's "Synchronizing Threads", threading_condition.py.
 */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include <trace_thr.h>

/* wait for the condition and use the resource */
static void *consumer(void *arg)
{
	tthr_condition *cond = arg;

	tthr_log_debug("Starting consumer thread");
	TTHR_WITH (cond) {
		tthr_condition_wait(cond);
		tthr_log_debug("Resource is available to consumer");
	}
	return NULL;
}

/* set up the resource to be used by the consumer */
static void *producer(void *arg)
{
	tthr_condition *cond = arg;

	tthr_log_debug("Starting producer thread");
	TTHR_WITH (cond) {
		tthr_log_debug("Making resource available");
		tthr_condition_notify_all(cond);
	}
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG,
	    .format = "%(asctime)s (%(threadName)-2s) %(message)s",
	});

	static tthr_condition condition = TTHR_CONDITION_INIT("condition"); /* static: it outlives main */
	tthr_thread *c1, *c2, *p;

	if (tthr_thread_new(&c1, &(struct tthr_thread_options){.name = "c1", .target = consumer, .arg = &condition}) ||
	    tthr_thread_new(&c2, &(struct tthr_thread_options){.name = "c2", .target = consumer, .arg = &condition}) ||
	    tthr_thread_new(&p, &(struct tthr_thread_options){.name = "p", .target = producer, .arg = &condition}))
		errx(EXIT_FAILURE, "cannot make the threads");

	if (tthr_thread_start(c1))
		errx(EXIT_FAILURE, "cannot start c1");
	usleep(200 * 1000);
	if (tthr_thread_start(c2))
		errx(EXIT_FAILURE, "cannot start c2");
	usleep(200 * 1000);
	if (tthr_thread_start(p))
		errx(EXIT_FAILURE, "cannot start p");

	tthr_thread_unref(c1);
	tthr_thread_unref(c2);
	tthr_thread_unref(p);
	return 0;
}
