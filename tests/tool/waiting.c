/* SPDX-License-Identifier: MIT
 * A thread that waits with a lock held, and one that asks for that lock before it wakes the first. It gets through
 * since the lock is asked for early, and the wait begins late:
 *
 *     waiting condition | event | semaphore | barrier | join
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <trace_thr.h>

static tthr_lock table = TTHR_LOCK_INIT("table");
static tthr_condition ready = TTHR_CONDITION_INIT("ready");
static tthr_event done = TTHR_EVENT_INIT("done");
static tthr_semaphore permits = TTHR_SEMAPHORE_INIT("permits", 0);
static tthr_barrier gate = TTHR_BARRIER_INIT("gate", 2);
static const char *how;

static void nap_ms(long ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000 * 1000}, NULL);
}

static bool is(const char *name)
{
	return !strcmp(how, name);
}

static void wake(void)
{
	nap_ms(100);
	if (is("event"))
		tthr_event_set(&done);
	else if (is("semaphore"))
		tthr_semaphore_release(&permits, 1);
	else if (is("barrier"))
		tthr_barrier_wait(&gate, NULL);
	else if (is("condition"))
		TTHR_WITH (&ready)
			tthr_condition_notify(&ready, 1);
}

static void *waker(void *arg)
{
	tthr_lock_acquire(&table);
	tthr_lock_release(&table);
	wake();
	return arg;
}

static void wait_for(tthr_thread *thread)
{
	if (is("join"))
		tthr_thread_join(thread);
	else if (is("event"))
		tthr_event_wait(&done);
	else if (is("semaphore"))
		tthr_semaphore_acquire(&permits);
	else if (is("barrier"))
		tthr_barrier_wait(&gate, NULL);
	else
		TTHR_WITH (&ready)
			tthr_condition_wait(&ready);
}

int main(int argc, char **argv)
{
	tthr_thread *thread;

	how = argc > 1 ? argv[1] : "join";
	if (tthr_thread_new(&thread, &(struct tthr_thread_options){.name = "waker", .target = waker}) ||
	    tthr_thread_start(thread))
		errx(EXIT_FAILURE, "cannot start a thread");
	nap_ms(50);
	TTHR_WITH (&table)
		wait_for(thread);
	tthr_thread_join(thread);
	tthr_thread_unref(thread);
	return 0;
}
