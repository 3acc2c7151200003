/* SPDX-License-Identifier: MIT
 * A deadlock of five: philosophers at a round table, a fork between each two. Each takes the fork to the left, then
 * waits for ever for the one to the right, which the neighbour holds.
 *
 * A barrier makes sure that all have their left fork before any asks for the right one.
 */
#include <err.h>
#include <stdlib.h>

#include <trace_thr.h>

#define SEATS 5

static tthr_lock forks[SEATS] = {
    TTHR_LOCK_INIT("fork 0"), TTHR_LOCK_INIT("fork 1"), TTHR_LOCK_INIT("fork 2"),
    TTHR_LOCK_INIT("fork 3"), TTHR_LOCK_INIT("fork 4"),
};
static tthr_barrier all_seated = TTHR_BARRIER_INIT("all seated", SEATS);

struct philosopher {
	const char *name;
	tthr_lock *left;
	tthr_lock *right;
};

static struct philosopher philosophers[SEATS] = {
    {"Aristotle", &forks[0], &forks[1]}, {"Hypatia", &forks[1], &forks[2]}, {"Kant", &forks[2], &forks[3]},
    {"Plato", &forks[3], &forks[4]},     {"Spinoza", &forks[4], &forks[0]},
};

static void *dine(void *arg)
{
	const struct philosopher *self = arg;

	tthr_lock_acquire(self->left);
	tthr_barrier_wait(&all_seated, NULL);
	tthr_log_info("has %s, wants %s", tthr_lock_name(self->left), tthr_lock_name(self->right));
	tthr_lock_acquire(self->right);
	tthr_log_info("eats");
	tthr_lock_release(self->right);
	tthr_lock_release(self->left);
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){.level = TTHR_LOG_INFO, .format = "%(threadName)s %(message)s"});

	tthr_thread *threads[SEATS];

	for (int i = 0; i < SEATS; i++) {
		struct philosopher *p = &philosophers[i];
		struct tthr_thread_options options = {.name = p->name, .target = dine, .arg = p};

		if (tthr_thread_new(&threads[i], &options) || tthr_thread_start(threads[i]))
			errx(EXIT_FAILURE, "cannot start %s", p->name);
	}

	for (int i = 0; i < SEATS; i++) {
		tthr_thread_join(threads[i]);
		tthr_thread_unref(threads[i]);
	}
	return 0;
}
