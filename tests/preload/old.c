/* SPDX-License-Identifier: MIT */
/* A program that was linked before glibc 2.3.2, whose conditions are of another layout: it is left alone. */
#include "tests/preload/forced.h"

#if defined __x86_64__
__asm__(".symver pthread_cond_init, pthread_cond_init@GLIBC_2.2.5");
__asm__(".symver pthread_cond_wait, pthread_cond_wait@GLIBC_2.2.5");
__asm__(".symver pthread_cond_timedwait, pthread_cond_timedwait@GLIBC_2.2.5");
__asm__(".symver pthread_cond_signal, pthread_cond_signal@GLIBC_2.2.5");
__asm__(".symver pthread_cond_broadcast, pthread_cond_broadcast@GLIBC_2.2.5");
__asm__(".symver pthread_cond_destroy, pthread_cond_destroy@GLIBC_2.2.5");
#endif

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* The old one is a word, the address of one of today's, so what is behind it is not its own. */
static union {
	pthread_cond_t cond;
	long words[6];
} old;
static int awaited;

static void *waiter(void *arg)
{
	(void)arg;
	me();
	TELL(pthread_mutex_lock(&mutex));
	for (int i = 1; i <= 2; i++) {
		reach(i);
		while (awaited < i)
			TELL(pthread_cond_wait(&old.cond, &mutex));
	}
	TELL(pthread_mutex_unlock(&mutex));
	return NULL;
}

int main(void)
{
	struct timespec limit = soon(CLOCK_REALTIME);
	pthread_t thread;

	TELL(pthread_cond_init(&old.cond, NULL));
	for (int i = 1; i < 6; i++)
		old.words[i] = -1;
	TELL(pthread_mutex_lock(&mutex));
	TELL(pthread_cond_timedwait(&old.cond, &mutex, &limit));
	TELL(pthread_mutex_unlock(&mutex));
	pthread_create(&thread, NULL, waiter, NULL);
	for (int i = 1; i <= 2; i++) {
		await_step(i);
		await_asleep((const void *)old.words[0], sizeof(pthread_cond_t));
		TELL(pthread_mutex_lock(&mutex));
		awaited = i;
		if (i == 1)
			TELL(pthread_cond_signal(&old.cond));
		else
			TELL(pthread_cond_broadcast(&old.cond));
		TELL(pthread_mutex_unlock(&mutex));
	}
	pthread_join(thread, NULL);
	TELL(pthread_cond_destroy(&old.cond));
	for (int i = 1; i < 6; i++)
		SAY("word %d: %ld", i, old.words[i]);
	return 0;
}
