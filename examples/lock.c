/* SPDX-License-Identifier: MIT
 * A lock keeps two threads from changing a counter at the same time.
 * The tutorial's "Controlling Access to Resources", threading_lock.py.
 */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include <trace_thr.h>

struct counter {
	tthr_lock lock;
	int value;
};

static void counter_increment(struct counter *self)
{
	tthr_log_debug("Waiting for lock");
	tthr_lock_acquire(&self->lock);
	tthr_log_debug("Acquired lock");
	self->value = self->value + 1;
	tthr_lock_release(&self->lock);
}

static void *worker(void *arg)
{
	struct counter *c = arg;

	for (int i = 0; i < 2; i++) {
		double pause = arc4random_uniform(1000) / 1000.0;

		tthr_log_debug("Sleeping %0.02f", pause);
		usleep((useconds_t)(pause * 1e6));
		counter_increment(c);
	}
	tthr_log_debug("Done");
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG,
	    .format = "(%(threadName)-10s) %(message)s",
	});

	struct counter counter = {TTHR_LOCK_INIT("Counter.lock"), 0};

	for (int i = 0; i < 2; i++) {
		tthr_thread *t;

		if (tthr_thread_new(&t, &(struct tthr_thread_options){.target = worker, .arg = &counter}) ||
		    tthr_thread_start(t))
			errx(EXIT_FAILURE, "cannot start a thread");
		tthr_thread_unref(t);
	}

	tthr_log_debug("Waiting for worker threads");
	tthr_thread **threads;
	size_t n;

	if (tthr_enumerate(&threads, &n))
		errx(EXIT_FAILURE, "cannot list the threads");
	for (size_t i = 0; i < n; i++)
		if (threads[i] != tthr_main())
			tthr_thread_join(threads[i]);
	tthr_thread_list_free(threads, n);
	tthr_log_debug("Counter: %d", counter.value);
	return 0;
}
