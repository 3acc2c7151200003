/* SPDX-License-Identifier: MIT
 * Gives up all system calls but a few, in the way that it is told to, and goes on: it takes locks that nobody has
 * taken, and exits. Another call ends it.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STATUS = 3, MUTEXES = 5000, ROUNDS = 10 };

static pthread_mutex_t mutexes[MUTEXES];

#define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static void filter(unsigned otherwise, int by_prctl, int flags)
{
	struct sock_filter steps[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    ALLOW(read),
	    ALLOW(write),
	    ALLOW(exit),
	    ALLOW(exit_group),
	    ALLOW(futex),
	    ALLOW(rt_sigreturn),
	    BPF_STMT(BPF_RET | BPF_K, otherwise),
	};
	struct sock_fprog program = {sizeof steps / sizeof *steps, steps};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (by_prctl ? prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)
	             : (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program))
		_exit(99);
}

static void *work(void *arg)
{
	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < MUTEXES; i++) {
			pthread_mutex_lock(&mutexes[i]);
			pthread_mutex_unlock(&mutexes[i]);
		}
	return arg;
}

/* Waits by a call without FUTEX_PRIVATE_FLAG, for a word that has another value already. */
static void wait_for_another(void)
{
	static int word;

	if (syscall(SYS_futex, &word, FUTEX_WAIT, 1, NULL, NULL, 0) != -1 || errno != EAGAIN)
		_exit(98);
}

static unsigned waits;

static void *wait_on(void *arg)
{
	for (;; __atomic_add_fetch(&waits, 1, __ATOMIC_SEQ_CST))
		wait_for_another();
	return arg;
}

/* The other thread comes out of the wait that it is in, and through another. */
static void await_waits(void)
{
	unsigned before = __atomic_load_n(&waits, __ATOMIC_SEQ_CST);

	while (__atomic_load_n(&waits, __ATOMIC_SEQ_CST) - before < 2)
		wait_for_another();
}

static bool has_worked;

static void *work_on(void *arg)
{
	for (;; __atomic_store_n(&has_worked, true, __ATOMIC_SEQ_CST))
		work(arg);
	return arg;
}

/* What a new thread calls at first is none of those that are left. */
static bool is_beside(void)
{
	return __atomic_load_n(&has_worked, __ATOMIC_SEQ_CST) || __atomic_load_n(&waits, __ATOMIC_SEQ_CST);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	pthread_t thread;

	pthread_mutex_lock(&mutexes[0]);
	pthread_mutex_unlock(&mutexes[0]);
	bool beside = !strcmp(how, "busy") || !strcmp(how, "waits");
	if (beside && pthread_create(&thread, NULL, !strcmp(how, "busy") ? work_on : wait_on, NULL))
		return 1;
	while (beside && !is_beside())
		usleep(1000);
	if (!strcmp(how, "strict"))
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	else if (!strcmp(how, "errno"))
		filter(SECCOMP_RET_ERRNO | 1, 0, 0);
	else
		filter(SECCOMP_RET_KILL_PROCESS, !strcmp(how, "prctl"),
		       beside || !strcmp(how, "all") ? SECCOMP_FILTER_FLAG_TSYNC : 0);
	work(NULL);
	if (strcmp(how, "strict"))
		wait_for_another();
	if (!strcmp(how, "waits"))
		await_waits();
	if (write(STDOUT_FILENO, "through\n", 8) != 8)
		return 1;
	if (!strcmp(how, "strict"))
		syscall(SYS_exit, STATUS);
	exit(STATUS);
}
