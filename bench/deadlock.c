/* SPDX-License-Identifier: MIT */
/*
 * Two threads that deadlock after a while: deadlock MS WORKERS. Prints the time, in seconds since the epoch, just
 * before the request that closes the cycle. WORKERS threads take and release locks of their own meanwhile, and for
 * ever.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <trace_thr.h>

static tthr_rlock left = TTHR_RLOCK_INIT("left"), right = TTHR_RLOCK_INIT("right");
static tthr_barrier both = TTHR_BARRIER_INIT("both", 2);

static void start(const char *name, void *(*target)(void *arg), tthr_thread **thread)
{
	const struct tthr_thread_options options = {.name = name, .target = target};

	if (tthr_thread_new(thread, &options) || tthr_thread_start(*thread))
		exit(EXIT_FAILURE);
}

static void *work(void *arg)
{
	tthr_lock lock;

	tthr_lock_init(&lock, "of a worker");
	for (;;)
		TTHR_WITH (&lock) {
		}
	return arg;
}

static void *take_left_first(void *arg)
{
	tthr_rlock_acquire(&left);
	tthr_barrier_wait(&both, NULL);
	tthr_rlock_acquire(&right);
	return arg;
}

static void *take_right_first(void *arg)
{
	struct timespec pause = {.tv_nsec = 50000000}, now;

	tthr_rlock_acquire(&right);
	tthr_barrier_wait(&both, NULL);
	nanosleep(&pause, NULL); /* by then the other waits */
	clock_gettime(CLOCK_REALTIME, &now);
	printf("%lld.%09ld\n", (long long)now.tv_sec, now.tv_nsec);
	fflush(stdout);
	tthr_rlock_acquire(&left);
	return arg;
}

int main(int argc, char **argv)
{
	long ms = argc > 1 ? atol(argv[1]) : 0, workers = argc > 2 ? atol(argv[2]) : 0;
	struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
	tthr_thread *first, *second, *worker;

	for (long i = 0; i < workers; i++)
		start("worker", work, &worker);
	nanosleep(&wait, NULL);
	start("forth", take_left_first, &first);
	start("back", take_right_first, &second);
	tthr_thread_join(first);
	return 0;
}
