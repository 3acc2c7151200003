/* SPDX-License-Identifier: MIT
 * futex(2) by libc's `syscall`: what each call returns, and how the waits end. Other calls go through it with all of
 * their arguments.
 */
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>

#include "tests/preload/forced.h"

static uint32_t word;
static uint32_t second_word;

/* Does the call and prints what it returned, and errno where that says something. */
#define TELL_CALL(...)                                                                                                 \
	do {                                                                                                           \
		errno = 77;                                                                                            \
		long result_ = syscall(__VA_ARGS__);                                                                   \
		int error_ = errno;                                                                                    \
		SAY("%s: %ld, %s", #__VA_ARGS__, result_, error_ == 77 ? "errno as it was" : strerrorname_np(error_)); \
	} while (0)

/* None of these sleeps for long. */
static void alone(void)
{
	struct timespec none = {.tv_sec = 0}, some = {.tv_nsec = 1000000}, bad = {.tv_nsec = -1};
	struct timespec past = in_seconds(CLOCK_MONOTONIC, -10), real = in_seconds(CLOCK_REALTIME, -10);

	TELL_CALL(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, NULL);
	TELL_CALL(SYS_futex, &word, FUTEX_WAIT, 0, &none);
	TELL_CALL(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &some);
	TELL_CALL(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &bad);
	TELL_CALL(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, &past, NULL, FUTEX_BITSET_MATCH_ANY);
	TELL_CALL(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 0, &real, NULL, 1);
	TELL_CALL(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, NULL, 0);
	TELL_CALL(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1);
	TELL_CALL(SYS_futex, &word, FUTEX_WAKE_BITSET, INT32_MAX, NULL, NULL, 2);
	TELL_CALL(SYS_futex, &word, FUTEX_CMP_REQUEUE_PRIVATE, 1, 1L, &second_word, 5);
	TELL_CALL(SYS_futex, &word, 127, 0, NULL);
}

/* Whether other processes may see the word: 0 as they cannot, 1 as they can, 0 by the flag that says so. */
static void shared_words(void)
{
	struct timespec none = {.tv_sec = 0};
	uint32_t *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*shared = 0;
	TELL_CALL(SYS_futex, &second_word, FUTEX_WAIT, 0, &none);
	TELL_CALL(SYS_futex, shared, FUTEX_WAIT, 0, &none);
	TELL_CALL(SYS_futex, shared, FUTEX_WAIT_PRIVATE, 0, &none);
	munmap(shared, 4096);
}

/* What has nothing to do with futexes. */
static void others(void)
{
	long page = syscall(SYS_mmap, NULL, 4096L, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);

	SAY("six arguments: %s", page != -1 && (memset((void *)page, 1, 4096), 1) ? "a page" : strerrorname_np(errno));
	munmap((void *)page, 4096);
	SAY("the process: %d", syscall(SYS_getpid) == getpid());
	TELL_CALL(SYS_close, -1);
	TELL_CALL(-1);
}

static void *sleeper(void *arg)
{
	me();
	TELL_CALL(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL);
	return arg;
}

static void *sleep_cancelled(void *arg)
{
	me();
	// NOLINTNEXTLINE(concurrency-thread-canceltype-asynchronous): that is what is tried
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL);
	return arg;
}

static void handle(int number)
{
	(void)number;
}

static pthread_t begin(void *(*start)(void *))
{
	pthread_t thread;

	other_tid = 0;
	if (pthread_create(&thread, NULL, start, NULL))
		exit(1);
	await_asleep(&word, sizeof word);
	return thread;
}

static void end(pthread_t thread)
{
	pthread_join(thread, NULL);
}

int main(void)
{
	struct sigaction action = {.sa_handler = handle};
	pthread_t thread;

	alone();
	shared_words();
	others();

	thread = begin(sleeper);
	TELL_CALL(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1);
	end(thread);

	thread = begin(sleeper);
	TELL_CALL(SYS_futex, &second_word, FUTEX_WAKE_OP_PRIVATE, 1, 1L, &word,
	          FUTEX_OP(FUTEX_OP_SET, 0, FUTEX_OP_CMP_EQ, 0));
	end(thread);

	thread = begin(sleeper);
	TELL_CALL(SYS_futex, &word, FUTEX_REQUEUE_PRIVATE, 0, 1L, &second_word);
	TELL_CALL(SYS_futex, &second_word, FUTEX_WAKE_PRIVATE, 1);
	end(thread);

	sigaction(SIGUSR1, &action, NULL);
	thread = begin(sleeper);
	pthread_kill(thread, SIGUSR1);
	end(thread);

	thread = begin(sleep_cancelled);
	pthread_cancel(thread);
	end(thread);
	return 0;
}
