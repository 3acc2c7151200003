/* SPDX-License-Identifier: MIT */
#include "threads.h"

#include <fcntl.h>

#include "life_events.h"
#include "libtrace_thr/src/thread/thread.h"

static void child_is_alone(void *parents_main)
{
	tthr_thread **list;
	size_t n;

	must(tthr_main() == parents_main);
	must(tthr_current() == tthr_main());
	must(tthr_thread_is_alive(tthr_main()));
	must(tthr_active_count() == 1);
	must(tthr_enumerate(&list, &n) == 0);
	must(n == 1 && list[0] == tthr_main());
	tthr_thread_list_free(list, n);
	must(tthr_thread_native_id(tthr_main()) == getpid());
	must(!tthr_thread_daemon(tthr_main()));
}

static void fork_in_main(void **state)
{
	(void)state;
	tthr_thread *other = started(wait_at_gate, NULL);

	in_child(child_is_alone, tthr_main());
	assert_int_equal(tthr_active_count(), 2); /* the parent is as it was */
	assert_int_equal(tthr_thread_native_id(tthr_main()), getpid());
	tthr_event_set(&gate);
	joined(other);
}

static void other_is_gone(void *arg)
{
	void *value;
	enum tthr_end end;

	must(!tthr_thread_is_alive(arg));
	must(tthr_thread_join_timeout(arg, WAIT_SECONDS) == 0);
	must(tthr_thread_result(arg, &value, &end) == 0);
	must(value == PTHREAD_CANCELED && end == TTHR_CANCELLED);
	must(tthr_thread_start(arg) == EALREADY);
	must(tthr_thread_set_name(arg, "late") == 0);
	tthr_thread_unref(arg);
}

static void others_count_as_cancelled(void **state)
{
	(void)state;
	tthr_thread *other = started(wait_at_gate, NULL);

	in_child(other_is_gone, other);
	assert_true(tthr_thread_is_alive(other));
	tthr_event_set(&gate);
	joined(other);
}

static unsigned n_freed;

static void count_free(tthr_thread *thread)
{
	(void)thread;
	__atomic_add_fetch(&n_freed, 1, __ATOMIC_SEQ_CST);
}

/* Code of the program does not run in the fork; but with the last reference that the program has, as ever. */
static void programs_own_is_left(void *arg)
{
	must(n_freed == 0);
	if (arg)
		tthr_thread_unref(arg);
	must(n_freed == (arg ? 1 : 0));
}

static void own_memory_of_the_program(void **state)
{
	(void)state;
	static tthr_thread threads[2];
	static const struct tthr_thread_options options = {.target = wait_at_gate, .free = count_free};

	for (int i = 0; i < 2; i++) {
		must(!tthr_thread_init(&threads[i], &options) && !tthr_thread_start(&threads[i]));
		if (i == 0)
			tthr_thread_unref(&threads[i]);
		n_freed = 0;
		in_child(programs_own_is_left, i ? &threads[i] : NULL);
		tthr_event_set(&gate);
		if (i)
			joined(&threads[i]);
		wait_until(__atomic_load_n(&n_freed, __ATOMIC_SEQ_CST) == 1);
		tthr_event_clear(&gate);
	}
}

static void ended_is_still_ended(void *arg)
{
	void *value;
	enum tthr_end end;

	must(tthr_thread_join_timeout(arg, WAIT_SECONDS) == 0);
	must(tthr_thread_result(arg, &value, &end) == 0);
	must(value == &gate && end == TTHR_RETURNED);
	tthr_thread_unref(arg);
}

/* It has ended in the parent, and is not joined yet: there is nothing to join in the child. */
static void threads_that_ended_before(void **state)
{
	(void)state;
	tthr_thread *thread = started(nothing, &gate);

	wait_until(!tthr_thread_is_alive(thread));
	if (threads_in_child) /* else ThreadSanitizer takes it for a leak there */
		in_child(ended_is_still_ended, thread);
	joined(thread);
}

/* Forks in whatever thread this is; the child looks at itself, and ends by returning from the thread's function. */
struct seen {
	bool is_main;
	bool is_daemon;
	char name[32];
	size_t n_alive;
};

