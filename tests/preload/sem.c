/* SPDX-License-Identifier: MIT */
/* Semaphores: every call of the family, alone and with another thread, named ones, and what is wrong. */
#include <limits.h>
#include <semaphore.h>
#include <signal.h>

#include "tests/preload/forced.h"

static sem_t plain;
static sem_t between_processes;
static sem_t never_made;
static sem_t of_handler;
static char name[64];

static void print_value(sem_t *sem)
{
	int value = -1;

	TELL(sem_getvalue(sem, &value));
	printf("value %d\n", value);
}

static void take_in_all_ways(sem_t *sem)
{
	struct timespec real = in_seconds(CLOCK_REALTIME, 1000);
	struct timespec monotonic = in_seconds(CLOCK_MONOTONIC, 1000);

	TELL(sem_wait(sem));
	TELL(sem_trywait(sem));
	TELL(sem_timedwait(sem, &real));
	TELL(sem_clockwait(sem, CLOCK_MONOTONIC, &monotonic));
	TELL(sem_trywait(sem));
	print_value(sem);
	for (int i = 0; i < 4; i++)
		TELL(sem_post(sem));
	print_value(sem);
}

/* It has a place all the while, but for the last two. */
static void do_wrong(sem_t *sem)
{
	struct timespec bad = {.tv_nsec = -1};
	struct timespec good = in_seconds(CLOCK_REALTIME, 1000);
	struct timespec past = in_seconds(CLOCK_REALTIME, -10);
	struct timespec limit = soon(CLOCK_MONOTONIC);

	TELL(sem_timedwait(sem, &bad));
	TELL(sem_clockwait(sem, CLOCK_PROCESS_CPUTIME_ID, &good));
	TELL(sem_timedwait(sem, &past)); /* not looked at */
	TELL(sem_timedwait(sem, &past));
	TELL(sem_clockwait(sem, CLOCK_MONOTONIC, &limit));
	TELL(sem_init(sem, 0, SEM_VALUE_MAX));
	TELL(sem_post(sem));
	TELL(sem_destroy(sem));
	TELL(sem_init(sem, 0, SEM_VALUE_MAX + 1U));
}

static void *waiter(void *arg)
{
	struct timespec real = in_seconds(CLOCK_REALTIME, 1000);

	(void)arg;
	me();
	TELL(sem_wait(&plain));
	reach(1);
	await_step(2);
	TELL(sem_timedwait(&plain, &real));
	return NULL;
}

static void use_with_another(void)
{
	pthread_t thread;

	sem_init(&plain, 0, 0);
	pthread_create(&thread, NULL, waiter, NULL);
	await_asleep(&plain, sizeof plain);
	sem_post(&plain);
	await_step(1);
	reach(2);
	await_asleep(&plain, sizeof plain);
	sem_post(&plain);
	pthread_join(thread, NULL);
}

static void *cancelled(void *arg)
{
	(void)arg;
	me();
	TELL(sem_wait(&plain));
	return NULL;
}

/* It need not wait, but is to act upon the cancellation before it takes the place. */
static void *cancelled_before(void *arg)
{
	(void)arg;
	me();
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	reach(3);
	await_step(4);
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	TELL(sem_wait(&plain));
	return NULL;
}

static void cancel_both(void)
{
	pthread_t thread;
	void *result;

	other_tid = 0;
	pthread_create(&thread, NULL, cancelled, NULL);
	await_asleep(&plain, sizeof plain);
	pthread_cancel(thread);
	pthread_join(thread, &result);
	printf("cancelled in the wait: %d\n", result == PTHREAD_CANCELED);
	sem_post(&plain);
	pthread_create(&thread, NULL, cancelled_before, NULL);
	await_step(3);
	pthread_cancel(thread);
	reach(4);
	pthread_join(thread, &result);
	printf("cancelled before: %d\n", result == PTHREAD_CANCELED);
	print_value(&plain);
	TELL(sem_destroy(&plain));
}

static void use_named(void)
{
	snprintf(name, sizeof name, "/trace-thr-test-%d", (int)getpid());
	sem_t *first = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
	sem_t *second = sem_open(name, 0);
	printf("opened: %d, the same: %d\n", first != SEM_FAILED, first == second);
	if (first == SEM_FAILED || second == SEM_FAILED)
		return;
	errno = 0;
	printf("no such: %d", sem_open("/trace-thr-no-such", 0) == SEM_FAILED);
	printf(", %s\n", strerrorname_np(errno));
	TELL(sem_wait(first));
	TELL(sem_post(second));
	TELL(sem_close(second));
	TELL(sem_wait(first));
	TELL(sem_unlink(name));
	TELL(sem_close(first));
	TELL(sem_close(&plain));
}

static void post(int signal)
{
	(void)signal;
	sem_post(&of_handler);
}

static void nothing(int signal)
{
	(void)signal;
}

static void *interrupted(void *arg)
{
	(void)arg;
	me();
	TELL(sem_wait(&of_handler));
	reach(5);
	TELL(sem_wait(&of_handler));
	return NULL;
}

static void use_signals(void)
{
	struct sigaction with_post = {.sa_handler = post, .sa_flags = SA_RESTART}, without = {.sa_handler = nothing};
	pthread_t thread;

	sigaction(SIGUSR1, &with_post, NULL);
	sigaction(SIGUSR2, &without, NULL);
	sem_init(&of_handler, 0, 0);
	raise(SIGUSR1);
	TELL(sem_trywait(&of_handler));
	other_tid = 0;
	pthread_create(&thread, NULL, interrupted, NULL);
	await_asleep(&of_handler, sizeof of_handler);
	pthread_kill(thread, SIGUSR2);
	await_step(5);
	await_asleep(&of_handler, sizeof of_handler);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, NULL);
	sem_destroy(&of_handler);
}

int main(void)
{
	TELL(sem_init(&plain, 0, 4));
	take_in_all_ways(&plain);
	TELL(sem_destroy(&plain));
	sem_init(&plain, 0, 1);
	do_wrong(&plain);
	use_with_another();
	cancel_both();
	use_named();
	use_signals();
	sem_init(&between_processes, 1, 1);
	TELL(sem_wait(&between_processes));
	TELL(sem_post(&never_made));
	TELL(sem_wait(&never_made));
	return 0;
}
