/* SPDX-License-Identifier: MIT
 * Processes of two users, each with its locks: `users WHO`. Root forks a child that becomes the user 65534, "nobody" on
 * most machines. When the child has used a lock as nobody, one of them deadlocks; the other one waits for ever.
 *
 *     child   the child deadlocks
 *     parent  the parent does
 *     exec    the child executes this program anew, and deadlocks there
 *     told    it executes it anew, and waits for ever there when it gets SIGUSR1
 */
#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <trace_thr.h>

enum { NOBODY = 65534 };

static tthr_rlock first = TTHR_RLOCK_INIT("first"), second = TTHR_RLOCK_INIT("second");
static tthr_barrier both = TTHR_BARRIER_INIT("both", 2);
static tthr_event never = TTHR_EVENT_INIT("never");

static void *forwards(void *arg)
{
	tthr_rlock_acquire(&first);
	tthr_barrier_wait(&both, NULL);
	tthr_rlock_acquire(&second);
	return arg;
}

static void *backwards(void *arg)
{
	tthr_rlock_acquire(&second);
	tthr_barrier_wait(&both, NULL);
	tthr_rlock_acquire(&first);
	return arg;
}

static tthr_thread *start(const char *name, void *(*target)(void *arg))
{
	tthr_thread *thread;

	if (tthr_thread_new(&thread, &(struct tthr_thread_options){.name = name, .target = target}) ||
	    tthr_thread_start(thread))
		errx(EXIT_FAILURE, "cannot start %s", name);
	return thread;
}

static void deadlock(const char *forth, const char *back)
{
	tthr_thread *thread = start(forth, forwards);

	start(back, backwards);
	tthr_thread_join(thread);
}

static void use_a_lock(void)
{
	tthr_rlock_acquire(&first);
	tthr_rlock_release(&first);
}

static void become_nobody(void)
{
	if (setgid(NOBODY) || setuid(NOBODY))
		err(EXIT_FAILURE, "cannot become nobody");
}

static void block_signal(sigset_t *user)
{
	sigemptyset(user);
	sigaddset(user, SIGUSR1);
	sigprocmask(SIG_BLOCK, user, NULL);
}

/* Tells the other process, or waits until it tells. */
static void tell(int pipe)
{
	if (write(pipe, "", 1) != 1)
		err(EXIT_FAILURE, "write");
}

static void hear(int pipe)
{
	char byte;

	if (read(pipe, &byte, 1) != 1)
		err(EXIT_FAILURE, "read");
}

static _Noreturn void be_child(const char *who, char *self, int to_parent)
{
	sigset_t user;

	block_signal(&user); /* also for what is executed */
	become_nobody();
	use_a_lock();
	tell(to_parent);
	if (strcmp(who, "exec") == 0)
		execl(self, self, "at-once", (char *)NULL);
	if (strcmp(who, "told") == 0)
		execl(self, self, "when-told", (char *)NULL);
	if (strcmp(who, "child") == 0)
		deadlock("child-forth", "child-back");
	for (;;)
		pause();
}

/* What the child executes. */
static void wait_when_told(void)
{
	sigset_t user;
	int number;

	block_signal(&user);
	use_a_lock();
	sigwait(&user, &number);
	tthr_event_wait(&never);
}

int main(int argc, char **argv)
{
	int pipes[2];
	const char *who = argc == 2 ? argv[1] : "";

	if (strcmp(who, "at-once") == 0)
		deadlock("anew-forth", "anew-back");
	if (strcmp(who, "when-told") == 0)
		wait_when_told();
	if (pipe(pipes))
		err(EXIT_FAILURE, "pipe");
	use_a_lock();
	pid_t child = fork();
	if (child == 0)
		be_child(who, argv[0], pipes[1]);
	hear(pipes[0]);
	if (strcmp(who, "parent") == 0)
		deadlock("parent-forth", "parent-back");
	return waitpid(child, NULL, 0) == child ? EXIT_SUCCESS : EXIT_FAILURE;
}
