/* SPDX-License-Identifier: MIT */
/*
 * A line of the file is a letter, for why, a blank and a path.
 */
#include "tools/session/program/unrecorded.h"

#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

/* Who started so many different ones has no use for all of them. */
enum { MOST_PROGRAMS = 100 };

static const char *reason(char letter)
{
	switch (letter) {
	case 'l':
		return "it is statically linked, or of another kind than our libraries: link it dynamically, for this "
		       "machine";
	case 's':
		return "it is set-uid, and the loader ignores LD_PRELOAD then: record as the user that owns it";
	case 'e':
		return "it was started without LD_PRELOAD in its environment: leave that there";
	default:
		return NULL;
	}
}

char *tt_unrecorded_file(const char *folder)
{
	return g_build_filename(folder, "unrecorded", NULL);
}

char **tt_unrecorded_take(const char *folder)
{
	g_autofree char *path = tt_unrecorded_file(folder), *text = NULL;
	GPtrArray *programs = g_ptr_array_new();
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

	g_file_get_contents(path, &text, NULL, NULL);
	g_unlink(path);
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
	for (char **line = lines; *line && programs->len < MOST_PROGRAMS; line++) {
		const char *why = **line ? reason(**line) : NULL;
		if (!why || strlen(*line) < 3 || !g_hash_table_add(known, *line))
			continue;
		g_autofree char *name = g_utf8_make_valid(*line + 2, -1);
		g_ptr_array_add(programs, g_strdup_printf("%s: %s", name, why));
	}
	g_ptr_array_add(programs, NULL);
	return (char **)(void *)g_ptr_array_free(programs, FALSE);
}
