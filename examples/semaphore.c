/* SPDX-License-Identifier: MIT
 * A semaphore lets at most two of four threads into a pool at a time.
 * The tutorial's "Limiting Concurrent Access to Resources", threading_semaphore.py.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <trace_thr.h>

#define NUM_THREADS 4

/* The names of the threads that are running. */
struct active_pool {
	tthr_lock lock;
	const char *active[NUM_THREADS];
	int n;
};

struct worker_args {
	tthr_semaphore *s;
	struct active_pool *pool;
};

static void log_active(const struct active_pool *self)
{
	char list[64] = "";
	int used = 0;

	for (int i = 0; i < self->n; i++)
		used += snprintf(list + used, sizeof list - (size_t)used, "%s'%s'", i ? ", " : "", self->active[i]);
	tthr_log_debug("Running: [%s]", list);
}

static void make_active(struct active_pool *self, const char *name)
{
	TTHR_WITH (&self->lock) {
		self->active[self->n++] = name;
		log_active(self);
	}
}

static void make_inactive(struct active_pool *self, const char *name)
{
	TTHR_WITH (&self->lock) {
		int i = 0;

		while (self->active[i] != name)
			i++;
		for (self->n--; i < self->n; i++)
			self->active[i] = self->active[i + 1];
		log_active(self);
	}
}

static void *worker(void *arg)
{
	struct worker_args *args = arg;

	tthr_log_debug("Waiting to join the pool");
	TTHR_WITH (args->s) {
		const char *name = tthr_thread_name(tthr_current());

		make_active(args->pool, name);
		usleep(100 * 1000);
		make_inactive(args->pool, name);
	}
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG,
	    .format = "%(asctime)s (%(threadName)-2s) %(message)s",
	});

	/* static: the threads use them when main has returned */
	static struct active_pool pool = {.lock = TTHR_LOCK_INIT("ActivePool.lock")};
	static tthr_semaphore s = TTHR_SEMAPHORE_INIT("s", 2);
	static struct worker_args args = {&s, &pool};

	for (int i = 0; i < NUM_THREADS; i++) {
		char name[16];
		tthr_thread *t;

		snprintf(name, sizeof name, "%d", i);
		if (tthr_thread_new(&t, &(struct tthr_thread_options){.target = worker, .name = name, .arg = &args}) ||
		    tthr_thread_start(t))
			errx(EXIT_FAILURE, "cannot start thread %s", name);
		tthr_thread_unref(t);
	}
	return 0;
}
