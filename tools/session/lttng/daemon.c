/* SPDX-License-Identifier: MIT */
#include "tools/session/lttng/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lttng/lttng.h>

#include "tools/session/lttng/daemon_process.h"
#include "tools/session/dirs.h"
#include "tools/session/lttng/daemon_watch.h"

G_DEFINE_QUARK(tt - session - error - quark, tt_session_error)

/* How long to try to start a daemon, and from one try to the next. */
enum { PATIENCE_US = 3000 * 1000, AGAIN_US = 50 * 1000 };

/*
 * How long a daemon may take to end. All that recorders asked of it is on disk then. It waits for each session until
 * the consumer daemon has released each buffer, and a buffer in which a thread was killed is never released.
 */
enum { END_MS = 3000 };

/* Bytes of the lock file. */
enum { DECIDING = 0, USING = 1 };

/* Beside the daemon's sockets: who cannot reach these, from a container say, does not share the daemon either. */
static const char lock_folder[] = "/run/lttng";
static const char lock_path[] = "/run/lttng/trace-thr.lock";

struct tt_daemon {
	int lock;   /* the lock file, -1 for a daemon that was there or is private */
	int pidfd;  /* of a private one, -1 otherwise */
	char *home; /* of a private one: its LTTNG_HOME */
};

static bool lock_byte(int fd, int byte, short type, bool wait)
{
	struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
	int rc;

	do
		rc = fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock);
	while (rc == -1 && errno == EINTR);
	return rc == 0;
}

/* Opens the lock file and locks its first byte; -1 with *error. */
static int open_lock(GError **error)
{
	mkdir(lock_folder, 0755); /* as the daemon does */
	for (;;) {
		struct stat mine, now;
		int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd == -1 || !lock_byte(fd, DECIDING, F_WRLCK, true) || fstat(fd, &mine) == -1) {
			g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP,
			            "cannot use the lock file %s (%s): see to its permissions, or remove it", lock_path,
			            g_strerror(errno));
			if (fd != -1)
				close(fd);
			return -1;
		}
		if (stat(lock_path, &now) == 0 && now.st_ino == mine.st_ino)
			return fd;
		close(fd); /* the last user has removed it meanwhile */
	}
}

/* When a process began, in the kernel's ticks; 0: there is none. With the number it tells it from all others. */
static unsigned long long begin_of(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
	g_autofree char *text = NULL;
	unsigned long long begin = 0;

	if (!g_file_get_contents(path, &text, NULL, NULL) || !strrchr(text, ')'))
		return 0;
	/* The 22nd field; the second, in parentheses, is a name. */
	sscanf(strrchr(text, ')'), ") %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
	       &begin);
	return begin;
}

static void write_pid(int fd, pid_t pid)
{
	if (ftruncate(fd, 0) == 0)
		dprintf(fd, "%d %llu\n", (int)pid, begin_of(pid));
}

/*
 * The daemon that a recorder started, if it runs still: 0 otherwise. The file may be shared with containers, in which
 * the number is another process.
 */
static pid_t read_pid(int fd)
{
	char text[64] = "";
	unsigned long long begin = 0;
	int pid = 0;

	if (pread(fd, text, sizeof text - 1, 0) == -1 || sscanf(text, "%d %llu", &pid, &begin) != 2)
		return 0;
	return begin && begin_of(pid) == begin ? pid : 0;
}

static bool is_alive(void *data)
{
	(void)data;
	return lttng_session_daemon_alive() == 1;
}

/*
 * Starts a daemon and waits until it answers. 0 with *error. As long as another one is about to end, which answers no
 * more, a new one ends at once: so it is tried again for some time.
 */
static pid_t start(GError **error)
{
	char name[] = "lttng-sessiond", no_kernel[] = "--no-kernel", quiet[] = "--quiet";
	char *argv[] = {name, no_kernel, quiet, NULL};
	const struct tt_daemon_process background = {.argv = argv, .answers = is_alive};
	gint64 enough = g_get_monotonic_time() + PATIENCE_US;
	g_autoptr(GError) failure = NULL;
	pid_t pid;

	while (!(pid = tt_daemon_process_start(&background, &failure)) && g_get_monotonic_time() < enough) {
		g_clear_error(&failure);
		g_usleep(AGAIN_US);
	}
	if (!pid)
		g_propagate_error(error, g_steal_pointer(&failure));
	return pid;
}

static bool open_shared(struct tt_daemon *daemon, GError **error)
{
	daemon->lock = open_lock(error);
	if (daemon->lock == -1)
		return false;
	if (!is_alive(NULL)) {
		pid_t pid = start(error);
		if (!pid)
			return false; /* who closes it removes the lock file */
		write_pid(daemon->lock, pid);
	}
	lock_byte(daemon->lock, USING, F_RDLCK, true);
	lock_byte(daemon->lock, DECIDING, F_UNLCK, true);
	return true;
}

/*
 * Ends a session daemon, and its consumer daemons: one that outlives it holds the sockets that the consumer daemon of
 * the next recorder needs.
 */
static void stop(int pidfd)
{
	struct tt_watch *watch = tt_watch_new();

	tt_daemon_process_stop(pidfd, END_MS);
	tt_watch_look(watch);
	tt_watch_free(watch);
}

static void close_shared(struct tt_daemon *daemon)
{
	lock_byte(daemon->lock, DECIDING, F_WRLCK, true);
	if (lock_byte(daemon->lock, USING, F_WRLCK, false)) {
		pid_t pid = read_pid(daemon->lock);
		if (pid)
			stop(pidfd_open(pid, 0));
		unlink(lock_path);
	}
	close(daemon->lock);
}

static bool open_private(struct tt_daemon *daemon, GError **error)
{
	g_autoptr(GError) failure = NULL;

	daemon->home = g_dir_make_tmp("trace-thr-XXXXXX", &failure);
	if (!daemon->home) {
		g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP,
		            "no temporary folder (%s): set TMPDIR to a folder that can be written", failure->message);
		return false;
	}
	g_setenv("LTTNG_HOME", daemon->home, TRUE);
	pid_t pid = start(error);
	if (pid)
		daemon->pidfd = pidfd_open(pid, 0);
	return pid != 0;
}

static void close_private(struct tt_daemon *daemon)
{
	stop(daemon->pidfd);
	tt_remove_tree(daemon->home);
	g_unsetenv("LTTNG_HOME");
	g_free(daemon->home);
}

struct tt_daemon *tt_daemon_open(GError **error)
{
	struct tt_daemon *daemon = g_new0(struct tt_daemon, 1);
	bool ok = true;

	daemon->lock = daemon->pidfd = -1;
	if (geteuid() == 0)
		ok = open_shared(daemon, error);
	else if (!is_alive(NULL))
		ok = open_private(daemon, error);
	if (!ok) {
		tt_daemon_close(daemon);
		return NULL;
	}
	return daemon;
}

const char *tt_daemon_home(const struct tt_daemon *daemon)
{
	return daemon->home;
}

void tt_daemon_close(struct tt_daemon *daemon)
{
	if (!daemon)
		return;
	if (daemon->lock != -1)
		close_shared(daemon);
	if (daemon->home)
		close_private(daemon);
	g_free(daemon);
}
