/* SPDX-License-Identifier: MIT */
/*
 * Lock orders that are hard to look through. The threads take turns by a number that no event shows, so that nothing
 * but luck keeps them from a deadlock, and the run gets through:
 *
 *     nesting random    8 threads take 50 locks, one to six at a time in random nesting, 20,000 times
 *     nesting ring      1,000 threads take two locks each of a ring of 1,000
 */
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <trace_thr.h>

enum { RING = 1000, LOCKS = 50, THREADS = 8, ROUNDS = 20000, DEEPEST = 6 };

static tthr_lock locks[RING];
static int n_threads;
static atomic_int turn;

static void take_ring(int i)
{
	TTHR_WITH (&locks[i]) {
		TTHR_WITH (&locks[(i + 1) % RING]) {
		}
	}
}

/* The same in each run. */
static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static bool is_among(tthr_lock *lock, tthr_lock *const *held, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (held[i] == lock)
			return true;
	return false;
}

static void take_random(uint32_t *state)
{
	tthr_lock *held[DEEPEST];
	unsigned n = 0, depth = 1 + next_random(state) % DEEPEST;

	while (n < depth) {
		tthr_lock *lock = &locks[next_random(state) % LOCKS];
		if (is_among(lock, held, n))
			continue;
		tthr_lock_acquire(lock);
		held[n++] = lock;
	}
	while (n > 0)
		tthr_lock_release(held[--n]);
}

static void *work(void *arg)
{
	int me = (int)(intptr_t)arg;
	uint32_t state = (uint32_t)me;
	int rounds = n_threads == RING ? 1 : ROUNDS / THREADS;

	for (int round = 0; round < rounds; round++) {
		while (turn % n_threads != me)
			sched_yield();
		if (n_threads == RING)
			take_ring(me);
		else
			take_random(&state);
		turn++;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[RING];

	n_threads = argc > 1 && !strcmp(argv[1], "ring") ? RING : THREADS;
	for (int i = 0; i < RING; i++)
		if (tthr_lock_init(&locks[i], NULL))
			errx(EXIT_FAILURE, "cannot make a lock");
	for (int i = 0; i < n_threads; i++)
		if (pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i))
			errx(EXIT_FAILURE, "cannot start a thread");
	for (int i = 0; i < n_threads; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
