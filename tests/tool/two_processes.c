/* SPDX-License-Identifier: MIT */
/* Forks; each process has a thread of a name that is hard to show, which holds a lock of another. */
#include <err.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <trace_thr.h>

static void *hold(void *arg)
{
	TTHR_WITH ((tthr_lock *)arg) {
		tthr_log_info("<b>&amp;</b>");
	}
	return NULL;
}

static void run_thread(const char *name)
{
	static tthr_lock lock = TTHR_LOCK_INIT("\"a\" < 'b'");
	tthr_thread *thread;

	if (tthr_thread_new(&thread, &(struct tthr_thread_options){.name = name, .target = hold, .arg = &lock}) ||
	    tthr_thread_start(thread))
		errx(EXIT_FAILURE, "cannot start a thread");
	tthr_thread_join(thread);
	tthr_thread_unref(thread);
}

int main(void)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		err(EXIT_FAILURE, "fork");
	run_thread(child ? "<parent> & \033[31m" : "工人 ']]>");
	return child == 0 || (waitpid(child, &status, 0) == child && status == 0) ? EXIT_SUCCESS : EXIT_FAILURE;
}
