/* SPDX-License-Identifier: MIT */
/*
 * Libraries that programs may load, and whether they ask to be recorded; and the door where there is no daemon.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "tools/session/lttng/daemon.h"
#include "tools/session/door/door.h"
#include "tools/session/program/libraries.h"
#include "tools/session/door/namespace.h"
#include "tracepoints/door.h"

static const char name[] = "libtrace_thr-test.so.0";

/* Writes a library into a folder; its path. */
static char *put(const char *folder, const char *bytes)
{
	char *path = g_build_filename(folder, name, NULL);

	g_mkdir(folder, 0700);
	assert_true(g_file_set_contents(path, bytes, -1, NULL));
	return path;
}

static void test_find_all(void **state)
{
	g_autofree char *top = g_dir_make_tmp("test-libraries-XXXXXX", NULL);
	g_autofree char *a = g_build_filename(top, "a", NULL), *b = g_build_filename(top, "b", NULL);
	g_autofree char *told = g_strdup_printf("%s:%s/none:%s:%s", a, top, b, a);
	g_autofree char *in_a = put(a, "an early one"), *in_b = put(b, "that knows of TRACE_THR_DOOR");

	(void)state;
	g_setenv("LD_LIBRARY_PATH", told, TRUE);
	g_auto(GStrv) paths = tt_library_find_all(name);
	g_unsetenv("LD_LIBRARY_PATH");
	assert_int_equal(g_strv_length(paths), 2);
	assert_string_equal(paths[0], in_a);
	assert_string_equal(paths[1], in_b);
	assert_false(tt_library_asks(in_a));
	assert_true(tt_library_asks(in_b));
	assert_false(tt_library_asks(top));
	g_auto(GStrv) none = tt_library_find_all("libtrace_thr-no-such.so");
	assert_null(none[0]);
	g_unlink(in_a);
	g_unlink(in_b);
	g_rmdir(a);
	g_rmdir(b);
	g_rmdir(top);
}

/* Of no session: an error with a remedy, and nothing is left. */
static void test_no_session(void **state)
{
	g_autofree char *home = g_dir_make_tmp("test-libraries-XXXXXX", NULL);
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_null(tt_door_open("no-such-session", "00c0ffee", home, &error));
	assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP));
	assert_non_null(strstr(error->message, "doctor"));
	assert_int_equal(g_rmdir(home), 0);
	assert_true(tt_door_close(NULL));
}

/* As another user, whose own daemon does not run, and who may not use the machine's. */
static void test_no_daemon(void **state)
{
	g_autofree char *home = g_dir_make_tmp("test-libraries-XXXXXX", NULL);

	(void)state;
	g_setenv("LTTNG_HOME", home, TRUE);
	if (g_access("/run/lttng/client-lttng-sessiond", F_OK) == -1)
		assert_false(tt_namespace_is_shared());
	g_unsetenv("LTTNG_HOME");
	g_rmdir(home);
}

static void test_loads(void **state)
{
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_true(tt_library_loads("libc.so.6", &error));
	assert_null(error);
	assert_false(tt_library_loads("/no/such/library.so", &error));
	assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP));
	assert_non_null(strstr(error->message, "/no/such/library.so"));
}

/* One asks to be recorded if it knows the variable for it. */
static void test_asks(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("test-libraries-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "library.so", NULL);
	static const char asks[] = "\0\1" TT_DOOR_VARIABLE, asks_not[] = "\0\1TRACE_THR_DOO";

	(void)state;
	assert_false(tt_library_asks(path));
	assert_true(g_file_set_contents(path, asks_not, sizeof asks_not, NULL));
	assert_false(tt_library_asks(path));
	assert_true(g_file_set_contents(path, asks, sizeof asks, NULL));
	assert_true(tt_library_asks(path));
	g_unlink(path);
	g_rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_find_all), cmocka_unit_test(test_no_session), cmocka_unit_test(test_no_daemon),
	    cmocka_unit_test(test_loads),    cmocka_unit_test(test_asks),
	};

	return cmocka_run_group_tests_name("libraries", tests, NULL, NULL);
}
