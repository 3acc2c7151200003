#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <glib/gstdio.h>

#include "tools/session/offspring.h"
#include "tools/session/program.h"

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
static struct tt_program_end run_with(const char *script, struct tt_program_care care, struct asked *asked)
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
	return run_with(script, (struct tt_program_care){.timeout = timeout}, asked);
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
	const struct tt_program_care care = {
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
	struct tt_program_care care = {.may_go_on = may_go_on, .before_death = before_death, .data = &asked};

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
	struct tt_program_end end = run_with(script, (struct tt_program_care){.detach_ends = true}, &asked);

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
	const struct tt_program_care care = {.timeout = 0.5, .has_begun = has_begun};
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
	};

	return cmocka_run_group_tests(tests, hold_signals, NULL);
}
