/* SPDX-License-Identifier: MIT
 * A program that starts slowly: its first event comes after so many seconds, since its constructor, which runs before
 * that of the interposer's threads could tell of one, sleeps. Then it works for 0.7 seconds and ends with status 7.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* Before all constructors, those of what is preloaded too. */
static void sleep_before(int argc, char **argv, char **environment)
{
	(void)environment;
	if (argc > 1)
		sleep((unsigned)atoi(argv[1]));
}

__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **, char **) = sleep_before;

int main(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	for (int i = 0; i < 70; i++) {
		pthread_mutex_lock(&lock);
		pthread_mutex_unlock(&lock);
		usleep(10000);
	}
	return 7;
}
