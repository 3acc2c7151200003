/* SPDX-License-Identifier: MIT
 * A program that is killed while its threads are in the midst of events: four of them take and release locks of their
 * own, and after so many milliseconds it sends itself SIGKILL. The file $MADE has how many pairs each had completed by
 * then, as lines of one width: it is mapped, so it outlives the program.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { THREADS = 4, WIDTH = 16 };

static const char none[WIDTH + 1] = "000000000000000\n";

static char (*made)[WIDTH];
static pthread_mutex_t locks[THREADS];

static void count_one(char digits[WIDTH])
{
	int i = WIDTH - 2;

	for (; digits[i] == '9'; i--)
		digits[i] = '0';
	digits[i]++;
}

static void *work(void *number)
{
	long own = (long)number;

	for (;;) {
		pthread_mutex_lock(&locks[own]);
		pthread_mutex_unlock(&locks[own]);
		count_one(made[own]);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const char *path = getenv("MADE");
	int fd = path ? open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
	pthread_t thread;

	if (argc != 2 || fd == -1 || ftruncate(fd, THREADS * WIDTH) == -1)
		return 2;
	made = mmap(NULL, THREADS * WIDTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (made == MAP_FAILED)
		return 2;
	for (int i = 0; i < THREADS; i++) {
		memcpy(made[i], none, WIDTH);
	}
	for (long i = 0; i < THREADS; i++) {
		pthread_mutex_init(&locks[i], NULL);
		if (pthread_create(&thread, NULL, work, (void *)i))
			return 2;
	}
	usleep((unsigned)atoi(argv[1]) * 1000);
	raise(SIGKILL);
}
