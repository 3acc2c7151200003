/*
 * A daemon is watched by a pidfd, which is readable once it has ended. The session daemon writes its number into a
 * file; the consumer daemon is a child of it by name.
 */
#include "tools/session/watch.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

enum { CONSUMERS = 4 }; /* of programs of 64 bits, of 32, of the kernel */

struct tt_watch {
	struct pollfd daemon, consumers[CONSUMERS];
	nfds_t n_consumers;
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
			watch->consumers[watch->n_consumers++] = (struct pollfd){.fd = fd, .events = POLLIN};
	}
}

struct tt_watch *tt_watch_new(void)
{
	struct tt_watch *watch = g_new0(struct tt_watch, 1);
	pid_t daemon = session_daemon();

	watch->daemon = (struct pollfd){.fd = daemon ? pidfd_open(daemon, 0) : -1, .events = POLLIN};
	if (watch->daemon.fd != -1)
		find_consumers(watch, daemon);
	return watch;
}

void tt_watch_free(struct tt_watch *watch)
{
	if (!watch)
		return;
	for (nfds_t i = 0; i < watch->n_consumers; i++)
		close(watch->consumers[i].fd);
	if (watch->daemon.fd != -1)
		close(watch->daemon.fd);
	g_free(watch);
}

enum tt_cut tt_watch_look(const struct tt_watch *watch)
{
	struct pollfd fds[1 + CONSUMERS] = {watch->daemon};

	memcpy(fds + 1, watch->consumers, sizeof watch->consumers);
	if (poll(fds, 1 + watch->n_consumers, 0) <= 0)
		return TT_CUT_NONE;
	return fds[0].revents ? TT_CUT_DAEMON : TT_CUT_CONSUMER;
}

bool tt_watch_shares(const char *path)
{
	pid_t daemon = session_daemon();
	g_autofree char *there = g_strdup_printf("/proc/%d/root%s", (int)daemon, path);
	struct stat theirs, ours;

	return daemon && stat(there, &theirs) == 0 && stat(path, &ours) == 0 && theirs.st_dev == ours.st_dev &&
	       theirs.st_ino == ours.st_ino;
}
