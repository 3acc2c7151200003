/* SPDX-License-Identifier: MIT */
/*
 * A process of ours reads requests from a pipe. It loads the probes, so LTTng registers it for its user, and
 * libtrace_thr-beacon.so. For a request of another user it forks a child that becomes that user's before LTTng
 * registers it, in a handler that runs before LTTng's, and passes the request on. Each ends when its pipe does, never
 * by a signal: one that is killed in the midst of an event would take what shares the buffer with it.
 */
#include "tools/session/lttng/beacon.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/session/lttng/daemon.h"
#include "tools/session/program/libraries.h"
#include "tools/session/door/tracker.h"
#include "tracepoints/beacon/beacon.h"

/* The group of one that becomes another user's: none that may do anything. */
enum { NOBODYS_GROUP = 65534 };

/* How soon one that was killed is started anew. */
static const gint64 again_us = G_USEC_PER_SEC;

struct request {
	uint32_t uid, n_cpus;
	bool modules;
};

struct tt_beacon {
	pid_t pid;
	int to; /* its pipe */
};

/* One of another user. */
struct other {
	pid_t pid; /* 0: none */
	int to;    /* its pipe; -1: none */
	gint64 started_us;
};

/* In the process itself. */
struct lamp {
	uint32_t uid;
	tt_beacon_beat_function *beat;
	struct tt_tracker *tracker; /* of the session; NULL: there is none */
	GHashTable *others;         /* uid → struct other */
};

/* What a child that becomes another user's needs to know; no `lamp`: none does. */
static struct becoming {
	const struct lamp *lamp;
	uint32_t uid;
	int from, to; /* the ends of its pipe */
} becoming;

/* Puts the pipe into the place of standard input. */
static void take_pipe(int from)
{
	dup2(from, STDIN_FILENO);
	close(from);
}

/* Where the session records all processes, that is an error of no matter. */
static void let_in(const struct lamp *lamp, pid_t pid)
{
	if (lamp->tracker)
		tt_tracker_add(lamp->tracker, pid);
}

static void close_others(const struct lamp *lamp)
{
	GHashTableIter iter;
	gpointer other;

	g_hash_table_iter_init(&iter, lamp->others);
	while (g_hash_table_iter_next(&iter, NULL, &other))
		if (((const struct other *)other)->to != -1)
			close(((const struct other *)other)->to);
}

/* In a child that LTTng does not know yet. One that may not become that user's would not reach the user's buffers. */
static void become(void)
{
	uid_t uid = becoming.uid;

	if (!becoming.lamp)
		return;
	close(becoming.to);
	take_pipe(becoming.from);
	close_others(becoming.lamp);
	becoming.lamp = NULL;
	if (setgroups(0, NULL) || setresgid(NOBODYS_GROUP, NOBODYS_GROUP, NOBODYS_GROUP) || setresuid(uid, uid, uid))
		_exit(1);
}

/* Waits for a request. False: the pipe has ended. */
static bool take(struct request *request)
{
	ssize_t n;

	do
		n = read(STDIN_FILENO, request, sizeof *request);
	while (n == -1 && errno == EINTR);
	return n == sizeof *request;
}

static _Noreturn void serve_one(const struct lamp *lamp)
{
	struct request request;

	while (take(&request))
		lamp->beat(request.n_cpus, request.modules);
	_exit(0);
}

static void start_other(const struct lamp *lamp, uint32_t uid, struct other *other)
{
	int ends[2];

	other->started_us = g_get_monotonic_time();
	if (pipe2(ends, O_CLOEXEC) == -1)
		return;
	becoming = (struct becoming){.lamp = lamp, .uid = uid, .from = ends[0], .to = ends[1]};
	other->pid = fork();
	if (other->pid == 0)
		serve_one(lamp);
	becoming.lamp = NULL;
	close(ends[0]);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	other->to = ends[1];
	if (other->pid > 0)
		let_in(lamp, other->pid);
}

static void forget_other(const struct lamp *lamp, struct other *other)
{
	close(other->to); /* if it is open */
	if (other->pid > 0) {
		waitpid(other->pid, NULL, 0);
		if (lamp->tracker)
			tt_tracker_remove(lamp->tracker, other->pid);
	}
	*other = (struct other){.to = -1, .started_us = other->started_us};
}

