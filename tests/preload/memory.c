/* SPDX-License-Identifier: MIT
 * Many threads, one after the other: what the interposer keeps of a thread goes with it. Prints by how many KiB the
 * process grew over the second half of them.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long resident_kib(void)
{
	char line[128];
	long kib = 0;
	FILE *file = fopen("/proc/self/status", "r");

	while (file && fgets(line, sizeof line, file))
		if (!strncmp(line, "VmRSS:", 6))
			kib = strtol(line + 6, NULL, 10);
	fclose(file);
	return kib;
}

static void *nothing(void *arg)
{
	return arg;
}

static void make_threads(int n)
{
	pthread_t thread;

	for (int i = 0; i < n; i++)
		if (pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL))
			abort();
}

int main(void)
{
	make_threads(2000);
	long before = resident_kib();
	make_threads(20000);
	printf("%ld\n", resident_kib() - before);
	return 0;
}
