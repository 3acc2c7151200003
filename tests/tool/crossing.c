/* SPDX-License-Identifier: MIT
 * Two threads that take two locks in opposite order, kept apart by luck or by something that no event shows:
 *
 *     crossing late     the second begins a little later, as it does on most days
 *     crossing early    the same, and the second takes the first's lock before, for something else
 *     crossing flag     the second waits for a plain variable that the first sets when it is through
 *     crossing sem      late, with semaphores of one place for locks
 *     crossing circle   three threads and three locks, late likewise, at the same two sites
 */
#include <err.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <trace_thr.h>

enum { MOST = 3 };

static tthr_lock locks[MOST] = {TTHR_LOCK_INIT("ice"), TTHR_LOCK_INIT("steam"), TTHR_LOCK_INIT("water")};
static tthr_semaphore places[2] = {TTHR_SEMAPHORE_INIT("salt", 1), TTHR_SEMAPHORE_INIT("sugar", 1)};
static atomic_bool through;
static bool flag, early;

struct walk {
	tthr_lock *first, *second;
	int place;
};

/* Behind those that come before: 50 ms each, or as long as it takes. */
static void be_late(int place)
{
	while (flag && place && !through)
		sched_yield();
	if (!flag)
		nanosleep(&(struct timespec){.tv_nsec = 50L * 1000 * 1000 * place}, NULL);
}

static void *take_both(void *arg)
{
	struct walk *walk = arg;

	be_late(walk->place);
	if (early && walk->place) {
		tthr_lock_acquire(walk->second);
		tthr_lock_release(walk->second);
	}
	tthr_lock_acquire(walk->first);
	tthr_lock_acquire(walk->second);
	tthr_lock_release(walk->second);
	tthr_lock_release(walk->first);
	through = true;
	return NULL;
}

static void *take_both_places(void *arg)
{
	struct walk *walk = arg;

	be_late(walk->place);
	tthr_semaphore_acquire(&places[walk->place]);
	tthr_semaphore_acquire(&places[1 - walk->place]);
	tthr_semaphore_release(&places[1 - walk->place], 1);
	tthr_semaphore_release(&places[walk->place], 1);
	return NULL;
}

int main(int argc, char **argv)
{
	int n = argc > 1 && !strcmp(argv[1], "circle") ? MOST : 2;
	void *(*target)(void *arg) = argc > 1 && !strcmp(argv[1], "sem") ? take_both_places : take_both;
	struct walk walks[MOST];
	tthr_thread *threads[MOST];

	early = argc > 1 && !strcmp(argv[1], "early");
	flag = argc > 1 && !strcmp(argv[1], "flag");
	for (int i = 0; i < n; i++) {
		walks[i] = (struct walk){&locks[i], &locks[(i + 1) % n], i};
		if (tthr_thread_new(&threads[i], &(struct tthr_thread_options){.target = target, .arg = &walks[i]}) ||
		    tthr_thread_start(threads[i]))
			errx(EXIT_FAILURE, "cannot start a thread");
	}
	for (int i = 0; i < n; i++) {
		tthr_thread_join(threads[i]);
		tthr_thread_unref(threads[i]);
	}
	return 0;
}
