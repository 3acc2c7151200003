/* SPDX-License-Identifier: MIT */
#include "tools/cli/error.h"

#include <stdio.h>

#include "tools/cli/command.h"
#include "tools/text/sanitize.h"

static G_GNUC_PRINTF(1, 0) void put(const char *format, va_list arguments)
{
	g_autofree char *line = g_strdup_vprintf(format, arguments);
	g_autofree char *shown = tt_harmless_name(line);

	fprintf(stderr, "trace-thr: %s\n", shown);
}

void tt_note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put(format, arguments);
	va_end(arguments);
}

int tt_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put(format, arguments);
	va_end(arguments);
	return TT_EXIT_USAGE;
}

bool tt_error_false(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put(format, arguments);
	va_end(arguments);
	return false;
}
