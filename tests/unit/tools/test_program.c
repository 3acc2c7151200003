/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <glib/gstdio.h>

#include "tools/session/program/process_tree.h"
#include "tools/session/program/program.h"

/* What the care of a program was asked for. */
struct asked {
	int looks, deaths;
	int looks_left; /* before may_go_on says no; -1: never */
	int left;       /* told of what it has left behind */
	int begins_at;  /* the look at which it makes its first event */
	pid_t pid;
};

static void started(pid_t pid, void *data)
{
	((struct asked *)data)->pid = pid;
}

static void left(const char *processes, void *data)
{
	assert_non_null(strstr(processes, "(pid "));
	((struct asked *)data)->left++;
}

static bool has_begun(void *data)
{
	const struct asked *asked = data;

	return asked->looks >= asked->begins_at;
}

static bool may_go_on(void *data)
{
	struct asked *asked = data;

	asked->looks++;
	return asked->looks_left < 0 || asked->looks_left-- > 0;
}

static void before_death(void *data)
{
	((struct asked *)data)->deaths++;
}

/* Runs a script of the shell. */
static struct tt_program_end run_with(const char *script, struct tt_program_hooks care, struct asked *asked)
{
	char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, g_strdup(script), NULL};
	g_autoptr(GError) error = NULL;
	struct tt_program_end end;

	care.started = started;
	care.left = left;
	care.may_go_on = may_go_on;
	care.before_death = before_death;
	care.data = asked;
	assert_true(tt_program_run("/bin/sh", argv, environ, &care, &end, &error));
	assert_int_equal(kill(asked->pid, 0), -1);
	g_free(argv[2]);
	return end;
}

static struct tt_program_end run(const char *script, double timeout, struct asked *asked)
{
	return run_with(script, (struct tt_program_hooks){.timeout = timeout}, asked);
}

/* Caught at the third look. */
static bool is_caught(void *data)
{
	return ((struct asked *)data)->looks == 3;
}

static void test_caught(void **state)
{
	struct asked asked = {.looks_left = -1};
	char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, (char[]){"sleep 100; :"}, NULL};
	const struct tt_program_hooks care = {
	    .may_go_on = may_go_on, .is_caught = is_caught, .before_death = before_death, .data = &asked};
	g_autoptr(GError) error = NULL;
	struct tt_program_end end;

	(void)state;
	assert_true(tt_program_run("/bin/sh", argv, environ, &care, &end, &error));
	assert_true(end.caught);
	assert_false(end.timed_out || end.no_room);
	assert_int_equal(end.signal, SIGTERM);
	assert_int_equal(asked.deaths, 1);
}

static void test_find(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("test-program-XXXXXX", NULL);
	g_autofree char *plain = g_build_filename(folder, "plain", NULL);
	g_autofree char *found = NULL;
	int status = 0;

	(void)state;
	found = tt_program_find("sh", &status, NULL);
	assert_true(g_str_has_suffix(found, "/sh"));
	assert_null(tt_program_find("/no/such/program", &status, NULL));
	assert_int_equal(status, 127);
	assert_null(tt_program_find("no-such-program-at-all", &status, NULL));
	assert_int_equal(status, 127);
	assert_null(tt_program_find(folder, &status, NULL));
	assert_int_equal(status, 126);
	assert_true(g_file_set_contents(plain, "", 0, NULL));
	assert_null(tt_program_find(plain, &status, NULL));
	assert_int_equal(status, 126);
	g_unlink(plain);
	g_rmdir(folder);
}

/* What is there, and cannot be started: the status of a shell, and in one line what it lacks. */
static void test_no_start(void **state)
{
	static const struct {
		const char *text;
		int status;
		const char *has;
	} files[] = {
	    {"#!/no/such/interpreter\n", 127, "/no/such/interpreter"},
	    {"echo no first line\n", 126, "#!/bin/sh"},
	    {"", 126, "#!/bin/sh"},
	    {"#!/etc/passwd\n", 126, "/etc/passwd"},
	    {"#!%s\n", 127, "/no/such/interpreter"},
	};
	g_autofree char *folder = g_dir_make_tmp("test-program-XXXXXX", NULL);
	g_autofree char *first = g_build_filename(folder, "0", NULL);
	struct asked asked = {.looks_left = -1};
	struct tt_program_hooks care = {.may_go_on = may_go_on, .before_death = before_death, .data = &asked};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *name = g_strdup_printf("%zu", i), *path = g_build_filename(folder, name, NULL);
		g_auto(GStrv) parts = g_strsplit(files[i].text, "%s", 2);
		g_autofree char *text = g_strjoinv(first, parts);
		g_autoptr(GError) error = NULL;
		struct tt_program_end end;

		assert_true(g_file_set_contents(path, text, -1, NULL));
		assert_return_code(g_chmod(path, 0700), 0);
		tt_program_hold_signals();
		assert_false(tt_program_run(path, (char *[]){path, NULL}, environ, &care, &end, &error));
		if (end.exit_status != files[i].status || !strstr(error->message, files[i].has))
			fail_msg("%zu: status %d: %s", i, end.exit_status, error->message);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *name = g_strdup_printf("%zu", i), *path = g_build_filename(folder, name, NULL);
		g_unlink(path);
	}
	g_rmdir(folder);
}

