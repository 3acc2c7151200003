#include "tools/cli/seconds.h"

#include <math.h>

#include <glib.h>

bool tt_parse_seconds(const char *text, int64_t *ns)
{
	char *end;
	double seconds = text ? g_ascii_strtod(text, &end) : 0;

	if (!text)
		return true;
	if (end == text || *end || isnan(seconds))
		return false;
	*ns = (int64_t)CLAMP(round(seconds * 1e9), -9e18, 9e18);
	return true;
}
