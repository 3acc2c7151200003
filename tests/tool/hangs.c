/* SPDX-License-Identifier: MIT
 * Hangs that no example shows, each by its name, and what looks like one for some seconds: `hangs NAME`.
 */
#include <err.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <trace_thr.h>

static tthr_lock lock = TTHR_LOCK_INIT("lock");
static tthr_rlock first = TTHR_RLOCK_INIT("first"), second = TTHR_RLOCK_INIT("second");
static tthr_barrier both = TTHR_BARRIER_INIT("both", 2);
static tthr_event held = TTHR_EVENT_INIT("held");

static tthr_thread *start(const char *name, void *(*target)(void *arg), enum tthr_daemon daemon)
{
	struct tthr_thread_options options = {.name = name, .target = target, .daemon = daemon};
	tthr_thread *thread;

	if (tthr_thread_new(&thread, &options) || tthr_thread_start(thread))
		errx(EXIT_FAILURE, "cannot start %s", name);
	return thread;
}

static void *take_twice(void *arg)
{
	tthr_lock_acquire(&lock);
	tthr_lock_acquire(&lock);
	return arg;
}

static void self(void)
{
	start("twice", take_twice, TTHR_DAEMON_NO);
}

static void *take_and_exit(void *arg)
{
	tthr_rlock_acquire(&first);
	return arg;
}

static void *take(void *arg)
{
	tthr_rlock_acquire(&first);
	return arg;
}

static void holder(void)
{
	tthr_thread_join(start("leaves", take_and_exit, TTHR_DAEMON_NO));
	start("late", take, TTHR_DAEMON_NO);
}

static void *forwards(void *arg)
{
	tthr_rlock_acquire(&first);
	tthr_barrier_wait(&both, NULL);
	tthr_rlock_acquire(&second);
	return arg;
}

static void *backwards(void *arg)
{
	tthr_rlock_acquire(&second);
	tthr_barrier_wait(&both, NULL);
	tthr_rlock_acquire(&first);
	return arg;
}

/* The process ends though they do not: there is time for both to be blocked, which a test cannot wait for. */
static void daemons(void)
{
	tthr_thread *forth = start("forth", forwards, TTHR_DAEMON_YES);
	tthr_thread *back = start("back", backwards, TTHR_DAEMON_YES);

	tthr_thread_join_timeout(forth, 1);
	tthr_thread_join_timeout(back, 1);
}

static void *hold_on(void *arg)
{
	tthr_rlock_acquire(&first);
	tthr_event_set(&held);
	pause();
	return arg;
}

/* A child in which a lock is held by a thread that it does not have. */
static void forks(void)
{
	start("keeper", hold_on, TTHR_DAEMON_YES);
	tthr_event_wait(&held);
	pid_t child = fork();
	if (child == 0)
		tthr_rlock_acquire(&first);
	waitpid(child, NULL, 0);
}

/* Waits that end: a daemon for work, and the main thread, which sleeps. */
static void *wait_for_work(void *arg)
{
	tthr_event_wait(&held);
	return arg;
}

static void busy(void)
{
	start("worker", wait_for_work, TTHR_DAEMON_YES);
	pause();
}

/* Waits that end, though all threads that use the library wait: what wakes them sleeps, reads, or is not in the trace.
 */
static void *wait_for_held(void *arg)
{
	tthr_event_wait(&held);
	return arg;
}

static void sleeper(void)
{
	tthr_thread *waiter = start("waiter", wait_for_held, TTHR_DAEMON_NO);

	sleep(2);
	tthr_event_set(&held);
	tthr_thread_join(waiter);
}

static void reader(void)
{
	tthr_thread *waiter = start("waiter", wait_for_held, TTHR_DAEMON_NO);
	char byte;

	if (read(STDIN_FILENO, &byte, 1) == 1)
		tthr_event_set(&held);
	tthr_thread_join(waiter);
}

static void *set_late(void *arg)
{
	sleep(2);
	tthr_event_set(&held);
	return arg;
}

static void stranger(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, set_late, NULL))
		errx(EXIT_FAILURE, "cannot start a thread");
	tthr_event_wait(&held);
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} hangs[] = {{"self", self}, {"holder", holder},   {"daemons", daemons}, {"fork", forks},
	             {"busy", busy}, {"sleeper", sleeper}, {"reader", reader},   {"stranger", stranger}};

	for (size_t i = 0; i < sizeof hangs / sizeof hangs[0]; i++) {
		if (argc == 2 && strcmp(argv[1], hangs[i].name) == 0) {
			hangs[i].run();
			return 0;
		}
	}
	errx(2, "usage: hangs self | holder | daemons | fork | busy | sleeper | reader | stranger");
}
