/* SPDX-License-Identifier: MIT
 * by_hand kill|crash: a program that dies with its work half done. Before that it prints how many locks it acquired.
 * by_hand busy: a program that tries a lock that is held.
 *
 * While it dies its threads do not record. LTTng cannot read the sub-buffer in which a thread was writing an event
 * when it was killed; tests/tool/by_hand.sh is about all other events.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <trace_thr.h>

#define WORKERS 2
#define ROUNDS 20000

static tthr_lock shared = TTHR_LOCK_INIT("shared");
static tthr_lock last = TTHR_LOCK_INIT("last");
static atomic_int finished;

static void *work(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		tthr_lock_acquire(&shared);
		tthr_lock_release(&shared);
	}
	finished++;
	for (;;)
		pause();
	return NULL;
}

static int try_a_held_lock(void)
{
	tthr_lock_acquire(&last);
	return tthr_lock_try_acquire(&last) == EBUSY ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void crash(void)
{
	volatile int *nowhere = NULL;

	*nowhere = 1; // NOLINT(clang-analyzer-core.NullDereference): that is the point
}

int main(int argc, char **argv)
{
	bool killed = argc == 2 && strcmp(argv[1], "kill") == 0;

	if (argc == 2 && strcmp(argv[1], "busy") == 0)
		return try_a_held_lock();
	if (argc != 2 || (!killed && strcmp(argv[1], "crash") != 0))
		errx(2, "usage: by_hand kill|crash|busy");
	for (int i = 0; i < WORKERS; i++) {
		tthr_thread *t;

		if (tthr_thread_new(&t, &(struct tthr_thread_options){.target = work}) || tthr_thread_start(t))
			errx(EXIT_FAILURE, "cannot start a thread");
		tthr_thread_unref(t);
	}
	while (finished < WORKERS)
		usleep(1000);
	printf("acquired %d\n", WORKERS * ROUNDS + 1);
	fflush(stdout);
	tthr_lock_acquire(&last);
	if (killed)
		raise(SIGKILL);
	crash();
	return 0;
}
