/* SPDX-License-Identifier: MIT */
#include "tools/check/actual/untraced_threads.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Signals that the C library handles for itself (nptl): they wake nobody. */
static const uint64_t of_libc = UINT64_C(3) << (32 - 1);

/*
 * Signals that a thread gets for what it does itself. One that is blocked does nothing, so their handlers, which a
 * program's runtime installs to tell of an overflown stack, wake nobody.
 */
#define BIT(signal) (UINT64_C(1) << ((signal)-1))
static const uint64_t of_faults = BIT(SIGILL) | BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGSEGV);

/* LTTng-UST calls its threads so after the program. */
#define TRACER "-ust"

static bool is_of_tracer(const char *tasks, const char *tid)
{
	g_autofree char *path = g_build_filename(tasks, tid, "comm", NULL);
	g_autofree char *name = NULL;

	return g_file_get_contents(path, &name, NULL, NULL) && g_str_has_suffix(g_strchomp(name), TRACER);
}

bool tt_untraced_run(uint32_t pid, GHashTable *blocked)
{
	g_autofree char *tasks = g_strdup_printf("/proc/%u/task", pid);
	g_autoptr(GDir) dir = g_dir_open(tasks, 0, NULL);
	const char *tid;

	if (!dir)
		return true;
	while ((tid = g_dir_read_name(dir))) {
		guint id = (guint)strtoul(tid, NULL, 10);

		if (!g_hash_table_contains(blocked, GUINT_TO_POINTER(id)) && !is_of_tracer(tasks, tid))
			return true;
	}
	return false;
}

bool tt_untraced_handle_signals(uint32_t pid)
{
	static const char field[] = "\nSigCgt:";
	g_autofree char *path = g_strdup_printf("/proc/%u/status", pid);
	g_autofree char *text = NULL;
	const char *caught;

	if (!g_file_get_contents(path, &text, NULL, NULL) || !(caught = strstr(text, field)))
		return true;
	return strtoull(caught + strlen(field), NULL, 16) & ~of_libc & ~of_faults;
}
