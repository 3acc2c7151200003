/* SPDX-License-Identifier: MIT */
/*
 * Every file of the folder but the metadata and hidden ones is a stream, as for Babeltrace. LTTng's indexes lie in a
 * folder of their own; what they say the streams say as well, so they are not looked at.
 */
#include "tools/read/ctf/folder.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/read/ctf/fail.h"

static void free_stream(gpointer stream)
{
	tt_ctf_stream_free(stream);
}

static void free_class(gpointer class)
{
	tt_ctf_class_free(class);
}

struct tt_ctf_folder *tt_ctf_folder_new(const char *path, struct tt_ctf_clocks *clocks)
{
	struct tt_ctf_folder *folder = g_new0(struct tt_ctf_folder, 1);

	folder->path = g_strdup(path);
	folder->layout = tt_ctf_layout_new();
	folder->metadata = tt_ctf_metadata_new(path);
	folder->clocks = clocks;
	folder->streams = g_ptr_array_new_with_free_func(free_stream);
	folder->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	folder->classes = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_class);
	return folder;
}

void tt_ctf_folder_free(struct tt_ctf_folder *folder)
{
	g_hash_table_destroy(folder->classes);
	g_hash_table_destroy(folder->names);
	g_ptr_array_free(folder->streams, TRUE);
	tt_ctf_metadata_free(folder->metadata);
	tt_ctf_layout_free(folder->layout);
	g_free(folder->path);
	g_free(folder);
}

bool tt_ctf_folder_read(struct tt_ctf_folder *folder, bool all, GError **error)
{
	return tt_ctf_metadata_read(folder->metadata, folder->layout, all, error);
}

static void add_stream(struct tt_ctf_folder *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder->path, name, NULL);
	struct tt_ctf_stream *stream;
	struct stat info;

	if (lstat(path, &info) || !S_ISREG(info.st_mode))
		return;
	stream = tt_ctf_stream_new(path, folder->layout, folder->clocks);
	stream->folder = folder;
	g_hash_table_add(folder->names, g_strdup(name));
	g_ptr_array_add(folder->streams, stream);
}

static bool find_streams(struct tt_ctf_folder *folder, GError **error)
{
	DIR *entries = opendir(folder->path);

	if (!entries)
		return tt_ctf_fail_system(error, folder->path);
	for (struct dirent *entry; (entry = readdir(entries));)
		if (*entry->d_name != '.' && strcmp(entry->d_name, "metadata") &&
		    !g_hash_table_contains(folder->names, entry->d_name))
			add_stream(folder, entry->d_name);
	closedir(entries);
	return true;
}

bool tt_ctf_folder_find(struct tt_ctf_folder *folder, bool all, GError **error)
{
	bool ok = find_streams(folder, error);

	for (guint i = 0; ok && i < folder->streams->len; i++)
		ok = tt_ctf_stream_find(folder->streams->pdata[i], all, error);
	return ok;
}

static struct tt_ctf_class *find_class(struct tt_ctf_folder *folder, const struct tt_ctf_stream *stream, GError **error)
{
	const struct tt_ctf_event_class *event = tt_ctf_find_event(folder->layout, stream->class->id, stream->id);
	struct tt_ctf_class *class = event ? g_hash_table_lookup(folder->classes, event) : NULL;
	char *why = NULL;

	if (!event || class)
		return class;
	class = tt_ctf_class_new(folder->layout, event, &why);
	if (!class) {
		g_autofree char *told = g_strdup_printf("event %s has %s", event->name, why);

		tt_ctf_stream_fail(stream, told, error);
		g_free(why);
		return NULL;
	}
	g_hash_table_insert(folder->classes, (gpointer)(uintptr_t)event, class);
	return class;
}

struct tt_ctf_class *tt_ctf_folder_class(struct tt_ctf_stream *stream, GError **error)
{
	if (stream->id >= TT_STREAM_CLASSES)
		return find_class(stream->folder, stream, error);
	if (!stream->classes[stream->id])
		stream->classes[stream->id] = find_class(stream->folder, stream, error);
	return stream->classes[stream->id];
}
