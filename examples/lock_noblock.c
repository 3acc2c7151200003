/* SPDX-License-Identifier: MIT
 * Taking a lock only if that needs no waiting, and counting the attempts.
 * The tutorial's "Controlling Access to Resources", threading_lock_noblock.py.
 */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include <trace_thr.h>

static void *lock_holder(void *arg)
{
	tthr_lock *lock = arg;

	tthr_log_debug("Starting");
	for (;;) {
		tthr_lock_acquire(lock);
		tthr_log_debug("Holding");
		usleep(500 * 1000);
		tthr_log_debug("Not holding");
		tthr_lock_release(lock);
		usleep(500 * 1000);
	}
	return NULL;
}

static void *worker(void *arg)
{
	tthr_lock *lock = arg;
	int num_tries = 0;
	int num_acquires = 0;

	tthr_log_debug("Starting");
	while (num_acquires < 3) {
		usleep(500 * 1000);
		tthr_log_debug("Trying to acquire");
		bool have_it = tthr_lock_try_acquire(lock) == 0;
		num_tries++;
		if (have_it) {
			tthr_log_debug("Iteration %d: Acquired", num_tries);
			num_acquires++;
			tthr_lock_release(lock);
		} else {
			tthr_log_debug("Iteration %d: Not acquired", num_tries);
		}
	}
	tthr_log_debug("Done after %d iterations", num_tries);
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG,
	    .format = "(%(threadName)-10s) %(message)s",
	});

	static tthr_lock lock = TTHR_LOCK_INIT("lock"); /* static: it outlives main, as the threads do */
	tthr_thread *h, *w;

	struct tthr_thread_options holder = {
	    .target = lock_holder,
	    .arg = &lock,
	    .name = "LockHolder",
	    .daemon = TTHR_DAEMON_YES,
	};
	if (tthr_thread_new(&h, &holder) || tthr_thread_start(h))
		errx(EXIT_FAILURE, "cannot start LockHolder");

	struct tthr_thread_options worker_options = {.target = worker, .arg = &lock, .name = "Worker"};
	if (tthr_thread_new(&w, &worker_options) || tthr_thread_start(w))
		errx(EXIT_FAILURE, "cannot start Worker");

	tthr_thread_unref(h);
	tthr_thread_unref(w);
	return 0;
}
