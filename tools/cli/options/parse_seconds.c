/* SPDX-License-Identifier: MIT */
#include "tools/cli/options/parse_seconds.h"

#include <math.h>

#include <glib.h>

bool tt_seconds_of(const char *text, double *seconds)
{
	char *end;

	*seconds = g_ascii_strtod(text, &end);
	return end != text && !*end && !isnan(*seconds);
}

bool tt_parse_offset(const char *text, int64_t *ns)
{
	double seconds;

	if (!text)
		return true;
	if (!tt_seconds_of(text, &seconds) || !(seconds >= 0 && seconds < 1e9))
		return false;
	*ns = (int64_t)round(seconds * 1e9);
	return true;
}
