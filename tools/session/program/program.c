/* SPDX-License-Identifier: MIT */
#include "tools/session/program/program.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/cli/command.h"
#include "tools/session/lttng/daemon.h"
#include "tools/session/program/process_tree.h"
#include "tools/session/program/start_failure.h"

/* From SIGTERM to SIGKILL. */
static const gint64 grace_us = 2 * G_USEC_PER_SEC;

/* From one look at what may end the program to the next. */
static const gint64 look_us = 20000;

/* What a program that has the library gets beyond its timeout until its first event, on a machine that is slow today.
 */
static const gint64 start_patience_us = 10 * G_USEC_PER_SEC;

/* How long what a program leaves behind may take to end before that is said. */
static const gint64 left_after_us = 500000;

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* As it was, for the program. */
static sigset_t mask_before;
static sigset_t defaults; /* what we ignore, and it does not */

/* Those that are ours to take. */
static sigset_t awaited;

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

static void set_awaited(void)
{
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	for (size_t i = 0; i < G_N_ELEMENTS(ending_signals); i++) {
		struct sigaction before;

		/* Ignored, as by nohup or for what a script has started with &: then it is not meant for us. */
		if (sigaction(ending_signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaddset(&awaited, ending_signals[i]);
	}
}

/* What shall be an error, not our end. */
static void ignore(int number)
{
	const struct sigaction ignored = {.sa_handler = SIG_IGN};
	struct sigaction before;

	sigaction(number, &ignored, &before);
	if (before.sa_handler != SIG_IGN)
		sigaddset(&defaults, number);
}

void tt_program_hold_signals(void)
{
	const struct sigaction normal = {.sa_handler = SIG_DFL};
	static bool held;

	if (held) /* of one recording after the other, the first found them as they were */
		return;
	held = true;
	set_awaited();
	sigprocmask(SIG_BLOCK, &awaited, &mask_before);
	/* Inherited as ignored, it would take the program's exit status away. */
	sigaction(SIGCHLD, &normal, NULL);
	sigemptyset(&defaults);
	ignore(SIGPIPE); /* a daemon goes away */
	ignore(SIGXFSZ); /* a file becomes larger than `ulimit -f` */
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

/* 0, or the code of the failure. */
static int start(const char *path, char *const *argv, char *const *environment, pid_t *pid)
{
	posix_spawnattr_t attributes;

	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &mask_before);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	int code = posix_spawn(pid, path, NULL, &attributes, argv, environment);
	posix_spawnattr_destroy(&attributes);
	return code;
}

/* A program at work. */
struct run {
	pid_t pid;
	const struct tt_program_hooks *care;
	struct tt_program_end *end;
	const GArray *others; /* processes below us that are not the program's */
	gint64 started, ended_at;
	gint64 deadline; /* of the program, then of what we have sent a signal to; G_MAXINT64: none yet */
	bool ended;
	bool has_left;       /* it has ended, and what it has left behind was told of */
	unsigned signals;    /* how many we got, since it began or has ended */
	int number;          /* the last one that was sent to it: what it leaves behind gets it too; 0: none */
	gint64 sent, killed; /* when; and when it was first SIGKILL, G_MAXINT64 before */
	GArray *asked;       /* of what it leaves behind, those that have it */
	int death;           /* the one that before_death was called for */
	bool *why;           /* in `end`: what we gave it up for; NULL: we have not */
};

static void note_end(struct run *run, int status)
{
	run->ended = true;
	run->ended_at = g_get_monotonic_time();
	run->signals = 0;
	run->end->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	run->end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (!run->why && run->end->signal != run->number && run->ended_at > run->sent + grace_us)
		run->number = 0; /* it has answered to that, and lived on */
}

/* Takes note of the children that have ended; those that were left to us are forgotten. */
static void reap(struct run *run)
{
	int status;

	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
		if (pid == run->pid)
			note_end(run, status);
}

/* Sends the program, or what it has left behind, a signal that should end it. */
static void end_by(struct run *run, int number)
{
	if (number == SIGKILL || tt_offspring_dies_of(run->others, number)) {
		run->death = run->ended ? 0 : number;
		run->care->before_death(run->care->data);
	}
	run->number = number;
	run->sent = g_get_monotonic_time();
	if (number == SIGKILL)
		run->killed = MIN(run->killed, run->sent);
	g_array_set_size(run->asked, 0);
	if (!run->ended) {
		kill(run->pid, number);
		kill(run->pid, SIGCONT); /* should it be stopped */
	}
}

/* A signal to us. One of the terminal has reached the program as well. */
static void take_signal(struct run *run, const siginfo_t *info)
{
	run->end->interrupted = true;
	if (run->signals++)
		end_by(run, SIGKILL);
	else if (info->si_code != SI_KERNEL || run->ended)
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

/* The time of a program counts from its first event; see program.h for one that makes none. */
static void look_for_beginning(struct run *run)
{
	const struct tt_program_hooks *care = run->care;
	gint64 now = g_get_monotonic_time(), timeout = (gint64)(care->timeout * G_USEC_PER_SEC);

	if (!timeout || run->deadline != G_MAXINT64)
		return;
	if (!care->has_begun) {
		run->deadline = run->started + timeout;
	} else if (care->has_begun(care->data)) {
		run->deadline = now + timeout;
	} else if (now >= run->started + timeout && (now >= run->started + timeout + start_patience_us ||
	                                             !tt_offspring_has_mapped(run->others, "/libtrace_thr"))) {
		run->end->before_event = true;
		run->deadline = now;
	}
}

/* What the program is to be given up for; NULL: nothing. */
static bool *reason(const struct run *run)
{
	const struct tt_program_hooks *care = run->care;

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
	siginfo_t info;
	int got = sigtimedwait(&awaited, &info, &wait);

	if (got > 0 && got != SIGCHLD)
		take_signal(run, &info);
}

/* What it has left behind: a daemon, or what a shell was to wait for. False: that is not waited for. */
static bool attend_to_left(struct run *run, const GArray *left)
{
	const struct tt_program_hooks *care = run->care;
	bool spared = care->detach_ends && !run->why && run->number != SIGKILL;

	if (run->number && !spared) { /* to those that came to us since as well */
		tt_offspring_send(run->others, run->number, run->number == SIGKILL ? NULL : run->asked);
	} else if (!run->has_left && care->left &&
	           (spared || g_get_monotonic_time() >= run->ended_at + left_after_us)) {
		g_autofree char *processes = tt_offspring_text(left);

		run->has_left = true;
		care->left(processes, care->data);
	}
	return !spared && g_get_monotonic_time() - grace_us < run->killed;
}

/* Whether all has ended that is waited for. */
static bool is_over(struct run *run)
{
	reap(run);
	if (!run->ended)
		return false;
	g_autoptr(GArray) left = tt_offspring_left(run->others);
	return !left->len || !attend_to_left(run, left);
}

static void wait_for_end(struct run *run)
{
	while (!is_over(run)) {
		wait_a_while(run);
		look_for_beginning(run);
		bool *why = reason(run);
		if (why)
			give_up(run, why);
	}
}

bool tt_program_run(const char *path, char *const *argv, char *const *environment, const struct tt_program_hooks *care,
                    struct tt_program_end *end, GError **error)
{
	g_autoptr(GArray) others = tt_process_tree_adopt(), asked = g_array_new(FALSE, FALSE, sizeof(pid_t));
	pid_t pid;

	*end = (struct tt_program_end){0};
	int code = start(path, argv, environment, &pid);
	if (code) {
		end->exit_status = tt_start_failure(path, code, error);
		return false;
	}
	struct run run = {.pid = pid,
	                  .care = care,
	                  .end = end,
	                  .others = others,
	                  .started = g_get_monotonic_time(),
	                  .deadline = G_MAXINT64,
	                  .killed = G_MAXINT64,
	                  .asked = asked};
	if (care->started)
		care->started(pid, care->data);
	wait_for_end(&run);
	end->outlived = run.death && end->signal != run.death && end->signal != SIGKILL;
	return true;
}
