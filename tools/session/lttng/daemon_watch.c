/* SPDX-License-Identifier: MIT */
/*
 * A daemon is watched by a pidfd, which is readable once it has ended. The session daemon writes its number into a
 * file; the consumer daemon is a child of it by name.
 */
#include "tools/session/lttng/daemon_watch.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

enum { CONSUMERS = 4 }; /* of programs of 64 bits, of 32, of the kernel */

enum { PATIENCE_MS = 2000 }; /* until SIGKILL has ended one */

/*
 * The thread of the session daemon that serves us, as the kernel cuts its name: it ends when the daemon is told to end,
 * and not before. Others come and go (one loads saved sessions, and is done). All threads of a consumer daemon last.
 */
static const char lasting[] = "Client manageme";

struct process {
	pid_t pid;
	int pidfd;
	GArray *threads; /* pid_t */
};

struct tt_watch {
	struct process daemon; /* a pidfd of -1: it is not to be seen */
	struct process consumers[CONSUMERS];
	guint n_consumers;
};

static char *file_of(pid_t pid, const char *name)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, name);
	char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static bool is_called(pid_t pid, const char *name)
{
	g_autofree char *text = file_of(pid, "comm");

	/* The kernel keeps 15 bytes. */
	return text && !strncmp(g_strchomp(text), name, 15);
}

static pid_t pid_of_file(const char *path)
{
	g_autofree char *text = NULL;
	pid_t pid = g_file_get_contents(path, &text, NULL, NULL) ? (pid_t)strtol(text, NULL, 10) : 0;

	return pid > 0 && is_called(pid, "lttng-sessiond") ? pid : 0;
}

/* The session daemon that we talk to: as liblttng-ctl chooses it. 0: it is not to be seen. */
static pid_t session_daemon(void)
{
	const char *home = g_getenv("LTTNG_HOME") ? g_getenv("LTTNG_HOME") : g_getenv("HOME");
	g_autofree char *own = home ? g_build_filename(home, ".lttng/lttng-sessiond.pid", NULL) : NULL;
	pid_t pid = geteuid() != 0 && own ? pid_of_file(own) : 0;

	return pid ? pid : pid_of_file("/run/lttng/lttng-sessiond.pid");
}

static bool is_child_of(pid_t pid, pid_t parent)
{
	g_autofree char *text = file_of(pid, "stat");
	const char *behind_name = text ? strrchr(text, ')') : NULL;
	int found = 0;

	return behind_name && sscanf(behind_name, ") %*c %d", &found) == 1 && found == parent;
}

/* Whether the kernel calls the thread so. */
static bool thread_is_called(pid_t pid, const char *thread, const char *name)
{
	g_autofree char *file = g_build_filename("task", thread, "comm", NULL);
	g_autofree char *text = file_of(pid, file);

	return text && !strcmp(g_strchomp(text), name);
}

/* Those called so; NULL: all. */
static GArray *threads_of(pid_t pid, const char *called)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task", (int)pid);
	g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
	GArray *threads = g_array_new(FALSE, FALSE, sizeof(pid_t));
	const char *name;

	while (folder && (name = g_dir_read_name(folder))) {
		pid_t thread = (pid_t)strtol(name, NULL, 10);
		if (thread > 0 && (!called || thread_is_called(pid, name, called)))
			g_array_append_val(threads, thread);
	}
	return threads;
}

static void find_consumers(struct tt_watch *watch, pid_t daemon)
{
	g_autoptr(GDir) processes = g_dir_open("/proc", 0, NULL);
	const char *name;

	while (processes && (name = g_dir_read_name(processes)) && watch->n_consumers < CONSUMERS) {
		pid_t pid = (pid_t)strtol(name, NULL, 10);

		if (pid <= 0 || !is_child_of(pid, daemon) || !is_called(pid, "lttng-consumerd"))
			continue;
		int fd = pidfd_open(pid, 0);
		if (fd != -1)
			watch->consumers[watch->n_consumers++] = (struct process){pid, fd, threads_of(pid, NULL)};
	}
}

struct tt_watch *tt_watch_new(void)
{
	struct tt_watch *watch = g_new0(struct tt_watch, 1);
	pid_t daemon = session_daemon();

	watch->daemon = (struct process){daemon, daemon ? pidfd_open(daemon, 0) : -1, threads_of(daemon, lasting)};
	if (watch->daemon.pidfd != -1)
		find_consumers(watch, daemon);
	return watch;
}

void tt_watch_free(struct tt_watch *watch)
{
	if (!watch)
		return;
	for (guint i = 0; i < watch->n_consumers; i++) {
		close(watch->consumers[i].pidfd);
		g_array_free(watch->consumers[i].threads, TRUE);
	}
	if (watch->daemon.pidfd != -1)
		close(watch->daemon.pidfd);
	g_array_free(watch->daemon.threads, TRUE);
	g_free(watch);
}

/* Within the time; a pidfd of -1 never does. */
static bool has_ended(int pidfd, int timeout_ms)
{
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};

	return poll(&ended, 1, timeout_ms) == 1;
}

/* Whether it has been told to end. */
static bool is_ending(const struct process *process)
{
	for (guint i = 0; i < process->threads->len; i++) {
		char path[64];

		snprintf(path, sizeof path, "/proc/%d/task/%d", (int)process->pid,
		         (int)g_array_index(process->threads, pid_t, i));
		if (access(path, F_OK) == -1)
			return true;
	}
	return false;
}

/* Whether it has ended; one that is ending, or `must` end, does so at once. */
static bool is_gone(const struct process *process, bool must)
{
	if (process->pidfd == -1 || has_ended(process->pidfd, 0))
		return process->pidfd != -1;
	return (must || is_ending(process)) && pidfd_send_signal(process->pidfd, SIGKILL, NULL, 0) == 0 &&
	       has_ended(process->pidfd, PATIENCE_MS);
}

enum tt_cut tt_watch_look(const struct tt_watch *watch)
{
	enum tt_cut cut = is_gone(&watch->daemon, false) ? TT_CUT_DAEMON : TT_CUT_NONE;

	for (guint i = 0; i < watch->n_consumers; i++)
		if (is_gone(&watch->consumers[i], cut))
			cut = cut ? cut : TT_CUT_CONSUMER;
	return cut;
}

bool tt_watch_shares(const char *path)
{
	pid_t daemon = session_daemon();
	g_autofree char *there = g_strdup_printf("/proc/%d/root%s", (int)daemon, path);
	struct stat theirs, ours;

	return daemon && stat(there, &theirs) == 0 && stat(path, &ours) == 0 && theirs.st_dev == ours.st_dev &&
	       theirs.st_ino == ours.st_ino;
}

uint64_t tt_watch_file_limit(void)
{
	pid_t daemon = session_daemon();
	struct rlimit limit;

	return daemon && prlimit(daemon, RLIMIT_FSIZE, NULL, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY
	           ? (uint64_t)limit.rlim_cur
	           : UINT64_MAX;
}
