/* SPDX-License-Identifier: MIT
 * A thread type with data of its own, given to it when it is made.
 * The tutorial's "Subclassing Thread", threading_subclass_args.py.
 */
#include <err.h>
#include <stdlib.h>

#include <trace_thr.h>

struct kwargs {
	const char *a;
	const char *b;
};

struct my_thread_with_args {
	tthr_thread thread; /* comes first: a pointer to it is one to the whole */
	int args;
	struct kwargs kwargs;
};

static void *my_thread_with_args_run(tthr_thread *thread)
{
	struct my_thread_with_args *self = (struct my_thread_with_args *)thread;

	tthr_log_debug("running with (%d,) and {'a': '%s', 'b': '%s'}", self->args, self->kwargs.a, self->kwargs.b);
	return NULL;
}

static void my_thread_with_args_free(tthr_thread *thread)
{
	free(thread);
}

static tthr_thread *my_thread_with_args_new(int args, struct kwargs kwargs)
{
	struct my_thread_with_args *self = malloc(sizeof *self);
	struct tthr_thread_options options = {.run = my_thread_with_args_run, .free = my_thread_with_args_free};

	if (!self || tthr_thread_init(&self->thread, &options))
		errx(EXIT_FAILURE, "cannot make a thread");
	self->args = args;
	self->kwargs = kwargs;
	return &self->thread;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG,
	    .format = "(%(threadName)-10s) %(message)s",
	});

	for (int i = 0; i < 5; i++) {
		tthr_thread *t = my_thread_with_args_new(i, (struct kwargs){.a = "A", .b = "B"});

		if (tthr_thread_start(t))
			errx(EXIT_FAILURE, "cannot start a thread");
		tthr_thread_unref(t);
	}
	return 0;
}
