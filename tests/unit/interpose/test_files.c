/* SPDX-License-Identifier: MIT */
/*
 * File descriptors: the tracer's stay open, whatever closes them; all others are closed as ever. What LTTng has for it
 * is here of the test's own: some descriptors, and a stream, are the tracer's.
 */
#include "program.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/resource.h>

#include "libtrace_thr/src/trace/call_chain.h"

#define EXPORTED __attribute__((visibility("default")))

static bool is_of_tracer[1024];
static FILE *tracers_file;

/* As LTTng: it closes by the function that it is given, but not its own. */
EXPORTED int lttng_ust_safe_close_fd(int fd, int (*close_it)(int fd));
EXPORTED int lttng_ust_safe_fclose_stream(FILE *file, int (*close_it)(FILE *file));

EXPORTED int lttng_ust_safe_close_fd(int fd, int (*close_it)(int fd))
{
	errno = 99;
	return fd >= 0 && fd < 1024 && is_of_tracer[fd] ? -1 : close_it(fd);
}

EXPORTED int lttng_ust_safe_fclose_stream(FILE *file, int (*close_it)(FILE *file))
{
	errno = 99;
	return file == tracers_file ? -1 : close_it(file);
}

enum { FIRST = 200, N = 10 };

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

/* The descriptors from FIRST on are open; the one in the middle is the tracer's. */
static int open_some(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	must(fd != -1);
	for (int i = 0; i < N; i++)
		must(dup2(fd, FIRST + i) == FIRST + i);
	syscall(SYS_close, fd);
	memset(is_of_tracer, 0, sizeof is_of_tracer);
	is_of_tracer[FIRST + N / 2] = true;
	errno = 7;
	return 0;
}

/* Whether those from `first` to `last` are closed, but for the tracer's, and the others open. */
static void must_be_closed(int first, int last)
{
	for (int fd = FIRST; fd < FIRST + N; fd++)
		must(is_open(fd) == (is_of_tracer[fd] || fd < first || fd > last));
}

static void one_is_closed(void **state)
{
	(void)state;
	assert_int_equal(close(FIRST), 0);
	assert_int_equal(errno, 7);
	assert_int_equal(close(FIRST + N / 2), -1);
	assert_int_equal(errno, EBADF);
	errno = 7;
	assert_int_equal(syscall(SYS_close, FIRST + 1), 0);
	assert_int_equal(errno, 7);
	assert_int_equal(syscall(SYS_close, FIRST + N / 2), -1);
	assert_int_equal(errno, EBADF);
	must_be_closed(FIRST, FIRST + 1);
	errno = 0;
	assert_int_equal(close(FIRST), -1);
	assert_int_equal(errno, EBADF);
	errno = 0;
	assert_int_equal(syscall(SYS_close, FIRST), -1);
	assert_int_equal(errno, EBADF);
}

static void the_tracer_closes_its_own(void **state)
{
	(void)state;
	tt_reentrancy_enter();
	assert_int_equal(close(FIRST + N / 2), 0);
	tt_reentrancy_leave();
	assert_false(is_open(FIRST + N / 2));
}

static void a_stream_is_closed(void **state)
{
	(void)state;
	FILE *file = fopen("/dev/null", "re");
	int fd = fileno(file);

	tracers_file = fopen("/dev/null", "re");
	errno = 7;
	assert_int_equal(fclose(file), 0);
	assert_int_equal(errno, 7);
	assert_false(is_open(fd));
	assert_int_equal(fclose(tracers_file), EOF);
	assert_int_equal(errno, EBADF);
	assert_true(is_open(fileno(tracers_file)));
	file = tracers_file;
	tracers_file = NULL;
	assert_int_equal(fclose(file), 0);
}

static void a_span_is_closed(void **state)
{
	static const int spans[][2] = {{0, 3}, {2, 2}, {N / 2, N / 2}, {3, N - 1}, {N - 1, N - 1}};

	for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
		unsigned first = FIRST + (unsigned)spans[i][0], last = FIRST + (unsigned)spans[i][1];
		for (int by_syscall = 0; by_syscall < 2; by_syscall++) {
			open_some(state);
			int result =
			    by_syscall ? (int)syscall(SYS_close_range, first, last, 0) : close_range(first, last, 0);
			assert_int_equal(result, 0);
			assert_int_equal(errno, 7);
			must_be_closed((int)first, (int)last);
		}
	}
}

