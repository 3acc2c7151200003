/* SPDX-License-Identifier: MIT */
#include "tools/session/program/crash_cleanup.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tools/session/lttng/daemon_process.h"

/* How long it may take to end. */
enum { END_MS = 2000 };

/* In the process itself: out of reach of a terminal's Ctrl-C, and of who ends our process group. */
static void wait_for_end(int us)
{
	struct pollfd ended = {.fd = us, .events = POLLIN};
	sigset_t none;

	setsid();
	prctl(PR_SET_NAME, "trace-thr-heir");
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	while (poll(&ended, 1, -1) != 1)
		continue;
}

int tt_crash_cleanup_start(void (*finish)(void *data), void *data)
{
	int us = pidfd_open(getpid(), 0), heir = -1;

	if (us == -1)
		return -1;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		wait_for_end(us);
		finish(data);
		_exit(0);
	}
	if (pid != -1)
		heir = pidfd_open(pid, 0);
	close(us);
	return heir;
}

void tt_crash_cleanup_dismiss(int heir)
{
	tt_daemon_process_stop(heir, END_MS);
}
