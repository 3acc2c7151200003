/* SPDX-License-Identifier: MIT */
#include "tools/read/ctf/fail.h"

#include <errno.h>

#include "tools/read/trace.h"

bool tt_ctf_fail(GError **error, const char *path, const char *why)
{
	g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE,
	            "cannot read the trace %s (%s): it is damaged, cut short or still being recorded; record it again",
	            path, why);
	return false;
}

bool tt_ctf_fail_system(GError **error, const char *path)
{
	g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE,
	            "cannot read the trace %s (%s): read it as the user who recorded it", path, g_strerror(errno));
	return false;
}
