/* SPDX-License-Identifier: MIT
 * A deadlock: two threads take the same two locks in opposite order, and each waits for the other for ever.
 *
 *     trace-thr run --timeout 5 -- build/examples/deadlock_abba
 *
 * Such a bug may hide for years, as it needs an unlucky moment. Here a barrier brings that moment about: both have
 * their first lock before either asks for its second.
 */
#include <err.h>
#include <stdlib.h>

#include <trace_thr.h>

static tthr_lock scanner = TTHR_LOCK_INIT("scanner");
static tthr_lock printer = TTHR_LOCK_INIT("printer");
static tthr_barrier unlucky_moment = TTHR_BARRIER_INIT("unlucky moment", 2);

static void *copy_page(void *arg)
{
	(void)arg;
	tthr_lock_acquire(&scanner);
	tthr_log_info("has the scanner");
	tthr_barrier_wait(&unlucky_moment, NULL);
	tthr_log_info("wants the printer");
	tthr_lock_acquire(&printer);
	tthr_log_info("copies a page");
	tthr_lock_release(&printer);
	tthr_lock_release(&scanner);
	return NULL;
}

static void *check_colours(void *arg)
{
	(void)arg;
	tthr_lock_acquire(&printer);
	tthr_log_info("has the printer");
	tthr_barrier_wait(&unlucky_moment, NULL);
	tthr_log_info("wants the scanner");
	tthr_lock_acquire(&scanner);
	tthr_log_info("prints a test page and scans it");
	tthr_lock_release(&scanner);
	tthr_lock_release(&printer);
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){.level = TTHR_LOG_INFO, .format = "%(threadName)s %(message)s"});

	tthr_thread *alice, *bob;

	if (tthr_thread_new(&alice, &(struct tthr_thread_options){.name = "alice", .target = copy_page}) ||
	    tthr_thread_new(&bob, &(struct tthr_thread_options){.name = "bob", .target = check_colours}) ||
	    tthr_thread_start(alice) || tthr_thread_start(bob))
		errx(EXIT_FAILURE, "cannot start the threads");

	tthr_thread_join(alice);
	tthr_thread_join(bob);
	tthr_thread_unref(alice);
	tthr_thread_unref(bob);
	return 0;
}
