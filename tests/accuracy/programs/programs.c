/* SPDX-License-Identifier: MIT */
/*
 *     programs --list       each program, and the verdict expected
 *     programs NAME         runs it
 */
#include "programs.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_PARTS = 8, POLL_US = 200, PATIENCE_US = 20000000 };

static atomic_int turn;

void must(int error, const char *call)
{
	if (error == 0)
		return;
	fprintf(stderr, "programs: %s: %s\n", call, strerror(error));
	exit(2);
}

void await_turn(int n)
{
	for (int waited = 0; atomic_load(&turn) != n; waited += POLL_US) {
		if (waited > PATIENCE_US) {
			fprintf(stderr, "programs: turn %d did not come\n", n);
			exit(2);
		}
		usleep(POLL_US);
	}
}

void end_turn(void)
{
	atomic_fetch_add(&turn, 1);
}

void nest(pthread_mutex_t *first, pthread_mutex_t *second)
{
	LOCK(first);
	LOCK(second);
	UNLOCK(second);
	UNLOCK(first);
}

void pass(pthread_barrier_t *barrier)
{
	int error = pthread_barrier_wait(barrier);

	must(error == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : error, "pthread_barrier_wait");
}

struct timespec in_a_minute(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	return until;
}

struct part {
	void (*run)(void);
	int turn;
};

static void *run_part(void *arg)
{
	const struct part *part = arg;

	await_turn(part->turn);
	part->run();
	end_turn();
	return NULL;
}

void in_turn(void (*const *runs)(void), int n)
{
	struct part parts[MOST_PARTS];
	pthread_t threads[MOST_PARTS];
	int first = atomic_load(&turn);

	for (int i = 0; i < n; i++) {
		parts[i] = (struct part){runs[i], first + i};
		DO(pthread_create(&threads[i], NULL, run_part, &parts[i]));
	}
	for (int i = 0; i < n; i++)
		DO(pthread_join(threads[i], NULL));
}

static void *run_alone(void *arg)
{
	void (*part)(void);

	memcpy(&part, arg, sizeof part);
	free(arg);
	part();
	return NULL;
}

pthread_t start(void (*part)(void))
{
	void *room = malloc(sizeof part);
	pthread_t thread;

	must(room ? 0 : 1, "malloc");
	memcpy(room, &part, sizeof part);
	DO(pthread_create(&thread, NULL, run_alone, room));
	return thread;
}

void both(void (*first)(void), void (*second)(void))
{
	pthread_t one = start(first), other = start(second);

	DO(pthread_join(one, NULL));
	DO(pthread_join(other, NULL));
}

static const struct small_program *const sets[] = {
    lock_programs,     reader_programs, ring_programs,  gate_programs, order_programs,
    lifetime_programs, wait_programs,   other_programs, hang_programs, NULL};

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: programs --list | NAME\n");
		return 2;
	}
	for (size_t i = 0; sets[i]; i++) {
		for (const struct small_program *program = sets[i]; program->name; program++) {
			if (strcmp(argv[1], "--list") == 0) {
				printf("%s %s\n", program->name, program->verdict);
			} else if (strcmp(argv[1], program->name) == 0) {
				program->run();
				return 0;
			}
		}
	}
	return strcmp(argv[1], "--list") == 0 ? 0 : 2;
}
