/* SPDX-License-Identifier: MIT */
/*
 * What the interposer's functions share: time limits, why an acquire failed, what other processes see of memory, and
 * where the tracer sleeps.
 */
#include "program.h"

#include <limits.h>
#include <poll.h>
#include <sys/mman.h>

#include "libtrace_thr/interpose/core/shared_memory.h"

static void time_that_is_left(void **state)
{
	(void)state;
	struct timespec at = after_ms(CLOCK_REALTIME, 5000);

	assert_in_range(tt_until_ns(CLOCK_REALTIME, &at), 4000000000, 5000000000);
	at = after_ms(CLOCK_MONOTONIC, 1500);
	assert_in_range(tt_until_ns(CLOCK_MONOTONIC, &at), 500000000, 1500000000);
	at = after_ms(CLOCK_MONOTONIC, 0);
	assert_int_equal(tt_until_ns(CLOCK_MONOTONIC, &at), 0);
	assert_int_equal(tt_until_ns(CLOCK_MONOTONIC, &(struct timespec){.tv_nsec = 5}), 0);
	assert_int_equal(tt_until_ns(999, &(struct timespec){.tv_sec = INT64_MAX}), 0);
	/* More than there are numbers for. */
	assert_true(tt_until_ns(CLOCK_REALTIME, &(struct timespec){.tv_sec = INT64_MAX}) == INT64_MAX);
	assert_true(tt_until_ns(CLOCK_REALTIME, &(struct timespec){.tv_sec = INT64_MAX / 2}) == INT64_MAX);
	assert_int_equal(tt_until_ns(CLOCK_REALTIME, &(struct timespec){.tv_sec = INT64_MIN}), 0);
	assert_int_equal(tt_until_ns(CLOCK_REALTIME, &(struct timespec){.tv_sec = INT64_MIN / 2}), 0);
}

static void limits_that_are_refused(void **state)
{
	(void)state;
	static const struct timespec good[] = {{0, 0}, {-1, 0}, {5, 999999999}}, bad[] = {{5, 1000000000}, {5, -1}};

	assert_false(tt_is_bad_clock(CLOCK_REALTIME));
	assert_false(tt_is_bad_clock(CLOCK_MONOTONIC));
	assert_true(tt_is_bad_clock(CLOCK_PROCESS_CPUTIME_ID));
	assert_true(tt_is_bad_clock(-1));
	assert_true(tt_is_bad_clock(CLOCK_BOOTTIME));
	for (size_t i = 0; i < 3; i++) {
		assert_false(tt_is_bad_limit(CLOCK_REALTIME, &good[i]));
		assert_false(tt_is_bad_limit(CLOCK_MONOTONIC, &good[i]));
		assert_true(tt_is_bad_limit(CLOCK_BOOTTIME, &good[i]));
	}
	for (size_t i = 0; i < 2; i++)
		assert_true(tt_is_bad_limit(CLOCK_REALTIME, &bad[i]));
	assert_false(tt_is_bad_limit(CLOCK_REALTIME, NULL));
	assert_false(tt_is_bad_limit(CLOCK_BOOTTIME, NULL));
	assert_int_equal(tt_clock_of(TT_CLOCK_OF_CALL), CLOCK_REALTIME);
	assert_int_equal(tt_clock_of(CLOCK_MONOTONIC), CLOCK_MONOTONIC);
	assert_int_equal(tt_clock_of(-1), -1);
}

static void why_it_failed(void **state)
{
	(void)state;
	assert_int_equal(tt_failure_of(EBUSY), TT_FAILURE_BUSY);
	assert_int_equal(tt_failure_of(ETIMEDOUT), TT_FAILURE_TIMEOUT);
	assert_int_equal(tt_failure_of(EDEADLK), TT_FAILURE_ERROR);
}