static void test_ends(void **state)
{
	struct asked asked = {.looks_left = -1};
	struct tt_program_end end = run("exit 7", 0, &asked);

	(void)state;
	assert_int_equal(end.exit_status, 7);
	assert_int_equal(end.signal, 0);
	end = run("kill -USR1 $$", 20, &asked);
	assert_int_equal(end.exit_status, -1);
	assert_int_equal(end.signal, SIGUSR1);
	assert_false(end.timed_out || end.interrupted || end.no_room);
	assert_int_equal(asked.deaths, 0);
}

static void test_timeout(void **state)
{
	struct asked asked = {.looks_left = -1};
	struct tt_program_end end = run("while :; do sleep 0.05; done", 0.2, &asked);

	(void)state;
	assert_true(end.timed_out);
	assert_int_equal(end.signal, SIGTERM);
	assert_int_equal(asked.deaths, 1);
}

/* A handler of SIGTERM is still recorded: the care is not asked for what is no death. */
static void test_timeout_of_one_with_a_handler(void **state)
{
	struct asked asked = {.looks_left = -1};
	struct tt_program_end end = run("trap 'exit 5' TERM; while :; do sleep 0.05; done", 0.2, &asked);

	(void)state;
	assert_true(end.timed_out);
	assert_int_equal(end.exit_status, 5);
	assert_int_equal(asked.deaths, 0);
}

static void test_timeout_of_one_that_ignores_it(void **state)
{
	struct asked asked = {.looks_left = -1};
	struct tt_program_end end = run("trap '' TERM; while :; do sleep 0.05; done", 0.1, &asked);

	(void)state;
	assert_true(end.timed_out);
	assert_int_equal(end.signal, SIGKILL);
	assert_true(asked.deaths >= 1);
}

static void test_no_room(void **state)
{
	struct asked asked = {.looks_left = 2};
	struct tt_program_end end = run("while :; do sleep 0.05; done", 20, &asked);

	(void)state;
	assert_true(end.no_room);
	assert_false(end.timed_out);
	assert_int_equal(end.signal, SIGTERM);
	assert_int_equal(asked.looks, 3);
}

/* What a program leaves behind, when it is ended, ends as well: also one that ignores SIGTERM. */
static void test_orphans(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("test-program-XXXXXX", NULL);
	g_autofree char *note = g_build_filename(folder, "pid", NULL);
	g_autofree char *script =
	    g_strdup_printf("sh -c 'trap \"\" TERM; echo $$ >%s; while :; do sleep 0.05; done'; exit 1", note);
	struct asked asked = {.looks_left = -1};
	g_autofree char *text = NULL;

	(void)state;
	run(script, 0.5, &asked);
	assert_true(g_file_get_contents(note, &text, NULL, NULL));
	pid_t orphan = (pid_t)g_ascii_strtoll(text, NULL, 10);
	assert_true(orphan > 0);
	assert_int_equal(kill(orphan, 0), -1);
	g_unlink(note);
	g_rmdir(folder);
}

/* A script that leaves a process behind, whose number is in the file; and that number. */
static char *leaving(const char *note, const char *orphan)
{
	return g_strdup_printf(
	    "sh -c 'echo $$ >%s.new && mv %s.new %s; %s' & while ! test -e %s; do sleep 0.01; done; exit 3", note, note,
	    note, orphan, note);
}

static pid_t noted(const char *note)
{
	g_autofree char *text = NULL;

	assert_true(g_file_get_contents(note, &text, NULL, NULL));
	g_unlink(note);
	return (pid_t)g_ascii_strtoll(text, NULL, 10);
}

