/* Closes all descriptors that it does not know, as daemons do, in the way that it is told; then goes on working. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/close_range.h>

enum { FIRST = 3, SOME = 1024, LOCKS = 1000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void close_others(const char *how)
{
	if (!strcmp(how, "close"))
		for (int fd = FIRST; fd < SOME; fd++)
			close(fd);
	else if (!strcmp(how, "closefrom"))
		closefrom(FIRST);
	else if (!strcmp(how, "close_range"))
		close_range(FIRST, ~0U, 0);
	else if (!strcmp(how, "part"))
		close_range(FIRST, SOME, 0);
	else
		close_range(FIRST, ~0U, CLOSE_RANGE_CLOEXEC);
}

int main(int argc, char **argv)
{
	char text[16] = "";

	if (argc != 3)
		return 2;
	close_others(argv[1]);
	FILE *file = fopen(argv[2], "w+");
	if (!file)
		return 1;
	fputs("written", file);
	for (int i = 0; i < LOCKS; i++) {
		pthread_mutex_lock(&mutex);
		pthread_mutex_unlock(&mutex);
	}
	rewind(file);
	if (!fgets(text, sizeof text, file))
		return 1;
	puts(text);
	return fclose(file);
}
