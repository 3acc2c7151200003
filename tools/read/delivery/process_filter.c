/* SPDX-License-Identifier: MIT */
#include "tools/read/delivery/process_filter.h"

#include <string.h>

#include <glib.h>

struct tt_process_filter {
	uint32_t root;
	char *recording;    /* never empty; NULL: none */
	GHashTable *family; /* the pids that count → the parent of each, as far as it is known */
	uint32_t last;      /* the pid asked for last: mostly the next one, too */
	bool last_counts;
};

struct tt_process_filter *tt_process_filter_new(uint32_t root, const char *recording)
{
	struct tt_process_filter *processes = g_new0(struct tt_process_filter, 1);

	processes->root = root;
	processes->recording = recording && *recording ? g_strdup(recording) : NULL;
	processes->family = g_hash_table_new(g_direct_hash, g_direct_equal);
	g_hash_table_insert(processes->family, GUINT_TO_POINTER(root), NULL);
	return processes;
}

void tt_process_filter_free(struct tt_process_filter *processes)
{
	g_hash_table_destroy(processes->family);
	g_free(processes->recording);
	g_free(processes);
}

/* Whether the start of a thread tells that its process is one of the family. */
static bool joins(const struct tt_process_filter *processes, const struct tt_event *start)
{
	return g_hash_table_contains(processes->family, GUINT_TO_POINTER(start->ppid)) ||
	       (processes->recording && start->recording && !strcmp(start->recording, processes->recording));
}

/*
 * A thread begins. If it is the main thread of a process that does not join, its number was another process's before;
 * unless its parent is that one's: then that has executed a program with another environment.
 */
static void begin(struct tt_process_filter *processes, const struct tt_event *start)
{
	gpointer pid = GUINT_TO_POINTER(start->pid), parent;

	if (joins(processes, start))
		g_hash_table_insert(processes->family, pid, GUINT_TO_POINTER(start->ppid));
	else if (start->native_id == start->pid &&
	         g_hash_table_lookup_extended(processes->family, pid, NULL, &parent) && parent &&
	         parent != GUINT_TO_POINTER(start->ppid))
		g_hash_table_remove(processes->family, pid);
}

bool tt_process_filter_count(struct tt_process_filter *processes, const struct tt_event *event)
{
	if (!processes->root)
		return true;
	if (event->type == TT_EVENT_thread_start)
		begin(processes, event);
	else if (event->pid == processes->last)
		return processes->last_counts;
	processes->last = event->pid;
	processes->last_counts = g_hash_table_contains(processes->family, GUINT_TO_POINTER(event->pid));
	return processes->last_counts;
}
