/* SPDX-License-Identifier: MIT */
/*
 * A program that goes on: steady SECONDS. Some hundred lock pairs a second, by short-lived threads, until that time is
 * over; it says how many it made.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PAIRS = 50 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *make_pairs(void *arg)
{
	for (int i = 0; i < PAIRS; i++) {
		pthread_mutex_lock(&mutex);
		pthread_mutex_unlock(&mutex);
	}
	return arg;
}

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

int main(int argc, char **argv)
{
	time_t until = seconds() + (argc > 1 ? atoi(argv[1]) : 1);
	long made = 0;

	while (seconds() < until) {
		pthread_t threads[2];

		for (int i = 0; i < 2; i++)
			if (pthread_create(&threads[i], NULL, make_pairs, NULL))
				abort();
		for (int i = 0; i < 2; i++)
			pthread_join(threads[i], NULL);
		made += 2 * PAIRS;
		nanosleep(&(struct timespec){.tv_nsec = 200 * 1000 * 1000}, NULL);
	}
	printf("%ld\n", made);
	return 0;
}
