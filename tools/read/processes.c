#include "tools/read/processes.h"

#include <string.h>

#include <glib.h>

struct tt_processes {
	uint32_t root;
	char *recording;    /* never empty; NULL: none */
	GHashTable *family; /* the pids that count */
	uint32_t last;      /* the pid asked for last: mostly the next one, too */
	bool last_counts;
};

struct tt_processes *tt_processes_new(uint32_t root, const char *recording)
{
	struct tt_processes *processes = g_new0(struct tt_processes, 1);

	processes->root = root;
	processes->recording = recording && *recording ? g_strdup(recording) : NULL;
	processes->family = g_hash_table_new(g_direct_hash, g_direct_equal);
	g_hash_table_add(processes->family, GUINT_TO_POINTER(root));
	return processes;
}

void tt_processes_free(struct tt_processes *processes)
{
	g_hash_table_destroy(processes->family);
	g_free(processes->recording);
	g_free(processes);
}

/* Whether the start of a thread tells that its process is one of the family. */
static bool joins(const struct tt_processes *processes, const struct tt_event *start)
{
	return g_hash_table_contains(processes->family, GUINT_TO_POINTER(start->ppid)) ||
	       (processes->recording && start->recording && !strcmp(start->recording, processes->recording));
}

bool tt_processes_count(struct tt_processes *processes, const struct tt_event *event)
{
	if (!processes->root)
		return true;
	if (event->type == TT_EVENT_thread_start && joins(processes, event))
		g_hash_table_add(processes->family, GUINT_TO_POINTER(event->pid));
	else if (event->pid == processes->last)
		return processes->last_counts;
	processes->last = event->pid;
	processes->last_counts = g_hash_table_contains(processes->family, GUINT_TO_POINTER(event->pid));
	return processes->last_counts;
}