/* What one leaves behind that ends by itself is waited for, and told of; its status is its own. */
static void test_daemons_are_followed(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("test-program-XXXXXX", NULL);
	g_autofree char *note = g_build_filename(folder, "pid", NULL);
	g_autofree char *script = leaving(note, "sleep 1; exit 4");
	struct asked asked = {.looks_left = -1};
	struct tt_program_end end = run(script, 20, &asked);

	(void)state;
	assert_int_equal(kill(noted(note), 0), -1);
	assert_int_equal(end.exit_status, 3);
	assert_int_equal(asked.left, 1);
	assert_int_equal(asked.deaths, 0);
	g_rmdir(folder);
}

/* So is its time. */
static void test_daemons_time_out(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("test-program-XXXXXX", NULL);
	g_autofree char *note = g_build_filename(folder, "pid", NULL);
	g_autofree char *script = leaving(note, "exec sleep 100");
	struct asked asked = {.looks_left = -1};
	struct tt_program_end end = run(script, 0.7, &asked);

	(void)state;
	assert_int_equal(kill(noted(note), 0), -1);
	assert_true(end.timed_out);
	assert_int_equal(end.exit_status, 3);
	g_rmdir(folder);
}

static void test_daemons_stay(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("test-program-XXXXXX", NULL);
	g_autofree char *note = g_build_filename(folder, "pid", NULL);
	g_autofree char *script = leaving(note, "exec sleep 100");
	struct asked asked = {.looks_left = -1};
	struct tt_program_end end = run_with(script, (struct tt_program_hooks){.detach_ends = true}, &asked);

	(void)state;
	assert_int_equal(end.exit_status, 3);
	assert_int_equal(asked.left, 1);
	assert_int_equal(kill(noted(note), SIGKILL), 0);
	g_rmdir(folder);
}

/* The time counts from the first event; a program without our library gets no more than it. */
static void test_time_from_the_first_event(void **state)
{
	struct asked asked = {.looks_left = -1, .begins_at = 3};
	const struct tt_program_hooks care = {.timeout = 0.5, .has_begun = has_begun};
	gint64 before = g_get_monotonic_time();
	struct tt_program_end end = run_with("sleep 100", care, &asked);

	(void)state;
	assert_true(end.timed_out);
	assert_false(end.before_event);
	assert_true(g_get_monotonic_time() - before >= 500000);
	asked = (struct asked){.looks_left = -1, .begins_at = INT_MAX};
	end = run_with("sleep 100", care, &asked);
	assert_true(end.timed_out);
	assert_true(end.before_event);
}

static int hold_signals(void **state)
{
	(void)state;
	signal(SIGINT, SIG_DFL); /* who runs the tests in the background has it ignored */
	tt_program_hold_signals();
	return 0;
}

/* The token has more than the name, which all may know. */
static void test_token(void **state)
{
	g_autofree char *token = tt_offspring_token(), *other = tt_offspring_token();
	g_autofree char *name = tt_offspring_name(token);

	(void)state;
	assert_int_equal(strlen(name), 8);
	assert_int_equal(strlen(token), 8 + 1 + 16);
	assert_int_equal(strncmp(token, name, 8), 0);
	assert_string_not_equal(token, other);
}

/* A signal to us is passed on, and what it ends the program by is what it was asked for. */
static void test_interrupted(void **state)
{
	struct asked asked = {.looks_left = -1};
	struct tt_program_end end;

	(void)state;
	assert_false(tt_program_interrupted());
	raise(SIGTERM);
	assert_true(tt_program_interrupted());
	end = run("exec sleep 100", 0, &asked);
	assert_true(end.interrupted);
	assert_int_equal(end.signal, SIGTERM);
	assert_false(end.timed_out || end.outlived);
	assert_int_equal(asked.deaths, 1);
	assert_false(tt_program_interrupted());
	raise(SIGINT);
	end = run("trap 'exit 6' INT; while :; do sleep 0.05; done", 0, &asked);
	assert_true(end.interrupted);
	assert_true(end.exit_status == 6 || end.signal == SIGINT); /* before its trap is set */
}

/* Two signals to us, once the program holds its own back, as a file says. */
static bool interrupt(void *path)
{
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return true;
	g_unlink(path);
	raise(SIGTERM);
	raise(SIGINT);
	return true;
}

static void interrupt_death(void *path)
{
	(void)path;
}

