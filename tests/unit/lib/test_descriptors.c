/* SPDX-License-Identifier: MIT */
/*
 * Whether a process has descriptors enough for LTTng, by its limit and those that are open. Who has not says so to the
 * recorder's socket: at once, or when it has one to say it by.
 */
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "libtrace_thr/src/admission/admission.h"
#include "libtrace_thr/src/admission/descriptors.h"
#include "libtrace_thr/src/admission/left_out.h"
#include "libtrace_thr/src/trace/timebase.h"
#include "tracepoints/left_out.h"
#include "tracepoints/timebase.h"

static const char token[] = "0badcafe";
static int recorder;
static struct rlimit before;

static int listen_as(const char *name)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int length = snprintf(at.sun_path + 1, sizeof at.sun_path - 1, TT_LEFT_OUT_SOCKET, name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	must(fd != -1);
	must(!bind(fd, (const struct sockaddr *)&at,
	           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)));
	return fd;
}

/* Whether the program was named since the last time. */
static bool is_named(void)
{
	char text[256] = "";
	ssize_t n = recv(recorder, text, sizeof text - 1, 0);

	return n > 0 && *text == TT_LEFT_OUT_FILES && !strcmp(text + 1, program_invocation_short_name);
}

static void limit(rlim_t most)
{
	must(!setrlimit(RLIMIT_NOFILE, &(struct rlimit){most, before.rlim_max}));
}

static rlim_t lowest_free(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	must(fd != -1 && !close(fd));
	return (rlim_t)fd;
}

/* The least limit below which so many are not open as LTTng needs, and 16 for the program. */
static rlim_t enough(void)
{
	long needed = 8 + 5 * sysconf(_SC_NPROCESSORS_CONF) + 16;
	int fd = 0;

	for (; needed; fd++)
		needed -= fcntl(fd, F_GETFD) == -1;
	return (rlim_t)fd;
}

/* How long has been slept, and how often; nobody sleeps. */
static long slept_ns, n_sleeps;

int nanosleep(const struct timespec *time, struct timespec *left)
{
	(void)left;
	slept_ns += time->tv_nsec;
	n_sleeps++;
	return 0;
}

static void first_nobody_records_us(void **state)
{
	(void)state;
	limit(4);
	assert_true(tt_descriptors_suffice());
	limit(before.rlim_cur);
}

static void the_limit_decides(void **state)
{
	rlim_t least = enough();

	(void)state;
	must(!setenv("TRACE_THR_RECORDING", token, 1));
	tt_left_out_prepare();
	errno = 77;
	assert_true(tt_descriptors_suffice());
	assert_int_equal(errno, 77);
	limit(least);
	assert_true(tt_descriptors_suffice());
	assert_false(is_named());
	limit(least - 1);
	errno = 77;
	assert_false(tt_descriptors_suffice());
	assert_int_equal(errno, 77);
	assert_true(is_named());
	limit(before.rlim_cur);
}

static void those_that_are_open_count(void **state)
{
	rlim_t least = enough();

	(void)state;
	limit(least);
	int fd = fcntl(recorder, F_DUPFD_CLOEXEC, (int)least - 1);
	assert_int_equal(fd, least - 1);
	assert_false(tt_descriptors_suffice());
	assert_true(is_named());
	close(fd);
	assert_true(tt_descriptors_suffice());
	limit(before.rlim_cur);
}

static void it_is_said_when_there_is_a_descriptor(void **state)
{
	(void)state;
	limit(lowest_free());
	assert_false(tt_descriptors_suffice());
	assert_false(is_named());
	tt_left_out_tell_again(); /* there is none yet, and none comes */
	assert_int_equal(n_sleeps, 100);
	assert_int_equal(slept_ns, 100000000);
	assert_false(tt_descriptors_suffice());
	limit(before.rlim_cur);
	tt_left_out_tell_again();
	assert_int_equal(n_sleeps, 100);
	assert_true(is_named());
	tt_left_out_tell_again();
	assert_false(is_named());
}

/* Who asks for its recording all the same says it then. */
static void asked_again_it_is_said(void **state)
{
	int status;

	(void)state;
	must(!setenv(TT_TIMEBASE_VARIABLE, "time:[1]", 1)); /* so the child may not */
	tt_timebase_prepare();
	pid_t child = fork();
	if (child == 0) {
		char answer[32];
		is_named(); /* of its clock, at the fork */
		limit(lowest_free());
		tt_left_out_tell(TT_LEFT_OUT_FILES);
		limit(before.rlim_cur);
		_exit(is_named() || tt_admission_ask(answer, sizeof answer) || !is_named());
	}
	must(!setenv(TT_TIMEBASE_VARIABLE, "", 1));
	tt_timebase_prepare();
	must(waitpid(child, &status, 0) == child);
	assert_int_equal(status, 0);
}

static void it_takes_no_descriptor(void **state)
{
	rlim_t free_before = lowest_free();

	(void)state;
	tt_left_out_tell(TT_LEFT_OUT_FILES);
	assert_true(is_named());
	assert_int_equal(lowest_free(), free_before);
}

/* A name that is longer than there is room for is cut; a token that is, is none of ours. */
static void long_names_and_tokens(void **state)
{
	(void)state;
	char name[80], text[256], longest[32 + 1] = "";

	memset(name, 'n', sizeof name);
	char *before_name = program_invocation_short_name;
	for (size_t size = 60; size < 66; size++) {
		name[size] = '\0';
		program_invocation_short_name = name;
		tt_left_out_tell(TT_LEFT_OUT_FILES);
		ssize_t n = recv(recorder, text, sizeof text, 0);
		assert_int_equal(n, 1 + (size < 62 ? size : 62));
		assert_memory_equal(text + 1, name, (size_t)n - 1);
		name[size] = 'n';
	}
	program_invocation_short_name = before_name;

	memset(longest, 'x', sizeof longest - 1);
	must(!setenv("TRACE_THR_RECORDING", longest, 1));
	tt_left_out_prepare();
	tt_left_out_tell(TT_LEFT_OUT_FILES);
	assert_true(is_named()); /* by the token before */
	must(!setenv("TRACE_THR_RECORDING", longest + 1, 1));
	tt_left_out_prepare();
	int fd = listen_as(longest + 1), first = recorder;
	recorder = fd;
	tt_left_out_tell(TT_LEFT_OUT_FILES);
	assert_true(is_named());
	recorder = first;
	assert_false(is_named());
	close(fd);
	must(!setenv("TRACE_THR_RECORDING", token, 1));
	tt_left_out_prepare();
}

/* Who asks later has the answer of the first, in whose time LTTng had no descriptors. */
static void it_is_asked_once_for_a_process(void **state)
{
	rlim_t least = enough();
	int status;

	(void)state;
	limit(least);
	pid_t child = fork();
	if (child == 0) {
		bool first = tt_admission_is_possible();
		limit(8);
		_exit(!first || !tt_admission_is_possible());
	}
	must(waitpid(child, &status, 0) == child);
	assert_int_equal(status, 0);
	limit(before.rlim_cur);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(first_nobody_records_us),   cmocka_unit_test(the_limit_decides),
	    cmocka_unit_test(those_that_are_open_count), cmocka_unit_test(it_is_said_when_there_is_a_descriptor),
	    cmocka_unit_test(asked_again_it_is_said),    cmocka_unit_test(it_takes_no_descriptor),
	    cmocka_unit_test(long_names_and_tokens),     cmocka_unit_test(it_is_asked_once_for_a_process),
	};

	must(!getrlimit(RLIMIT_NOFILE, &before));
	recorder = listen_as(token);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
