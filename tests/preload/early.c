/* SPDX-License-Identifier: MIT
 * What libraries do before the interposer is set up and after it is over. Compiled with -DLIBRARY this is such a
 * library, whose constructor runs first if it is preloaded; else a program that uses what the library has made, with
 * `fork` in a child as well.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct made {
	pthread_mutex_t mutex;
	pthread_mutex_t held;
	pthread_cond_t cond;
	pthread_once_t once;
	pthread_rwlock_t rwlock;
	pthread_barrier_t barrier;
	sem_t sem;
	sem_t shared;
	_Atomic pid_t arrives; /* the thread that is about to wait at the barrier */
	int threads;
};

#ifdef LIBRARY

struct made made = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                    .held = PTHREAD_MUTEX_INITIALIZER,
                    .cond = PTHREAD_COND_INITIALIZER,
                    .once = PTHREAD_ONCE_INIT,
                    .rwlock = PTHREAD_RWLOCK_INITIALIZER};

static pthread_key_t key;

static void routine(void)
{
	pthread_mutex_lock(&made.mutex);
	made.threads += 10;
	pthread_mutex_unlock(&made.mutex);
}

static void use_all(void)
{
	pthread_once(&made.once, routine);
	pthread_rwlock_rdlock(&made.rwlock);
	pthread_rwlock_unlock(&made.rwlock);
	sem_wait(&made.sem);
	sem_post(&made.sem);
	pthread_mutex_lock(&made.mutex);
	made.threads++;
	pthread_cond_broadcast(&made.cond);
	pthread_mutex_unlock(&made.mutex);
}

static void *thread(void *arg)
{
	pthread_setspecific(key, &made);
	made.arrives = gettid();
	pthread_barrier_wait(&made.barrier);
	use_all();
	return arg;
}

/* Whether the thread sleeps, as it does once it waits. */
static bool sleeps(pid_t tid)
{
	char path[64], line[512] = "";

	snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)tid);
	FILE *file = fopen(path, "r");
	const char *name_end = file && fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
	if (file)
		fclose(file);
	return name_end && !strncmp(name_end, ") S", 3);
}

/* The interposer must not see it arrive, so it must have arrived before the constructor returns. */
static void wait_for_party(void)
{
	for (int i = 0; i < 60000; i++) {
		if (made.arrives && sleeps(made.arrives))
			return;
		usleep(1000);
	}
	fputs("the third party is not at the barrier after 60 s\n", stderr);
	abort();
}

static void prepare(void)
{
	pthread_mutex_lock(&made.held);
}

static void release(void)
{
	pthread_mutex_unlock(&made.held);
}

/* As an allocator does. */
static void renew(void)
{
	pthread_mutex_t other;

	pthread_mutex_init(&made.held, NULL);
	pthread_mutex_init(&other, NULL);
	pthread_mutex_lock(&other);
	pthread_mutex_unlock(&other);
	pthread_mutex_destroy(&other);
}

/* In each of the rounds of a thread's end. */
static void at_thread_end(void *arg)
{
	static __thread int rounds;

	use_all();
	if (++rounds < 4)
		pthread_setspecific(key, arg);
}

static void at_exit(void)
{
	use_all();
}

__attribute__((constructor)) static void construct(void)
{
	pthread_t threads[2];

	pthread_barrier_init(&made.barrier, NULL, 3);
	sem_init(&made.sem, 0, 1);
	sem_init(&made.shared, 1, 1);
	pthread_key_create(&key, at_thread_end);
	pthread_atfork(prepare, release, renew);
	atexit(at_exit);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, thread, NULL);
	pthread_barrier_wait(&made.barrier);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	/* One is there before all that anybody looks at, and waits while they do. */
	made.arrives = 0;
	pthread_create(&threads[0], NULL, thread, NULL);
	pthread_detach(threads[0]);
	wait_for_party();
}

static void *last(void *arg)
{
	use_all();
	return arg;
}

__attribute__((destructor)) static void destroy(void)
{
	pthread_t other;

	use_all();
	pthread_create(&other, NULL, last, NULL);
	pthread_join(other, NULL);
}

#else

extern struct made made __attribute__((weak));

static struct made *volatile found;

static void *party(void *arg)
{
	pthread_barrier_wait(&found->barrier);
	return arg;
}

static int use(void)
{
	pthread_t other;

	sem_wait(&found->sem);
	sem_post(&found->sem);
	sem_wait(&found->shared);
	sem_post(&found->shared);
	pthread_create(&other, NULL, party, NULL);
	pthread_barrier_wait(&found->barrier);
	pthread_join(other, NULL);
	pthread_mutex_lock(&found->mutex);
	/* Two that the constructor waited for, in five uses each; the third in its first, at least. */
	while (found->threads < 10 + 2 * 5 + 1)
		pthread_cond_wait(&found->cond, &found->mutex);
	pthread_mutex_unlock(&found->mutex);
	return 0;
}

int main(int argc, char **argv)
{
	int status = 0;

	found = &made;
	if (!found) {
		puts("the library is not here");
		return 1;
	}
	use();
	if (argc > 1 && !strcmp(argv[1], "fork")) {
		pid_t child = fork();
		if (!child) {
			pthread_mutex_lock(&found->mutex);
			pthread_mutex_unlock(&found->mutex);
			exit(0);
		}
		waitpid(child, &status, 0);
	}
	printf("done, %#x\n", (unsigned)status);
	return 0;
}

#endif
