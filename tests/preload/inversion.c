/* SPDX-License-Identifier: MIT */
/* Two threads, one after the other by nothing that a tracer sees, take two mutexes in opposite orders. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
static int done;

static void *one(void *arg)
{
	pthread_mutex_lock(&first);
	pthread_mutex_lock(&second);
	free(malloc(10));
	pthread_mutex_unlock(&second);
	pthread_mutex_unlock(&first);
	__atomic_store_n(&done, 1, __ATOMIC_RELAXED);
	return arg;
}

static void *other(void *arg)
{
	while (!__atomic_load_n(&done, __ATOMIC_RELAXED))
		usleep(1000);
	pthread_mutex_lock(&second);
	pthread_mutex_lock(&first);
	pthread_mutex_unlock(&first);
	pthread_mutex_unlock(&second);
	return arg;
}

int main(void)
{
	pthread_t a, b;

	pthread_create(&a, NULL, one, NULL);
	pthread_create(&b, NULL, other, NULL);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	return 0;
}
