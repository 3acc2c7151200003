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
#include "tools/session/offspring.h"

/* From SIGTERM to SIGKILL. */
static const gint64 grace_us = 2 * G_USEC_PER_SEC;

/* From one look at what may end the program to the next. */
static const gint64 look_us = 20000;

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* As it was, for the program. */
static sigset_t mask_before;
static bool pipe_ignored_before;

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
	const struct sigaction ignore = {.sa_handler = SIG_IGN}, normal = {.sa_handler = SIG_DFL};
	struct sigaction before;
	sigset_t set = awaited();
	static bool held;

	if (held) /* of one recording after the other, the first found them as they were */
		return;
	held = true;
	sigprocmask(SIG_BLOCK, &set, &mask_before);
	/* Inherited as ignored, it would take the program's exit status away. */
	sigaction(SIGCHLD, &normal, NULL);
	/* A daemon that goes away shall be an error, not our end. */
	sigaction(SIGPIPE, &ignore, &before);
	pipe_ignored_before = before.sa_handler == SIG_IGN;
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

static bool start(const char *path, char *const *argv, char *const *environment, pid_t *pid, GError **error)
{
	posix_spawnattr_t attributes;
	sigset_t defaults;

	sigemptyset(&defaults);
	if (!pipe_ignored_before)
		sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &mask_before);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	int code = posix_spawn(pid, path, NULL, &attributes, argv, environment);
	posix_spawnattr_destroy(&attributes);
	if (code)
		g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_PROGRAM, "%s cannot be executed (%s): %s", path,
		            g_strerror(code), "is it a program of this machine?");
	return code == 0;
}

/* A program at work. */
struct run {
	pid_t pid;
	const struct tt_program_care *care;
	struct tt_program_end *end;
	gint64 deadline; /* of the program, then of what we have sent a signal to */
	bool ended;
	bool by_us; /* a signal of ours is to end it */
	bool *why;  /* in `end`: what we gave it up for; NULL: we have not */
};

/* Takes note of the children that have ended; those that were left to us are forgotten. */
static void reap(struct run *run)
{
	int status;

	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
		if (pid != run->pid)
			continue;
		run->ended = true;
		run->end->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		run->end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	}
}

/* Sends the program a signal that should end it. */
static void end_by(struct run *run, int number)
{
	run->by_us = true;
	if (!tt_offspring_catches(run->pid, number))
		run->care->before_death(run->care->data);
	kill(run->pid, number);
	kill(run->pid, SIGCONT); /* should it be stopped */
}

/* A signal to us. One of the terminal has reached the program as well. */
static void take_signal(struct run *run, const siginfo_t *info)
{
	bool again = run->end->interrupted;

	run->end->interrupted = true;
	if (again)
		end_by(run, SIGKILL);
	else if (info->si_code != SI_KERNEL)
		end_by(run, info->si_signo);
}

/* SIGTERM to the program, and SIGKILL if that is not enough. */
static void give_up(struct run *run, bool *why)
{
	end_by(run, run->why ? SIGKILL : SIGTERM);
	run->why = why;
	*why = true;
	run->deadline = g_get_monotonic_time() + grace_us;
}

/* What the program is to be given up for; NULL: nothing. */
static bool *reason(const struct run *run)
{
	const struct tt_program_care *care = run->care;

	if (g_get_monotonic_time() >= run->deadline)
		return run->why ? run->why : &run->end->timed_out;
	if (run->why)
		return NULL;
	if (!care->may_go_on(care->data))
		return &run->end->no_room;
	return care->is_caught && care->is_caught(care->data) ? &run->end->caught : NULL;
}

/* Waits for a signal, at most until the deadline or the next look at the room. */
static void wait_a_while(struct run *run)
{
	gint64 left = CLAMP(run->deadline - g_get_monotonic_time(), 0, look_us);
	struct timespec wait = {left / G_USEC_PER_SEC, left % G_USEC_PER_SEC * 1000};
	sigset_t set = awaited();
	siginfo_t info;
	int got = sigtimedwait(&set, &info, &wait);

	if (got > 0 && got != SIGCHLD)
		take_signal(run, &info);
}

static void wait_for_end(struct run *run)
{
	while (reap(run), !run->ended) {
		wait_a_while(run);
		bool *why = reason(run);
		if (why)
			give_up(run, why);
	}
}

/* What a program that we have ended leaves behind is ended as well: a shell's child that hangs, say. */
static void end_orphans(struct run *run, const GArray *others)
{
	g_autoptr(GArray) asked = g_array_new(FALSE, FALSE, sizeof(pid_t));
	gint64 kill_at = g_get_monotonic_time() + grace_us, leave_at = kill_at + grace_us;

	for (gint64 now = 0; now < leave_at && tt_offspring_end(others, now < kill_at ? asked : NULL);
	     now = g_get_monotonic_time()) {
		g_usleep(5000);
		reap(run);
	}
}

bool tt_program_run(const char *path, char *const *argv, char *const *environment, double timeout,
                    const struct tt_program_care *care, pid_t *pid, struct tt_program_end *end, GError **error)
{
	struct run run = {.care = care, .end = end, .deadline = G_MAXINT64};
	g_autoptr(GArray) others = tt_offspring_adopt();

	*end = (struct tt_program_end){0};
	if (!start(path, argv, environment, pid, error))
		return false;
	run.pid = *pid;
	if (timeout > 0)
		run.deadline = g_get_monotonic_time() + (gint64)(timeout * G_USEC_PER_SEC);
	wait_for_end(&run);
	if (run.by_us)
		end_orphans(&run, others);
	return true;
}
