/* SPDX-License-Identifier: MIT */
/* Conditions: every call of the family, alone and with another thread, and what is wrong. */
#include "tests/preload/forced.h"

static pthread_cond_t cond;
static pthread_cond_t monotonic;
static pthread_cond_t by_initialiser = PTHREAD_COND_INITIALIZER;
static pthread_cond_t between_processes;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t recursive;
static bool awaited;

static void init_all(void)
{
	pthread_condattr_t attributes;
	pthread_mutexattr_t type;

	TELL(pthread_cond_init(&cond, NULL));
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	TELL(pthread_cond_init(&monotonic, &attributes));
	pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	TELL(pthread_cond_init(&between_processes, &attributes));
	pthread_mutexattr_init(&type);
	pthread_mutexattr_settype(&type, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&recursive, &type);
}

/* Each of these comes to its end by its time limit. */
static void time_out(void)
{
	struct timespec past = in_seconds(CLOCK_REALTIME, -10);
	struct timespec real = soon(CLOCK_REALTIME);

	TELL(pthread_mutex_lock(&mutex));
	TELL(pthread_cond_timedwait(&cond, &mutex, &past));
	TELL(pthread_cond_timedwait(&cond, &mutex, &real));
	struct timespec limit = soon(CLOCK_MONOTONIC);
	TELL(pthread_cond_timedwait(&monotonic, &mutex, &limit));
	limit = soon(CLOCK_MONOTONIC);
	TELL(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &limit));
	TELL(pthread_mutex_unlock(&mutex));
}

static void do_wrong(void)
{
	struct timespec bad = {.tv_nsec = -1};
	struct timespec limit = soon(CLOCK_REALTIME);

	TELL(pthread_mutex_lock(&mutex));
	TELL(pthread_cond_timedwait(&cond, &mutex, &bad));
	TELL(pthread_cond_clockwait(&cond, &mutex, CLOCK_PROCESS_CPUTIME_ID, &limit));
	TELL(pthread_mutex_unlock(&mutex));
	TELL(pthread_cond_timedwait(&cond, &recursive, &limit)); /* without the mutex */
}

static void *waiter(void *arg)
{
	struct timespec limit = in_seconds(CLOCK_REALTIME, 1000);

	me();
	TELL(pthread_mutex_lock(&mutex));
	while (!awaited)
		TELL(pthread_cond_wait(arg, &mutex));
	awaited = false;
	reach(step_reached + 1);
	while (!awaited)
		TELL(pthread_cond_timedwait(arg, &mutex, &limit));
	TELL(pthread_mutex_unlock(&mutex));
	return NULL;
}

static void set_awaited(void)
{
	pthread_mutex_lock(&mutex);
	awaited = true;
	pthread_mutex_unlock(&mutex);
}

static void wake_another(pthread_cond_t *of)
{
	pthread_t thread;

	other_tid = 0;
	reach(0);
	awaited = false;
	TELL(pthread_cond_signal(of)); /* to nobody */
	pthread_create(&thread, NULL, waiter, of);
	await_asleep(of, sizeof(pthread_cond_t));
	set_awaited();
	TELL(pthread_cond_signal(of));
	await_step(1);
	await_asleep(of, sizeof(pthread_cond_t));
	set_awaited();
	TELL(pthread_cond_broadcast(of));
	pthread_join(thread, NULL);
}

/* What libc's condition gives back is one level, so who has two never lets another in; here the waiter has one. */
static void *recursive_waiter(void *arg)
{
	(void)arg;
	me();
	TELL(pthread_mutex_lock(&recursive));
	TELL(pthread_cond_wait(&by_initialiser, &recursive));
	TELL(pthread_mutex_lock(&recursive));
	TELL(pthread_mutex_unlock(&recursive));
	TELL(pthread_mutex_unlock(&recursive));
	return NULL;
}

static void wake_under_recursive(void)
{
	pthread_t thread;

	other_tid = 0;
	pthread_create(&thread, NULL, recursive_waiter, NULL);
	await_asleep(&by_initialiser, sizeof by_initialiser);
	TELL(pthread_mutex_lock(&recursive));
	TELL(pthread_cond_broadcast(&by_initialiser));
	await_asleep(&recursive, sizeof recursive);
	TELL(pthread_mutex_unlock(&recursive));
	pthread_join(thread, NULL);
}

static void unlock(void *arg)
{
	TELL(pthread_mutex_unlock(arg));
}

static void *cancelled(void *arg)
{
	me();
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, &mutex);
	pthread_cond_wait(arg, &mutex);
	pthread_cleanup_pop(1);
	return NULL;
}

static void cancel(void)
{
	pthread_t thread;
	void *result;

	other_tid = 0;
	pthread_create(&thread, NULL, cancelled, &cond);
	await_asleep(&cond, sizeof cond);
	pthread_cancel(thread);
	pthread_join(thread, &result);
	SAY("%s", result == PTHREAD_CANCELED ? "cancelled" : "not cancelled");
}

/* A condition where a mutex was whose end nobody told. */
static union {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
} reused;

static void reuse(void)
{
	reused.mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	TELL(pthread_mutex_lock(&reused.mutex));
	TELL(pthread_mutex_unlock(&reused.mutex));
	memset(&reused, 0, sizeof reused);
	TELL(pthread_cond_signal(&reused.cond));
}

int main(void)
{
	init_all();
	time_out();
	do_wrong();
	wake_another(&cond);
	wake_another(&between_processes);
	wake_under_recursive();
	cancel();
	TELL(pthread_cond_destroy(&cond));
	TELL(pthread_cond_init(&cond, NULL));
	TELL(pthread_cond_signal(&cond));
	TELL(pthread_cond_destroy(&cond));
	memset(&by_initialiser, 0, sizeof by_initialiser); /* another one, without a call */
	TELL(pthread_cond_signal(&by_initialiser));
	reuse();
	return 0;
}
