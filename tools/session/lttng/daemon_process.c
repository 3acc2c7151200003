/* SPDX-License-Identifier: MIT */
#include "tools/session/lttng/daemon_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/session/lttng/daemon.h"
#include "tools/session/program/limits.h"

/* How long a daemon may take to start, and one that was killed to be gone. */
enum { PATIENCE_MS = 20000, STEP_MS = 5 };

/* The most that we may give, up to that. */
static void raise_limit(__rlimit_resource_t what, rlim_t most)
{
	struct rlimit limit;

	if (getrlimit(what, &limit) == -1 || limit.rlim_cur >= most)
		return;
	const struct rlimit wanted = {most, MAX(limit.rlim_max, most)};
	if (setrlimit(what, &wanted) == -1) {
		limit.rlim_cur = MIN(limit.rlim_max, most);
		setrlimit(what, &limit);
	}
}

/* Limits are for the program: on the size of files (one who writes beyond it is told so), descriptors and memory. */
static void raise_limits(void)
{
	raise_limit(RLIMIT_FSIZE, RLIM_INFINITY);
	raise_limit(RLIMIT_NOFILE, TT_LIMITS_FILES);
	raise_limit(RLIMIT_AS, RLIM_INFINITY);
	signal(SIGXFSZ, SIG_DFL);
}

/* In the child: in a session of its own, and with no signal held back, as we do. */
static void detach(void *data)
{
	sigset_t none;

	(void)data;
	setsid();
	raise_limits();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Waits until it answers. False: it has ended, or does not. */
static bool wait_for(const struct tt_daemon_process *background, pid_t pid)
{
	for (int waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
		if (background->answers(background->data))
			return true;
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return false;
		g_usleep(STEP_MS * 1000);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return false;
}

/*
 * What is preloaded is for the program. In a daemon it may be its end: the timers of lttng-sessiond signal the process,
 * so each of its threads must block that signal, and one that a library has begun before main does not.
 */
static char **environment(void)
{
	return g_environ_unsetenv(g_get_environ(), "LD_PRELOAD");
}

static pid_t fail(const char *name, GError **error)
{
	g_autofree char *limits = tt_limits_text();
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP,
	            limits ? "%s does not start: %s" : "%s does not start: 'trace-thr doctor' tells what it lacks",
	            name, limits);
	return 0;
}

pid_t tt_daemon_process_start(const struct tt_daemon_process *background, GError **error)
{
	const char *name = background->argv[0];
	g_auto(GStrv) variables = environment();
	g_autoptr(GError) failure = NULL;
	GPid pid;

	if (!tt_limits_suffice())
		return fail(name, error);
	if (!g_spawn_async(NULL, background->argv, variables,
	                   G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
	                       G_SPAWN_STDERR_TO_DEV_NULL,
	                   detach, NULL, &pid, &failure)) {
		g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP,
		            "%s cannot be started (%s): install it with 'make deps' or 'apt-get install lttng-tools'",
		            name, failure->message);
		return 0;
	}
	if (wait_for(background, pid))
		return pid;
	return fail(name, error);
}

void tt_daemon_process_stop(int pidfd, int patience_ms)
{
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};

	if (pidfd == -1)
		return;
	if (pidfd_send_signal(pidfd, SIGTERM, NULL, 0) == 0 && poll(&ended, 1, patience_ms) == 0) {
		pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
		poll(&ended, 1, PATIENCE_MS);
	}
	waitid(P_PIDFD, (id_t)pidfd, NULL, WEXITED | WNOHANG); /* if it is our child */
	close(pidfd);
}
