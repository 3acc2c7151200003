/* SPDX-License-Identifier: MIT
 * What the programs of these tests share: an order that is forced, by means that the interposer does not see.
 *
 *     static void *worker(void *arg)          int main(void)
 *     {                                       {
 *             me();                                   pthread_mutex_lock(&lock);
 *             pthread_mutex_lock(&lock);              pthread_create(&thread, NULL, worker, NULL);
 *             …                                       await_asleep(&lock, sizeof lock);
 *
 * Each program prints what its calls return, and runs with and without the interposer.
 */
#ifndef FORCED_H
#define FORCED_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The other thread, as the kernel and pthread know it; set by itself. */
static volatile pid_t other_tid;
static volatile pthread_t other_thread;

/* Said by the other thread at its begin. */
static inline void me(void)
{
	__atomic_store_n(&other_thread, pthread_self(), __ATOMIC_SEQ_CST);
	__atomic_store_n(&other_tid, (pid_t)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
}

static inline void pause_short(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
}

/* How far the program is: who waits for a step goes on once another has come to it. */
static volatile int step_reached;

static inline void reach(int step)
{
	__atomic_store_n(&step_reached, step, __ATOMIC_SEQ_CST);
}

static inline void await_step(int step)
{
	while (__atomic_load_n(&step_reached, __ATOMIC_SEQ_CST) < step)
		pause_short();
}

/* The address of the futex that the thread sleeps on, 0 if on none. */
static inline uintptr_t futex_of(pid_t tid)
{
	char text[128];
	unsigned long call, address;

	snprintf(text, sizeof text, "/proc/self/task/%d/syscall", (int)tid);
	int file = open(text, O_RDONLY | O_CLOEXEC);
	ssize_t size = file < 0 ? 0 : read(file, text, sizeof text - 1);
	if (file >= 0)
		close(file);
	text[size > 0 ? size : 0] = '\0';
	return sscanf(text, "%lu 0x%lx", &call, &address) == 2 && call == SYS_futex ? address : 0;
}

/* Waits until the other thread has said who it is and sleeps on a word of the object. */
static inline void await_asleep(const volatile void *object, size_t size)
{
	for (;; pause_short()) {
		pid_t tid = __atomic_load_n(&other_tid, __ATOMIC_SEQ_CST);
		if (tid && futex_of(tid) - (uintptr_t)object < size)
			return;
	}
}

/* Waits until the other thread has used 50 ms of a processor from now on: it spins. */
static inline void await_spinning(void)
{
	struct timespec now;
	clockid_t clock;
	int64_t first = -1, used = 0;

	while (!__atomic_load_n(&other_tid, __ATOMIC_SEQ_CST))
		pause_short();
	pthread_getcpuclockid(other_thread, &clock);
	for (; first < 0 || used - first < 50000000; pause_short()) {
		clock_gettime(clock, &now);
		used = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
		first = first < 0 ? used : first;
	}
}

/* A time so far from now, which is not to be reached, or, with a negative number, past. */
static inline struct timespec in_seconds(clockid_t clock, int seconds)
{
	struct timespec time;

	clock_gettime(clock, &time);
	time.tv_sec += seconds;
	return time;
}

/* A time that passes while somebody waits for it. */
static inline struct timespec soon(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	time.tv_nsec += 300000000;
	if (time.tv_nsec >= 1000000000) {
		time.tv_sec++;
		time.tv_nsec -= 1000000000;
	}
	return time;
}

/* Prints a line of the calling function, by which the lines of two runs are sorted before they are compared. */
#define SAY(...)                                                                                                       \
	do {                                                                                                           \
		char line_[400];                                                                                       \
		snprintf(line_, sizeof line_, __VA_ARGS__);                                                            \
		printf("%s: %s\n", __func__, line_);                                                                   \
		fflush(stdout);                                                                                        \
	} while (0)

/* Does the call and prints what it returned, and that errno is as it was. */
#define TELL(call)                                                                                                     \
	do {                                                                                                           \
		errno = 77;                                                                                            \
		int result_ = (call);                                                                                  \
		int error_ = errno;                                                                                    \
		if (result_ > 0)                                                                                       \
			SAY("%s: %s, errno %d", #call, strerrorname_np(result_), error_);                              \
		else                                                                                                   \
			SAY("%s: %d, errno %d", #call, result_, error_);                                               \
	} while (0)

#endif /* FORCED_H */
