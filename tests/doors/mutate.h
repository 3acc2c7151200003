/* SPDX-License-Identifier: MIT */
/*
 * Damage: a copy of a trace's files, of which bytes are changed at random, cut off, moved or left out.
 */
#ifndef TT_TESTS_MUTATE_H
#define TT_TESTS_MUTATE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

/* A file of the trace: its path below the folder, and its bytes. */
struct mutate_file {
	char *path;
	char *bytes;
	gsize size;
};

static inline void mutate_clear(gpointer file)
{
	g_free(((struct mutate_file *)file)->path);
	g_free(((struct mutate_file *)file)->bytes);
}

static inline void mutate_load(GArray *files, const char *folder, const char *below)
{
	g_autofree char *path = g_build_filename(folder, below, NULL);
	GDir *entries = g_dir_open(path, 0, NULL);
	struct mutate_file file = {.path = NULL};

	if (!entries) {
		file.path = g_strdup(below);
		if (g_file_get_contents(path, &file.bytes, &file.size, NULL) && file.size)
			g_array_append_val(files, file);
		return;
	}
	for (const char *name; (name = g_dir_read_name(entries));) {
		g_autofree char *deeper = g_build_filename(below, name, NULL);

		if (strcmp(name, "index") != 0)
			mutate_load(files, folder, deeper);
	}
	g_dir_close(entries);
}

/* All files of a trace but the indexes, in no order. */
static inline GArray *mutate_open(const char *folder)
{
	GArray *files = g_array_new(FALSE, FALSE, sizeof(struct mutate_file));

	g_array_set_clear_func(files, mutate_clear);
	mutate_load(files, folder, "");
	return files;
}

static inline void mutate_write(const char *folder, const struct mutate_file *file, const char *bytes, gsize size)
{
	g_autofree char *path = g_build_filename(folder, file->path, NULL), *above = g_path_get_dirname(path);

	FILE *out;

	g_mkdir_with_parents(above, 0755);
	out = fopen(path, "w"); /* not by GLib, which waits for the disk */
	if (!out || fwrite(bytes, 1, size, out) != size || fclose(out))
		g_error("cannot write %s", path);
}

/* Removes a folder and what is in it. */
static inline void mutate_remove(const char *path)
{
	GDir *entries = g_dir_open(path, 0, NULL);

	for (const char *name; entries && (name = g_dir_read_name(entries));) {
		g_autofree char *below = g_build_filename(path, name, NULL);

		mutate_remove(below);
	}
	if (entries)
		g_dir_close(entries);
	g_remove(path);
}

/* Mostly where numbers matter: in the heads of packets; else anywhere. */
static inline gsize mutate_place(GRand *random, gsize size)
{
	gsize most = g_rand_boolean(random) ? MIN(size, 512) : size;

	return (gsize)(g_rand_double(random) * (double)most);
}

/* Damages the bytes, of which there may be fewer then. */
static inline void mutate_bytes(GRand *random, char *bytes, gsize *size)
{
	gsize at = mutate_place(random, *size), other = mutate_place(random, *size);
	gsize some = (gsize)g_rand_int_range(random, 1, 64), length = MIN(some, *size - MAX(at, other));

	switch (g_rand_int_range(random, 0, 8)) {
	case 0:
		*size = at;
		break;
	case 1:
		memmove(bytes + at, bytes + other, length);
		break;
	case 2:
		memset(bytes + at, g_rand_boolean(random) ? 0xff : 0, length);
		break;
	case 3:
		memmove(bytes + at, bytes + at + length, *size - at - length);
		*size -= length;
		break;
	default:
		for (int n = g_rand_int_range(random, 1, 5); n; n--)
			bytes[mutate_place(random, *size)] = (char)g_rand_int(random);
		break;
	}
}

/* Writes the trace into `folder`, one of its files damaged. Returns which. */
static inline const char *mutate_trace(GRand *random, const GArray *files, const char *folder)
{
	guint chosen = (guint)g_rand_int_range(random, 0, (gint32)files->len);

	for (guint i = 0; i < files->len; i++) {
		const struct mutate_file *file = &g_array_index(files, struct mutate_file, i);
		g_autofree char *bytes = g_memdup2(file->bytes, file->size);
		gsize size = file->size;

		if (i == chosen)
			mutate_bytes(random, bytes, &size);
		mutate_write(folder, file, bytes, size);
	}
	return g_array_index(files, struct mutate_file, chosen).path;
}

#endif /* TT_TESTS_MUTATE_H */