/* The second one ends all at once. */
static void test_interrupted_twice(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("test-program-XXXXXX", NULL);
	g_autofree char *note = g_build_filename(folder, "ready", NULL);
	char *argv[] = {(char[]){"sh"}, (char[]){"-c"},
	                (char[]){"trap '' TERM INT; echo >$0; while :; do sleep 0.05; done"}, note, NULL};
	const struct tt_program_hooks care = {.may_go_on = interrupt, .before_death = interrupt_death, .data = note};
	struct tt_program_end end;

	(void)state;
	assert_true(tt_program_run("/bin/sh", argv, environ, &care, &end, NULL));
	assert_true(end.interrupted);
	assert_int_equal(end.signal, SIGKILL);
	assert_int_equal(g_rmdir(folder), 0);
}

static void test_cannot_be_executed(void **state)
{
	char *argv[] = {(char[]){"x"}, NULL};
	struct asked asked = {.looks_left = -1};
	const struct tt_program_hooks care = {.may_go_on = may_go_on, .started = started, .data = &asked};
	g_autoptr(GError) error = NULL;
	struct tt_program_end end;

	(void)state;
	assert_false(tt_program_run("/no/such/program", argv, environ, &care, &end, &error));
	assert_non_null(error);
	assert_int_equal(asked.pid, 0);
}

/* A process of the shell, which says that it is there. */
static pid_t shell(const char *script, const char *variable)
{
	int ready[2];
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		tt_process_tree_ends_with(getppid(), SIGKILL);
		dup2(ready[1], STDOUT_FILENO);
		if (variable)
			putenv((char *)(uintptr_t)variable);
		execl("/bin/sh", "sh", "-c", script, NULL);
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static int end_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* The processes of a recording, by the name of its token in their environment. */
static void test_signal_to_a_recording(void **state)
{
	static const char wait[] = "echo; while :; do sleep 0.05; done";
	static char of_it[] = "TRACE_THR_RECORDING=c0ffee01", longer[] = "TRACE_THR_RECORDING=c0ffee011",
		    other[] = "TRACE_THR_RECORDINGS=c0ffee01";
	pid_t first = shell(wait, of_it), second = shell(wait, longer), third = shell(wait, other),
	      fourth = shell(wait, of_it);

	(void)state;
	assert_true(tt_process_tree_signal("c0ffee01-0000", 0));
	assert_false(tt_process_tree_signal("c0ffee02-0000", SIGKILL));
	assert_true(tt_process_tree_signal("c0ffee01-0000", SIGTERM));
	assert_int_equal(WTERMSIG(end_of(first)), SIGTERM);
	assert_int_equal(WTERMSIG(end_of(fourth)), SIGTERM);
	bool any = true; /* what they have started ends as well */
	for (int i = 0; i < 3000 && any; i++, g_usleep(1000))
		any = tt_process_tree_signal("c0ffee01-0000", 0);
	assert_false(any);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(kill(i ? third : second, SIGKILL), 0);
		assert_int_equal(WTERMSIG(end_of(i ? third : second)), SIGKILL);
	}
}

/* A child that outlives its parent gets the signal; at once, where it is late. */
static void test_ends_with_its_parent(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		tt_process_tree_ends_with(getpid(), SIGUSR1); /* who is not its parent */
		_exit(0);
	}
	assert_int_equal(WTERMSIG(end_of(pid)), SIGUSR1);
	pid = fork();
	if (pid == 0) {
		tt_process_tree_ends_with(getppid(), SIGUSR1);
		_exit(3);
	}
	assert_int_equal(WEXITSTATUS(end_of(pid)), 3);
}

