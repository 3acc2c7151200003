/* SPDX-License-Identifier: MIT */
#include "tools/symbols/names/labels.h"

#include <string.h>

#include <glib.h>

#include "tools/symbols/frame_filter.h"

/* What an unknown thread begins with says nothing, if all threads of such a program begin with it. */
static bool says_something(const struct tt_site *function)
{
	return tt_is_internal_frame(function->module, NULL, function->function) &&
	       !g_str_has_prefix(function->module, "python") && !g_str_has_prefix(function->module, "libpython") &&
	       g_strcmp0(function->function, "pythread_wrapper") != 0;
}

char *tt_label_thread(const struct tt_site *function, const char *recorded, size_t length)
{
	if (!says_something(function))
		return g_strndup(recorded, length);
	if (function->function)
		return g_strdup_printf("%.*s (%s)", (int)length, recorded, function->function);
	return g_strdup_printf("%.*s (%s+0x%" G_GINT64_MODIFIER "x)", (int)length, recorded, function->module,
	                       function->offset);
}

char *tt_label_site(const struct tt_site *site)
{
	if (site->file) {
		const char *slash = strrchr(site->file, '/');
		return g_strdup_printf("%s:%d", slash ? slash + 1 : site->file, site->line);
	}
	if (site->function)
		return g_strdup(site->function);
	return g_strdup_printf("%s+0x%" G_GINT64_MODIFIER "x", site->module, site->offset);
}
