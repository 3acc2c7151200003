/* SPDX-License-Identifier: MIT
 * Two threads signal the same condition at the same moment, and nobody has seen it before: 1000 times, each time
 * another condition.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { N = 1000 };

static pthread_cond_t conditions[N];
static atomic_int arrived;

static void *signal_all(void *arg)
{
	for (int i = 0; i < N; i++) {
		atomic_fetch_add(&arrived, 1);
		while (atomic_load(&arrived) < 2 * (i + 1))
			;
		pthread_cond_signal(&conditions[i]);
	}
	return arg;
}

int main(void)
{
	pthread_t other;

	pthread_create(&other, NULL, signal_all, NULL);
	signal_all(NULL);
	pthread_join(other, NULL);
	puts("main: done");
	return 0;
}
