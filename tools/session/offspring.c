#include "tools/session/offspring.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Our children: pid_t. None where the kernel does not tell (CONFIG_PROC_CHILDREN). */
static GArray *children(void)
{
	g_autofree char *path = g_strdup_printf("/proc/self/task/%d/children", (int)getpid());
	GArray *pids = g_array_new(FALSE, FALSE, sizeof(pid_t));
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return pids;
	for (char *at = text, *end; *at; at = end) {
		pid_t pid = (pid_t)strtol(at, &end, 10);

		if (end == at)
			break;
		g_array_append_val(pids, pid);
		end += strspn(end, " ");
	}
	return pids;
}

GArray *tt_offspring_adopt(void)
{
	GArray *before = children();

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

bool tt_offspring_end(const GArray *others, GArray *asked)
{
	g_autoptr(GArray) now = children();
	bool any = false;

	for (guint i = 0; i < now->len; i++) {
		pid_t pid = g_array_index(now, pid_t, i);

		if (is_among(others, pid))
			continue;
		any = true;
		if (!asked) {
			kill(pid, SIGKILL);
		} else if (!is_among(asked, pid)) {
			kill(pid, SIGTERM);
			kill(pid, SIGCONT); /* should it be stopped */
			g_array_append_val(asked, pid);
		}
	}
	return any;
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

bool tt_offspring_signal(const char *recording, int number)
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

void tt_offspring_ends_with(pid_t parent, int number)
{
	prctl(PR_SET_PDEATHSIG, number);
	if (getppid() != parent)
		raise(number);
}

bool tt_offspring_catches(pid_t pid, int number)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)pid);
	g_autofree char *text = NULL;
	const char *caught;

	if (!g_file_get_contents(path, &text, NULL, NULL) || !(caught = strstr(text, "\nSigCgt:")))
		return false;
	return strtoull(caught + strlen("\nSigCgt:"), NULL, 16) >> (number - 1) & 1;
}
