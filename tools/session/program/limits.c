/* SPDX-License-Identifier: MIT */
#include "tools/session/program/limits.h"

#include <sys/resource.h>
#include <unistd.h>

#include <glib.h>

/* What the daemons need on any machine, and for the buffers of each CPU. */
enum { LEAST_FILES = 96, FILES_OF_CPU = 16 };
static const rlim_t least_memory = (rlim_t)512 << 20;

/* Less than this can be too little: threads take address space that they do not use. */
static const rlim_t enough_memory = (rlim_t)4 << 30;

char *tt_limits_text(void)
{
	struct rlimit files = {.rlim_cur = RLIM_INFINITY}, memory = files;

	getrlimit(RLIMIT_NOFILE, &files);
	getrlimit(RLIMIT_AS, &memory);
	if (files.rlim_cur < TT_LIMITS_FILES)
		return g_strdup_printf("%d open files may be too few for LTTng: record with 'ulimit -n %d'",
		                       (int)files.rlim_cur, TT_LIMITS_FILES);
	if (memory.rlim_cur < enough_memory)
		return g_strdup_printf(
		    "%" G_GUINT64_FORMAT
		    " MiB of address space may be too little for LTTng: record with 'ulimit -v unlimited'",
		    (guint64)memory.rlim_cur >> 20);
	return NULL;
}

/* Whether we have so much, or may have it. */
static bool can_have(__rlimit_resource_t what, rlim_t needed)
{
	struct rlimit limit;

	if (getrlimit(what, &limit) == -1 || limit.rlim_max >= needed)
		return true;
	const struct rlimit more = {limit.rlim_cur, needed};
	bool can = setrlimit(what, &more) == 0;
	setrlimit(what, &limit);
	return can;
}

bool tt_limits_suffice(void)
{
	rlim_t cpus = (rlim_t)sysconf(_SC_NPROCESSORS_CONF);

	return can_have(RLIMIT_NOFILE, LEAST_FILES + cpus * FILES_OF_CPU) && can_have(RLIMIT_AS, least_memory);
}
