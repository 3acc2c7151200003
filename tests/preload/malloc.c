/* SPDX-License-Identifier: MIT
 * A program with a malloc of its own, whose mutex is not to be taken twice: nothing of the tracer may allocate while
 * the program is in it, and a call of ours in it may not call it.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t heap_mutex = PTHREAD_MUTEX_INITIALIZER;
static __thread int inside __attribute__((tls_model("initial-exec")));
static _Alignas(16) char heap[64 << 20];
static size_t used;

static void *take(size_t size)
{
	void *memory = NULL;

	if (inside++) {
		write(STDERR_FILENO, "malloc in malloc\n", 17);
		_exit(99);
	}
	pthread_mutex_lock(&heap_mutex);
	size = (size + 31) & ~(size_t)15;
	if (used + size <= sizeof heap) {
		memory = heap + used + 16;
		memcpy(heap + used, &size, sizeof size);
		used += size;
	}
	pthread_mutex_unlock(&heap_mutex);
	inside--;
	return memory;
}

void *malloc(size_t size)
{
	return take(size);
}

/* It gives nothing back, but takes the lock for it. */
void free(void *memory)
{
	if (!memory)
		return;
	if (inside++) {
		write(STDERR_FILENO, "free in malloc\n", 15);
		_exit(99);
	}
	pthread_mutex_lock(&heap_mutex);
	pthread_mutex_unlock(&heap_mutex);
	inside--;
}

void *calloc(size_t n, size_t size)
{
	return take(n * size); /* never used before, so it is zero */
}

void *realloc(void *old, size_t size)
{
	void *memory = take(size);
	size_t had;

	if (!old || !memory)
		return memory;
	memcpy(&had, (char *)old - 16, sizeof had);
	memcpy(memory, old, had - 16 < size ? had - 16 : size);
	return memory;
}

static pthread_mutex_t shared = PTHREAD_MUTEX_INITIALIZER;

static void *use(void *arg)
{
	for (int i = 0; i < 200; i++) {
		pthread_mutex_t *mutex = malloc(sizeof(pthread_mutex_t));
		pthread_mutex_init(mutex, NULL);
		pthread_mutex_lock(mutex);
		pthread_mutex_lock(&shared);
		pthread_mutex_unlock(&shared);
		pthread_mutex_unlock(mutex);
		pthread_mutex_destroy(mutex);
		free(mutex);
	}
	return arg;
}

int main(void)
{
	pthread_t threads[8];

	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 8; i++)
			pthread_create(&threads[i], NULL, use, NULL);
		pthread_setname_np(threads[0], "a name");
		for (int i = 0; i < 8; i++)
			pthread_join(threads[i], NULL);
	}
	printf("%s\n", used > 1000 ? "done" : "unused");
	return 0;
}
