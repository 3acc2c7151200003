/* SPDX-License-Identifier: MIT */
/* Barriers: rounds in a forced order, one party, one between processes, and what is wrong. */
#include "tests/preload/forced.h"

enum { PARTIES = 3 };

static pthread_barrier_t plain;
static pthread_barrier_t alone;
static pthread_barrier_t between_processes;

/* libc says to which of them it has told that it is the last; in these tests the order is forced, so that it is. */
static void tell_result(const char *function, int result)
{
	printf("%s: %s\n", function,
	       result == PTHREAD_BARRIER_SERIAL_THREAD ? "serial"
	       : result                                ? strerrorname_np(result)
	                                               : "not serial");
	fflush(stdout);
}

#define WAIT(barrier) tell_result(__func__, pthread_barrier_wait(barrier))

static void *first(void *arg)
{
	me();
	WAIT(arg);
	await_step(1);
	me();
	WAIT(arg);
	return NULL;
}

static void *second(void *arg)
{
	me();
	WAIT(arg);
	await_step(2); /* from here on the main thread is the other one */
	await_asleep(arg, sizeof(pthread_barrier_t));
	WAIT(arg);
	return NULL;
}

/* The first round ends with the main thread, the next with the second one. */
static void two_rounds(pthread_barrier_t *barrier)
{
	pthread_t threads[2];

	other_tid = 0;
	reach(0);
	pthread_create(&threads[0], NULL, first, barrier);
	await_asleep(barrier, sizeof *barrier);
	other_tid = 0;
	pthread_create(&threads[1], NULL, second, barrier);
	await_asleep(barrier, sizeof *barrier);
	WAIT(barrier);
	other_tid = 0;
	reach(1);
	await_asleep(barrier, sizeof *barrier);
	me();
	reach(2);
	WAIT(barrier);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
}

static void between(void)
{
	pthread_barrierattr_t attributes;

	pthread_barrierattr_init(&attributes);
	pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	TELL(pthread_barrier_init(&between_processes, &attributes, PARTIES));
	two_rounds(&between_processes);
	TELL(pthread_barrier_destroy(&between_processes));
}

int main(void)
{
	TELL(pthread_barrier_init(&plain, NULL, 0));
	TELL(pthread_barrier_init(&plain, NULL, PARTIES));
	two_rounds(&plain);
	TELL(pthread_barrier_destroy(&plain));
	TELL(pthread_barrier_init(&plain, NULL, PARTIES));
	TELL(pthread_barrier_init(&alone, NULL, 1));
	WAIT(&alone);
	WAIT(&alone);
	between();
	return 0;
}
