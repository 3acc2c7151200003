/* SPDX-License-Identifier: MIT */
/*
 * The watch over LTTng's daemons: processes of this test that are called so. And whether the daemon has our numbers.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <glib/gstdio.h>

#include "tests/unit/tools/elsewhere.h"
#include "tools/session/dirs.h"
#include "tools/session/door/namespace.h"
#include "tools/session/lttng/daemon_watch.h"

/* The daemons: the session daemon, and its consumers, of which one is another program. */
static struct world {
	pid_t daemon, consumer;
	int to_daemon;
} world;

static _Noreturn void *wait_for_ever(void *name)
{
	prctl(PR_SET_NAME, name);
	for (;;)
		pause();
}

static void *wait_for_word(void *from)
{
	char byte;

	prctl(PR_SET_NAME, "Client manageme");
	if (read(*(int *)from, &byte, 1) < 0)
		_exit(1);
	return NULL;
}

static pid_t child(const char *name, bool thread)
{
	pid_t pid = fork();
	pthread_t other;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, name);
	if (thread)
		pthread_create(&other, NULL, wait_for_ever, (void *)(uintptr_t) "other");
	for (;;)
		pause();
}

/* The session daemon: says its consumer's number when all is as it should be. */
static _Noreturn void be_daemon(int from, int to)
{
	static char passing[] = "passing";
	pthread_t lasting, other;
	pid_t consumer;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "lttng-sessiond");
	child("other", false);
	consumer = child("lttng-consumerd", true);
	pthread_create(&lasting, NULL, wait_for_word, &from);
	pthread_create(&other, NULL, wait_for_ever, passing);
	g_usleep(1000);
	if (write(to, &consumer, sizeof consumer) != sizeof consumer)
		_exit(1);
	for (;;)
		pause();
}

static bool is_called(pid_t pid, const char *thread, const char *name)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task/%s/comm", (int)pid, thread);
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) && !strcmp(g_strchomp(text), name);
}

/* Waits until the process has a thread of that name; or, not `has`, none any more. */
static void wait_for_thread(pid_t pid, const char *name, bool has)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task", (int)pid);

	for (int i = 0; i < 30000; i++) {
		g_autoptr(GDir) threads = g_dir_open(path, 0, NULL);
		const char *thread;
		bool found = false;

		while (threads && (thread = g_dir_read_name(threads)))
			found |= is_called(pid, thread, name);
		if (found == has)
			return;
		g_usleep(1000);
	}
	fail_msg("the thread %s of the daemon", name);
}

static void write_number(const char *folder, pid_t pid)
{
	g_autofree char *path = g_build_filename(folder, "lttng-sessiond.pid", NULL);
	g_autofree char *text = g_strdup_printf("%d\n", (int)pid);

	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static int begin(void **state)
{
	int orders[2], answers[2];

	(void)state;
	elsewhere = (struct elsewhere){.folder = g_dir_make_tmp("test-watch-XXXXXX", NULL)};
	assert_int_equal(pipe(orders), 0);
	assert_int_equal(pipe(answers), 0);
	world.daemon = fork();
	if (world.daemon == 0)
		be_daemon(orders[0], answers[1]);
	assert_int_equal(read(answers[0], &world.consumer, sizeof world.consumer), sizeof world.consumer);
	wait_for_thread(world.daemon, "Client manageme", true);
	wait_for_thread(world.daemon, "passing", true);
	wait_for_thread(world.consumer, "lttng-consumerd", true);
	wait_for_thread(world.consumer, "other", true);
	write_number(elsewhere.folder, world.daemon);
	world.to_daemon = orders[1];
	close(orders[0]);
	close(answers[0]);
	close(answers[1]);
	return 0;
}

static int end(void **state)
{
	char *folder = g_steal_pointer(&elsewhere.folder);

	(void)state;
	close(world.to_daemon);
	kill(world.daemon, SIGKILL); /* its children end with it */
	waitpid(world.daemon, NULL, 0);
	tt_remove_tree(folder);
	g_free(folder);
	return 0;
}

static bool is_alive(pid_t pid)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

static void test_both_live(void **state)
{
	struct tt_watch *watch = tt_watch_new();

	assert_int_equal(tt_watch_look(watch), TT_CUT_NONE);
	assert_true(is_alive(world.daemon));
	tt_watch_free(watch);
	tt_watch_free(NULL);
	(void)state;
}

static void test_consumer_ends(void **state)
{
	struct tt_watch *watch = tt_watch_new();

	kill(world.consumer, SIGKILL);
	for (int i = 0; i < 30000 && tt_watch_look(watch) == TT_CUT_NONE; i++)
		g_usleep(1000);
	assert_int_equal(tt_watch_look(watch), TT_CUT_CONSUMER);
	assert_true(is_alive(world.daemon));
	tt_watch_free(watch);
	(void)state;
}

/* With the session daemon all its consumers end, so that there is one state of things. */
static void test_daemon_ends(void **state)
{
	struct tt_watch *watch = tt_watch_new();

	kill(world.daemon, SIGKILL);
	for (int i = 0; i < 30000 && is_alive(world.daemon); i++)
		g_usleep(1000);
	assert_int_equal(tt_watch_look(watch), TT_CUT_DAEMON);
	assert_int_equal(tt_watch_look(watch), TT_CUT_DAEMON);
	tt_watch_free(watch);
	(void)state;
}

/* A daemon that is about to end, since the thread that serves us has: it is ended at once. */
static void test_daemon_is_ending(void **state)
{
	struct tt_watch *watch = tt_watch_new();

	assert_int_equal(write(world.to_daemon, "", 1), 1);
	wait_for_thread(world.daemon, "Client manageme", false);
	assert_int_equal(tt_watch_look(watch), TT_CUT_DAEMON);
	assert_false(is_alive(world.daemon));
	tt_watch_free(watch);
	(void)state;
}

/* Without a number, of another process's or of none: nobody is watched, and no end is seen. */
static void test_not_to_be_seen(void **state)
{
	const pid_t numbers[] = {0, -1, INT_MAX, getpid()};

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		write_number(elsewhere.folder, numbers[i]);
		struct tt_watch *watch = tt_watch_new();
		assert_int_equal(tt_watch_look(watch), TT_CUT_NONE);
		assert_int_equal(tt_watch_file_limit(), UINT64_MAX);
		assert_false(tt_watch_shares(elsewhere.folder));
		if (i == G_N_ELEMENTS(numbers) - 1)
			kill(world.consumer, SIGKILL);
		assert_int_equal(tt_watch_look(watch), TT_CUT_NONE);
		tt_watch_free(watch);
	}
	(void)state;
}

