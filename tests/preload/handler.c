/* SPDX-License-Identifier: MIT
 * A handler that posts a semaphore, every millisecond or so, whatever its thread is doing: that is to make and lock
 * mutexes, of which some are seen for the first time. Then it posts between the calls, in nobody's midst. Another
 * thread takes as many places as were given.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

enum { BY_CHANCE = 300, BETWEEN = 20, POSTS = BY_CHANCE + BETWEEN, MANY = 4096 };

static sem_t sem;
static volatile sig_atomic_t posts, most = BY_CHANCE;

static void handle(int signal)
{
	int error = errno;

	(void)signal;
	if (posts < most) {
		posts++;
		sem_post(&sem);
	}
	if (errno != error)
		abort();
}

static void *take(void *arg)
{
	sigset_t alarm;

	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarm, NULL);
	for (int i = 0; i < POSTS; i++)
		while (sem_wait(&sem))
			;
	return arg;
}

int main(void)
{
	struct itimerval each = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
	pthread_mutex_t *many = calloc(MANY, sizeof(pthread_mutex_t));
	pthread_t taker;

	if (!many)
		return 1;
	sem_init(&sem, 0, 0);
	sigaction(SIGALRM, &action, NULL);
	pthread_create(&taker, NULL, take, NULL);
	setitimer(ITIMER_REAL, &each, NULL);
	for (unsigned i = 0; posts < BY_CHANCE; i++) {
		pthread_mutex_t *mutex = &many[i % MANY];
		pthread_mutex_init(mutex, NULL);
		pthread_mutex_lock(mutex);
		pthread_mutex_unlock(mutex);
		pthread_mutex_destroy(mutex);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	most = POSTS;
	while (posts < POSTS)
		raise(SIGALRM);
	pthread_join(taker, NULL);
	free(many);
	puts("done");
	return 0;
}
