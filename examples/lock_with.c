/* SPDX-License-Identifier: MIT
 * A lock held for a block, beside the same by acquire and release.
 * The tutorial's "Locks as Context Managers", threading_lock_with.py.
 */
#include <err.h>
#include <stdlib.h>

#include <trace_thr.h>

static void *worker_with(void *arg)
{
	tthr_lock *lock = arg;

	TTHR_WITH (lock) {
		tthr_log_debug("Lock acquired via with");
	}
	return NULL;
}

static void *worker_no_with(void *arg)
{
	tthr_lock *lock = arg;

	tthr_lock_acquire(lock);
	tthr_log_debug("Lock acquired directly");
	tthr_lock_release(lock);
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG,
	    .format = "(%(threadName)-10s) %(message)s",
	});

	static tthr_lock lock = TTHR_LOCK_INIT("lock"); /* static: it outlives main, as the threads do */
	tthr_thread *w, *nw;

	if (tthr_thread_new(&w, &(struct tthr_thread_options){.target = worker_with, .arg = &lock}) ||
	    tthr_thread_new(&nw, &(struct tthr_thread_options){.target = worker_no_with, .arg = &lock}))
		errx(EXIT_FAILURE, "cannot make the threads");

	if (tthr_thread_start(w) || tthr_thread_start(nw))
		errx(EXIT_FAILURE, "cannot start the threads");

	tthr_thread_unref(w);
	tthr_thread_unref(nw);
	return 0;
}
