/* SPDX-License-Identifier: MIT */
#include "tools/session/dirs.h"

#include <sys/stat.h>

#include <glib.h>
#include <glib/gstdio.h>

void tt_remove_below(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *entry = g_build_filename(path, name, NULL);
		if (g_file_test(entry, G_FILE_TEST_IS_DIR) && !g_file_test(entry, G_FILE_TEST_IS_SYMLINK))
			tt_remove_tree(entry);
		else
			g_unlink(entry);
	}
}

void tt_remove_tree(const char *path)
{
	tt_remove_below(path);
	g_rmdir(path);
}

uint64_t tt_size_below(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	uint64_t size = 0;
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *entry = g_build_filename(path, name, NULL);
		struct stat info;

		if (lstat(entry, &info) == 0)
			size += S_ISDIR(info.st_mode) ? tt_size_below(entry) : (uint64_t)info.st_size;
	}
	return size;
}

bool tt_has_trace(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *entry = g_build_filename(path, name, NULL);
		if (g_file_test(entry, G_FILE_TEST_IS_DIR) && tt_size_below(entry))
			return true;
	}
	return false;
}
