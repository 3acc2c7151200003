/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <babeltrace2/babeltrace.h>
#include <dlfcn.h>
#include <glib.h>
#include <lttng/lttng.h>
#include <trace_thr/types.h>

#include "tools/cli/command.h"
#include "tools/cli/error.h"
#include "tools/read/source.h"
#include "tools/text/sanitize.h"
#include "tools/session/lttng/buffers.h"
#include "tools/session/program/libraries.h"
#include "tools/session/program/preload_check.h"

static bool is_in_group(gid_t gid)
{
	gid_t groups[256];
	int n = getgroups(G_N_ELEMENTS(groups), groups);

	for (int i = 0; i < n; i++)
		if (groups[i] == gid)
			return true;
	return getegid() == gid;
}

/* Each looks at one thing, says what it found, and returns what to do about it: NULL if it is well. */

static const char *look_at_daemon(GString *found)
{
	g_autofree char *path = g_find_program_in_path("lttng-sessiond");
	bool runs = lttng_session_daemon_alive() == 1;

	if (!path) {
		g_string_assign(found, "lttng-sessiond is not installed");
		return "apt-get install lttng-tools, or make deps";
	}
	g_string_printf(found, "%s, %s", path,
	                runs ? "running: recording uses it" : "not running: recording starts it and stops it");
	return NULL;
}

/* Sessions of recorders that are no more: they were killed. */
static const char *look_at_sessions(GString *found)
{
	struct lttng_session *sessions = NULL;
	int n = lttng_list_sessions(&sessions), left = 0, pid;

	for (int i = 0; i < n; i++)
		if (sscanf(sessions[i].name, "trace-thr-%d-", &pid) == 1 && kill(pid, 0) == -1 && errno == ESRCH)
			g_string_printf(found, "%s is left of a recorder that was killed%s", sessions[i].name,
			                left++ ? ", and others" : "");
	free(sessions);
	if (left)
		return "lttng destroy that session, unless its recorder runs in another container";
	g_string_assign(found, "none is left of a recorder that was killed");
	return NULL;
}

/* Root's daemon is open to the group `tracing`; others start one of their own. */
static const char *look_at_user(GString *found)
{
	const struct group *tracing = getgrnam("tracing");
	bool in = tracing && is_in_group(tracing->gr_gid);
	const struct passwd *user = getpwuid(geteuid());

	g_string_printf(found, "%s: %s", user ? user->pw_name : "without a name",
	                geteuid() == 0 ? "uses the machine's daemon"
	                : in           ? "in the group tracing: uses the machine's daemon, if it runs"
	                               : "not in the group tracing: uses a daemon of its own");
	return NULL;
}

/* The name with the 1 is that of LTTng-UST 2.13 and later; 2.12 has the 0. */
static const char *look_at_ust(GString *found)
{
	void *handle = dlopen("liblttng-ust.so.1", RTLD_NOW | RTLD_LOCAL);

	g_string_assign(found, handle ? "liblttng-ust.so.1 loads (LTTng-UST 2.13 or later)"
	                              : "liblttng-ust.so.1 does not load");
	return handle ? NULL : "apt-get install liblttng-ust1, or make deps; version 2.13 or later";
}

/* The probes lie beside the library that they belong to; where that is, only a program built with it knows. */
static const char *look_at_provider(GString *found)
{
	g_autofree char *path = tt_library_find(TT_LIBRARY_PROBES);
	g_autoptr(GError) error = NULL;

	if (!path) {
		g_string_assign(found, TT_LIBRARY_PROBES " is not beside this command or in its ../lib");
		return "make, or make install: the library finds it in its own folder";
	}
	if (!tt_library_loads(path, &error)) {
		g_string_assign(found, error->message);
		return "build it against the LTTng-UST of this machine: make";
	}
	g_string_printf(found, "%s loads", path);
	return NULL;
}

/* It lies beside the probes, and needs what they need. */
static const char *look_at_beacon(GString *found)
{
	g_autofree char *path = tt_library_find(TT_LIBRARY_BEACON);

	if (!path) {
		g_string_assign(found, TT_LIBRARY_BEACON " is not beside this command or in its ../lib");
		return "make, or make install: without it, run finds hangs only when the program has ended";
	}
	g_string_printf(found, "%s: run sees a hang while the program runs", path);
	return NULL;
}

/* In a process of its own: in ours it would take the place of libc's functions. */
static const char *look_at_preload(GString *found)
{
	g_autofree char *path = tt_library_find(TT_LIBRARY_PRELOAD);
	g_autoptr(GError) error = NULL;

	if (!path) {
		g_string_assign(found, TT_LIBRARY_PRELOAD " is not beside this command or in its ../lib");
		return "make, or make install: record --preload needs it";
	}
	if (!tt_preload_works(&error)) {
		g_string_assign(found, error->message);
		return "build it on this machine: make";
	}
	g_string_printf(found, "%s loads", path);
	return NULL;
}

