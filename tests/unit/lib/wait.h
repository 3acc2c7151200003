/* SPDX-License-Identifier: MIT */
/*
 * What the library's tests share: threads of their own, and waiting with an upper bound.
 *
 *     struct crew crew;
 *     crew_start(&crew, 3, acquire_and_release, &lock);
 *     wait_until(sleepers_on(&lock.word) == 3);
 *     tthr_lock_release(&lock);
 *     crew_join(&crew);
 *
 * A wait that lasts longer than WAIT_SECONDS ends the program with a message: threads that hang cannot be taken back,
 * so no later test could be trusted. The threads are plain pthreads, which the library must serve as well.
 *
 * CMocka's assertions work only in the thread that runs the test; elsewhere, and in a forked child, use `must`.
 */
#ifndef TESTS_WAIT_H
#define TESTS_WAIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Whether a forked child can start threads: gcc 12's ThreadSanitizer cannot. */
#ifdef __SANITIZE_THREAD__
static const bool threads_in_child = false;
#else
static const bool threads_in_child = true;
#endif

enum { WAIT_SECONDS = 20, CREW_MAX = 32 };

/* Seconds on the monotonic clock. */
static inline double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Ends the program: what was to be true is not. */
__attribute__((noreturn)) static inline void give_up(const char *file, int line, const char *what, const char *why)
{
	fprintf(stderr, "%s:%d: %s: %s\n", file, line, what, why);
	abort();
}

/* An assertion for any thread and process. */
#define must(condition)                                                                                                \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			give_up(__FILE__, __LINE__, #condition, "is false");                                           \
	} while (0)

static inline void nap(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* Looks again and again until the condition is true. */
#define wait_until(condition)                                                                                          \
	do {                                                                                                           \
		double give_up_at_ = now() + WAIT_SECONDS;                                                             \
		while (!(condition)) {                                                                                 \
			if (now() > give_up_at_)                                                                       \
				give_up(__FILE__, __LINE__, #condition, "waited too long");                            \
			nap();                                                                                         \
		}                                                                                                      \
	} while (0)

/* Joins the thread, which must end. */
#define join_within(thread)                                                                                            \
	do {                                                                                                           \
		struct timespec limit_;                                                                                \
		clock_gettime(CLOCK_REALTIME, &limit_);                                                                \
		limit_.tv_sec += WAIT_SECONDS;                                                                         \
		if (pthread_timedjoin_np(thread, NULL, &limit_))                                                       \
			give_up(__FILE__, __LINE__, #thread, "did not end");                                           \
	} while (0)

/* Threads that run the same function with the same argument. */
struct crew {
	unsigned n;
	pthread_t threads[CREW_MAX];
};

static inline void crew_start(struct crew *crew, unsigned n, void *(*run)(void *arg), void *arg)
{
	must(n <= CREW_MAX);
	crew->n = n;
	for (unsigned i = 0; i < n; i++)
		must(!pthread_create(&crew->threads[i], NULL, run, arg));
}

#define crew_join(crew)                                                                                                \
	do {                                                                                                           \
		for (unsigned i_ = 0; i_ < (crew)->n; i_++)                                                            \
			join_within((crew)->threads[i_]);                                                              \
	} while (0)

/* Counts, for threads of a test. Sequentially consistent: a test must not pass by luck of the order. */
static inline unsigned count_up(unsigned *counter)
{
	return __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
}

static inline unsigned count_of(const unsigned *counter)
{
	return __atomic_load_n(counter, __ATOMIC_SEQ_CST);
}

/* The address of the word that a thread of this process sleeps on in futex(2), 0 if it does not. */
static inline uintptr_t sleeps_on(const char *task)
{
	char path[64], line[128] = "";

	snprintf(path, sizeof path, "/proc/self/task/%.16s/syscall", task);
	FILE *file = fopen(path, "r");
	if (!file)
		return 0; /* it has just ended */
	char *read = fgets(line, sizeof line, file);
	fclose(file);
	char *rest;
	if (!read || strtol(line, &rest, 10) != SYS_futex || rest == line)
		return 0;
	return (uintptr_t)strtoull(rest, NULL, 16);
}

/* How many threads of the process sleep on the word: they have got as far as they can without being woken. */
static inline unsigned sleepers_on(const uint32_t *word)
{
	unsigned n = 0;
	DIR *tasks = opendir("/proc/self/task");

	must(tasks);
	for (struct dirent *task; (task = readdir(tasks));)
		if (task->d_name[0] != '.' && sleeps_on(task->d_name) == (uintptr_t)word)
			n++;
	closedir(tasks);
	return n;
}

/* Runs the function in a forked child, which must return. */
static inline void in_child(void (*run)(void *arg), void *arg)
{
	fflush(NULL);
	pid_t child = fork();
	must(child >= 0);
	if (child == 0) {
		alarm(WAIT_SECONDS); /* a child that hangs is ended */
		run(arg);
		_exit(0);
	}
	int status;
	must(waitpid(child, &status, 0) == child);
	must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#endif /* TESTS_WAIT_H */
