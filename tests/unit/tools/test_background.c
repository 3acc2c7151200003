/* SPDX-License-Identifier: MIT */
/*
 * Processes that work for a recorder in the background: daemons, and the one that waits for our end. And the small
 * things: the files of a recording, and the notes of what went unrecorded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tools/session/lttng/daemon_process.h"
#include "tools/session/lttng/daemon.h"
#include "tools/session/dirs.h"
#include "tools/session/program/crash_cleanup.h"
#include "tools/session/program/unrecorded.h"

static char *folder;

/* Patience is short here. */
void g_usleep(gulong us)
{
	usleep((useconds_t)(us / 50));
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	const struct timespec limit = {.tv_nsec = 300000000};

	return ppoll(fds, n,
	             timeout < 300 && timeout >= 0 ? &(struct timespec){.tv_nsec = timeout * 1000000L}
	             : timeout < 0                 ? NULL
	                                           : &limit,
	             NULL);
}

static int begin(void **state)
{
	(void)state;
	folder = g_dir_make_tmp("test-background-XXXXXX", NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	tt_remove_tree(folder);
	assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
	g_free(folder);
	return 0;
}

static char *write_file(const char *name, const char *text)
{
	char *path = g_build_filename(folder, name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
	return path;
}

/* It answers once it has written that file. */
static bool has_file(void *path)
{
	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static pid_t start(const char *script, char *answer, GError **error)
{
	char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, g_strdup(script), answer, NULL};
	const struct tt_daemon_process background = {argv, has_file, answer};
	pid_t pid = tt_daemon_process_start(&background, error);

	g_free(argv[2]);
	return pid;
}

static const char *field(char **status, const char *name)
{
	for (; *status; status++)
		if (g_str_has_prefix(*status, name))
			return g_strstrip(*status + strlen(name));
	return "";
}

/* Out of reach of the terminal, with no signal held back and no library of the program's, and as large files as can be.
 */
static void test_start(void **state)
{
	g_autofree char *answer = g_build_filename(folder, "answer", NULL);
	g_autofree char *text = NULL, *name = NULL, *status = NULL;
	struct rlimit limit = {1 << 20, RLIM_INFINITY}, was, files, files_were;
	sigset_t all;
	pid_t pid;

	getrlimit(RLIMIT_FSIZE, &was);
	limit.rlim_max = was.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
	getrlimit(RLIMIT_NOFILE, &files_were);
	files = (struct rlimit){100, files_were.rlim_max};
	setrlimit(RLIMIT_NOFILE, &files);
	g_setenv("LD_PRELOAD", "", TRUE);
	signal(SIGXFSZ, SIG_IGN); /* as a recorder has it: who is started is to end by it */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	pid = start("echo \"${LD_PRELOAD-none} $(ulimit -n) $(ulimit -f)\" >$0.new; mv $0.new $0; exec sleep 1000",
	            answer, NULL);
	sigemptyset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	g_unsetenv("LD_PRELOAD");
	signal(SIGXFSZ, SIG_DFL);
	setrlimit(RLIMIT_FSIZE, &was);
	setrlimit(RLIMIT_NOFILE, &files_were);
	assert_true(pid > 0);
	assert_int_equal(getsid(pid), pid);
	assert_true(g_file_get_contents(answer, &text, NULL, NULL));
	if (was.rlim_max == RLIM_INFINITY || geteuid() == 0)
		assert_string_equal(text, "none 1024 unlimited\n");
	name = g_strdup_printf("/proc/%d/status", (int)pid);
	/* A shell holds signals back while it starts another program. */
	for (int i = 0; i < 30000 && (!status || strstr(status, "Name:\tsh\n")); i++) {
		usleep(1000);
		g_free(g_steal_pointer(&status));
		assert_true(g_file_get_contents(name, &status, NULL, NULL));
	}
	g_auto(GStrv) lines = g_strsplit(status, "\n", -1);
	assert_string_equal(field(lines, "SigBlk:"), "0000000000000000");
	assert_false(strtoull(field(lines, "SigIgn:"), NULL, 16) >> (SIGXFSZ - 1) & 1);
	tt_daemon_process_stop(pidfd_open(pid, 0), 20000);
	assert_int_equal(kill(pid, 0), -1);
	tt_daemon_process_stop(-1, 0);
	(void)state;
}

static void test_no_such_program(void **state)
{
	char *argv[] = {(char[]){"no-such-daemon-at-all"}, NULL};
	const struct tt_daemon_process background = {argv, has_file, folder};
	g_autoptr(GError) error = NULL;

	assert_int_equal(tt_daemon_process_start(&background, &error), 0);
	assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP));
	assert_non_null(strstr(error->message, "no-such-daemon-at-all"));
	(void)state;
}

/* It ends without an answer: that is not waited for. */
static void test_ends_at_once(void **state)
{
	g_autofree char *answer = g_build_filename(folder, "answer", NULL);
	gint64 before = g_get_monotonic_time();
	g_autoptr(GError) error = NULL;

	assert_int_equal(start("exit 1", answer, &error), 0);
	assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP));
	assert_true(g_get_monotonic_time() - before < 15 * G_USEC_PER_SEC);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nothing is left of it */
	(void)state;
}

/* It runs, but never answers: it is ended. */
static void test_no_answer(void **state)
{
	g_autofree char *answer = g_build_filename(folder, "answer", NULL);
	g_autoptr(GError) error = NULL;

	assert_int_equal(start("exec sleep 1000", answer, &error), 0);
	assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	(void)state;
}

