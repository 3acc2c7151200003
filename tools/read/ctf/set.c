/* SPDX-License-Identifier: MIT */
#include "tools/read/ctf/set.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/read/ctf/fail.h"

/* LTTng's folders lie at ust/uid/UID/64-bit, or in a chunk of a session that rotates, two more. */
enum { DEEPEST = 8 };

static void free_folder(gpointer folder)
{
	tt_ctf_folder_free(folder);
}

struct tt_ctf_set *tt_ctf_set_new(const char *path)
{
	struct tt_ctf_set *set = g_new0(struct tt_ctf_set, 1);

	set->path = g_strdup(path);
	set->clocks = tt_ctf_clocks_new();
	set->folders = g_ptr_array_new_with_free_func(free_folder);
	set->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	set->streams = g_ptr_array_new();
	return set;
}

void tt_ctf_set_free(struct tt_ctf_set *set)
{
	g_ptr_array_free(set->streams, TRUE);
	g_ptr_array_free(set->folders, TRUE);
	g_hash_table_destroy(set->paths);
	tt_ctf_clocks_free(set->clocks);
	g_free(set->path);
	g_free(set);
}

void tt_ctf_set_add(struct tt_ctf_set *set, const char *folder)
{
	if (g_hash_table_add(set->paths, g_strdup(folder)))
		g_ptr_array_add(set->folders, tt_ctf_folder_new(folder, set->clocks));
}

/* Whether a file of that name makes its folder one of CTF: the metadata, or a stream CHANNEL_CPU before they are there.
 */
static bool is_of_ctf(const char *name)
{
	const char *number = strrchr(name, '_');

	return !strcmp(name, "metadata") || (number && number[1] && !number[1 + strspn(number + 1, "0123456789")]);
}

/* Links are not followed. A folder that is not there, or no more, has nothing. */
static bool walk(struct tt_ctf_set *set, const char *path, unsigned depth, GError **error)
{
	DIR *folder = opendir(path);
	bool ok = true;

	if (!folder)
		return errno == ENOENT || tt_ctf_fail_system(error, path);
	for (struct dirent *entry; ok && (entry = readdir(folder));) {
		g_autofree char *below = g_build_filename(path, entry->d_name, NULL);
		struct stat info;

		if (*entry->d_name == '.' || !strcmp(entry->d_name, "index") || lstat(below, &info))
			continue;
		if (S_ISDIR(info.st_mode) && depth < DEEPEST)
			ok = walk(set, below, depth + 1, error);
		else if (S_ISREG(info.st_mode) && is_of_ctf(entry->d_name))
			tt_ctf_set_add(set, path);
	}
	closedir(folder);
	return ok;
}

bool tt_ctf_set_look(struct tt_ctf_set *set, GError **error)
{
	return walk(set, set->path, 0, error);
}

static gint compare(gconstpointer a, gconstpointer b)
{
	const struct tt_ctf_stream *const *x = a, *const *y = b;

	return strcmp((*x)->path, (*y)->path);
}

static void sort_streams(struct tt_ctf_set *set)
{
	g_ptr_array_set_size(set->streams, 0);
	for (guint i = 0; i < set->folders->len; i++) {
		const struct tt_ctf_folder *folder = set->folders->pdata[i];

		for (guint k = 0; k < folder->streams->len; k++)
			g_ptr_array_add(set->streams, folder->streams->pdata[k]);
	}
	g_ptr_array_sort(set->streams, compare);
	for (guint i = 0; i < set->streams->len; i++)
		((struct tt_ctf_stream *)set->streams->pdata[i])->rank = i;
}

bool tt_ctf_set_find(struct tt_ctf_set *set, bool all, GError **error)
{
	bool ok = true;

	for (guint i = 0; ok && i < set->folders->len; i++) {
		struct tt_ctf_folder *folder = set->folders->pdata[i];

		ok = tt_ctf_folder_read(folder, all, error) && tt_ctf_folder_find(folder, all, error);
	}
	sort_streams(set);
	return ok;
}