static void what_libc_refuses_or_marks(void **state)
{
	(void)state;
	assert_int_equal(close_range(FIRST + 1, FIRST, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(close_range(FIRST, FIRST + N - 1, CLOSE_RANGE_CLOEXEC), 0);
	must_be_closed(0, 0);
	for (int fd = FIRST; fd < FIRST + N; fd++)
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

static void close_from_there(void *arg)
{
	(void)arg;
	errno = 7;
	closefrom(FIRST + 1);
	must(errno == 7);
	must_be_closed(FIRST + 1, FIRST + N);
	must(is_open(STDERR_FILENO));
	closefrom(-5);
	must(!is_open(STDIN_FILENO) && !is_open(STDERR_FILENO) && is_open(FIRST + N / 2));
}

static void all_from_one_on(void **state)
{
	(void)state;
	in_child(close_from_there, NULL);
}

enum { MANY = 300 };

/* More than one look into the list of those that are open; and those before and after stay. */
static void close_many(void *arg)
{
	(void)arg;
	for (int i = 0; i < MANY; i++)
		must(dup2(STDERR_FILENO, FIRST + N + i) != -1);
	must(close_range(FIRST + N, FIRST + N + MANY - 2, 0) == 0);
	for (int i = 0; i < MANY; i++)
		must(is_open(FIRST + N + i) == (i == MANY - 1));
	must_be_closed(0, 0);
	must(is_open(STDERR_FILENO));
}

static void many_are_closed(void **state)
{
	(void)state;
	in_child(close_many, NULL);
}

/* The list needs a descriptor, and there may be no number left for it: then each number is tried. */
static void close_without_a_list(void *arg)
{
	int n = 0;

	(void)arg;
	must(!setrlimit(RLIMIT_NOFILE, &(struct rlimit){.rlim_cur = FIRST + N, .rlim_max = FIRST + N}));
	while (dup(STDERR_FILENO) != -1)
		must(++n < FIRST);
	errno = 7;
	must(close_range(FIRST + 1, FIRST + N - 2, 0) == 0 && errno == 7);
	must_be_closed(FIRST + 1, FIRST + N - 2);
	/* The greatest that there is; and beyond the limit there is none. */
	must(dup2(STDERR_FILENO, FIRST + 1) != -1);
	while (dup(STDERR_FILENO) != -1)
		must(++n < 2 * FIRST);
	must(close_range(FIRST + N - 1, ~0U, 0) == 0);
	must(!is_open(FIRST + N - 1) && is_open(FIRST + N - 2));
	must(dup2(STDERR_FILENO, FIRST + N - 1) != -1);
	/* What is open beyond a limit that has come later is not looked for. */
	must(!setrlimit(RLIMIT_NOFILE, &(struct rlimit){.rlim_cur = FIRST + N - 1, .rlim_max = FIRST + N}));
	must(close_range(FIRST + N - 2, ~0U, 0) == 0);
	must(is_open(FIRST + N - 1) && !is_open(FIRST + N - 2));
	must(!setrlimit(RLIMIT_NOFILE, &(struct rlimit){.rlim_cur = 0, .rlim_max = FIRST + N}));
	must(close_range(0, ~0U, 0) == 0);
	must(!is_open(0) && is_open(STDERR_FILENO));
}

static void without_a_list_of_those_that_are_open(void **state)
{
	(void)state;
	in_child(close_without_a_list, NULL);
}

/* The unwinder's pipe is the tracer's as well, while it is that pipe. */
static void the_unwinders_pipe_stays(void **state)
{
	(void)state;
	int ends[2], before[2] = {tt_stack_pipe[0], tt_stack_pipe[1]};

	must(!pipe(ends));
	memcpy(tt_stack_pipe, ends, sizeof ends);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(close(ends[i]), -1);
		assert_int_equal(errno, EBADF);
	}
	assert_int_equal(close_range((unsigned)ends[0], (unsigned)ends[1], 0), 0);
	assert_true(is_open(ends[0]) && is_open(ends[1]));
	/* One that has another file by now is the program's. */
	must(dup2(FIRST, ends[0]) == ends[0]);
	assert_int_equal(close(ends[0]), 0);
	tt_stack_pipe[0] = before[0];
	tt_stack_pipe[1] = before[1];
	assert_int_equal(close(ends[1]), 0);
}

static void *close_to_be_cancelled(void *arg)
{
	must(!pthread_cancel(pthread_self()));
	close(*(int *)arg);
	*(int *)arg = -1;
	return NULL;
}

/* A close is a cancellation point, also of what is not the program's. */
static void a_close_is_a_cancellation_point(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		pthread_t thread;
		int fd = FIRST + i * N / 2, before = fd;
		must(!pthread_create(&thread, NULL, close_to_be_cancelled, &fd));
		join_within(thread);
		assert_int_equal(fd, before);
	}
	assert_true(is_open(FIRST + N / 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(one_is_closed, open_some),
	    cmocka_unit_test_setup(the_tracer_closes_its_own, open_some),
	    cmocka_unit_test_setup(a_stream_is_closed, open_some),
	    cmocka_unit_test(a_span_is_closed),
	    cmocka_unit_test_setup(what_libc_refuses_or_marks, open_some),
	    cmocka_unit_test_setup(all_from_one_on, open_some),
	    cmocka_unit_test_setup(many_are_closed, open_some),
	    cmocka_unit_test_setup(without_a_list_of_those_that_are_open, open_some),
	    cmocka_unit_test_setup(the_unwinders_pipe_stays, open_some),
	    cmocka_unit_test_setup(a_close_is_a_cancellation_point, open_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
