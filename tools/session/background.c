#include "tools/session/background.h"

#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/session/daemon.h"

/* How long a daemon may take to start, and one that was killed to be gone. */
enum { PATIENCE_MS = 20000, STEP_MS = 5 };

/* A limit on the size of files (ulimit -f) is for the program: it gets as much as we may give. One beyond is told so.
 */
static void raise_limit(void)
{
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};

	if (setrlimit(RLIMIT_FSIZE, &limit) == -1 && getrlimit(RLIMIT_FSIZE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_FSIZE, &limit);
	}
	signal(SIGXFSZ, SIG_DFL);
}

/* In the child: in a session of its own, and with no signal held back, as we do. */
static void detach(void *data)
{
	sigset_t none;

	(void)data;
	setsid();
	raise_limit();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Waits until it answers. False: it has ended, or does not. */
static bool wait_for(const struct tt_background *background, pid_t pid)
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

pid_t tt_background_start(const struct tt_background *background, GError **error)
{
	const char *name = background->argv[0];
	g_auto(GStrv) variables = environment();
	g_autoptr(GError) failure = NULL;
	GPid pid;

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
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP,
	            "%s does not start: 'trace-thr doctor' tells what it lacks, '%s -v' more", name, name);
	return 0;
}

void tt_background_stop(int pidfd, int patience_ms)
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
