/* SPDX-License-Identifier: MIT */
/* A process that is another user's from some moment on, as servers do that root has started; then it forks. */
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of a user that has no process else: of him the session daemon has seen nothing. */
enum { USER = 54321 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void use(void)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
}

static void *run(void *arg)
{
	use();
	return arg;
}

static int in_child(void)
{
	pthread_t thread;

	use();
	return pthread_create(&thread, NULL, run, NULL) || pthread_join(thread, NULL);
}

int main(void)
{
	int status = 0;

	if (setgid(USER) || setuid(USER)) {
		perror("setuid");
		return 1;
	}
	for (int i = 0; i < 2; i++) {
		pid_t child = fork();
		if (child == 0)
			_exit(in_child());
		if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
			fprintf(stderr, "the child's status is %d\n", status);
			return 1;
		}
	}
	return 0;
}
