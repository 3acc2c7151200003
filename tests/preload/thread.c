/* SPDX-License-Identifier: MIT */
/* Threads: made, joined in every way, detached, named, cancelled, and in each way ended. */
#include "tests/preload/forced.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t never; /* the main thread has it */

/* The word that the kernel clears, and joiners sleep on, is in the thread's own memory, above its stack. */
static bool is_joining(pid_t tid, pthread_t joined)
{
	return tid && futex_of(tid) - (uintptr_t)joined < 4096;
}

static bool is_there(pid_t tid)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/task/%d", (int)tid);
	return !access(path, F_OK);
}

/* The other thread has ended, and the kernel has told pthread. */
static void await_end(void)
{
	while (!other_tid || is_there(other_tid))
		pause_short();
}

static void *returns(void *arg)
{
	me();
	await_step(1);
	return arg;
}

static void *exits(void *arg)
{
	me();
	pthread_exit(arg);
}

static void *sleeps(void *arg)
{
	(void)arg;
	me();
	for (;;)
		pause();
	return NULL;
}

/* When it is cancelled it has the mutex again, and gives it back in its handler. */
static void unlock(void *arg)
{
	TELL(pthread_mutex_trylock(arg));
	TELL(pthread_mutex_unlock(arg));
}

static void *awaits(void *arg)
{
	(void)arg;
	me();
	TELL(pthread_mutex_lock(&mutex));
	pthread_cleanup_push(unlock, &mutex);
	for (;;)
		pthread_cond_wait(&cond, &mutex);
	pthread_cleanup_pop(0);
	return NULL;
}

static void *blocks(void *arg)
{
	(void)arg;
	me();
	TELL(pthread_mutex_lock(&never));
	return NULL;
}

static pthread_t start(void *(*function)(void *), const pthread_attr_t *attributes)
{
	static int value = 5;
	pthread_t thread;

	other_tid = 0;
	step_reached = 0;
	TELL(pthread_create(&thread, attributes, function, &value));
	return thread;
}

static void *joins(void *arg)
{
	pthread_t joined = *(pthread_t *)arg;

	me();
	TELL(pthread_join(joined, NULL));
	return NULL;
}

/* Somebody waits in a join, for sure, before the thread ends. */
static void join_waiting(void)
{
	pthread_t thread = start(returns, NULL);
	pthread_t joiner;

	while (!other_tid)
		pause_short();
	other_tid = 0;
	pthread_create(&joiner, NULL, joins, &thread);
	while (!is_joining(other_tid, thread))
		pause_short();
	reach(1);
	await_end();
	TELL(pthread_join(joiner, NULL));
}

static void join_in_all_ways(void)
{
	struct timespec past = in_seconds(CLOCK_REALTIME, -10);
	struct timespec monotonic = soon(CLOCK_MONOTONIC);
	struct timespec real = soon(CLOCK_REALTIME);
	pthread_t thread = start(returns, NULL);
	void *value = NULL;

	TELL(pthread_tryjoin_np(thread, &value));
	TELL(pthread_timedjoin_np(thread, &value, &past));
	TELL(pthread_timedjoin_np(thread, &value, &real));
	TELL(pthread_clockjoin_np(thread, &value, CLOCK_MONOTONIC, &monotonic));
	reach(1);
	await_end();
	TELL(pthread_tryjoin_np(thread, &value));
	SAY("value %d", *(int *)value);
	thread = start(exits, NULL);
	await_end();
	TELL(pthread_timedjoin_np(thread, &value, &real));
	thread = start(exits, NULL);
	await_end();
	TELL(pthread_clockjoin_np(thread, &value, CLOCK_MONOTONIC, &monotonic));
	thread = start(exits, NULL);
	await_end();
	TELL(pthread_join(thread, &value));
	SAY("value %d", *(int *)value);
	TELL(pthread_join(pthread_self(), &value));
}

static void detach(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	thread = start(returns, NULL);
	TELL(pthread_detach(thread));
	TELL(pthread_detach(thread));
	TELL(pthread_join(thread, NULL));
	reach(1);
	await_end();
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	start(exits, &attributes);
	await_end();
	pthread_attr_setstacksize(&attributes, (size_t)1 << 60);
	TELL(pthread_create(&thread, &attributes, exits, NULL));
}

static void cancel(void)
{
	pthread_t thread = start(sleeps, NULL);
	void *value = NULL;

	while (!other_tid)
		pause_short();
	TELL(pthread_cancel(thread));
	await_end();
	TELL(pthread_join(thread, &value));
	SAY("cancelled: %d", value == PTHREAD_CANCELED);
	thread = start(awaits, NULL);
	await_asleep(&cond, sizeof cond);
	TELL(pthread_cancel(thread));
	await_end();
	TELL(pthread_join(thread, &value));
	SAY("cancelled: %d", value == PTHREAD_CANCELED);
	TELL(pthread_mutex_trylock(&mutex));
	TELL(pthread_mutex_unlock(&mutex));
}

static void name(void)
{
	char got[32] = "";
	pthread_t thread = start(returns, NULL);

	while (!other_tid)
		pause_short();
	TELL(pthread_setname_np(thread, "the worker"));
	TELL(pthread_getname_np(thread, got, sizeof got));
	SAY("name %s", got);
	TELL(pthread_setname_np(thread, "a name that is too long"));
	reach(1);
	await_end();
	TELL(pthread_join(thread, NULL));
	TELL(pthread_setname_np(pthread_self(), "the first"));
}

int main(void)
{
	TELL(pthread_mutex_lock(&never));
	join_waiting();
	join_in_all_ways();
	detach();
	cancel();
	name();
	start(blocks, NULL);
	await_asleep(&never, sizeof never);
	return 0;
}
