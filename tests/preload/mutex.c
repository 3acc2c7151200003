/* SPDX-License-Identifier: MIT */
/* Mutexes: each kind, every call, with another thread, what is wrong, and objects that follow one another. */
#include "tests/preload/forced.h"

static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t recursive;
static pthread_mutex_t errorcheck;
static pthread_mutex_t robust;
static pthread_mutex_t inherits;
static pthread_mutex_t between_processes;

static void take_in_all_ways(pthread_mutex_t *mutex)
{
	struct timespec real = in_seconds(CLOCK_REALTIME, 1000);
	struct timespec monotonic = in_seconds(CLOCK_MONOTONIC, 1000);

	TELL(pthread_mutex_lock(mutex));
	TELL(pthread_mutex_unlock(mutex));
	TELL(pthread_mutex_trylock(mutex));
	TELL(pthread_mutex_unlock(mutex));
	TELL(pthread_mutex_timedlock(mutex, &real));
	TELL(pthread_mutex_unlock(mutex));
	TELL(pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &monotonic));
	TELL(pthread_mutex_unlock(mutex));
}

static void take_twice(pthread_mutex_t *mutex)
{
	struct timespec limit = soon(CLOCK_REALTIME);

	TELL(pthread_mutex_lock(mutex));
	TELL(pthread_mutex_trylock(mutex));
	TELL(pthread_mutex_timedlock(mutex, &limit));
	TELL(pthread_mutex_unlock(mutex));
}

static void take_back_and_forth(void)
{
	TELL(pthread_mutex_lock(&recursive));
	TELL(pthread_mutex_lock(&recursive));
	TELL(pthread_mutex_trylock(&recursive));
	TELL(pthread_mutex_unlock(&recursive));
	TELL(pthread_mutex_unlock(&recursive));
	TELL(pthread_mutex_unlock(&recursive));
	TELL(pthread_mutex_unlock(&recursive));
	TELL(pthread_mutex_lock(&errorcheck));
	TELL(pthread_mutex_lock(&errorcheck));
	TELL(pthread_mutex_unlock(&errorcheck));
	TELL(pthread_mutex_unlock(&errorcheck));
}

/* The main thread has it. */
static void *waiter(void *mutex)
{
	struct timespec past = in_seconds(CLOCK_REALTIME, -10);
	struct timespec limit = soon(CLOCK_MONOTONIC);
	struct timespec bad = {.tv_nsec = -1};
	struct timespec far = in_seconds(CLOCK_REALTIME, 1000);

	TELL(pthread_mutex_trylock(mutex));
	TELL(pthread_mutex_timedlock(mutex, &past));
	TELL(pthread_mutex_timedlock(mutex, &bad));
	TELL(pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &limit));
	me();
	TELL(pthread_mutex_timedlock(mutex, &far));
	TELL(pthread_mutex_unlock(mutex));
	return NULL;
}

static void *untimed_waiter(void *mutex)
{
	me();
	TELL(pthread_mutex_lock(mutex));
	TELL(pthread_mutex_unlock(mutex));
	return NULL;
}

static void contend(pthread_mutex_t *mutex, void *(*start)(void *))
{
	pthread_t thread;

	other_tid = 0;
	TELL(pthread_mutex_lock(mutex));
	pthread_create(&thread, NULL, start, mutex);
	await_asleep(mutex, sizeof(pthread_mutex_t));
	TELL(pthread_mutex_unlock(mutex));
	pthread_join(thread, NULL);
}

static void *leaves_it(void *mutex)
{
	TELL(pthread_mutex_lock(mutex));
	return NULL;
}

static void run(void *(*start)(void *), void *arg)
{
	pthread_t thread;

	pthread_create(&thread, NULL, start, arg);
	pthread_join(thread, NULL);
}

static void survive_an_owner(void)
{
	run(leaves_it, &robust);
	TELL(pthread_mutex_lock(&robust));
	TELL(pthread_mutex_consistent(&robust));
	TELL(pthread_mutex_consistent(&robust));
	TELL(pthread_mutex_unlock(&robust));
	run(leaves_it, &robust);
	TELL(pthread_mutex_trylock(&robust));
	TELL(pthread_mutex_unlock(&robust));
	TELL(pthread_mutex_lock(&robust));
	TELL(pthread_mutex_trylock(&robust));
}

static void *unlocks(void *mutex)
{
	TELL(pthread_mutex_unlock(mutex));
	return NULL;
}

static void do_wrong(void)
{
	struct timespec bad = {.tv_nsec = -1};
	struct timespec good = in_seconds(CLOCK_REALTIME, 1000);

	TELL(pthread_mutex_clocklock(&errorcheck, CLOCK_PROCESS_CPUTIME_ID, &good));
	TELL(pthread_mutex_timedlock(&errorcheck, &bad));
	TELL(pthread_mutex_unlock(&errorcheck));
	TELL(pthread_mutex_lock(&errorcheck));
	run(unlocks, &errorcheck);
	TELL(pthread_mutex_destroy(&errorcheck));
	TELL(pthread_mutex_unlock(&errorcheck));
	TELL(pthread_mutex_lock(&plain));
	run(unlocks, &plain); /* libc lets it */
}

/* In each call another object, as no call ends the one before. */
static void use_one_of_the_stack(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	TELL(pthread_mutex_lock(&mutex));
	TELL(pthread_mutex_unlock(&mutex));
}

static void use_one_of_the_heap(void)
{
	pthread_mutex_t *volatile memory =
	    malloc(sizeof(pthread_mutex_t)); /* calloc takes no memory that was just freed */
	pthread_mutex_t *mutex = memory;

	memset(mutex, 0, sizeof(pthread_mutex_t));
	TELL(pthread_mutex_lock(mutex));
	TELL(pthread_mutex_unlock(mutex));
	free(mutex);
}

static void init_one(pthread_mutex_t *mutex, int type, int is_robust, int protocol, int shared)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, type);
	pthread_mutexattr_setrobust(&attributes, is_robust);
	pthread_mutexattr_setprotocol(&attributes, protocol);
	pthread_mutexattr_setpshared(&attributes, shared);
	TELL(pthread_mutex_init(mutex, &attributes));
}

static void init(void)
{
	init_one(&recursive, PTHREAD_MUTEX_RECURSIVE, 0, 0, 0);
	init_one(&errorcheck, PTHREAD_MUTEX_ERRORCHECK, 0, 0, 0);
	init_one(&robust, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, 0, 0);
	init_one(&inherits, PTHREAD_MUTEX_NORMAL, 0, PTHREAD_PRIO_INHERIT, 0);
	init_one(&between_processes, PTHREAD_MUTEX_NORMAL, 0, 0, PTHREAD_PROCESS_SHARED);
}

int main(void)
{
	take_in_all_ways(&plain);
	take_twice(&plain);
	init();
	take_back_and_forth();
	contend(&plain, waiter);
	contend(&plain, untimed_waiter);
	contend(&inherits, untimed_waiter);
	contend(&between_processes, untimed_waiter);
	survive_an_owner();
	do_wrong();
	use_one_of_the_stack();
	use_one_of_the_stack();
	use_one_of_the_heap();
	use_one_of_the_heap();
	TELL(pthread_mutex_destroy(&recursive));
	TELL(pthread_mutex_destroy(&errorcheck));
	TELL(pthread_mutex_init(&errorcheck, NULL));
	TELL(pthread_mutex_lock(&errorcheck));
	TELL(pthread_mutex_unlock(&errorcheck));
	return 0;
}
