/* SPDX-License-Identifier: MIT */
/*
 * A process knocks at the door of its recording (tracepoints/door.h) and waits until it is let in.
 *
 * It does so when the library is loaded, before the probes are where that is possible: LTTng then begins to record it
 * as it registers. One that LTTng knows already, as under --preload, is recorded from the answer on. A forked child
 * asks anew, when LTTng has given it connections of its own: before that it has copies of its parent's, and if that
 * has ended, LTTng would wait on these for an answer of the parent, and the child for LTTng.
 */
#include "libtrace_thr/src/admission/admission.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "libtrace_thr/src/admission/descriptors.h"
#include "libtrace_thr/src/admission/left_out.h"
#include "libtrace_thr/src/trace/timebase.h"
#include "tracepoints/descent.h"
#include "tracepoints/door.h"

/* How long to wait for an answer: the daemon may be busy with a thousand others. */
enum { PATIENCE_S = 30 };

/* Ours; without a path, there is none. Copied: the program may change its environment. */
static struct sockaddr_un door = {.sun_family = AF_UNIX};

static time_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Signal handlers may run meanwhile, again and again. */
static bool may_try_again(time_t until_s)
{
	return errno == EINTR && now_s() < until_s;
}

static bool connect_to(int fd, const struct sockaddr_un *at)
{
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	time_t until_s = now_s() + PATIENCE_S;
	int rc;

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); /* of connect */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	do
		rc = connect(fd, (const struct sockaddr *)at, sizeof *at);
	while (rc == -1 && may_try_again(until_s));
	return rc == 0;
}

/*
 * Whether the recorder of the door may be ours. The kernel says who listens there, unless it is in a pid namespace
 * outside of this one. A stranger need not wait for an answer, for which a recorder may have to wait for others.
 */
static bool may_be_ours(int fd)
{
	struct ucred recorder = {.pid = 0};
	socklen_t size = sizeof recorder;

	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &recorder, &size);
	return !recorder.pid || tt_descent(getpid(), recorder.pid) != TT_DESCENT_NONE;
}

/* Gets the answer, a text. False: there is none in time, or it is a refusal. */
static bool receive(int fd, char *answer, size_t size)
{
	time_t until_s = now_s() + PATIENCE_S;
	ssize_t n;

	do
		n = recv(fd, answer, size - 1, 0);
	while (n == -1 && may_try_again(until_s));
	answer[MAX(n, 0)] = '\0';
	return *answer;
}

/*
 * Knocks at a door, which is not known to be ours if `doubted`. False: it is not opened. Whoever knocks is not
 * cancelled meanwhile.
 */
static bool knock(const struct sockaddr_un *at, bool doubted, char *answer, size_t size)
{
	int before, fd;
	bool ok = false;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd != -1) {
		ok = connect_to(fd, at) && (!doubted || may_be_ours(fd)) && receive(fd, answer, size);
		close(fd);
	}
	pthread_setcancelstate(before, NULL);
	return ok;
}

/* Of a process whose environment is not that of its recorder (env -i, sudo): the innermost that it descends from. */
static void look_for_door(void)
{
	struct dirent **doors = NULL;
	int n = scandir(TT_DOORS, &doors, NULL, alphasort);
	bool found = false;

	for (int i = n; i-- > 0; free(doors[i])) {
		struct sockaddr_un at = {.sun_family = AF_UNIX};
		char answer[TT_DOOR_ANSWER_SIZE];
		int length = snprintf(at.sun_path, sizeof at.sun_path, TT_DOORS "/%s", doors[i]->d_name);

		if (found || doors[i]->d_name[0] == '.' || length >= (int)sizeof at.sun_path)
			continue;
		found = knock(&at, true, answer, sizeof answer);
		if (found)
			door = at;
	}
	free(doors);
}

static void read_environment(void)
{
	tt_left_out_prepare();
	tt_timebase_prepare();
}

static pthread_once_t environment_once = PTHREAD_ONCE_INIT;

void tt_admission_prepare(void)
{
	const char *path = secure_getenv(TT_DOOR_VARIABLE);
	int error = errno;

	pthread_once(&environment_once, read_environment);
	if (!path)
		look_for_door();
	else if (strlen(path) < sizeof door.sun_path)
		strcpy(door.sun_path, path);
	errno = error;
}

/* Defined in the interposer, which asks before LTTng has its descriptors, also in a forked child. */
extern const char tthr_preloaded __attribute__((weak, visibility("hidden")));

bool tt_admission_is_possible(void)
{
	/* Of the process asked about: twice its id, and 1 if it is possible. 0: nobody has asked. */
	static uint64_t answer;
	uint64_t pid = (uint64_t)getpid();
	uint64_t known = __atomic_load_n(&answer, __ATOMIC_RELAXED); /* Relaxed: it stands for nothing but itself */
	int error = errno;

	if (known / 2 == pid)
		return known % 2;
	pthread_once(&environment_once, read_environment);
	bool has_descriptors = known && !&tthr_preloaded;
	bool possible = tt_timebase_is_shared() && (has_descriptors || tt_descriptors_suffice());
	if (!__atomic_compare_exchange_n(&answer, &known, 2 * pid + possible, false, __ATOMIC_RELAXED,
	                                 __ATOMIC_RELAXED))
		possible = known % 2; /* another thread was faster */
	errno = error;
	return possible;
}

bool tt_admission_ask(char *recording, size_t size)
{
	char answer[TT_DOOR_ANSWER_SIZE];
	int error = errno;
	bool ok = tt_admission_is_possible();

	if (!ok) {
		tt_left_out_tell_again();
	} else if (*door.sun_path) {
		ok = knock(&door, false, answer, sizeof answer);
		if (ok)
			snprintf(recording, size, "%s", answer);
	}
	errno = error;
	return ok;
}
