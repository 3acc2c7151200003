/* SPDX-License-Identifier: MIT */
/*
 * The guard around Babeltrace: what crashes or finds no end in its code ends the program with one line and status 2,
 * what crashes in ours is a crash like another, and afterwards all handlers are what they were. Each case is a forked
 * child whose standard error is read.
 */
/* clang-format off: the order that cmocka.h wants */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/read/bt/crash_guard.h"

/* How a child ended, and what it said. */
struct ended {
	int status;
	char said[8192];
};

static struct ended run(void (*body)(int signal), int signal)
{
	struct ended ended = {0};
	size_t n = 0;
	ssize_t got;
	int ends[2];

	assert_return_code(pipe(ends), 0);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		close(ends[1]);
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		alarm(60); /* a child that should have been ended */
		body(signal);
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], ended.said + n, sizeof ended.said - 1 - n)) > 0)
		n += (size_t)got;
	close(ends[0]);
	assert_int_equal(waitpid(child, &ended.status, 0), child);
	return ended;
}

static void assert_ended_by_guard(const struct ended *ended)
{
	assert_true(WIFEXITED(ended->status));
	assert_int_equal(WEXITSTATUS(ended->status), 2);
	assert_non_null(strstr(ended->said, "/the/trace"));
	assert_ptr_equal(strchr(ended->said, '\n'), ended->said + strlen(ended->said) - 1); /* one line */
}

static void crash_in_theirs(int signal)
{
	tt_crash_guard_begin("/the/trace");
	raise(signal);
}

/* The sanitizers have handlers of their own for what is no abort; the guard takes their place meanwhile. */
static void test_theirs_ends_with_a_line(void **state)
{
	static const int crashes[] = {SIGABRT, SIGBUS, SIGFPE, SIGSEGV};

	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
		struct ended ended = run(crash_in_theirs, crashes[i]);
		assert_ended_by_guard(&ended);
	}
	(void)state;
}

/* A real one, at an address that nothing is at. */
static void touch_nothing(int signal)
{
	static char *volatile nowhere = (char *)8;

	(void)signal;
	tt_crash_guard_begin("/the/trace");
	*nowhere = 1;
}

static void test_a_real_fault(void **state)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_UNDEFINED__)
	skip();
#endif
	struct ended ended = run(touch_nothing, 0);
	assert_ended_by_guard(&ended);
	(void)state;
}

static void crash_in_ours(int signal)
{
	for (int i = 1; i < 32; i++) /* those of a sanitizer go */
		if (i == SIGSEGV || i == SIGBUS || i == SIGFPE || i == SIGABRT)
			(void)sigaction(i, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
	tt_crash_guard_begin("/the/trace");
	tt_crash_guard_ours(true);
	raise(signal); /* the guard's handler restores what was, and returns: what faulted does so again */
	raise(signal);
}

static void test_ours_is_a_crash(void **state)
{
	struct ended ended = run(crash_in_ours, SIGSEGV);

	assert_true(WIFSIGNALED(ended.status));
	assert_int_equal(WTERMSIG(ended.status), SIGSEGV);
	assert_string_equal(ended.said, "");
	(void)state;
}

static void find_no_end(int signal)
{
	(void)signal;
	tt_crash_guard_begin("/the/trace");
	for (volatile unsigned i = 0;; i++)
		continue;
}

/* Three seconds of its own time on the processor, twice at most. */
static void test_no_end_ends_with_a_line(void **state)
{
#ifdef __SANITIZE_THREAD__ /* it keeps a signal back until the thread calls libc, which this one never does */
	skip();
#endif
	struct ended ended = run(find_no_end, 0);

	assert_ended_by_guard(&ended);
	(void)state;
}

static void on_signal(int signal)
{
	_exit(signal == SIGSEGV ? 7 : 8);
}

static void crash_afterwards(int signal)
{
	(void)sigaction(signal, &(struct sigaction){.sa_handler = on_signal}, NULL);
	tt_crash_guard_begin("/the/trace");
	tt_crash_guard_ours(true);
	tt_crash_guard_ours(false);
	tt_crash_guard_end();
	raise(signal);
}

static void test_afterwards_all_is_as_it_was(void **state)
{
	struct ended ended = run(crash_afterwards, SIGSEGV);

	assert_true(WIFEXITED(ended.status));
	assert_int_equal(WEXITSTATUS(ended.status), 7);
	ended = run(crash_afterwards, SIGPROF);
	assert_int_equal(WEXITSTATUS(ended.status), 8);
	(void)state;
}

/* Its ticks end with it: they would end a program that has no handler. */
static void test_ticks_end(void **state)
{
	struct itimerval every;

	tt_crash_guard_begin("/the/trace");
	assert_int_equal(getitimer(ITIMER_PROF, &every), 0);
	assert_true(every.it_interval.tv_sec > 0);
	assert_true(every.it_value.tv_sec > 0 || every.it_value.tv_usec > 0);
	tt_crash_guard_end();
	assert_int_equal(getitimer(ITIMER_PROF, &every), 0);
	assert_int_equal(every.it_interval.tv_sec, 0);
	assert_int_equal(every.it_value.tv_sec, 0);
	assert_int_equal(every.it_value.tv_usec, 0);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_theirs_ends_with_a_line),
	    cmocka_unit_test(test_a_real_fault),
	    cmocka_unit_test(test_ours_is_a_crash),
	    cmocka_unit_test(test_no_end_ends_with_a_line),
	    cmocka_unit_test(test_afterwards_all_is_as_it_was),
	    cmocka_unit_test(test_ticks_end),
	};

	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
