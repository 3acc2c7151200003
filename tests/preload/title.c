/* SPDX-License-Identifier: MIT
 * A process that writes its title over its environment, as nginx does, having moved its variables away; then it forks.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int in_child(const char *title, size_t size)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	for (size_t i = 0; i < size; i++)
		if (title[i] != 't')
			return 1;
	return 0;
}

int main(void)
{
	char *title = environ[0], *end = title;
	int status = 0;

	if (!title)
		return 1;
	for (char **variable = environ; *variable; variable++) {
		if (*variable == end)
			end += strlen(end) + 1;
		*variable = strdup(*variable);
	}
	memset(title, 't', (size_t)(end - title));
	for (int i = 0; i < 4; i++) {
		pid_t child = fork();
		if (child == 0)
			_exit(in_child(title, (size_t)(end - title)));
		if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
			fprintf(stderr, "the child's status is %d\n", status);
			return 1;
		}
	}
	return 0;
}
