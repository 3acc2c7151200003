/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/explore/shake.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "libtrace_thr/src/trace/parse_number.h"
#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/thread/thread.h"

bool tt_shaking;

/* Of threads that were not started by one that is known. */
static struct tthr_prng strangers;

/*
 * SplitMix64, from Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014): a counter
 * in steps of the golden ratio, and a mixer. So the n-th number needs none of those before it.
 */
static const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint64_t nth(uint64_t seed, uint64_t n)
{
	return mix(seed + (n + 1) * golden);
}

/* Two series of a thread: of its points, and of the threads that it starts. */
struct tthr_prng tt_prng_of(uint64_t seed)
{
	return (struct tthr_prng){.points = nth(seed, 0), .threads = nth(seed, 1)};
}

struct tthr_prng tt_prng_of_child(struct tthr_prng *prng)
{
	return tt_prng_of(nth(prng->threads, prng->n_threads++));
}

void tt_shake_prepare(struct tthr_prng *first)
{
	const char *text = secure_getenv("TRACE_THR_SHAKE");
	uint64_t seed;

	tt_shaking = text && tt_number_parse(text, 10, &seed);
	if (text && !tt_shaking)
		fprintf(stderr, "libtrace_thr: TRACE_THR_SHAKE=%s is no number from 0 to %llu: nothing is shaken\n",
		        text, (unsigned long long)UINT64_MAX);
	if (!tt_shaking)
		return;
	*first = tt_prng_of(seed);
	strangers = tt_prng_of(first->threads);
}

struct tthr_prng tt_shake_child(void)
{
	tthr_thread *self = tt_current_thread();

	if (!tt_shaking)
		return (struct tthr_prng){0};
	if (self && !tt_current_is_placeholder())
		return tt_prng_of_child(&self->prng);
	/* Relaxed: only the numbers must differ. */
	return tt_prng_of(nth(strangers.threads, __atomic_fetch_add(&strangers.n_threads, 1, __ATOMIC_RELAXED)));
}

/*
 * Short delays mostly, a long one now and then. After a thread's first points they become rarer, by half with each
 * doubling of their number: so the time that a thread loses grows with the logarithm of what it does, and a program
 * with millions of them ends as well.
 */
int64_t tt_prng_next(struct tthr_prng *prng)
{
	enum { FIRST_POINTS = 256, FACES = 32, YIELDS_FROM = 24, SLEEPS_FROM = 28, LONG = 31 };
	const uint64_t short_ns = 300 * 1000, long_ns = 3 * 1000 * 1000;
	uint64_t point = prng->n_points++;
	uint64_t number = nth(prng->points, point);
	unsigned face = number % FACES;
	int doublings = 63 - __builtin_clzll(point / FIRST_POINTS + 1);

	if (face < YIELDS_FROM || mix(number) & ((UINT64_C(1) << doublings) - 1))
		return TT_DELAY_NONE;
	if (face < SLEEPS_FROM)
		return TT_DELAY_YIELD;
	return 1 + (int64_t)((number >> 32) % (face == LONG ? long_ns : short_ns));
}

/* By the system call itself: libc's is a cancellation point. A signal ends it, which does no harm. */
static void sleep_ns(int64_t ns)
{
	struct timespec time = {.tv_nsec = ns};
	int saved = errno;

	syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL);
	errno = saved;
}

void tt_shake_point(void)
{
	tthr_thread *self = tt_current_thread();

	if (!self || tt_current_is_placeholder())
		return;
	int64_t delay = tt_prng_next(&self->prng);
	if (delay == TT_DELAY_YIELD)
		sched_yield();
	else if (delay != TT_DELAY_NONE)
		sleep_ns(delay);
}
