/* SPDX-License-Identifier: MIT */
/*
 * Futexes, as programs call them by libc's `syscall`: waits and how they end, wakes and whom they find, and what is
 * passed on as it came.
 */
#include "program.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/mman.h>

#include "libtrace_thr/interpose/calls/futex.h"

SITE static long futex(void *word, int op, uint32_t value, const void *timeout, void *other, uint32_t more)
{
	long result = syscall(SYS_futex, word, op, value, timeout, other, more);

	__asm__ volatile("" : "+r"(result));
	return result;
}

/* As a line, with a named word. */
static const char *name_word(uint32_t *word, const char *name)
{
	call_it(word, name);
	return name;
}

static void waits_that_end_at_once(void **state)
{
	(void)state;
	uint32_t word = 5;
	struct timespec past = {0}, none = {0}, negative = {.tv_sec = -1}, bad = {.tv_nsec = 1000000000};

	name_word(&word, "f");
	program_begin();
	errno = 7;
	assert_int_equal(futex(&word, FUTEX_WAIT, 6, NULL, NULL, 0), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(futex(&word, FUTEX_WAIT_PRIVATE, 5, &none, NULL, 0), -1);
	assert_int_equal(errno, ETIMEDOUT);
	assert_int_equal(futex(&word, FUTEX_WAIT_BITSET, 5, &past, NULL, FUTEX_BITSET_MATCH_ANY), -1);
	assert_int_equal(errno, ETIMEDOUT);
	assert_int_equal(futex(&word, FUTEX_WAIT, 5, &bad, NULL, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(futex(&word, FUTEX_WAIT, 5, &negative, NULL, 0), -1);
	assert_int_equal(errno, EINVAL);
	expect("MainThread", "futex_wait f timeout=-1", "futex_woken f changed by nobody", "futex_wait f timeout=0",
	       "futex_woken f timeout by nobody", "futex_wait f timeout=0", "futex_woken f timeout by nobody",
	       "futex_wait f timeout=0", "futex_woken f refused by nobody", "futex_wait f timeout=0",
	       "futex_woken f refused by nobody", NULL);
}

/* For ever, said as a number. */
static void times(void **state)
{
	(void)state;
	uint32_t word = 5;
	struct timespec lengths[] = {{1, 5}, {INT64_MAX, 999999999}, {INT64_MAX / 1000000000, 999999999}};

	name_word(&word, "f");
	program_begin();
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
		assert_int_equal(futex(&word, FUTEX_WAIT, 6, &lengths[i], NULL, 0), -1);
	expect("MainThread", "futex_wait f timeout=1000000005", "futex_woken f changed by nobody",
	       "futex_wait f timeout=9223372036854775807", "futex_woken f changed by nobody",
	       "futex_wait f timeout=9223372036854775807", "futex_woken f changed by nobody", NULL);
	/* An end on one of two clocks. */
	static const struct {
		clockid_t clock;
		int op;
	} clocks[] = {{CLOCK_MONOTONIC, FUTEX_WAIT_BITSET}, {CLOCK_REALTIME, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME}};
	for (int i = 0; i < 2; i++) {
		struct timespec far = after_ms(clocks[i].clock, 3000000);
		program_begin();
		assert_int_equal(futex(&word, clocks[i].op, 6, &far, NULL, FUTEX_BITSET_MATCH_ANY), -1);
		long long ns = 0;
		must(recorded() == 2 && sscanf(recorder.lines[0].text, "futex_wait f timeout=%lld", &ns) == 1);
		assert_true(ns > 2000000000000 && ns <= 3000000000000);
	}
}

static void *wait_for_it(void *word)
{
	be("other");
	must(futex(word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) == 0);
	return NULL;
}

static void wakes_that_find_some(void **state)
{
	(void)state;
	uint32_t word = 0, other = 0;
	struct crew crew;

	name_word(&word, "f");
	name_word(&other, "g");
	program_begin();
	crew_start(&crew, 2, wait_for_it, &word);
	wait_until(sleepers_on(&word) == 2);
	errno = 7;
	assert_int_equal(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 1);
	wait_until(sleepers_on(&word) == 1);
	wait_until(recorded() >= 4); /* one has told its end */
	assert_int_equal(futex(&word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0), 1);
	crew_join(&crew);
	assert_int_equal(futex(&word, FUTEX_WAKE_BITSET, 3, NULL, NULL, FUTEX_BITSET_MATCH_ANY), 0);
	assert_int_equal(futex(&word, FUTEX_REQUEUE, 1, (void *)1, &other, 0), 0);
	assert_int_equal(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1, &other, 0), 0);
	assert_int_equal(futex(&word, FUTEX_WAKE_OP, 4, (void *)2, &other, 0), 0);
	assert_int_equal(errno, 7);
	expect("MainThread", "futex_wake f asked=1 woken=1", "futex_wake f asked=-1 woken=1",
	       "futex_wake f asked=3 woken=0", "futex_wake f asked=-1 woken=0", "futex_wake f asked=-1 woken=0",
	       "futex_wake f asked=4 woken=0", "futex_wake g asked=2 woken=0", NULL);
	expect("other", "futex_wait f timeout=-1", "futex_wait f timeout=-1", "futex_woken f notified by nobody",
	       "futex_woken f notified by nobody", NULL);
	program_begin();
	assert_int_equal(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), -1); /* is not told */
	expect("MainThread", NULL);
}

static void memory_that_is_shared(void **state)
{
	(void)state;
	uint32_t *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), own = 1;

	must(word != MAP_FAILED);
	*word = 1;
	name_word(word, "f");
	name_word(&own, "o");
	program_begin();
	futex(word, FUTEX_WAIT, 0, NULL, NULL, 0);
	futex(word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	futex(&own, FUTEX_WAIT, 0, NULL, NULL, 0);
	expect("MainThread", "futex_wait f shared timeout=-1", "futex_woken f changed by nobody",
	       "futex_wait f timeout=-1", "futex_woken f changed by nobody", "futex_wait o timeout=-1",
	       "futex_woken o changed by nobody", NULL);
	munmap(word, 4096);
}

static void interrupt(int signal)
{
	(void)signal;
}

static void *wait_to_be_interrupted(void *word)
{
	be("other");
	must(futex(word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) == -1 && errno == EINTR);
	return NULL;
}

static void waits_that_are_interrupted(void **state)
{
	(void)state;
	uint32_t word = 0;
	pthread_t thread;

	must(!sigaction(SIGUSR1, &(struct sigaction){.sa_handler = interrupt}, NULL));
	name_word(&word, "f");
	program_begin();
	must(!pthread_create(&thread, NULL, wait_to_be_interrupted, &word));
	wait_until(sleepers_on(&word) == 1);
	must(!pthread_kill(thread, SIGUSR1));
	join_within(thread);
	expect("other", "futex_wait f timeout=-1", "futex_woken f interrupted by nobody", NULL);
}

static void *wait_to_be_cancelled(void *word)
{
	be("other");
	/* NOLINTNEXTLINE(concurrency-thread-canceltype-asynchronous): else this call cannot be cancelled */
	must(!pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL));
	futex(word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	must(false);
	return NULL;
}

/* The one that is gone does not count any more. */
static void waits_that_are_cancelled(void **state)
{
	(void)state;
	uint32_t word = 0;
	pthread_t thread;

	name_word(&word, "f");
	program_begin();
	must(!pthread_create(&thread, NULL, wait_to_be_cancelled, &word));
	wait_until(sleepers_on(&word) == 1);
	must(!pthread_cancel(thread));
	join_within(thread);
	expect("other", "futex_wait f timeout=-1", "futex_woken f cancelled by nobody", NULL);
	program_begin();
	futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	expect("MainThread", "futex_wake f asked=1 woken=0", NULL);
}

/* In a child none of them is there. */
static void look_in_child(void *word)
{
	tt_futexes_after_fork_in_child();
	program_begin();
	futex(word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	must(recorded() == 1 && !strcmp(recorder.lines[0].text, "futex_wake f asked=1 woken=0"));
}

static void a_child_has_no_waiters(void **state)
{
	(void)state;
	uint32_t word = 0;
	struct crew crew;

	name_word(&word, "f");
	program_begin();
	crew_start(&crew, 1, wait_for_it, &word);
	wait_until(sleepers_on(&word) == 1);
	in_child(look_in_child, &word);
	assert_int_equal(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 1);
	crew_join(&crew);
}

/* All other calls, with all that they have. */
static void others_are_passed_on(void **state)
{
	(void)state;
	char *memory;
	int out[2];

	program_begin();
	assert_int_equal(syscall(SYS_getpid), getpid());
	must(!pipe(out));
	memory = (char *)syscall(SYS_mmap, NULL, 4096L, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
	assert_true(memory != MAP_FAILED);
	memcpy(memory, "abc", 4);
	assert_int_equal(syscall(SYS_write, out[1], memory, 3), 3);
	assert_int_equal(syscall(SYS_read, out[0], memory + 10, 3), 3);
	assert_memory_equal(memory + 10, "abc", 3);
	assert_int_equal(syscall(-1L), -1);
	assert_int_equal(errno, ENOSYS);
	syscall(SYS_munmap, memory, 4096L);
	close(out[0]);
	close(out[1]);
	expect("MainThread", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(waits_that_end_at_once),     cmocka_unit_test(times),
	    cmocka_unit_test(wakes_that_find_some),       cmocka_unit_test(memory_that_is_shared),
	    cmocka_unit_test(waits_that_are_interrupted), cmocka_unit_test(waits_that_are_cancelled),
	    cmocka_unit_test(a_child_has_no_waiters),     cmocka_unit_test(others_are_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
