/* SPDX-License-Identifier: MIT
 * Calls where they are hard to tell; it prints how many of them it made.
 *
 *     untold posts      a handler posts a semaphore 10,000 times a second, whatever its thread is doing
 *     untold rounds     a destructor of thread-specific data uses a lock and a semaphore in each of libc's rounds
 *     untold window     a signal is taken by a new thread before its start function is called: its handler posts
 */
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { POSTS = 6000, MUTEXES = 64, WINDOWS = 20 };

static sem_t sem;
static volatile sig_atomic_t posts, most = POSTS;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key;

static void post(int number)
{
	(void)number;
	if (posts < most) {
		posts++;
		sem_post(&sem);
	}
}

/* At the end, in nobody's midst: what was put off is told by then. */
static int post_often(void)
{
	static pthread_mutex_t many[MUTEXES];
	const struct itimerspec each = {{0, 100000}, {0, 100000}};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	timer_t timer;

	if (timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &each, NULL))
		return 1;
	for (unsigned i = 0; posts < POSTS; i++) {
		pthread_mutex_t *one = &many[i % MUTEXES];
		pthread_mutex_init(one, NULL);
		pthread_mutex_lock(one);
		pthread_mutex_unlock(one);
		pthread_mutex_destroy(one);
	}
	timer_delete(timer);
	printf("posts %d\n", (int)posts);
	return 0;
}

static void use(void *arg)
{
	static __thread int rounds;

	pthread_mutex_lock(&mutex);
	posts++;
	pthread_mutex_unlock(&mutex);
	sem_post(&sem);
	if (++rounds < PTHREAD_DESTRUCTOR_ITERATIONS)
		pthread_setspecific(key, arg);
}

static void *end_slowly(void *arg)
{
	pthread_setspecific(key, &key);
	return arg;
}

static int end_in_rounds(void)
{
	pthread_t thread;

	if (pthread_key_create(&key, use) || pthread_create(&thread, NULL, end_slowly, NULL))
		return 1;
	pthread_join(thread, NULL);
	printf("posts %d\n", (int)posts);
	return 0;
}

static void *nothing(void *arg)
{
	sem_wait(&sem);
	return arg;
}

/* The signal is the process's, and who takes it is the one thread that does not hold it back: from its beginning on. */
static int begin_in_handler(void)
{
	sigset_t all, none;
	pthread_attr_t attributes;

	sigfillset(&all);
	sigemptyset(&none);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	pthread_attr_init(&attributes);
	pthread_attr_setsigmask_np(&attributes, &none);
	for (int i = 0; i < WINDOWS; i++) {
		pthread_t thread;
		kill(getpid(), SIGALRM);
		if (pthread_create(&thread, &attributes, nothing, NULL))
			return 1;
		pthread_join(thread, NULL);
	}
	printf("posts %d\n", (int)posts);
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = post, .sa_flags = SA_RESTART};
	const char *what = argc > 1 ? argv[1] : "";

	sem_init(&sem, 0, 0);
	sigaction(SIGALRM, &action, NULL);
	if (!strcmp(what, "posts"))
		return post_often();
	if (!strcmp(what, "rounds"))
		return end_in_rounds();
	return strcmp(what, "window") ? 2 : begin_in_handler();
}
