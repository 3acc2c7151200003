/* SPDX-License-Identifier: MIT
 * A library with a lock (-DLIBRARY), and a program that deadlocks with it. Its lock is in use before the recording says
 * that the library is there: who loads it does nothing that is recorded until another thread has taken the lock.
 */
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#ifdef LIBRARY

pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

#else

enum { READ_MS = 300 }; /* who reads along has read of the lock by then: should it not have, there is less to see */

static pthread_mutex_t own_lock = PTHREAD_MUTEX_INITIALIZER;
static int to_worker[2], to_main[2]; /* pipes, of which a recording says nothing */

static void *worker(void *arg)
{
	void *lock;
	char byte = 0;

	if (write(to_main[1], &byte, 1) != 1 || read(to_worker[0], &lock, sizeof lock) != sizeof lock)
		return arg;
	pthread_mutex_lock(lock);
	if (write(to_main[1], &byte, 1) == 1 && read(to_worker[0], &byte, 1) == 1)
		pthread_mutex_lock(&own_lock);
	return arg;
}

int main(int argc, char **argv)
{
	void *lock;
	pthread_t thread;
	char byte = 0;

	if (argc != 2 || pipe(to_worker) || pipe(to_main) || pthread_create(&thread, NULL, worker, NULL))
		return 1;
	if (read(to_main[0], &byte, 1) != 1) /* at its start a thread records what is loaded */
		return 1;
	void *library = dlopen(argv[1], RTLD_NOW);
	lock = library ? dlsym(library, "library_lock") : NULL;
	if (!lock) {
		puts(dlerror());
		return 1;
	}
	if (write(to_worker[1], &lock, sizeof lock) != sizeof lock || read(to_main[0], &byte, 1) != 1)
		return 1;
	poll(NULL, 0, READ_MS);
	pthread_mutex_lock(&own_lock);
	if (write(to_worker[1], &byte, 1) == 1)
		pthread_mutex_lock(lock);
	return 0;
}

#endif
