/* SPDX-License-Identifier: MIT */
/*
 * Whether a process has its recording's clock: libc's clock_gettime is the one of this file, which can be made another.
 * Who has another clock says so to the recorder's socket, by the name of its program.
 */
#include "wait.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "libtrace_thr/src/admission/admission.h"
#include "libtrace_thr/src/admission/left_out.h"
#include "libtrace_thr/src/trace/timebase.h"
#include "tracepoints/left_out.h"
#include "tracepoints/timebase.h"

static const char token[] = "0badcafe";
static int64_t ahead_ns; /* of the kernel's clock */

/* The kernel's clock may stand, so that no time passes between two looks; else 0. */
static struct timespec stands_at;

__attribute__((no_sanitize("address"))) long syscall(long number, ...)
{
	union {
		void *address;
		long (*call)(long number, ...);
	} next = {.address = dlsym(RTLD_NEXT, "syscall")};
	long all[6];
	va_list args;

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		all[i] = va_arg(args, long);
	va_end(args);
	if (number != SYS_clock_gettime || !stands_at.tv_sec)
		return next.call(number, all[0], all[1], all[2], all[3], all[4], all[5]);
	*(struct timespec *)all[1] = stands_at;
	return 0;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	long result = syscall(SYS_clock_gettime, clock, time);
	int64_t ns = time->tv_nsec + ahead_ns % 1000000000;

	time->tv_sec += ahead_ns / 1000000000 + (ns >= 1000000000) - (ns < 0);
	time->tv_nsec = (long)((ns + 1000000000) % 1000000000);
	return (int)result;
}

/* A recorder's socket. */
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

/* Whether the program was named there since the last time. */
static bool is_named(int fd)
{
	char text[256] = "";
	ssize_t n = recv(fd, text, sizeof text - 1, 0);

	return n > 0 && *text == TT_LEFT_OUT_CLOCK && !strcmp(text + 1, program_invocation_short_name);
}

static void record_as(const char *recording, const char *time)
{
	must(!setenv("TRACE_THR_RECORDING", recording, 1) && !setenv(TT_TIMEBASE_VARIABLE, time, 1));
	tt_left_out_prepare();
	tt_timebase_prepare();
}

static const char *our_namespace(void)
{
	static char name[64];
	ssize_t n = readlink("/proc/self/ns/time", name, sizeof name - 1);

	must(n > 0);
	name[n] = '\0';
	return name;
}

static void nobody_records_us(void **state)
{
	(void)state;
	ahead_ns = 1000000000;
	assert_true(tt_timebase_is_shared());
	ahead_ns = 0;
}

/* A name that has no room is none of the kernel's: the one before stays. */
static void a_namespace_of_a_long_name(void **state)
{
	(void)state;
	char name[64 + 1] = "";
	int fd = listen_as(token);

	memset(name, 'x', sizeof name - 1);
	record_as(token, our_namespace());
	record_as(token, name);
	assert_true(tt_timebase_is_shared());
	record_as(token, name + 1);
	assert_false(tt_timebase_is_shared());
	assert_true(is_named(fd));
	close(fd);
}

static void the_kernels_clock_is_shared(void **state)
{
	(void)state;
	int fd = listen_as(token);

	record_as(token, our_namespace());
	errno = 77;
	assert_true(tt_timebase_is_shared());
	assert_int_equal(errno, 77);
	assert_false(is_named(fd));
	close(fd);
}

static void another_clock_is_not_shared_and_is_told(void **state)
{
	(void)state;
	static const int64_t aheads[] = {1000000000, -1000000000, 2000000, -2000000};
	int fd = listen_as(token);

	record_as(token, our_namespace());
	for (size_t i = 0; i < sizeof aheads / sizeof *aheads; i++) {
		ahead_ns = aheads[i];
		errno = 77;
		assert_false(tt_timebase_is_shared());
		assert_int_equal(errno, 77);
		assert_true(is_named(fd));
	}
	ahead_ns = 0;
	close(fd);
}

/* By how much they may differ: 100 us. */
static void a_clock_that_differs_by_little(void **state)
{
	(void)state;
	static const struct {
		int64_t ahead_ns;
		bool shared;
	} cases[] = {{100000, true}, {100001, false}, {-100000, true}, {-100001, false}};
	int fd = listen_as(token);

	record_as(token, our_namespace());
	stands_at = (struct timespec){.tv_sec = 12345, .tv_nsec = 500000000};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ahead_ns = cases[i].ahead_ns;
		assert_int_equal(tt_timebase_is_shared(), cases[i].shared);
		assert_int_equal(is_named(fd), !cases[i].shared);
	}
	ahead_ns = 0;
	stands_at = (struct timespec){0};
	close(fd);
}

static void another_namespace_is_not_shared_and_is_told(void **state)
{
	(void)state;
	int fd = listen_as(token);

	record_as(token, "time:[1]");
	assert_false(tt_timebase_is_shared());
	assert_true(is_named(fd));
	record_as(token, our_namespace());
	assert_true(tt_timebase_is_shared());
	close(fd);
}

static void grandchild_may(void *arg)
{
	(void)arg;
	ahead_ns = 1000000000;
	must(tt_admission_is_possible());
}

static void child_may_not(void *arg)
{
	ahead_ns = 0;
	must(!tt_admission_is_possible());
	in_child(grandchild_may, arg);
}

/* The answer that a process has as it begins is the one that stays. */
static void a_process_is_asked_once(void **state)
{
	(void)state;
	record_as(token, our_namespace());
	ahead_ns = 1000000000;
	assert_true(tt_admission_is_possible());
	in_child(child_may_not, NULL);
	ahead_ns = 0;
}

/* As a program that is started so: what it has to say it says as the library is loaded. */
static void begin_elsewhere(void *arg)
{
	(void)arg;
	must(!setenv("TRACE_THR_RECORDING", token, 1) && !setenv(TT_TIMEBASE_VARIABLE, "time:[1]", 1));
	execl("/proc/self/exe", program_invocation_short_name, "only to begin", NULL);
	must(false);
}

static void a_program_says_so_as_it_begins(void **state)
{
	(void)state;
	int fd = listen_as(token);

	in_child(begin_elsewhere, NULL);
	char text[256] = "";
	assert_true(recv(fd, text, sizeof text - 1, 0) > 0); /* by the name that it has there */
	assert_int_equal(*text, TT_LEFT_OUT_CLOCK);
	assert_int_equal(recv(fd, text, sizeof text - 1, 0), -1); /* once */
	close(fd);
}

/* The recorder may have gone. */
static void nobody_needs_to_listen(void **state)
{
	(void)state;
	record_as(token, "time:[1]");
	assert_false(tt_timebase_is_shared());
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 0;
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nobody_records_us),
	    cmocka_unit_test(the_kernels_clock_is_shared),
	    cmocka_unit_test(a_namespace_of_a_long_name),
	    cmocka_unit_test(another_clock_is_not_shared_and_is_told),
	    cmocka_unit_test(a_clock_that_differs_by_little),
	    cmocka_unit_test(another_namespace_is_not_shared_and_is_told),
	    cmocka_unit_test(a_process_is_asked_once),
	    cmocka_unit_test(a_program_says_so_as_it_begins),
	    cmocka_unit_test(nobody_needs_to_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
