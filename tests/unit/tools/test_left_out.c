/* SPDX-License-Identifier: MIT */
/*
 * Who stays out of a recording says so: who is believed, how many, and what is kept of a name.
 */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "tools/session/door/left_out.h"
#include "tracepoints/left_out.h"

static uid_t us; /* who we say that we are */

uid_t geteuid(void)
{
	return us;
}

static char token[32]; /* of this run: tests may run side by side */

static void send_to(const char *name, const void *packet, size_t size)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int length = g_snprintf(at.sun_path + 1, sizeof at.sun_path - 1, TT_LEFT_OUT_SOCKET, name);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	g_assert(sendto(fd, packet, size, 0, (const struct sockaddr *)&at,
	                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)) == (ssize_t)size);
	close(fd);
}

static void say(const char *text)
{
	send_to(token, text, strlen(text));
}

static int begin(void **state)
{
	static int n; /* a process of the test before may still have its socket */

	us = getuid();
	g_snprintf(token, sizeof token, "test%d-%d", (int)getpid(), n++);
	*state = tt_left_out_new(token);
	assert_non_null(*state);
	return 0;
}

static int end(void **state)
{
	tt_left_out_free(*state);
	return 0;
}

/* All that it has heard, a line each. */
static char *heard(struct tt_left_out *left_out)
{
	tt_left_out_listen(left_out);
	g_auto(GStrv) all = tt_left_out_all(left_out);
	return all ? g_strjoinv("\n", all) : g_strdup("");
}

static void assert_heard(void **state, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void assert_heard(void **state, const char *format, ...)
{
	g_autofree char *found = heard(*state), *expected = NULL;
	va_list args;

	va_start(args, format);
	expected = g_strdup_vprintf(format, args);
	va_end(args);
	assert_string_equal(found, expected);
}

#define WHY "has a clock of its own (faketime, or a time namespace), so none of its events are there"

static void test_names(void **state)
{
	assert_null(tt_left_out_all(*state));
	assert_heard(state, "%s", "");
	say("cprog");
	say("cprog");
	say("cother\n\x1b\xff~ !");
	say("xprog"); /* for a reason of a later version */
	say("");
	assert_heard(state, "prog (pid %d) " WHY "\nother???~ ! (pid %d) " WHY, (int)getpid(), (int)getpid());
}

/* Each reason has its text; who keeps its capabilities is not left out, and the last of these is known. */
static void test_reasons(void **state)
{
	assert_null(tt_left_out_keeps(*state));
	assert_null(tt_left_out_keeps(NULL));
	say("kfirst");
	say("klast");
	say("fa");
	say("sb");
	g_autofree char *text = heard(*state), *keeps = tt_left_out_keeps(*state);
	g_autofree char *expected = g_strdup_printf("last (pid %d)", (int)getpid());
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	assert_string_equal(keeps, expected);
	assert_int_equal(g_strv_length(lines), 2);
	assert_true(g_str_has_prefix(lines[0], "a (pid "));
	assert_non_null(strstr(lines[0], "ulimit -n"));
	assert_true(g_str_has_prefix(lines[1], "b (pid "));
	assert_non_null(strstr(lines[1], "seccomp"));
}

/* A packet is cut to 64 bytes. */
static void test_long_names(void **state)
{
	g_autofree char *name = g_strnfill(100, 'n'), *packet = g_strconcat("c", name, NULL);

	say(packet);
	name[63] = '\0';
	assert_heard(state, "%s (pid %d) " WHY, name, (int)getpid());
}

static void test_many(void **state)
{
	for (int i = 0; i < 100; i++) {
		g_autofree char *packet = g_strdup_printf("cprog%d", i);

		say(packet);
		tt_left_out_listen(*state);
	}
	g_auto(GStrv) all = tt_left_out_all(*state);
	assert_int_equal(g_strv_length(all), 64);
	assert_true(g_str_has_prefix(all[63], "prog63 "));
}

/* Another user's process: only if it comes of us. */
static void test_whom(void **state)
{
	int done[2];
	pid_t child;
	char byte;

	us = getuid() + 1; /* so that who sends is another user */
	assert_int_equal(pipe(done), 0);
	child = fork();
	if (child == 0) {
		const pid_t parent = getpid();

		alarm(60);
		say("cchild");
		if (fork() == 0) {
			for (int i = 0; i < 30000 && getppid() == parent; i++)
				usleep(1000);
			say("corphan");
			close(done[0]);
			_exit(write(done[1], "", 1) != 1);
		}
		pause();
	}
	for (int i = 0; i < 30000; i++, usleep(1000)) {
		g_autofree char *now = heard(*state);
		if (*now)
			break;
	}
	assert_heard(state, "child (pid %d) " WHY, (int)child);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(done[1]);
	(void)!read(done[0], &byte, 1);
	close(done[0]);
	assert_heard(state, "child (pid %d) " WHY, (int)child);
}

/* The name is taken by another: nothing is to be heard. */
static void test_none(void **state)
{
	assert_null(tt_left_out_new(token));
	tt_left_out_listen(NULL);
	assert_null(tt_left_out_all(NULL));
	tt_left_out_free(NULL);
	(void)state;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_names), TEST(test_reasons), TEST(test_long_names),
	    TEST(test_many),  TEST(test_whom),    TEST(test_none),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
