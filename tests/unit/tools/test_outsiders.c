/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "leaks.h"
#include "tools/check/actual/untraced_threads.h"

/* Outsiders: in children that say when they are as they shall be, and stay so until they are ended. */

struct child {
	pid_t pid;
	int says; /* a byte: it has come to the next point */
	int goes; /* the parent lets it go on */
};

static void on_signal(int number)
{
	(void)number;
}

struct life {
	int says;
	const char *name;
};

/* A thread of that name, which says so and waits. */
static void *stay(void *data)
{
	const struct life *life = data;

	prctl(PR_SET_NAME, life->name);
	if (write(life->says, "2", 1) != 1)
		_exit(1);
	for (;;)
		pause();
	return NULL;
}

/* In the child: no handlers but that one; then a thread of that name. Never returns. */
static void live(int says, int goes, int handled, const char *name)
{
	struct life life = {says, name};
	pthread_t thread;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 1; i < 32; i++)
		signal(i, SIG_DFL);
	if (handled)
		signal(handled, on_signal);
	if (write(says, "1", 1) != 1 || read(goes, &byte, 1) != 1)
		_exit(1);
	if (name)
		pthread_create(&thread, NULL, stay, &life);
	else if (write(says, "2", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void wait_for(struct child *child)
{
	char byte;

	assert_int_equal(read(child->says, &byte, 1), 1);
}

static struct child begin(int handled, const char *name)
{
	int says[2], goes[2];

	assert_int_equal(pipe(says), 0);
	assert_int_equal(pipe(goes), 0);
	struct child child = {.pid = fork(), .says = says[0], .goes = goes[1]};
	if (child.pid == 0)
		live(says[1], goes[0], handled, name);
	assert_true(child.pid > 0);
	close(says[1]);
	close(goes[0]);
	wait_for(&child);
	return child;
}

static void go_on(struct child *child)
{
	assert_int_equal(write(child->goes, "1", 1), 1);
	wait_for(child);
}

static void end(struct child *child)
{
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
	close(child->says);
	close(child->goes);
}

/* All threads that it has now. */
static GHashTable *threads_of(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task", (int)pid);
	GHashTable *threads = g_hash_table_new(NULL, NULL);
	GDir *tasks = g_dir_open(path, 0, NULL);

	assert_non_null(tasks);
	for (const char *tid; (tid = g_dir_read_name(tasks));)
		g_hash_table_add(threads, GUINT_TO_POINTER((guint)strtoul(tid, NULL, 10)));
	g_dir_close(tasks);
	return threads;
}

/* One more thread is an outsider, but for the tracer's. */
static void test_threads(void **state)
{
	static const struct {
		const char *name;
		bool outsider;
	} cases[] = {{NULL, false}, {"worker", true}, {"prog-ust", false}, {"prog-ust-2", true}, {"ust", true}};

#ifdef __SANITIZE_THREAD__ /* which has a thread of its own in each process */
	return;
#endif
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct child child = begin(0, cases[i].name);
		GHashTable *blocked = threads_of(child.pid);

		assert_false(tt_untraced_run((uint32_t)child.pid, blocked));
		go_on(&child);
		assert_int_equal(tt_untraced_run((uint32_t)child.pid, blocked), cases[i].outsider);
		g_hash_table_remove_all(blocked);
		assert_true(tt_untraced_run((uint32_t)child.pid, blocked));
		g_hash_table_destroy(blocked);
		end(&child);
	}
	(void)state;
}

/* What a handler could do, but for those of faults. */
static void test_handlers(void **state)
{
	static const struct {
		int handled;
		bool wakes;
	} cases[] = {{0, false},      {SIGUSR1, true}, {SIGTERM, true}, {SIGHUP, true},  {SIGSYS, true},
	             {SIGILL, false}, {SIGBUS, false}, {SIGFPE, false}, {SIGSEGV, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct child child = begin(cases[i].handled, NULL);

		if (tt_untraced_handle_signals((uint32_t)child.pid) != cases[i].wakes)
			fail_msg("signal %d", cases[i].handled);
		end(&child);
	}
	(void)state;
}

/* Of one that has ended nothing can be said. */
static void test_ended(void **state)
{
	struct child child = begin(0, NULL);
	GHashTable *blocked = threads_of(child.pid);

	end(&child);
	assert_true(tt_untraced_run((uint32_t)child.pid, blocked));
	assert_true(tt_untraced_handle_signals((uint32_t)child.pid));
	g_hash_table_destroy(blocked);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_threads),
	    cmocka_unit_test(test_handlers),
	    cmocka_unit_test(test_ended),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
