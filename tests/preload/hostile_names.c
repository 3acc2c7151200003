/* SPDX-License-Identifier: MIT
 * Two threads whose kernel names are made to harm who reads them, and that take two mutexes in both orders: the second
 * when the first has done so. It learns that from a pipe, of which a recording says nothing.
 */
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

static pthread_mutex_t ice = PTHREAD_MUTEX_INITIALIZER, steam = PTHREAD_MUTEX_INITIALIZER;

static int done[2];

static void nest(pthread_mutex_t *outer, pthread_mutex_t *inner)
{
	pthread_mutex_lock(outer);
	pthread_mutex_lock(inner);
	pthread_mutex_unlock(inner);
	pthread_mutex_unlock(outer);
}

static void *one(void *unused)
{
	(void)unused;
	pthread_setname_np(pthread_self(), "=\xfc\n\"<b>\\\nEVIL");
	nest(&ice, &steam);
	close(done[1]);
	return NULL;
}

static void *two(void *unused)
{
	char end;

	(void)unused;
	pthread_setname_np(pthread_self(), "\x1b[31m\xff\xe2\x80\xae;$(x)");
	read(done[0], &end, 1);
	nest(&steam, &ice);
	return NULL;
}

int main(void)
{
	pthread_t threads[2];

	if (pipe(done))
		return 1;
	pthread_create(&threads[0], NULL, one, NULL);
	pthread_create(&threads[1], NULL, two, NULL);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	return 0;
}
