#include "tools/session/limits.h"

#include <sys/resource.h>

#include <glib.h>

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
