/* SPDX-License-Identifier: MIT */
/* Closes all descriptors that it does not know, as daemons do, in the way that it is told; then goes on working. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/close_range.h>

enum { FIRST = 3, SOME = 1024, LOCKS = 50000, OTHERS = 30 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void close_others(const char *how)
{
	if (!strcmp(how, "close"))
		for (int fd = FIRST; fd < SOME; fd++)
			close(fd);
	else if (!strcmp(how, "syscall"))
		for (int fd = FIRST; fd < SOME; fd++)
			syscall(SYS_close, fd);
	else if (!strcmp(how, "closefrom"))
		closefrom(FIRST);
	else if (!strcmp(how, "close_range"))
		close_range(FIRST, ~0U, 0);
	else if (!strcmp(how, "part"))
		close_range(FIRST, SOME, 0);
	else
		close_range(FIRST, ~0U, CLOSE_RANGE_CLOEXEC);
}

/* Files under the numbers that are free now. */
static int others[OTHERS];

static void open_others(const char *name)
{
	for (int i = 0; i < OTHERS; i++) {
		others[i] = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
		unlink(name);
	}
}

static int count_untouched(void)
{
	int untouched = 0;

	for (int i = 0; i < OTHERS; i++)
		untouched += lseek(others[i], 0, SEEK_END) == 0 && close(others[i]) == 0;
	return untouched;
}

/* Its call chains are new to the unwinder. */
static __attribute__((noinline)) void lock_deeply(int depth)
{
	volatile int below = depth;

	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	if (below > 1)
		lock_deeply(below - 1);
}

int main(int argc, char **argv)
{
	char text[16] = "";

	if (argc != 3)
		return 2;
	close_others(argv[1]);
	open_others(argv[2]);
	FILE *file = fopen(argv[2], "w+");
	if (!file)
		return 1;
	fputs("written", file);
	for (int i = 0; i < LOCKS; i += 10)
		lock_deeply(10);
	rewind(file);
	if (!fgets(text, sizeof text, file))
		return 1;
	printf("%s, %d untouched\n", text, count_untouched());
	return fclose(file);
}
