/* SPDX-License-Identifier: MIT
 * A process that forks FORKS times while its threads make mutexes all the time: `fork FORKS`. Each child, which has one
 * thread, uses a new mutex, an old one and a new thread, and exits. The last is forked by a thread that is not the main
 * one, and `daemon` makes one more.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAKERS = 4 };

static pthread_mutex_t old = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER; /* over the fork, and given back by both */
static pthread_mutex_t of_child = PTHREAD_MUTEX_INITIALIZER;
static volatile bool over;
static volatile bool forking;

static void use(pthread_mutex_t *mutex)
{
	pthread_mutex_lock(mutex);
	pthread_mutex_unlock(mutex);
}

/* So that somebody is in the tables while the process forks, but not all the time: else the trace would be huge. */
static void *make_mutexes(void *arg)
{
	pthread_mutex_t *many = calloc(1024, sizeof(pthread_mutex_t));

	for (unsigned i = 0; many && !over; i++) {
		while (!forking && !over)
			usleep(50);
		pthread_mutex_t *mutex = &many[i % 1024];
		pthread_mutex_init(mutex, NULL);
		use(mutex);
		pthread_mutex_destroy(mutex);
	}
	free(many);
	return arg;
}

static void *use_of_child(void *arg)
{
	use(&of_child);
	return arg;
}

static int in_child(void)
{
	pthread_mutex_t mine = PTHREAD_MUTEX_INITIALIZER;
	pthread_t thread;

	use(&mine);
	use(&of_child);
	use(&old);
	if (pthread_create(&thread, NULL, use_of_child, NULL) || pthread_join(thread, NULL))
		return 1;
	return 0;
}

static void await_child(pid_t child)
{
	int status = -1;

	if (child < 0 || waitpid(child, &status, 0) != child || status) {
		printf("a child ended with status %#x\n", (unsigned)status);
		exit(EXIT_FAILURE);
	}
}

static void *fork_one(void *arg)
{
	if (arg) { /* others are to be at it */
		forking = true;
		usleep(100);
	}
	pthread_mutex_lock(&held);
	pid_t child = fork();
	forking = false;
	pthread_mutex_unlock(&held);
	if (!child)
		exit(in_child());
	await_child(child);
	return arg;
}

static void make_daemon(void)
{
	pid_t child = fork();

	if (!child) {
		int to_parent[2];
		char done;
		if (pipe(to_parent))
			exit(1);
		pid_t main = fork();
		if (!main) {
			if (daemon(0, 1) || in_child() || write(to_parent[1], "", 1) != 1)
				_exit(1);
			exit(0);
		}
		await_child(main);
		close(to_parent[1]);
		exit(read(to_parent[0], &done, 1) != 1);
	}
	await_child(child);
}

int main(int argc, char **argv)
{
	int forks = argc > 1 ? atoi(argv[1]) : 10;
	pthread_t makers[MAKERS];
	pthread_t forker;

	use(&old);
	for (int i = 0; i < MAKERS; i++)
		pthread_create(&makers[i], NULL, make_mutexes, NULL);
	for (int i = 0; i < forks; i++)
		fork_one(&old);
	over = true;
	for (int i = 0; i < MAKERS; i++)
		pthread_join(makers[i], NULL);
	pthread_create(&forker, NULL, fork_one, NULL);
	pthread_join(forker, NULL);
	make_daemon();
	puts("done");
	return 0;
}