/* Who was asked already is not asked again; others are, and are among them then. */
static void test_asked_once(void **state)
{
	g_autoptr(GArray) others = tt_process_tree_adopt(), asked = g_array_new(FALSE, FALSE, sizeof(pid_t));
	pid_t pids[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		pids[i] = shell("trap 'exit 5' TERM; echo; while :; do sleep 0.05; done", NULL);
	g_array_append_val(asked, pids[0]);
	g_array_append_val(asked, pids[2]);
	tt_offspring_send(others, SIGTERM, asked);
	assert_int_equal(WEXITSTATUS(end_of(pids[1])), 5);
	assert_true(asked->len >= 3);
	assert_int_equal(waitpid(pids[0], NULL, WNOHANG), 0);
	assert_int_equal(waitpid(pids[2], NULL, WNOHANG), 0);
	tt_offspring_send(others, SIGTERM, NULL);
	assert_int_equal(WEXITSTATUS(end_of(pids[0])), 5);
	assert_int_equal(WEXITSTATUS(end_of(pids[2])), 5);
}

/* Whether a signal would end them all: who handles it, ignores it or holds it back is not ended. */
static void test_dies_of(void **state)
{
	static const struct {
		const char *script;
		bool dies;
	} cases[] = {{"echo; exec sleep 100", true},
	             {"trap : TERM; echo; while :; do sleep 0.05; done", false},
	             {"trap '' TERM; echo; exec sleep 100", false}};
	g_autoptr(GArray) others = tt_process_tree_adopt();

	(void)state;
	assert_true(tt_offspring_dies_of(others, SIGTERM)); /* there are none */
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		pid_t pid = shell(cases[i].script, NULL);
		g_autoptr(GArray) left = tt_offspring_left(others);
		g_autofree char *text = tt_offspring_text(left), *number = g_strdup_printf("(pid %d)", (int)pid);
		bool dies = false;

		for (int n = 0; n < 100 && !dies; n++, g_usleep(1000)) /* it may be in the midst of its exec */
			dies = tt_offspring_dies_of(others, SIGTERM);
		assert_int_equal(dies, cases[i].dies);
		assert_non_null(strstr(text, number));
		tt_offspring_send(others, SIGKILL, NULL);
		assert_int_equal(WTERMSIG(end_of(pid)), SIGKILL);
	}
}

/* What a process below us has in its memory; not what others have. */
static void test_has_mapped(void **state)
{
	g_autoptr(GArray) before = tt_process_tree_adopt();
	int ready[2], hold[2];
	char byte;

	assert_false(tt_offspring_has_mapped(before, "test_program"));
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(hold), 0);
	pid_t pid = fork();
	if (pid == 0) {
		pid_t below = fork(); /* found as well */
		if (below == 0) {
			alarm(60);
			for (;;)
				pause();
		}
		char *const argv[] = {(char[]){"sh"}, (char[]){"-c"}, (char[]){"echo; read word"}, NULL};
		dup2(hold[0], STDIN_FILENO); /* nobody writes there */
		dup2(ready[1], STDOUT_FILENO);
		execv("/bin/sh", argv);
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_true(tt_offspring_has_mapped(before, "test_program"));
	assert_true(tt_offspring_has_mapped(before, "libc"));
	assert_false(tt_offspring_has_mapped(before, "/no-such-library"));
	g_autoptr(GArray) left = tt_offspring_left(before);
	assert_int_equal(left->len, 1);
	g_autofree char *text = tt_offspring_text(left);
	g_autofree char *expected = g_strdup_printf("sh (pid %d)", (int)pid);
	assert_string_equal(text, expected);
	assert_false(tt_offspring_has_mapped(left, "test_program"));
	pid_t none = INT_MAX;
	g_array_append_val(left, none);
	g_autofree char *both = tt_offspring_text(left);
	assert_non_null(strstr(both, "), ? (pid "));
	tt_offspring_send(before, SIGKILL, NULL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	for (int i = 0; i < 30000 && waitpid(-1, NULL, WNOHANG) != -1; i++) {
		tt_offspring_send(before, SIGKILL, NULL);
		g_usleep(1000);
	}
	close(ready[0]);
	close(ready[1]);
	close(hold[0]);
	close(hold[1]);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_token),
	    cmocka_unit_test(test_caught),
	    cmocka_unit_test(test_find),
	    cmocka_unit_test(test_no_start),
	    cmocka_unit_test(test_ends),
	    cmocka_unit_test(test_timeout),
	    cmocka_unit_test(test_timeout_of_one_with_a_handler),
	    cmocka_unit_test(test_timeout_of_one_that_ignores_it),
	    cmocka_unit_test(test_no_room),
	    cmocka_unit_test(test_orphans),
	    cmocka_unit_test(test_daemons_are_followed),
	    cmocka_unit_test(test_daemons_time_out),
	    cmocka_unit_test(test_daemons_stay),
	    cmocka_unit_test(test_time_from_the_first_event),
	    cmocka_unit_test(test_interrupted),
	    cmocka_unit_test(test_interrupted_twice),
	    cmocka_unit_test(test_cannot_be_executed),
	    cmocka_unit_test(test_signal_to_a_recording),
	    cmocka_unit_test(test_ends_with_its_parent),
	    cmocka_unit_test(test_asked_once),
	    cmocka_unit_test(test_dies_of),
	    cmocka_unit_test(test_has_mapped),
	};

	return cmocka_run_group_tests(tests, hold_signals, NULL);
}