/* Of a page that was never touched nothing is known, so it may be shared. */
static void memory_of_other_processes(void **state)
{
	(void)state;
	enum { PAGE = 4096 };
	int on_stack = 0;
	char *own = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(own != MAP_FAILED && shared != MAP_FAILED);
	own[0] = shared[0] = 1;
	if (tt_is_shared_memory(&on_stack)) /* the kernel does not say, to this user */
		skip();
	errno = 7;
	assert_false(tt_is_shared_memory(own));
	assert_false(tt_is_shared_memory(own + PAGE - 1));
	assert_true(tt_is_shared_memory(own + PAGE));
	assert_true(tt_is_shared_memory(shared));
	assert_int_equal(errno, 7);
	own[PAGE] = 1;
	assert_false(tt_is_shared_memory(own + PAGE));
	assert_true(tt_is_shared_memory((const void *)UINTPTR_MAX)); /* nothing is there */
	assert_int_equal(errno, 7);
	munmap(own, 2 * PAGE);
	munmap(shared, PAGE);
}

/* In the tracer a thread that is to be cancelled is not, before it comes out of there. */
static void *sleep_in_the_tracer(void *arg)
{
	int *out = arg, state;

	tt_reentrancy_enter();
	must(!pthread_cancel(pthread_self()));
	must(poll(NULL, 0, 0) == 0);
	must(poll(&(struct pollfd){.fd = out[1], .events = POLLOUT}, 1, -1) == 1);
	must(write(out[1], "abc", 3) == 3);
	must(!pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state) && state == PTHREAD_CANCEL_ENABLE);
	tt_reentrancy_leave();
	out[2] = 1;
	poll(NULL, 0, 0);
	out[2] = 2;
	return NULL;
}

static void the_tracers_sleep_is_no_cancellation_point(void **state)
{
	(void)state;
	int out[3] = {-1, -1, 0};
	pthread_t thread;
	char text[8];

	must(!pipe(out));
	must(!pthread_create(&thread, NULL, sleep_in_the_tracer, out));
	join_within(thread);
	assert_int_equal(out[2], 1);
	assert_int_equal(read(out[0], text, sizeof text), 3);
	close(out[0]);
	close(out[1]);
}

static void *write_to_be_cancelled(void *arg)
{
	int *out = arg;

	must(!pthread_cancel(pthread_self()));
	(void)!write(out[1], "x", 1);
	out[2] = 1;
	return NULL;
}

static void the_programs_is_one(void **state)
{
	(void)state;
	int out[3] = {-1, -1, 0};
	pthread_t thread;

	must(!pipe(out));
	must(!pthread_create(&thread, NULL, write_to_be_cancelled, out));
	join_within(thread);
	assert_int_equal(out[2], 0);
	close(out[0]);
	close(out[1]);
}

/* LTTng's byte to its consumer is for its own pipe alone. `of_tracer`: whether this program's code is the tracer's. */
static ssize_t write_inside(int fd, const char *text, bool of_tracer)
{
	const struct tt_tracer before = tt_tracer;

	if (of_tracer)
		tt_tracer = (struct tt_tracer){.end = UINTPTR_MAX, .n = 1, .modules = {{0, UINTPTR_MAX}}};
	tt_reentrancy_enter();
	errno = 0;
	ssize_t written = write(fd, text, strlen(text));
	tt_reentrancy_leave();
	tt_tracer = before;
	return written;
}

static void the_tracers_byte_is_for_a_pipe(void **state)
{
	(void)state;
	int out[2];
	FILE *file = tmpfile();

	must(!pipe(out) && file);
	assert_int_equal(write_inside(out[1], "x", true), 1);
	assert_int_equal(write_inside(out[1], "xy", true), 2);
	assert_int_equal(write_inside(fileno(file), "x", true), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(write_inside(fileno(file), "xy", true), 2);
	assert_int_equal(write_inside(fileno(file), "x", false), 1);
	assert_int_equal(lseek(fileno(file), 0, SEEK_END), 3);
	close(out[0]);
	close(out[1]);
	fclose(file);
}

/* As one with a sanitizer's runtime within it, this program stands before libc's threads: see
 * src/thread/current_thread.c. */
static void a_program_that_makes_threads_itself(void **state)
{
	(void)state;
	assert_true(tt_self_is_watched());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(time_that_is_left),
	    cmocka_unit_test(limits_that_are_refused),
	    cmocka_unit_test(why_it_failed),
	    cmocka_unit_test(memory_of_other_processes),
	    cmocka_unit_test(the_tracers_sleep_is_no_cancellation_point),
	    cmocka_unit_test(the_programs_is_one),
	    cmocka_unit_test(the_tracers_byte_is_for_a_pipe),
	    cmocka_unit_test(a_program_that_makes_threads_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
