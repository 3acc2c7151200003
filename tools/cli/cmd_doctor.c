#include <stdio.h>

#include <sys/statvfs.h>
#include <unistd.h>

#include <babeltrace2/babeltrace.h>
#include <dlfcn.h>
#include <glib.h>
#include <lttng/lttng.h>
#include <trace_thr/types.h>

#include "tools/cli/command.h"

/* Each looks at one thing, says what it found, and returns what to do about it: NULL if it is well. */

static const char *look_at_daemon(GString *found)
{
	g_autofree char *path = g_find_program_in_path("lttng-sessiond");

	if (!path) {
		g_string_assign(found, "lttng-sessiond is not installed");
		return "apt-get install lttng-tools, or make deps";
	}
	g_string_printf(found, "%s, %s", path,
	                lttng_session_daemon_alive() == 1 ? "running"
	                                                  : "not running: recording starts it and stops it");
	return NULL;
}

static const char *look_at_ust(GString *found)
{
	void *handle = dlopen("liblttng-ust.so.1", RTLD_NOW | RTLD_LOCAL);

	g_string_assign(found, handle ? "liblttng-ust.so.1 loads" : "liblttng-ust.so.1 does not load");
	return handle ? NULL : "apt-get install liblttng-ust1, or make deps; version 2.13 or later";
}

/* The probes lie beside the library that they belong to; where that is, only a program built with it knows. */
static const char *look_at_provider(GString *found)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = g_path_get_dirname(self ? self : ".");
	const char *const places[] = {".", "../lib", "../lib/x86_64-linux-gnu"};

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *path = g_build_filename(folder, places[i], "libtrace_thr-tracepoints.so", NULL);
		if (!g_file_test(path, G_FILE_TEST_EXISTS))
			continue;
		void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
		g_string_printf(found, "%s %s", path, handle ? "loads" : dlerror());
		return handle ? NULL : "build it against the LTTng-UST of this machine: make";
	}
	g_string_assign(found, "libtrace_thr-tracepoints.so is not beside this command or in its ../lib");
	return "make, or make install: the library finds it in its own folder";
}

static const char *look_at_shm(GString *found)
{
	const uint64_t wanted = (uint64_t)sysconf(_SC_NPROCESSORS_CONF) * 2 * 1024 * 1024;
	struct statvfs shm;

	if (statvfs("/dev/shm", &shm) == -1) {
		g_string_assign(found, "/dev/shm is not there");
		return "mount -t tmpfs shm /dev/shm";
	}
	uint64_t room = (uint64_t)shm.f_bavail * shm.f_frsize;
	g_string_printf(found,
	                "/dev/shm has %" G_GUINT64_FORMAT " MiB free, recording takes %" G_GUINT64_FORMAT " or more",
	                room >> 20, wanted >> 20);
	return room >= wanted ? NULL : "mount -o remount,size=64m /dev/shm (docker: --shm-size=64m)";
}

static const char *look_at_reader(GString *found)
{
	const bt_plugin *plugin = NULL;

	bt_plugin_find("ctf", BT_TRUE, BT_TRUE, BT_TRUE, BT_TRUE, BT_FALSE, &plugin);
	g_string_printf(found, "Babeltrace %u.%u.%u, %s", bt_version_get_major(), bt_version_get_minor(),
	                bt_version_get_patch(), plugin ? "reads CTF" : "without its ctf plugin");
	if (!plugin)
		return "apt-get install libbabeltrace2-0, or make deps";
	bt_plugin_put_ref(plugin);
	return NULL;
}

static const struct {
	const char *what;
	const char *(*look)(GString *found);
} looks[] = {
    {"daemon", look_at_daemon}, {"tracer", look_at_ust},    {"probes", look_at_provider},
    {"memory", look_at_shm},    {"reader", look_at_reader},
};

static int diagnose(void)
{
	g_autoptr(GString) found = g_string_new(NULL);
	int problems = 0;

	printf("  ok       command   trace-thr %s, user %s\n", TTHR_VERSION, g_get_user_name());
	for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
		const char *remedy = looks[i].look(found);
		printf("  %-7s  %-8s  %s\n", remedy ? "PROBLEM" : "ok", looks[i].what, found->str);
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
		fprintf(stderr, "trace-thr: %s: see trace-thr doctor --help\n",
		        error ? error->message : "doctor takes no arguments");
		return TT_EXIT_USAGE;
	}
	return diagnose();
}

const struct tt_command tt_command_doctor = {
    .name = "doctor", .summary = "look at what is missing on this machine", .run = run};
