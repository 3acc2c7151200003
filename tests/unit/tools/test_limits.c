/* SPDX-License-Identifier: MIT */
/*
 * Limits of the system: what is said of those that may be too low, and whether daemons can have what they need. And why
 * a program could not be started.
 */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tools/cli/command.h"
#include "tools/session/dirs.h"
#include "tools/session/lttng/daemon.h"
#include "tools/session/program/limits.h"
#include "tools/session/program/start_failure.h"

/* The limits of this process, as far as the tool knows. */
static struct world {
	struct rlimit files, memory;
	bool may_raise, none;
	rlim_t wanted[2]; /* the most that was asked for */
} world;

static struct rlimit *limit_of(__rlimit_resource_t what)
{
	return what == RLIMIT_NOFILE ? &world.files : &world.memory;
}

int getrlimit(__rlimit_resource_t what, struct rlimit *limit)
{
	*limit = *limit_of(what);
	return world.none ? -1 : 0;
}

int setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
	rlim_t *wanted = &world.wanted[what != RLIMIT_NOFILE];

	*wanted = MAX(*wanted, limit->rlim_max);
	if (limit->rlim_max > limit_of(what)->rlim_max && !world.may_raise) {
		errno = EPERM;
		return -1;
	}
	*limit_of(what) = *limit;
	return 0;
}

static int begin(void **state)
{
	static const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

	(void)state;
	world = (struct world){.files = unlimited, .memory = unlimited};
	return 0;
}

static void assert_text(const char *part)
{
	g_autofree char *text = tt_limits_text();

	if (!part)
		assert_null(text);
	else
		assert_true(text && strstr(text, part));
}

static void test_text(void **state)
{
	static const rlim_t enough = (rlim_t)4 << 30;

	assert_text(NULL);
	world.files.rlim_cur = 1024;
	world.memory.rlim_cur = enough;
	assert_text(NULL);
	world.memory.rlim_cur = enough - 1;
	assert_text("4095 MiB");
	world.files.rlim_cur = 1023; /* comes first */
	assert_text("1023 open files");
	assert_text("ulimit -n 1024");
	(void)state;
}

static rlim_t files_needed(void)
{
	return 96 + 16 * (rlim_t)sysconf(_SC_NPROCESSORS_CONF);
}

static void test_suffice(void **state)
{
	const rlim_t memory = (rlim_t)512 << 20;

	assert_true(tt_limits_suffice());
	world.files = (struct rlimit){10, files_needed()};
	world.memory = (struct rlimit){10, memory};
	assert_true(tt_limits_suffice()); /* we may have it */
	assert_int_equal(world.wanted[0], 0);
	world.files.rlim_max = files_needed() - 1;
	assert_false(tt_limits_suffice());
	assert_int_equal(world.wanted[0], files_needed());
	world.may_raise = true;
	assert_true(tt_limits_suffice());
	assert_int_equal(world.files.rlim_cur, 10); /* as they were */
	assert_int_equal(world.files.rlim_max, files_needed() - 1);
	world.files.rlim_max = files_needed();
	world.memory.rlim_max = memory - 1;
	assert_true(tt_limits_suffice());
	assert_int_equal(world.memory.rlim_max, memory - 1);
	world.may_raise = false;
	assert_false(tt_limits_suffice());
	assert_int_equal(world.wanted[1], memory);
	world.none = true;
	assert_true(tt_limits_suffice());
	(void)state;
}

static char *folder;

static char *write_script(const char *name, const char *text, mode_t mode)
{
	char *path = g_build_filename(folder, name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static void assert_failure(const char *path, int code, int status, const char *part)
{
	g_autoptr(GError) error = NULL;

	assert_int_equal(tt_start_failure(path, code, &error), status);
	assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_PROGRAM));
	assert_true(g_str_has_prefix(error->message, path));
	if (!strstr(error->message, part))
		fail_msg("%s, not %s", error->message, part);
}

static void test_start_failure(void **state)
{
	folder = g_dir_make_tmp("test-limits-XXXXXX", NULL);
	g_autofree char *plain = write_script("plain", "echo\n", 0755);
	g_autofree char *script = write_script("script", "#!/bin/sh\n", 0755);
	g_autofree char *gone = write_script("gone", "#!/no/such/shell\n", 0755);
	g_autofree char *first = g_strdup_printf("#!%s\n", gone);
	g_autofree char *above = write_script("above", first, 0755);

	assert_failure(script, EACCES, TT_EXIT_NOT_EXECUTABLE, "noexec");
	assert_failure(script, E2BIG, TT_EXIT_NOT_EXECUTABLE, "too long");
	assert_failure(script, EAGAIN, TT_EXIT_NOT_EXECUTABLE, "ulimit -u");
	assert_failure(script, ENOMEM, TT_EXIT_NOT_EXECUTABLE, "ulimit -u");
	assert_failure(script, ELOOP, TT_EXIT_NOT_EXECUTABLE, g_strerror(ELOOP));
	assert_failure(script, ENOENT, TT_EXIT_NOT_RUN, g_strerror(ENOENT));
	assert_failure(plain, ENOEXEC, TT_EXIT_NOT_EXECUTABLE, "#!/bin/sh");
	assert_failure("/proc/self/exe", ENOEXEC, TT_EXIT_NOT_EXECUTABLE, "another kind of machine");
	assert_failure(gone, ENOENT, TT_EXIT_NOT_RUN, "/no/such/shell");
	assert_failure(above, ENOENT, TT_EXIT_NOT_RUN, "/no/such/shell");
	assert_failure(gone, EACCES, TT_EXIT_NOT_EXECUTABLE, "chmod +x");
	tt_remove_tree(folder);
	g_free(folder);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_text, begin),
	    cmocka_unit_test_setup(test_suffice, begin),
	    cmocka_unit_test(test_start_failure),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
