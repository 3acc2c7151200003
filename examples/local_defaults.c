/* SPDX-License-Identifier: MIT
 * A thread-local variable that starts from the same value in every thread.
 * The tutorial's "Thread-specific Data", threading_local_defaults.py.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include <trace_thr.h>

struct my_local {
	tthr_local local;
	int value;
};

static void show_value(struct my_local *data)
{
	void *val;

	if (tthr_local_get(&data->local, &val) == ENOENT)
		tthr_log_debug("No value yet");
	else
		tthr_log_debug("value=%d", (int)(intptr_t)val);
}

static void *worker(void *arg)
{
	struct my_local *data = arg;

	show_value(data);
	if (tthr_local_set(&data->local, (void *)(intptr_t)(1 + arc4random_uniform(100))))
		errx(EXIT_FAILURE, "cannot set the value");
	show_value(data);
	return NULL;
}

/* Makes the value of a thread when it first asks. */
static void *my_local_init(void *arg)
{
	struct my_local *self = arg;

	tthr_log_debug("Initializing <__main__.MyLocal object at %p>", (void *)self);
	return (void *)(intptr_t)self->value;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG,
	    .format = "(%(threadName)-10s) %(message)s",
	});

	static struct my_local local_data = {.value = 1000}; /* static: it outlives main, as the threads do */
	struct tthr_local_options options = {.name = "local_data", .init = my_local_init, .arg = &local_data};

	if (tthr_local_init(&local_data.local, &options))
		errx(EXIT_FAILURE, "cannot make local_data");
	show_value(&local_data);

	for (int i = 0; i < 2; i++) {
		tthr_thread *t;

		if (tthr_thread_new(&t, &(struct tthr_thread_options){.target = worker, .arg = &local_data}) ||
		    tthr_thread_start(t))
			errx(EXIT_FAILURE, "cannot start a thread");
		tthr_thread_unref(t);
	}
	return 0;
}
