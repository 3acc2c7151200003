/* SPDX-License-Identifier: MIT */
#include "tools/read/recording/trace_dirs.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/read/trace.h"

#define NAME_IT "name the folder that `trace-thr record` printed"

static bool fail(GError **error, const char *path, int why)
{
	if (why == ENOENT)
		g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_NONE_THERE, "no such folder: %s: " NAME_IT, path);
	else if (why == ENOTDIR)
		g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_NONE_THERE, "not a folder: %s: " NAME_IT, path);
	else
		g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE,
		            "cannot look into %s (%s): read the trace as the user who recorded it", path,
		            g_strerror(why));
	return false;
}

/* Collects the traces at or below a folder. Links are not followed: a trace is found once. */
static bool walk(const char *path, GPtrArray *found, GError **error)
{
	DIR *folder = opendir(path);
	bool ok = true;

	if (!folder)
		return fail(error, path, errno);
	for (struct dirent *entry; ok && (entry = readdir(folder));) {
		char *below = g_build_filename(path, entry->d_name, NULL);
		struct stat info;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") || lstat(below, &info))
			info.st_mode = 0;
		if (S_ISREG(info.st_mode) && !strcmp(entry->d_name, "metadata"))
			g_ptr_array_add(found, g_strdup(path));
		else if (S_ISDIR(info.st_mode))
			ok = walk(below, found, error);
		g_free(below);
	}
	closedir(folder);
	return ok;
}

static gint compare(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

GPtrArray *tt_trace_dirs(const char *path, GError **error)
{
	GPtrArray *found = g_ptr_array_new_with_free_func(g_free);

	if (!walk(path, found, error))
		goto fail;
	if (!found->len) {
		g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_NONE_THERE,
		            "no trace in %s: " NAME_IT "; if it is this one, the program does not use libtrace_thr",
		            path);
		goto fail;
	}
	g_ptr_array_sort(found, compare);
	return found;
fail:
	g_ptr_array_free(found, TRUE);
	return NULL;
}