/* A user's own comes first, where that is; root has that of the machine. */
static void test_of_a_user(void **state)
{
	g_autofree char *home = g_dir_make_tmp("test-watch-XXXXXX", NULL);
	g_autofree char *own = g_build_filename(home, ".lttng", NULL);
	const struct rlimit limit = {1 << 20, 1 << 20};

	assert_int_equal(prlimit(world.daemon, RLIMIT_FSIZE, &limit, NULL), 0);
	g_mkdir(own, 0755);
	g_setenv("LTTNG_HOME", home, TRUE);
	elsewhere.user = 1000;
	assert_int_equal(tt_watch_file_limit(), 1 << 20); /* the machine's: there is no own */
	write_number(own, world.consumer);                /* which is called otherwise: none */
	assert_int_equal(tt_watch_file_limit(), 1 << 20);
	write_number(own, world.daemon);
	write_number(elsewhere.folder, 0);
	assert_int_equal(tt_watch_file_limit(), 1 << 20);
	elsewhere.user = 0;
	assert_int_equal(tt_watch_file_limit(), UINT64_MAX);
	elsewhere.user = 1000;
	g_unsetenv("LTTNG_HOME");
	g_autofree char *home_was = g_strdup(g_getenv("HOME"));
	g_setenv("HOME", home, TRUE);
	assert_int_equal(tt_watch_file_limit(), 1 << 20);
	g_unsetenv("HOME");
	assert_int_equal(tt_watch_file_limit(), UINT64_MAX);
	if (home_was)
		g_setenv("HOME", home_was, TRUE);
	tt_remove_tree(home);
	(void)state;
}

/* The daemon has looked: what is there for us is another one, as where it has another file system. */
static void replace(const char *path)
{
	g_autofree char *old = g_strconcat(path, ".old", NULL);

	if (g_str_has_prefix(path, "/proc/"))
		return;
	g_rename(path, old);
	g_mkdir(path, 0755);
}

static void test_limit_and_files(void **state)
{
	g_autofree char *gone = g_build_filename(elsewhere.folder, "gone", NULL);

	assert_int_equal(tt_watch_file_limit(), UINT64_MAX);
	assert_true(tt_watch_shares(elsewhere.folder));
	assert_false(tt_watch_shares(gone));
	g_mkdir(gone, 0755);
	assert_true(tt_watch_shares(gone));
	elsewhere.on_stat = replace;
	assert_false(tt_watch_shares(gone));
	(void)state;
}

/* A socket that listens is of a process that has a number here. */
static int listen_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	g_strlcpy(at.sun_path, path, sizeof at.sun_path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

static void test_namespace(void **state)
{
	g_autofree char *own = g_build_filename(elsewhere.folder, ".lttng", NULL);
	g_autofree char *socket_of_user = g_build_filename(own, "client-lttng-sessiond", NULL);
	g_autofree char *long_name = g_strnfill(200, 'x');
	int fd;

	assert_false(tt_namespace_is_shared());
	g_setenv("LTTNG_HOME", elsewhere.folder, TRUE);
	g_mkdir(own, 0755);
	fd = listen_at(socket_of_user);
	assert_false(tt_namespace_is_shared()); /* root does not look there */
	elsewhere.user = 1000;
	assert_true(tt_namespace_is_shared());
	g_setenv("LTTNG_HOME", long_name, TRUE);
	assert_false(tt_namespace_is_shared());
	g_unsetenv("LTTNG_HOME");
	close(fd);
	elsewhere.user = 0;
	fd = listen_at("/run/lttng/client-lttng-sessiond");
	assert_true(tt_namespace_is_shared());
	close(fd);
	(void)state;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_both_live),        TEST(test_consumer_ends),  TEST(test_daemon_ends),
	    TEST(test_daemon_is_ending), TEST(test_not_to_be_seen), TEST(test_of_a_user),
	    TEST(test_limit_and_files),  TEST(test_namespace),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
