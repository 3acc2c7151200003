#include "tools/session/libraries.h"

#include <dlfcn.h>
#include <sys/utsname.h>

#include "tools/session/daemon.h"

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

bool tt_library_loads(const char *path, GError **error)
{
	if (dlopen(path, RTLD_NOW | RTLD_LOCAL))
		return true;
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP, "%s", dlerror());
	return false;
}
