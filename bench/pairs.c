/* SPDX-License-Identifier: MIT */
/*
 * Nanoseconds for an uncontended acquire and release: `raw` of a pthread mutex, `lock` of a tthr_lock, in turns, so
 * that whatever else the machine does hits both. Prints a line a round. A second thread exists, idle: while a process
 * has only one, glibc's mutex does without atomic instructions, which is no measure for programs with threads.
 *
 *     pairs ROUNDS PAIRS [DEPTH]
 *
 * With DEPTH, `raw` alone, DEPTH calls below main: for what is loaded before pthreads, with call chains or without.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <trace_thr.h>

static double now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double raw(long pairs)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	double begin = now_ns();

	for (long i = 0; i < pairs; i++) {
		pthread_mutex_lock(&mutex);
		pthread_mutex_unlock(&mutex);
	}
	return (now_ns() - begin) / (double)pairs;
}

static double lock(long pairs)
{
	static tthr_lock lock = TTHR_LOCK_INIT("queue");
	double begin = now_ns();

	for (long i = 0; i < pairs; i++) {
		tthr_lock_acquire(&lock);
		tthr_lock_release(&lock);
	}
	return (now_ns() - begin) / (double)pairs;
}

/* The call is not the last thing that it does, and so is a call in the chain. */
__attribute__((noinline)) static double raw_below(long depth, long pairs)
{
	double ns = depth > 1 ? raw_below(depth - 1, pairs) : raw(pairs);

	__asm__ volatile("" : "+m"(ns));
	return ns;
}

static void *idle(void *arg)
{
	pause();
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t second;

	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: pairs ROUNDS PAIRS [DEPTH]\n");
		return 2;
	}
	long rounds = atol(argv[1]);
	long pairs = atol(argv[2]);
	long depth = argc == 4 ? atol(argv[3]) : 0;

	if (pthread_create(&second, NULL, idle, NULL) != 0)
		return 1;
	pthread_detach(second);
	raw(pairs);
	for (long i = 0; depth && i < rounds; i++)
		printf("raw %.2f\n", raw_below(depth, pairs));
	if (depth)
		return 0;
	lock(pairs);
	for (long i = 0; i < rounds; i++) {
		double r = raw(pairs);
		printf("raw %.2f lock %.2f\n", r, lock(pairs));
	}
	return 0;
}
