/* SPDX-License-Identifier: MIT */
#include "tools/session/program/process_tree.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The numbers in a text, with blanks between them: pid_t. */
static void add_numbers(GArray *pids, const char *text)
{
	for (const char *at = text;; at++) {
		char *end;
		pid_t pid = (pid_t)strtol(at, &end, 10);

		if (end == at)
			return;
		g_array_append_val(pids, pid);
		at = end;
	}
}

/* Calls for each thread of a process, whose folder in /proc it is given, until that returns true. Whether it did. */
static bool any_thread(pid_t pid, bool (*is_it)(const char *folder, void *data), void *data)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task", (int)pid);
	g_autoptr(GDir) threads = g_dir_open(path, 0, NULL);
	const char *name;

	while (threads && (name = g_dir_read_name(threads))) {
		g_autofree char *folder = g_build_filename(path, name, NULL);
		if (is_it(folder, data))
			return true;
	}
	return false;
}

static bool add_children_of(const char *folder, void *pids)
{
	g_autofree char *path = g_build_filename(folder, "children", NULL);
	g_autofree char *text = NULL;

	if (g_file_get_contents(path, &text, NULL, NULL))
		add_numbers(pids, text);
	return false;
}

/* The children of a process: pid_t. None where the kernel does not tell (CONFIG_PROC_CHILDREN). */
static GArray *children(pid_t pid)
{
	GArray *pids = g_array_new(FALSE, FALSE, sizeof(pid_t));

	any_thread(pid, add_children_of, pids);
	return pids;
}

/* All processes below these, added to them. */
static void add_below(GArray *pids)
{
	for (guint i = 0; i < pids->len; i++) {
		g_autoptr(GArray) next = children(g_array_index(pids, pid_t, i));
		g_array_append_vals(pids, next->data, next->len);
	}
}

GArray *tt_process_tree_adopt(void)
{
	GArray *before = children(getpid());

	add_below(before);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return before;
}

static bool is_among(const GArray *pids, pid_t pid)
{
	for (guint i = 0; i < pids->len; i++)
		if (g_array_index(pids, pid_t, i) == pid)
			return true;
	return false;
}

GArray *tt_offspring_left(const GArray *others)
{
	GArray *left = children(getpid());

	for (guint i = left->len; i-- > 0;)
		if (is_among(others, g_array_index(left, pid_t, i)))
			g_array_remove_index(left, i);
	return left;
}

void tt_offspring_send(const GArray *others, int number, GArray *asked)
{
	g_autoptr(GArray) now = tt_offspring_left(others);

	for (guint i = 0; i < now->len; i++) {
		pid_t pid = g_array_index(now, pid_t, i);

		if (asked && is_among(asked, pid))
			continue;
		kill(pid, number);
		kill(pid, SIGCONT); /* should it be stopped */
		if (asked)
			g_array_append_val(asked, pid);
	}
}

static char *read_file(pid_t pid, const char *name)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, name);
	char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

char *tt_offspring_text(const GArray *pids)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < pids->len; i++) {
		pid_t pid = g_array_index(pids, pid_t, i);
		g_autofree char *name = read_file(pid, "comm");

		g_string_append_printf(text, "%s%s (pid %d)", i ? ", " : "", name ? g_strchomp(name) : "?", (int)pid);
	}
	return g_string_free(text, FALSE);
}

bool tt_offspring_has_mapped(const GArray *others, const char *name)
{
	g_autoptr(GArray) pids = tt_offspring_left(others);

	add_below(pids);
	for (guint i = 0; i < pids->len; i++) {
		g_autofree char *maps = read_file(g_array_index(pids, pid_t, i), "maps");
		if (maps && strstr(maps, name))
			return true;
	}
	return false;
}

char *tt_offspring_token(void)
{
	guint32 parts[3];

	if (getentropy(parts, sizeof parts) == -1)
		for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
			parts[i] = g_random_int();
	return g_strdup_printf("%08x-%08x%08x", parts[0], parts[1], parts[2]);
}

char *tt_offspring_name(const char *token)
{
	return g_strndup(token, strcspn(token, "-"));
}

static bool is_of(const char *pid, const char *variable)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/environ", pid);
	g_autofree char *environment = NULL;
	size_t size = 0;

	if (!g_file_get_contents(path, &environment, &size, NULL))
		return false;
	for (const char *at = environment; at < environment + size; at += strlen(at) + 1)
		if (strcmp(at, variable) == 0)
			return true;
	return false;
}

bool tt_process_tree_signal(const char *recording, int number)
{
	g_autofree char *told = tt_offspring_name(recording);
	g_autofree char *variable = g_strconcat("TRACE_THR_RECORDING=", told, NULL);
	g_autoptr(GDir) processes = g_dir_open("/proc", 0, NULL);
	const char *name;
	bool any = false;

	while (processes && (name = g_dir_read_name(processes))) {
		if (!g_ascii_isdigit(*name) || !is_of(name, variable))
			continue;
		any = true;
		kill((pid_t)strtol(name, NULL, 10), number);
	}
	return any;
}

void tt_process_tree_ends_with(pid_t parent, int number)
{
	prctl(PR_SET_PDEATHSIG, number);
	if (getppid() != parent)
		raise(number);
}

/* Whether the set of signals after `field` in the text of /proc/PID/status has this one. */
static bool status_has(const char *status, const char *field, int number)
{
	const char *at = strstr(status, field);

	return at && strtoull(at + strlen(field), NULL, 16) >> (number - 1) & 1;
}

/* A thread that waits in sigwait does not hold the signal back while it does, as the kernel tells it. */
static bool waits_for_signals(const char *folder)
{
	g_autofree char *path = g_build_filename(folder, "syscall", NULL);
	g_autofree char *text = NULL;
	char *end;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return true;
	long call = strtol(text, &end, 10);
	return end != text && call == SYS_rt_sigtimedwait;
}

/* Whether the thread takes it, so that its process ends. */
static bool takes(const char *folder, void *data)
{
	const int *number = data;
	g_autofree char *path = g_build_filename(folder, "status", NULL);
	g_autofree char *status = NULL;

	return g_file_get_contents(path, &status, NULL, NULL) && !status_has(status, "\nSigBlk:", *number) &&
	       !waits_for_signals(folder);
}

static bool dies_of(pid_t pid, int number)
{
	g_autofree char *status = read_file(pid, "status");

	return status && !status_has(status, "\nSigCgt:", number) && !status_has(status, "\nSigIgn:", number) &&
	       any_thread(pid, takes, &number);
}

bool tt_offspring_dies_of(const GArray *others, int number)
{
	g_autoptr(GArray) pids = tt_offspring_left(others);

	add_below(pids);
	for (guint i = 0; i < pids->len; i++)
		if (!dies_of(g_array_index(pids, pid_t, i), number))
			return false;
	return true;
}