static void *fork_here(void *arg)
{
	int out[2];
	struct seen *seen = arg;

	must(pipe(out) == 0);
	pid_t child = fork();
	must(child >= 0);
	if (child == 0) {
		alarm(WAIT_SECONDS);
		struct seen mine = {.is_main = tthr_current() == tthr_main(),
		                    .is_daemon = tthr_thread_daemon(tthr_current()),
		                    .n_alive = tthr_active_count()};
		snprintf(mine.name, sizeof mine.name, "%s", tthr_thread_name(tthr_current()));
		must(tthr_thread_native_id(tthr_current()) == getpid());
		must(write(out[1], &mine, sizeof mine) == sizeof mine);
		_exit(0);
	}
	int status;
	must(waitpid(child, &status, 0) == child && status == 0);
	must(read(out[0], seen, sizeof *seen) == sizeof *seen);
	close(out[0]);
	close(out[1]);
	return NULL;
}

static void *call_in_and_fork(void *arg)
{
	must(!strncmp(tthr_thread_name(tthr_current()), "Dummy-", 6));
	return fork_here(arg);
}

static void fork_in_a_thread_makes_it_the_main_one(void **state)
{
	(void)state;
	struct seen seen = {0};
	tthr_thread *thread;

	must(!tthr_thread_new(&thread,
	                      &(struct tthr_thread_options){
				  .name = "forker", .target = fork_here, .arg = &seen, .daemon = TTHR_DAEMON_YES}));
	must(!tthr_thread_start(thread));
	joined(thread);
	assert_true(seen.is_main);
	assert_true(seen.is_daemon); /* it is what it was */
	assert_string_equal(seen.name, "forker");
	assert_int_equal(seen.n_alive, 1);
}

/* The main threads before the fork, the first one first. */
struct ancestors {
	tthr_thread *mains[2];
	int n;
};

static void *join_those_before(void *arg)
{
	struct ancestors *before = arg;

	before->mains[before->n++] = tthr_thread_ref(tthr_main());
	pid_t child = fork();
	must(child >= 0);
	if (child == 0) {
		enum tthr_end end;
		alarm(WAIT_SECONDS);
		for (int i = 0; i < before->n; i++) {
			must(!tthr_thread_is_alive(before->mains[i]));
			must(tthr_thread_join(before->mains[i]) == 0);
			must(tthr_thread_join_timeout(before->mains[i], 0) == 0);
			must(tthr_thread_result(before->mains[i], NULL, &end) == 0 && end == TTHR_CANCELLED);
		}
		must(tthr_thread_join(tthr_main()) == EDEADLK);
		if (threads_in_child && before->n == 1)
			joined(started(join_those_before, arg));
		_exit(0);
	}
	int status;
	must(waitpid(child, &status, 0) == child && status == 0);
	return NULL;
}

/* CPython's test_main_thread_after_fork_from_nonmain_thread and its kind: once and again, also by a foreign thread. */
static void the_main_thread_before_has_ended(void **state)
{
	(void)state;
	struct ancestors of_ours = {.n = 0}, of_foreign = {.n = 0};
	struct crew crew;

	joined(started(join_those_before, &of_ours));
	tthr_thread_unref(of_ours.mains[0]);
	crew_start(&crew, 1, join_those_before, &of_foreign);
	crew_join(&crew);
	tthr_thread_unref(of_foreign.mains[0]);
}

static void fork_in_a_foreign_thread_makes_it_main_thread(void **state)
{
	(void)state;
	static void *(*const ways[])(void *) = {fork_here, call_in_and_fork};

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct crew crew;
		struct seen seen = {0};
		crew_start(&crew, 1, ways[i], &seen);
		crew_join(&crew);
		assert_true(seen.is_main);
		assert_false(seen.is_daemon);
		assert_string_equal(seen.name, "MainThread");
		assert_int_equal(seen.n_alive, 1);
	}
	assert_string_equal(tthr_thread_name(tthr_main()), "MainThread");
}

