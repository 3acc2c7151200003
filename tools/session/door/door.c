/* SPDX-License-Identifier: MIT */
/*
 * The door is a socket beside LTTng's own, so it can be reached from wherever those can. It is kept by a process of its
 * own, since liblttng-ctl serves one thread of a process. That lives as long as the recorder, and hears no signal: who
 * ends a recording by signals wants it whole.
 */
#include "tools/session/door/door.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/session/lttng/daemon.h"
#include "tools/session/door/keeper.h"
#include "tools/session/door/tracker.h"
#include "tracepoints/door.h"

struct tt_door {
	char *path;
	char *folder; /* of its own, NULL: it shares one */
	int keeper;   /* pidfd */
	bool *failed; /* shared with the keeper: somebody was not let in */
	bool *used;   /* likewise: somebody was */
};

/* The folder of root's doors, which stays: another recorder may be about to put its own there. */
static bool make_shared_folder(void)
{
	struct stat info;

	if (mkdir(TT_DOORS, 0755) == 0)
		return chmod(TT_DOORS, 0755) == 0; /* whatever the umask says */
	if (errno != EEXIST || lstat(TT_DOORS, &info) == -1)
		return false;
	errno = ENOTDIR;
	return S_ISDIR(info.st_mode) && info.st_uid == geteuid();
}

/* Where a path that ends in it is not too long for a socket. */
static char *make_own_folder(void)
{
	char *folder = g_dir_make_tmp("trace-thr-XXXXXX", NULL);

	if (folder && strlen(folder) + strlen("/door") < sizeof((struct sockaddr_un *)NULL)->sun_path)
		return folder;
	if (folder)
		rmdir(folder);
	g_free(folder);
	return g_mkdtemp(g_strdup("/tmp/trace-thr-XXXXXX"));
}

/* Chooses the path. False: it cannot be there. */
static bool choose_place(struct tt_door *door, const char *home)
{
	if (home) {
		door->path = g_build_filename(home, "door", NULL);
	} else if (geteuid() == 0) {
		door->path = g_strdup_printf(TT_DOORS "/%016" G_GINT64_MODIFIER "x", g_get_monotonic_time());
		return make_shared_folder();
	} else {
		door->folder = make_own_folder();
		door->path = g_strconcat(door->folder ? door->folder : "/tmp", "/door", NULL);
		return door->folder;
	}
	return true;
}

/* A socket that listens there, open to those who have given up rights since; -1 with errno. */
static int listen_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd != -1 && g_strlcpy(at.sun_path, path, sizeof at.sun_path) >= sizeof at.sun_path)
		errno = ENAMETOOLONG;
	else if (fd != -1 && bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 && chmod(path, 0666) == 0 &&
	         listen(fd, SOMAXCONN) == 0)
		return fd;
	int code = errno;
	if (fd != -1)
		close(fd);
	errno = code;
	return -1;
}

static void remove_door(const struct tt_door *door)
{
	unlink(door->path);
	if (door->folder)
		rmdir(door->folder);
}

/* Of the keeper, in its process. */
static bool *is_used;

static bool add(pid_t pid, void *tracker)
{
	bool ok = !tracker || tt_tracker_add(tracker, pid);

	*is_used |= ok;
	return ok;
}

static void strike_off(pid_t pid, void *tracker)
{
	if (tracker)
		tt_tracker_remove(tracker, pid);
}

/* In the process itself. `us` is a pidfd of the recorder. */
static void keep(const struct tt_door *door, struct tt_keeper *keeper, int us)
{
	sigset_t all;

	setsid();
	prctl(PR_SET_NAME, "trace-thr-door");
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	keeper->recorder_ends = us;
	keeper->add = add;
	keeper->remove = strike_off;
	keeper->failed = door->failed;
	is_used = door->used;
	tt_keeper_keep(keeper);
	remove_door(door);
}

/* Forks the keeper; its pidfd, -1 with errno. */
static int start_keeper(const struct tt_door *door, struct tt_keeper *keeper)
{
	int us = pidfd_open(getpid(), 0), pidfd = -1;

	if (us == -1)
		return -1;
	keeper->recorder = getpid();
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		keep(door, keeper, us);
		_exit(0);
	}
	if (pid != -1)
		pidfd = pidfd_open(pid, 0);
	close(us);
	return pidfd;
}

static bool *shared_flag(void)
{
	void *page = mmap(NULL, sizeof(bool), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? NULL : page;
}

static void free_door(struct tt_door *door)
{
	if (door->failed)
		munmap(door->failed, sizeof(bool));
	if (door->used)
		munmap(door->used, sizeof(bool));
	g_free(door->path);
	g_free(door->folder);
	g_free(door);
}

struct tt_door *tt_door_open(const char *session, const char *token, const char *home, GError **error)
{
	struct tt_door *door = g_new0(struct tt_door, 1);
	struct tt_tracker *tracker = session ? tt_tracker_open(session) : NULL;
	struct tt_keeper keeper = {.token = token, .data = tracker, .listening = -1};

	door->keeper = -1;
	door->failed = shared_flag();
	door->used = shared_flag();
	if ((tracker || !session) && door->failed && door->used && choose_place(door, home))
		keeper.listening = listen_at(door->path);
	if (keeper.listening != -1) {
		door->keeper = start_keeper(door, &keeper);
		close(keeper.listening);
	}
	int code = errno;
	tt_tracker_close(tracker);
	if (door->keeper != -1)
		return door;
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP,
	            "cannot let processes into the recording by %s (%s): see to the folder, or what 'trace-thr doctor' "
	            "says",
	            door->path ? door->path : "a socket", g_strerror(code));
	if (door->path)
		remove_door(door);
	free_door(door);
	return NULL;
}

const char *tt_door_path(const struct tt_door *door)
{
	return door->path;
}

bool tt_door_is_used(const struct tt_door *door)
{
	return *door->used;
}

bool tt_door_is_kept(const struct tt_door *door)
{
	struct pollfd ended = {.fd = door->keeper, .events = POLLIN};

	return poll(&ended, 1, 0) == 0;
}

bool tt_door_close(struct tt_door *door)
{
	bool whole;

	if (!door)
		return true;
	struct pollfd ended = {.fd = door->keeper, .events = POLLIN};
	whole = tt_door_is_kept(door);
	pidfd_send_signal(door->keeper, SIGKILL, NULL, 0);
	poll(&ended, 1, -1);
	waitid(P_PIDFD, (id_t)door->keeper, NULL, WEXITED | WNOHANG); /* if it is our child */
	close(door->keeper);
	whole = whole && !*door->failed;
	remove_door(door);
	free_door(door);
	return whole;
}
