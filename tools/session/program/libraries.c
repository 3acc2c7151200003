/* SPDX-License-Identifier: MIT */
#include "tools/session/program/libraries.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/utsname.h>

#include "tools/session/lttng/daemon.h"
#include "tracepoints/door.h"

char *tt_library_find(const char *name)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = g_path_get_dirname(self ? self : ".");
	struct utsname machine;

	uname(&machine);
	g_autofree char *kind = g_strconcat("../lib/", machine.machine, "-linux-gnu", NULL);
	const char *const places[] = {".", "../lib", kind};

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *place = g_build_filename(folder, places[i], name, NULL);
		char *path = g_canonicalize_filename(place, NULL);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return path;
		g_free(path);
	}
	return NULL;
}

/* Adds the library of that name in a folder, if it is there. */
static void add_in(GPtrArray *paths, const char *folder, const char *name)
{
	char *path = g_build_filename(folder, name, NULL);

	if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_ptr_array_find_with_equal_func(paths, path, g_str_equal, NULL))
		g_ptr_array_add(paths, path);
	else
		g_free(path);
}

char **tt_library_find_all(const char *name)
{
	GPtrArray *paths = g_ptr_array_new();
	char *own = tt_library_find(name);
	const char *told = g_getenv("LD_LIBRARY_PATH");
	g_auto(GStrv) folders = g_strsplit(told ? told : "", ":", -1);
	struct utsname machine;

	uname(&machine);
	g_autofree char *kind = g_strconcat("/usr/lib/", machine.machine, "-linux-gnu", NULL);
	const char *const places[] = {"/usr/local/lib", kind, "/usr/lib"};

	if (own)
		g_ptr_array_add(paths, own);
	for (char **folder = folders; *folder; folder++)
		add_in(paths, **folder ? *folder : ".", name);
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		add_in(paths, places[i], name);
	g_ptr_array_add(paths, NULL);
	return (char **)g_ptr_array_free(paths, FALSE);
}

/* By the name of the variable, which it has in it. */
bool tt_library_asks(const char *path)
{
	g_autofree char *bytes = NULL;
	gsize size;

	return g_file_get_contents(path, &bytes, &size, NULL) &&
	       memmem(bytes, size, TT_DOOR_VARIABLE, strlen(TT_DOOR_VARIABLE));
}

bool tt_library_loads(const char *path, GError **error)
{
	if (dlopen(path, RTLD_NOW | RTLD_LOCAL))
		return true;
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP, "%s", dlerror());
	return false;
}
