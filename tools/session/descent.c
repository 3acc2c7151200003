/*
 * Walks from parent to parent in /proc. Where one has ended on the way, its children have another parent by then, so
 * the walk begins again.
 */
#include "tools/session/descent.h"

#include <stdio.h>
#include <string.h>

#include <glib.h>

enum { TRIES = 10, MOST_GENERATIONS = 100000 };

enum walk { FOUND, NOT_FOUND, BROKEN_OFF };

/* The parent of a process; 0: it has none, -1: it has ended. */
static pid_t parent_of(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
	g_autofree char *text = NULL;
	int parent;

	/* The second field, in parentheses, is a name, in which there may be anything. */
	if (!g_file_get_contents(path, &text, NULL, NULL) || !strrchr(text, ')') ||
	    sscanf(strrchr(text, ')'), ") %*c %d", &parent) != 1)
		return -1;
	return parent;
}

static enum walk walk_up(pid_t pid, pid_t ancestor)
{
	for (int i = 0; i < MOST_GENERATIONS && pid > 0; i++) {
		if (pid == ancestor)
			return FOUND;
		pid = parent_of(pid);
	}
	return pid == -1 ? BROKEN_OFF : NOT_FOUND;
}

bool tt_descends(pid_t pid, pid_t ancestor)
{
	enum walk walk = BROKEN_OFF;

	for (int i = 0; i < TRIES && walk == BROKEN_OFF; i++)
		walk = walk_up(pid, ancestor);
	return walk == FOUND;
}