/* The child ends without the main thread's stack, so all that only this refers to would be a leak. */
static bool leaks_are_none;

__attribute__((visibility("default"))) int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return leaks_are_none;
}

/* In a thread: the child goes on from here, returns, and its process ends with that. */
static void *fork_and_return(void *arg)
{
	pid_t child = fork();

	must(child >= 0);
	if (child == 0) {
		alarm(WAIT_SECONDS);
		leaks_are_none = true;
		return NULL;
	}
	int status;
	must(waitpid(child, &status, 0) == child);
	*(int *)arg = status;
	return NULL;
}

static void child_ends_with_its_only_thread(void **state)
{
	(void)state;
	int status = 0;

	if (threads_in_child) /* ThreadSanitizer's end of a thread comes before the exit, which it does not survive */
		joined(started(fork_and_return, &status));
	assert_int_equal(status, 0);
}

static void start_and_join(void *arg)
{
	(void)arg;
	int x;
	void *value;
	tthr_thread *thread = started(nothing, &x);

	must(tthr_thread_join_timeout(thread, WAIT_SECONDS) == 0);
	must(tthr_thread_result(thread, &value, NULL) == 0 && value == &x);
	tthr_thread_unref(thread);
	must(tthr_active_count() == 1);
}

static void child_can_start_threads(void **state)
{
	(void)state;
	if (threads_in_child)
		in_child(start_and_join, NULL);
}

static tthr_local local;

static void use_local(void *arg)
{
	void *value;

	must(tthr_local_get(&local, &value) == 0 && value == arg); /* the forking thread has its own still */
	must(tthr_local_destroy(&local) == 0);                     /* frees those of the others too */
}

static void *set_local_and_wait(void *arg)
{
	must(!tthr_local_set(&local, arg));
	count_up(arg);
	return wait_at_gate(arg);
}

static void locals_over_fork(void **state)
{
	(void)state;
	unsigned set = 0;

	must(!tthr_local_init(&local, NULL));
	must(!tthr_local_set(&local, &local));
	tthr_thread *thread = started(set_local_and_wait, &set);
	wait_until(count_of(&set));
	in_child(use_local, &local);
	tthr_event_set(&gate);
	joined(thread);
	must(!tthr_local_destroy(&local));
}

/* The child uses everything that other threads were using at the moment of the fork. */
static void use_all(void *arg)
{
	(void)arg;
	tthr_local own;
	void *value;

	must(!tthr_thread_set_name(tthr_main(), "child"));
	must(!tthr_local_init(&own, NULL));
	must(!tthr_local_set(&own, &value) && !tthr_local_get(&own, &value) && !tthr_local_destroy(&own));
	must(tthr_active_count() == 1);
	tthr_timer *timer;
	must(!tthr_timer_new(&timer, &(struct tthr_timer_options){.function = free}));
	tthr_timer_unref(timer);
}

static bool stop;

static void *keep_busy(void *arg)
{
	static tthr_local busy = TTHR_LOCAL_INIT("busy");

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		tthr_local own;
		must(!tthr_local_init(&own, NULL) && !tthr_local_set(&own, arg) && !tthr_local_destroy(&own));
		must(!tthr_local_set(&busy, arg));
		must(!tthr_thread_set_name(tthr_current(), "busy"));
		must(tthr_active_count());
		tthr_thread *thread = started(nothing, arg);
		tthr_thread_unref(thread);
	}
	return NULL;
}

static void fork_while_others_are_busy(void **state)
{
	(void)state;
	struct crew crew;

	stop = false;
	crew_start(&crew, 3, keep_busy, NULL);
	for (int i = 0; i < 50; i++)
		in_child(use_all, NULL);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	crew_join(&crew);
	wait_until(tthr_active_count() == 1);
}

/* Each event tells the pid of its own process: the probes look. */
static void events_in_child(void *arg)
{
	(void)arg;
	tthr_thread *thread;
	must(!tthr_thread_new(&thread, &(struct tthr_thread_options){.name = "t"}));
	tthr_thread_unref(thread);
}