/* It does not end when it is asked to: it is ended. */
static void test_does_not_end(void **state)
{
	g_autofree char *answer = g_build_filename(folder, "answer", NULL);
	pid_t pid = start("trap '' TERM; echo >$0; while :; do sleep 0.05; done", answer, NULL);

	assert_true(pid > 0);
	tt_daemon_process_stop(pidfd_open(pid, 0), 50);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	assert_int_equal(kill(pid, 0), -1);
	(void)state;
}

/* What is left to do: a note. */
static void note_end(void *path)
{
	g_autofree char *of_group = g_strdup_printf("%d", getsid(0) == getpid());

	g_file_set_contents(path, of_group, -1, NULL);
}

/* We are killed: it does what is left to do. */
static void test_heir(void **state)
{
	g_autofree char *path = g_build_filename(folder, "end", NULL), *text = NULL;
	int ready[2], status;
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid_t us = fork();
	if (us == 0) {
		close(ready[0]);
		_exit(tt_crash_cleanup_start(note_end, path) == -1 || write(ready[1], "", 1) != 1 || raise(SIGKILL));
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(waitpid(us, &status, 0), us);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(read(ready[0], &byte, 1), 0); /* it has ended as well */
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_string_equal(text, "1");
	close(ready[0]);
	(void)state;
}

/* All is done: it ends, and does nothing. */
static void test_heir_is_dismissed(void **state)
{
	g_autofree char *path = g_build_filename(folder, "end", NULL);
	sigset_t term;
	int heir;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	heir = tt_crash_cleanup_start(note_end, path);
	sigprocmask(SIG_UNBLOCK, &term, NULL);
	assert_int_not_equal(heir, -1);
	tt_crash_cleanup_dismiss(heir);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	tt_crash_cleanup_dismiss(-1);
	(void)state;
}

/* Links are not followed. */
static void test_files(void **state)
{
	g_autofree char *trace = g_build_filename(folder, "trace", NULL);
	g_autofree char *ust = g_build_filename(trace, "ust", NULL), *deep = g_build_filename(ust, "deep", NULL);
	g_autofree char *link = g_build_filename(trace, "link", NULL);
	g_autofree char *other = g_build_filename(folder, "other", NULL), *kept = NULL, *beside = NULL;

	g_mkdir(other, 0755);
	kept = write_file("other/kept", "four");
	assert_int_equal(tt_size_below(trace), 0);
	assert_false(tt_has_trace(trace));
	g_mkdir_with_parents(deep, 0755);
	beside = write_file("trace/manifest", "12345");
	assert_false(tt_has_trace(trace)); /* which is no trace */
	assert_int_equal(tt_size_below(trace), 5);
	g_free(write_file("trace/ust/deep/file", ""));
	assert_false(tt_has_trace(trace));
	g_free(write_file("trace/ust/deep/file", "123"));
	assert_true(tt_has_trace(trace));
	assert_int_equal(symlink(other, link), 0);
	assert_int_equal(tt_size_below(trace), 5 + 3 + strlen(other));
	tt_remove_below(trace);
	assert_true(g_file_test(trace, G_FILE_TEST_IS_DIR));
	assert_false(tt_has_trace(trace));
	assert_int_equal(g_rmdir(trace), 0);
	assert_true(g_file_test(kept, G_FILE_TEST_EXISTS));
	(void)state;
}

static void test_unrecorded(void **state)
{
	g_autofree char *path =
	    write_file("unrecorded", "l /bin/a\ns /bin/b\ne /bin/c\nl /bin/a\n\nx /bin/d\nl\nl \nl y");
	g_autofree char *where = tt_unrecorded_file(folder);
	char **programs = tt_unrecorded_take(folder);

	assert_string_equal(where, path);
	assert_int_equal(g_strv_length(programs), 4);
	assert_true(g_str_has_prefix(programs[0], "/bin/a: it is statically linked"));
	assert_true(g_str_has_prefix(programs[1], "/bin/b: it is set-uid"));
	assert_true(g_str_has_prefix(programs[2], "/bin/c: it was started without"));
	assert_true(g_str_has_prefix(programs[3], "y: "));
	assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	g_strfreev(programs);
	programs = tt_unrecorded_take(folder); /* there is none */
	assert_int_equal(g_strv_length(programs), 0);
	g_strfreev(programs);
	(void)state;
}

/* No more than a hundred; and their names are text. */
static void test_many_unrecorded(void **state)
{
	g_autoptr(GString) text = g_string_new("l \xff\n");
	char **programs;

	for (int i = 0; i < 200; i++)
		g_string_append_printf(text, "s /bin/%d\n", i);
	g_free(write_file("unrecorded", text->str));
	programs = tt_unrecorded_take(folder);
	assert_int_equal(g_strv_length(programs), 100);
	assert_true(g_utf8_validate(programs[0], -1, NULL));
	assert_true(g_str_has_prefix(programs[99], "/bin/98: "));
	g_strfreev(programs);
	(void)state;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_start),
	    TEST(test_no_such_program),
	    TEST(test_ends_at_once),
	    TEST(test_no_answer),
	    TEST(test_does_not_end),
	    TEST(test_heir),
	    TEST(test_heir_is_dismissed),
	    TEST(test_files),
	    TEST(test_unrecorded),
	    TEST(test_many_unrecorded),
	};

	return cmocka_run_group_tests_name("background", tests, NULL, NULL);
}
