/* SPDX-License-Identifier: MIT */
/*
 * Which daemon a recorder uses, and who ends it: LTTng's is a process of this test.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <glib/gstdio.h>
#include <lttng/lttng.h>

#include "tests/unit/tools/elsewhere.h"
#include "tools/session/lttng/daemon_process.h"
#include "tools/session/lttng/daemon.h"
#include "tools/session/dirs.h"

static struct world {
	int alive; /* as LTTng answers */
	int fails; /* how many starts do */
	int starts, stops;
	pid_t daemon, stopped;
	gint64 now_us;
	int removals; /* how often the lock file is removed while it is being locked */
	bool makes_home;
} world;

gint64 g_get_monotonic_time(void)
{
	return world.now_us;
}

void g_usleep(gulong us)
{
	world.now_us += (gint64)us;
}

int lttng_session_daemon_alive(void)
{
	return world.alive;
}

static char *lock_file(void)
{
	return g_build_filename(elsewhere.folder, "trace-thr.lock", NULL);
}

/* Who has locked a byte of the lock file, as another one sees it. */
static short lock_of(int byte)
{
	g_autofree char *path = lock_file();
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
	int fd = open(path, O_RDWR);

	assert_int_not_equal(fd, -1);
	assert_int_equal(fcntl(fd, F_OFD_GETLK, &lock), 0);
	close(fd);
	return lock.l_type;
}

/* A process to be the daemon, that holds none of our files by now. */
static pid_t new_daemon(void)
{
	int ends[2];
	char byte;

	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();

	if (pid == 0) {
		close_range(STDERR_FILENO + 1, ~0U, 0); /* as it executes another program */
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	return pid;
}

static void end_daemon(void)
{
	if (!world.daemon)
		return;
	kill(world.daemon, SIGKILL);
	waitpid(world.daemon, NULL, 0);
	world.daemon = 0;
}

pid_t tt_daemon_process_start(const struct tt_daemon_process *background, GError **error)
{
	assert_string_equal(background->argv[0], "lttng-sessiond");
	assert_string_equal(background->argv[1], "--no-kernel");
	assert_string_equal(background->argv[2], "--quiet");
	assert_null(background->argv[3]);
	if (!elsewhere.user)
		assert_int_equal(lock_of(0), F_WRLCK);
	else
		assert_true(g_file_test(g_getenv("LTTNG_HOME"), G_FILE_TEST_IS_DIR));
	world.starts++;
	if (world.fails-- > 0) {
		g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP, "it does not start");
		return 0;
	}
	assert_false(background->answers(background->data));
	world.alive = 1;
	assert_true(background->answers(background->data));
	return world.daemon = new_daemon();
}

void tt_daemon_process_stop(int pidfd, int patience_ms)
{
	siginfo_t info = {0};

	assert_in_range(patience_ms, 1000, 5000);
	world.stops++;
	assert_int_equal(syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0), 0);
	assert_int_equal(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED), 0);
	world.stopped = info.si_pid;
	world.daemon = 0;
	close(pidfd);
}

static int begin(void **state)
{
	(void)state;
	world = (struct world){.now_us = 1000000};
	elsewhere = (struct elsewhere){.folder = g_dir_make_tmp("test-daemon-XXXXXX", NULL)};
	return 0;
}

static int end(void **state)
{
	char *folder = g_steal_pointer(&elsewhere.folder);

	(void)state;
	elsewhere = (struct elsewhere){0};
	end_daemon();
	tt_remove_tree(folder);
	g_free(folder);
	return 0;
}

static bool has_lock_file(void)
{
	g_autofree char *path = lock_file();

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static struct tt_daemon *open_daemon(void)
{
	g_autoptr(GError) error = NULL;
	struct tt_daemon *daemon = tt_daemon_open(&error);

	assert_non_null(daemon);
	assert_null(error);
	return daemon;
}

/* One that runs is used, and stays. */
static void test_one_that_runs(void **state)
{
	struct tt_daemon *daemon;

	world.alive = 1;
	daemon = open_daemon();
	assert_null(tt_daemon_home(daemon));
	assert_int_equal(lock_of(0), F_UNLCK);
	assert_int_equal(lock_of(1), F_RDLCK);
	tt_daemon_close(daemon);
	assert_int_equal(world.starts, 0);
	assert_int_equal(world.stops, 0);
	assert_false(has_lock_file());
	tt_daemon_close(NULL);
	(void)state;
}

/* Who finds none starts it; the last of those who use it ends it. */
static void test_the_last_one_ends_it(void **state)
{
	struct tt_daemon *first, *second;
	pid_t started;

	g_rmdir(elsewhere.folder); /* it is made as well */
	first = open_daemon();
	started = world.daemon;
	assert_int_equal(world.starts, 1);
	assert_int_equal(lock_of(0), F_UNLCK);
	second = open_daemon();
	assert_int_equal(world.starts, 1);
	tt_daemon_close(first);
	assert_int_equal(world.stops, 0);
	assert_true(has_lock_file());
	assert_int_equal(lock_of(0), F_UNLCK);
	assert_int_equal(lock_of(1), F_RDLCK);
	tt_daemon_close(second);
	assert_int_equal(world.stops, 1);
	assert_int_equal(world.stopped, started);
	assert_false(has_lock_file());
	(void)state;
}

/* A daemon that answers anything but yes does not run. */
static void test_no_answer(void **state)
{
	world.alive = -LTTNG_ERR_UNK;
	tt_daemon_close(open_daemon());
	assert_int_equal(world.starts, 1);
	(void)state;
}

/* Another process has its number by now, or the file says nothing of use: it is let be. */
static void test_another_of_its_number(void **state)
{
	g_autofree char *path = lock_file();
	const char *const texts[] = {"", "x", "0 1", "-1 1", "%d", "%d 0", "%d 1", "2147483647 0"};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct tt_daemon *daemon;
		GString *text = g_string_new(texts[i]);
		g_autofree char *pid = NULL;

		world.alive = 0;
		daemon = open_daemon();
		pid = g_strdup_printf("%d", (int)world.daemon);
		if (g_str_has_prefix(texts[i], "%d")) {
			g_string_erase(text, 0, 2);
			g_string_prepend(text, pid);
		}
		int fd = open(path, O_WRONLY | O_TRUNC);
		assert_int_equal(write(fd, text->str, text->len), text->len);
		close(fd);
		tt_daemon_close(daemon);
		assert_int_equal(world.stops, 0);
		assert_false(has_lock_file());
		end_daemon();
		g_string_free(text, TRUE);
	}
	(void)state;
}