static void events_of_a_child(void **state)
{
	(void)state;
	int out[2];
	char text[512];

	must(pipe(out) == 0);
	life_events_to(out[1]);
	in_child(events_in_child, NULL);
	ssize_t n = read(out[0], text, sizeof text - 1);
	must(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "MainThread: thread_start MainThread daemon=0\n"
	                          "MainThread: thread_create t daemon=0\n");
}

/* As LTTng's handler in a child, which runs before the library's: it may fork itself. */
static bool fork_in_handler;
static pid_t grandchild;

static void on_child(void)
{
	if (!fork_in_handler)
		return;
	fork_in_handler = false;
	grandchild = fork();
	must(grandchild >= 0);
	if (grandchild)
		must(waitpid(grandchild, NULL, 0) == grandchild);
}

__attribute__((constructor(101))) static void register_first(void)
{
	must(!pthread_atfork(NULL, NULL, on_child));
}

static void say_who_it_is(void *arg)
{
	static const char texts[][16] = {"grandchild\n", "child\n"};
	const char *text = texts[grandchild != 0];

	must(tthr_active_count() == 1 && tthr_current() == tthr_main());
	must(write(*(int *)arg, text, strlen(text)) > 0);
}

static void a_fork_within_a_fork_is_told_once_in_each(void **state)
{
	(void)state;
	int out[2];
	char text[512];

	must(pipe(out) == 0);
	life_events_to(out[1]);
	fork_in_handler = true;
	in_child(say_who_it_is, &out[1]);
	fork_in_handler = false;
	ssize_t n = read(out[0], text, sizeof text - 1);
	must(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "MainThread: thread_start MainThread daemon=0\ngrandchild\n"
	                          "MainThread: thread_start MainThread daemon=0\nchild\n");
}

/* A thread that the library does not know forks once the main thread has gone: by its memory, not by a call. */
static void *fork_after_the_main_thread(void *main_thread)
{
	wait_until(tt_thread_state(main_thread) == TT_LIFE_GONE);
	pid_t child = fork();
	must(child >= 0);
	if (child == 0) {
		alarm(WAIT_SECONDS);
		return NULL; /* its end is that of the process */
	}
	must(waitpid(child, NULL, 0) == child);
	_exit(0);
}

static void leave_by_pthread_exit(void *out)
{
	pthread_t thread;
	tthr_thread *self = tthr_current();

	life_events_to(*(int *)out);
	must(!pthread_create(&thread, NULL, fork_after_the_main_thread, self));
	pthread_exit((void *)1);
}

static void the_new_main_thread_has_an_end_of_its_own(void **state)
{
	(void)state;
	int out[2];
	char text[512];

	must(pipe(out) == 0);
	in_child(leave_by_pthread_exit, &out[1]);
	ssize_t n = read(out[0], text, sizeof text - 1);
	must(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "MainThread: thread_exit MainThread exited\n"
	                          "MainThread: thread_start MainThread daemon=0\n"
	                          "MainThread: thread_exit MainThread returned\n");
	close(out[0]);
	close(out[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(fork_in_main, close_gate),
	    cmocka_unit_test_setup(others_count_as_cancelled, close_gate),
	    cmocka_unit_test_setup(own_memory_of_the_program, close_gate),
	    cmocka_unit_test(threads_that_ended_before),
	    cmocka_unit_test(fork_in_a_thread_makes_it_the_main_one),
	    cmocka_unit_test(fork_in_a_foreign_thread_makes_it_main_thread),
	    cmocka_unit_test(the_main_thread_before_has_ended),
	    cmocka_unit_test(child_ends_with_its_only_thread),
	    cmocka_unit_test(child_can_start_threads),
	    cmocka_unit_test_setup(locals_over_fork, close_gate),
	    cmocka_unit_test(fork_while_others_are_busy),
	    cmocka_unit_test(the_new_main_thread_has_an_end_of_its_own),
	    cmocka_unit_test(events_of_a_child), /* from here on there are events */
	    cmocka_unit_test(a_fork_within_a_fork_is_told_once_in_each),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
