/* SPDX-License-Identifier: MIT */
/* A program of libtrace_thr that uses pthreads beside it. */
#include <pthread.h>
#include <stdio.h>

#include <trace_thr.h>

static pthread_mutex_t counter_lock = PTHREAD_MUTEX_INITIALIZER;
static tthr_lock lock = TTHR_LOCK_INIT("L");
static int counter;

static void *count(void *arg)
{
	tthr_lock_acquire(&lock);
	pthread_mutex_lock(&counter_lock);
	counter++;
	pthread_mutex_unlock(&counter_lock);
	tthr_lock_release(&lock);
	return arg;
}

int main(void)
{
	tthr_thread *worker;
	pthread_t plain;

	if (pthread_create(&plain, NULL, count, NULL) || pthread_join(plain, NULL))
		return 1;
	if (tthr_thread_new(&worker, &(struct tthr_thread_options){.name = "worker", .target = count}) ||
	    tthr_thread_start(worker) || tthr_thread_join(worker))
		return 1;
	printf("%s has counted %d\n", tthr_thread_name(worker), counter);
	tthr_thread_unref(worker);
	return 0;
}
