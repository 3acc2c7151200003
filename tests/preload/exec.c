/* SPDX-License-Identifier: MIT
 * Starts itself in the ways that programs start others: `exec WAY…`. Each process locks a mutex, says `pid N`, and
 * takes the first way to start one for the rest of them.
 */
#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void say(void)
{
	pthread_mutex_lock(&mutex);
	printf("pid %d\n", (int)getpid());
	fflush(stdout);
	pthread_mutex_unlock(&mutex);
}

static int await_child(pid_t child)
{
	int status = -1;

	return child > 0 && waitpid(child, &status, 0) == child && !status ? 0 : 1;
}

static int by_vfork(char **argv)
{
	pid_t child = vfork(); // NOLINT(clang-analyzer-security.insecureAPI.vfork): that is what is tried

	if (!child) {
		execv(argv[0], argv);
		_exit(1);
	}
	return await_child(child);
}

static int by_fork(char **argv)
{
	pid_t child = fork();

	if (!child) {
		say();
		execv(argv[0], argv);
		_exit(1);
	}
	return await_child(child);
}

static int by_spawn(char **argv)
{
	pid_t child;

	return posix_spawn(&child, argv[0], NULL, NULL, argv, environ) || await_child(child);
}

/* While another thread is at it, which ends by this. */
static void *lock_for_ever(void *arg)
{
	for (;;) {
		pthread_mutex_lock(arg);
		pthread_mutex_unlock(arg);
		usleep(1000);
	}
	return arg;
}

static int by_exec(char **argv)
{
	static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
	pthread_t thread;

	pthread_create(&thread, NULL, lock_for_ever, &other);
	return execv(argv[0], argv);
}

static int by_shell(char **argv)
{
	char command[4096] = "";

	for (; *argv; argv++) {
		strcat(command, *argv);
		strcat(command, " ");
	}
	return system(command) != 0;
}

static int without_environment(char **argv)
{
	pid_t child = fork();

	if (!child) {
		execve(argv[0], argv, (char *[]){NULL});
		_exit(1);
	}
	return await_child(child);
}

static const struct {
	const char *name;
	int (*start)(char **argv);
} ways[] = {{"vfork", by_vfork}, {"fork", by_fork},   {"spawn", by_spawn},
            {"exec", by_exec},   {"shell", by_shell}, {"without", without_environment}};

int main(int argc, char **argv)
{
	char *name = argv[0];

	say();
	for (size_t i = 0; argc > 1 && i < sizeof ways / sizeof *ways; i++)
		if (!strcmp(argv[1], ways[i].name)) {
			argv[1] = name;
			return ways[i].start(argv + 1);
		}
	return argc > 1 ? 2 : 0;
}
