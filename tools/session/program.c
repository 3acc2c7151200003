#include "tools/session/program.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/cli/command.h"
#include "tools/session/daemon.h"

extern char **environ;

/* From SIGTERM to SIGKILL. */
static const gint64 grace_us = 2 * G_USEC_PER_SEC;

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* Our mask as it was, for the program. */
static sigset_t mask_before;

char *tt_program_find(const char *name, int *status, GError **error)
{
	struct stat file;
	char *path = strchr(name, '/') ? g_strdup(name) : g_find_program_in_path(name);

	if (!path || stat(path, &file) == -1) {
		*status = TT_EXIT_NOT_RUN;
		g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_PROGRAM, "no such program: %s: check the path%s",
		            name, strchr(name, '/') ? "" : ", or write ./ before it if it is in this folder");
		g_free(path);
		return NULL;
	}
	if (S_ISREG(file.st_mode) && access(path, X_OK) == 0)
		return path;
	*status = TT_EXIT_NOT_EXECUTABLE;
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_PROGRAM, "%s cannot be executed: %s", name,
	            S_ISDIR(file.st_mode) ? "it is a folder; name a program in it" : "make it so with 'chmod +x'");
	g_free(path);
	return NULL;
}

static sigset_t awaited(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < G_N_ELEMENTS(ending_signals); i++)
		sigaddset(&set, ending_signals[i]);
	return set;
}

void tt_program_hold_signals(void)
{
	sigset_t set = awaited();

	sigprocmask(SIG_BLOCK, &set, &mask_before);
}

bool tt_program_interrupted(void)
{
	sigset_t pending;

	sigpending(&pending);
	for (size_t i = 0; i < G_N_ELEMENTS(ending_signals); i++)
		if (sigismember(&pending, ending_signals[i]))
			return true;
	return false;
}

static bool start(const char *path, char *const *argv, pid_t *pid, GError **error)
{
	posix_spawnattr_t attributes;

	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &mask_before);
	int code = posix_spawn(pid, path, NULL, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	if (code)
		g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_PROGRAM, "%s cannot be executed (%s): %s", path,
		            g_strerror(code), "is it a program of this machine?");
	return code == 0;
}

/* Whether the program has ended; *end then tells how. */
static bool has_ended(pid_t pid, struct tt_program_end *end)
{
	int status;

	if (waitpid(pid, &status, WNOHANG) != pid)
		return false;
	end->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	return true;
}

/* A signal to us. One of the terminal has reached the program as well. */
static void take_signal(pid_t pid, const siginfo_t *info, struct tt_program_end *end)
{
	bool again = end->interrupted;

	end->interrupted = true;
	if (again)
		kill(pid, SIGKILL);
	else if (info->si_code != SI_KERNEL)
		kill(pid, info->si_signo);
}

static void wait_for_end(pid_t pid, double timeout, struct tt_program_end *end)
{
	sigset_t set = awaited();
	gint64 deadline = timeout > 0 ? g_get_monotonic_time() + (gint64)(timeout * G_USEC_PER_SEC) : G_MAXINT64;

	while (!has_ended(pid, end)) {
		gint64 left = CLAMP(deadline - g_get_monotonic_time(), 0, G_USEC_PER_SEC);
		struct timespec wait = {left / G_USEC_PER_SEC, left % G_USEC_PER_SEC * 1000};
		siginfo_t info;
		int got = sigtimedwait(&set, &info, &wait);
		if (got > 0 && got != SIGCHLD)
			take_signal(pid, &info, end);
		if (g_get_monotonic_time() < deadline)
			continue;
		kill(pid, end->timed_out ? SIGKILL : SIGTERM);
		end->timed_out = true;
		deadline = g_get_monotonic_time() + grace_us;
	}
}

bool tt_program_run(const char *path, char *const *argv, double timeout, pid_t *pid, struct tt_program_end *end,
                    GError **error)
{
	*end = (struct tt_program_end){0};
	if (!start(path, argv, pid, error))
		return false;
	wait_for_end(*pid, timeout, end);
	return true;
}