/* That of programs which were built with it, and the interposer. */
static const char *look_at_library(GString *found)
{
	static const char *const names[] = {TT_LIBRARY, TT_LIBRARY_PRELOAD};
	unsigned n = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_auto(GStrv) paths = tt_library_find_all(names[i]);
		for (char **path = paths; *path; path++, n++) {
			if (tt_library_asks(*path))
				continue;
			g_string_printf(found, "%s is of an earlier version: this command records no program of it",
			                *path);
			return "make install, where it is; or remove it";
		}
	}
	g_string_printf(found, "%u found, and all of them ask to be recorded", n);
	return NULL;
}

static const char *look_at_unwinder(GString *found)
{
	bool loads = tt_library_loads(TT_LIBRARY_UNWIND, NULL);

	g_string_assign(found, loads ? TT_LIBRARY_UNWIND " loads: --stack records call chains"
	                             : TT_LIBRARY_UNWIND " does not load: without it there are no call chains");
	return loads ? NULL : "apt-get install libunwind8, or make deps";
}

static const char *look_at_shm(GString *found)
{
	static char advice[128];
	uint64_t room = tt_buffers_room();
	struct tt_buffers buffers = tt_buffers_fit(room, (uint64_t)sysconf(_SC_NPROCESSORS_CONF));

	if (room == UINT64_MAX) {
		g_string_assign(found, "/dev/shm is not there");
		return "mount -t tmpfs shm /dev/shm";
	}
	g_string_printf(found, "/dev/shm has %" G_GUINT64_FORMAT " MiB free, recording takes %" G_GUINT64_FORMAT " MiB",
	                room >> 20, (buffers.total >> 20) + 1);
	uint64_t size = tt_buffers_size_wanted(tt_buffers_size(), room, buffers.total);
	g_snprintf(advice, sizeof advice,
	           "mount -o remount,size=%" G_GUINT64_FORMAT "m /dev/shm (docker: --shm-size=%" G_GUINT64_FORMAT "m)",
	           size, size);
	return buffers.event_size ? NULL : advice;
}

static const char *look_at_reader(GString *found)
{
	const char *chosen = g_getenv(TT_READER_VARIABLE);
	const bt_plugin *plugin = NULL;

	bt_plugin_find("ctf", BT_TRUE, BT_TRUE, BT_TRUE, BT_TRUE, BT_FALSE, &plugin);
	g_string_printf(found, "%s first; Babeltrace %u.%u.%u, %s",
	                g_strcmp0(chosen, tt_source_babeltrace.name) ? "our own" : "Babeltrace", bt_version_get_major(),
	                bt_version_get_minor(), bt_version_get_patch(),
	                plugin ? "reads CTF" : "without its ctf plugin");
	if (!plugin)
		return "apt-get install libbabeltrace2-0, or make deps";
	bt_plugin_put_ref(plugin);
	return NULL;
}

static const struct {
	const char *what;
	const char *(*look)(GString *found);
} looks[] = {
    {"user", look_at_user},       {"daemon", look_at_daemon},   {"sessions", look_at_sessions},
    {"tracer", look_at_ust},      {"probes", look_at_provider}, {"beacon", look_at_beacon},
    {"preload", look_at_preload}, {"library", look_at_library}, {"stacks", look_at_unwinder},
    {"memory", look_at_shm},      {"reader", look_at_reader},
};

static int diagnose(void)
{
	g_autoptr(GString) found = g_string_new(NULL);
	int problems = 0;

	printf("  ok       command   trace-thr %s\n", TTHR_VERSION);
	for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
		const char *remedy = looks[i].look(found);
		g_autofree char *shown = tt_harmless_name(found->str);
		printf("  %-7s  %-8s  %s\n", remedy ? "PROBLEM" : "ok", looks[i].what, shown);
		if (remedy)
			printf("                     remedy: %s\n", remedy);
		problems += remedy != NULL;
	}
	puts(problems ? "Recording will not work on this machine as it is." : "All is well: trace-thr run -- PROGRAM");
	return problems ? TT_EXIT_FINDINGS : TT_EXIT_OK;
}

static int run(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;

	g_option_context_set_summary(context,
	                             "Looks at what recording and reading need on this machine, and says what to "
	                             "do where it is not there.\n\nExit status: 0 all is well, 1 problems, 2 bad "
	                             "usage.");
	if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
		tt_note("%s: see trace-thr doctor --help", error ? error->message : "doctor takes no arguments");
		return TT_EXIT_USAGE;
	}
	return diagnose();
}

const struct tt_command tt_command_doctor = {
    .name = "doctor", .summary = "look at what is missing on this machine", .run = run};