/* False: it has ended. One that does not get round to its requests does not get more. */
static bool send_request(int to, const struct request *request)
{
	ssize_t n;

	do
		n = write(to, request, sizeof *request);
	while (n == -1 && errno == EINTR);
	return n != -1 || errno == EAGAIN;
}

static void pass_on(const struct lamp *lamp, const struct request *request)
{
	struct other *other = g_hash_table_lookup(lamp->others, GUINT_TO_POINTER(request->uid));

	if (!other) {
		other = g_new(struct other, 1);
		*other = (struct other){.to = -1, .started_us = -again_us};
		g_hash_table_insert(lamp->others, GUINT_TO_POINTER(request->uid), other);
	}
	if (other->to != -1 && send_request(other->to, request))
		return;
	forget_other(lamp, other);
	if (g_get_monotonic_time() - other->started_us < again_us)
		return;
	start_other(lamp, request->uid, other);
	if (other->to != -1)
		send_request(other->to, request);
}

static _Noreturn void serve(const struct lamp *lamp)
{
	struct request request;

	while (take(&request))
		if (request.uid == lamp->uid)
			lamp->beat(request.n_cpus, request.modules);
		else
			pass_on(lamp, &request);
	_exit(0);
}

/* Nothing of it holds anything open that is the recorder's, or the program's. */
static void keep_apart(int from)
{
	int nowhere = open("/dev/null", O_RDWR);
	sigset_t all;

	sigfillset(&all); /* also SIGPIPE: a pipe's other end may go */
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_NAME, "trace-thr-beat");
	dup2(nowhere, STDOUT_FILENO);
	dup2(nowhere, STDERR_FILENO);
	take_pipe(from);
	close_range(STDERR_FILENO + 1, ~0U, 0);
}

/* LTTng registers the process while the probes are loaded, and returns when that is done. */
static _Noreturn void be_lit(const char *probes, const char *path, const char *session, int from)
{
	struct lamp lamp = {.uid = geteuid(), .others = g_hash_table_new_full(NULL, NULL, NULL, g_free)};
	void *library;

	keep_apart(from);
	lamp.tracker = tt_tracker_open(session);
	let_in(&lamp, getpid());
	g_setenv("LTTNG_UST_REGISTER_TIMEOUT", "-1", TRUE);
	g_setenv("LTTNG_UST_ALLOW_BLOCKING", "1", TRUE); /* a full buffer must not count an event of ours as lost */
	pthread_atfork(NULL, NULL, become);
	if (!dlopen(probes, RTLD_NOW) || !(library = dlopen(path, RTLD_NOW)))
		_exit(1);
	*(void **)&lamp.beat = dlsym(library, "tt_beacon_beat");
	if (!lamp.beat)
		_exit(1);
	serve(&lamp);
}

static bool find_libraries(char **probes, char **path, GError **error)
{
	*probes = tt_library_find(TT_LIBRARY_PROBES);
	*path = tt_library_find(TT_LIBRARY_BEACON);
	if (*probes && *path)
		return true;
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP,
	            "%s is not beside this command or in its ../lib: make, or make install",
	            *probes ? TT_LIBRARY_BEACON : TT_LIBRARY_PROBES);
	return false;
}

struct tt_beacon *tt_beacon_start(const char *session, GError **error)
{
	g_autofree char *probes = NULL, *path = NULL;
	int ends[2] = {-1, -1};
	pid_t pid = -1;

	if (!find_libraries(&probes, &path, error))
		return NULL;
	if (pipe2(ends, O_CLOEXEC) == 0)
		pid = fork();
	if (pid == 0) {
		close(ends[1]);
		be_lit(probes, path, session, ends[0]);
	}
	if (pid == -1) {
		g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP, "cannot start a process (%s)",
		            g_strerror(errno));
		if (ends[0] != -1) {
			close(ends[0]);
			close(ends[1]);
		}
		return NULL;
	}
	close(ends[0]);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	struct tt_beacon *beacon = g_new(struct tt_beacon, 1);
	*beacon = (struct tt_beacon){.pid = pid, .to = ends[1]};
	return beacon;
}

bool tt_beacon_ask(struct tt_beacon *beacon, uint32_t uid, uint32_t n_cpus, bool modules)
{
	return send_request(beacon->to, &(struct request){uid, n_cpus, modules});
}

void tt_beacon_stop(struct tt_beacon *beacon)
{
	if (!beacon)
		return;
	close(beacon->to);
	waitpid(beacon->pid, NULL, 0);
	g_free(beacon);
}