/* It has ended, and its number is nobody's. */
static void test_one_that_has_ended(void **state)
{
	struct tt_daemon *daemon = open_daemon();

	end_daemon();
	tt_daemon_close(daemon);
	assert_int_equal(world.stops, 0);
	(void)state;
}

/* It is tried again for three seconds. */
static void test_start_fails(void **state)
{
	gint64 before = world.now_us;
	g_autoptr(GError) error = NULL;

	world.fails = INT_MAX;
	assert_null(tt_daemon_open(&error));
	assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP));
	assert_int_equal(world.now_us - before, 3000000);
	assert_int_equal(world.starts, 61);
	assert_false(has_lock_file());
	world.fails = 3;
	tt_daemon_close(open_daemon());
	assert_int_equal(world.starts, 61 + 4);
	(void)state;
}

static void remove_lock(const char *path)
{
	if (g_str_has_suffix(path, "/trace-thr.lock") && world.removals-- > 0)
		unlink(path);
}

/* The last user of another recording removes the lock file while we lock it: so it is none, and another is made. */
static void test_removed_meanwhile(void **state)
{
	struct tt_daemon *daemon;

	world.alive = 1;
	world.removals = 2;
	elsewhere.on_stat = remove_lock;
	daemon = open_daemon();
	assert_int_equal(world.removals, -1);
	assert_true(has_lock_file());
	assert_int_equal(lock_of(1), F_RDLCK);
	tt_daemon_close(daemon);
	(void)state;
}

static void replace_lock(const char *path)
{
	if (!g_str_has_suffix(path, "/trace-thr.lock") || world.removals-- <= 0)
		return;
	g_autofree char *now = lock_file(), *old = g_strconcat(now, ".old", NULL);
	assert_int_equal(rename(now, old), 0); /* it keeps its number */
	close(open(now, O_RDWR | O_CREAT, 0600));
}

static void test_replaced_meanwhile(void **state)
{
	world.alive = 1;
	world.removals = 1;
	elsewhere.on_stat = replace_lock;
	tt_daemon_close(open_daemon());
	assert_int_equal(world.removals, -1);
	(void)state;
}

static void test_lock_that_cannot_be_used(void **state)
{
	g_autofree char *path = lock_file();
	g_autoptr(GError) error = NULL;

	assert_int_equal(symlink("/dev/null", path), 0);
	assert_null(tt_daemon_open(&error));
	assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP));
	assert_int_equal(world.starts, 0);
	assert_true(g_file_test(path, G_FILE_TEST_IS_SYMLINK));
	(void)state;
}

/* Another user's daemon, if it runs, is used; no file is locked. */
static void test_of_another_user(void **state)
{
	struct tt_daemon *daemon;

	elsewhere.user = 1000;
	world.alive = 1;
	daemon = open_daemon();
	assert_null(tt_daemon_home(daemon));
	tt_daemon_close(daemon);
	assert_int_equal(world.starts + world.stops, 0);
	assert_false(has_lock_file());
	(void)state;
}

static void test_private(void **state)
{
	g_autofree char *home = NULL;
	struct tt_daemon *daemon;
	pid_t started;

	elsewhere.user = 1000;
	daemon = open_daemon();
	started = world.daemon;
	home = g_strdup(tt_daemon_home(daemon));
	assert_string_equal(g_getenv("LTTNG_HOME"), home);
	assert_true(g_file_test(home, G_FILE_TEST_IS_DIR));
	tt_daemon_close(daemon);
	assert_int_equal(world.stopped, started);
	assert_false(g_file_test(home, G_FILE_TEST_EXISTS));
	assert_null(g_getenv("LTTNG_HOME"));
	(void)state;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_one_that_runs),
	    TEST(test_the_last_one_ends_it),
	    TEST(test_no_answer),
	    TEST(test_another_of_its_number),
	    TEST(test_one_that_has_ended),
	    TEST(test_start_fails),
	    TEST(test_removed_meanwhile),
	    TEST(test_replaced_meanwhile),
	    TEST(test_lock_that_cannot_be_used),
	    TEST(test_of_another_user),
	    TEST(test_private),
	};

	return cmocka_run_group_tests_name("daemon", tests, NULL, NULL);
}
