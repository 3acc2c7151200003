/* SPDX-License-Identifier: MIT */
/*
 * Threads that hold two of many locks at a time, taken in the order of their numbers: locks THREADS LOCKS ROUNDS. Each
 * makes four lock events a round: what a reader of them has to look up is mostly not what it looked up for the event
 * before.
 */
#include <stdio.h>
#include <stdlib.h>

#include <trace_thr.h>

enum { MOST = 1024 };

static tthr_rlock locks[MOST];
static long n_locks, rounds;

static void take_both(long first, long second)
{
	TTHR_WITH (&locks[first]) {
		TTHR_WITH (&locks[second]) {
		}
	}
}

static void *work(void *arg)
{
	unsigned seed = *(unsigned *)arg;

	for (long i = 0; i < rounds; i++) {
		long first = rand_r(&seed) % (n_locks - 1);
		take_both(first, first + 1 + rand_r(&seed) % (n_locks - 1 - first));
	}
	return arg;
}

int main(int argc, char **argv)
{
	static tthr_thread *threads[MOST];
	static unsigned seeds[MOST];
	struct tthr_thread_options options = {.target = work};
	char name[32];
	long n_threads = argc == 4 ? atol(argv[1]) : 0;

	n_locks = argc == 4 ? atol(argv[2]) : 0;
	rounds = argc == 4 ? atol(argv[3]) : 0;
	if (n_threads < 1 || n_threads > MOST || n_locks < 2 || n_locks > MOST) {
		fprintf(stderr, "usage: locks THREADS LOCKS ROUNDS\n");
		return 2;
	}
	for (long i = 0; i < n_locks; i++) {
		snprintf(name, sizeof name, "lock of part %ld", i);
		tthr_rlock_init(&locks[i], name);
	}
	for (long i = 0; i < n_threads; i++) {
		snprintf(name, sizeof name, "worker %ld", i);
		options.name = name;
		options.arg = &seeds[i];
		seeds[i] = (unsigned)i;
		if (tthr_thread_new(&threads[i], &options) || tthr_thread_start(threads[i]))
			return 1;
	}
	for (long i = 0; i < n_threads; i++)
		tthr_thread_join(threads[i]);
	return 0;
}
