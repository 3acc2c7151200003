/* SPDX-License-Identifier: MIT */
/*
 * A test of some suite, as far as its lock orders go: four threads, one after the other, take locks of their own and
 * then some of the twenty that all programs of the suite share, always in one order.
 */
#include <err.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <trace_thr.h>

enum { THREADS = 4, SHARED = 20, ROUNDS = 30 };

static tthr_lock own[THREADS], shared[SHARED];

static void make(tthr_lock *locks, int n, const char *kind)
{
	for (int i = 0; i < n; i++) {
		char name[32];
		snprintf(name, sizeof name, "%s %d", kind, i);
		if (tthr_lock_init(&locks[i], name))
			errx(EXIT_FAILURE, "cannot make a lock");
	}
}

static void *work(void *lock)
{
	for (int i = 0; i < ROUNDS; i++) {
		int first = i % (SHARED - 8);
		if (i % 2)
			tthr_lock_acquire(lock);
		for (int j = 0; j < 3; j++)
			tthr_lock_acquire(&shared[first + 3 * j]);
		for (int j = 3; j-- > 0;)
			tthr_lock_release(&shared[first + 3 * j]);
		if (i % 2)
			tthr_lock_release(lock);
	}
	return NULL;
}

int main(void)
{
	make(own, THREADS, "own");
	make(shared, SHARED, "shared");
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, work, &own[i]) || pthread_join(thread, NULL))
			errx(EXIT_FAILURE, "cannot run a thread");
	}
	return EXIT_SUCCESS;
}
