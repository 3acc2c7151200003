/* SPDX-License-Identifier: MIT
 * Takes locks in the orders that its arguments say, each in a thread of its own, one thread after the other: `orders ab
 * ca` takes a and then b, lets go, takes c and then a. So a run of it never hangs.
 *
 * a to d are locks of the library with names, x and y locks without, made on the heap; A to D mutexes, to be recorded
 * with --preload. After the argument + all is done by a forked child.
 */
#include <err.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <trace_thr.h>

static tthr_lock named[] = {TTHR_LOCK_INIT("a"), TTHR_LOCK_INIT("b"), TTHR_LOCK_INIT("c"), TTHR_LOCK_INIT("d")};
static tthr_lock *x, *y;

/* With symbols of their own, since it is by these that they are known. */
pthread_mutex_t mutex_A = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex_B = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex_C = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex_D = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t *const mutexes[] = {&mutex_A, &mutex_B, &mutex_C, &mutex_D};

static tthr_lock *new_lock(void)
{
	tthr_lock *lock = malloc(sizeof *lock);

	if (!lock)
		errx(EXIT_FAILURE, "cannot make a lock");
	return lock;
}

__attribute__((noinline)) static tthr_lock *make_x(void)
{
	tthr_lock *lock = new_lock();

	if (tthr_lock_init(lock, NULL))
		errx(EXIT_FAILURE, "cannot make x");
	return lock;
}

__attribute__((noinline)) static tthr_lock *make_y(void)
{
	tthr_lock *lock = new_lock();

	if (tthr_lock_init(lock, NULL))
		errx(EXIT_FAILURE, "cannot make y");
	return lock;
}

static tthr_lock *lock_of(char letter)
{
	return letter == 'x' ? x : letter == 'y' ? y : &named[letter - 'a'];
}

static void take_all(const char *letters)
{
	bool is_mutex = *letters >= 'A' && *letters <= 'D';
	pthread_mutex_t *mutex = is_mutex ? mutexes[*letters - 'A'] : NULL;

	if (!*letters)
		return;
	if (is_mutex)
		pthread_mutex_lock(mutex);
	else
		tthr_lock_acquire(lock_of(*letters));
	take_all(letters + 1);
	if (is_mutex)
		pthread_mutex_unlock(mutex);
	else
		tthr_lock_release(lock_of(*letters));
}

static void *take(void *letters)
{
	take_all(letters);
	return NULL;
}

static void take_in_thread(char *letters)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, take, letters) || pthread_join(thread, NULL))
		errx(EXIT_FAILURE, "cannot run a thread");
}

int main(int argc, char **argv)
{
	int status = 0;

	x = make_x();
	y = make_y();
	for (int i = 1; i < argc; i++) {
		if (strspn(argv[i], "abcdxyABCD+") != strlen(argv[i]))
			errx(EXIT_FAILURE, "no lock: %s", argv[i]);
		if (*argv[i] != '+') {
			take_in_thread(argv[i]);
			continue;
		}
		pid_t child = fork();
		if (child)
			return waitpid(child, &status, 0) == child && status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	free(x);
	free(y);
	return EXIT_SUCCESS;
}
