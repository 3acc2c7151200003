/* SPDX-License-Identifier: MIT
 * Calls that block for good in libc though they look as if they could not, each with another thread that it waits for.
 *
 *     stuck join|cond|fork|cnd|barrier
 */
#include <sys/wait.h>
#include <threads.h>

#include "tests/preload/forced.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static mtx_t c11_mutex;
static cnd_t c11_cond;
static pthread_t joined;

static void *wait_for_step(void *arg)
{
	await_step(1);
	return arg;
}

static void *join(void *arg)
{
	me();
	pthread_join(joined, NULL);
	return arg;
}

/* Until the other thread sleeps in futex(2). */
static void await_any_sleep(void)
{
	await_asleep(NULL, SIZE_MAX);
}

/* Both threads sleep on one word, of which the kernel wakes one when the third ends. */
static void join_twice(void)
{
	pthread_t other, third;

	pthread_create(&joined, NULL, wait_for_step, NULL);
	pthread_create(&other, NULL, join, NULL);
	await_any_sleep();
	other_tid = 0;
	pthread_create(&third, NULL, join, NULL);
	await_any_sleep();
	reach(1);
	pthread_join(other, NULL);
	pthread_join(third, NULL);
}

static void *wait_for_cond(void *arg)
{
	me();
	pthread_mutex_lock(&mutex);
	pthread_cond_wait(&cond, &mutex);
	return arg;
}

static void destroy_cond(void)
{
	pthread_t other;

	pthread_create(&other, NULL, wait_for_cond, NULL);
	await_asleep(&cond, sizeof cond);
	pthread_cond_destroy(&cond);
}

/* A child has the count of those who wait, but not the thread that does. */
static void destroy_in_child(void)
{
	pthread_t other;

	pthread_create(&other, NULL, wait_for_cond, NULL);
	await_asleep(&cond, sizeof cond);
	pid_t child = fork();
	if (child == 0) {
		pthread_cond_destroy(&cond);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static int wait_for_cnd(void *arg)
{
	me();
	mtx_lock(&c11_mutex);
	cnd_wait(&c11_cond, &c11_mutex);
	return arg != NULL;
}

static void destroy_cnd(void)
{
	thrd_t other;

	mtx_init(&c11_mutex, mtx_plain);
	cnd_init(&c11_cond);
	thrd_create(&other, wait_for_cnd, NULL);
	await_asleep(&c11_cond, sizeof c11_cond);
	cnd_destroy(&c11_cond);
}

static void *come(void *arg)
{
	me();
	pthread_barrier_wait(&barrier);
	return arg;
}

static void destroy_barrier(void)
{
	pthread_t other;

	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&other, NULL, come, NULL);
	await_asleep(&barrier, sizeof barrier);
	pthread_barrier_destroy(&barrier);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} all[] = {{"join", join_twice},
	           {"cond", destroy_cond},
	           {"fork", destroy_in_child},
	           {"cnd", destroy_cnd},
	           {"barrier", destroy_barrier}};

	for (size_t i = 0; argc == 2 && i < sizeof all / sizeof *all; i++)
		if (!strcmp(argv[1], all[i].name))
			all[i].run();
	return 0;
}
