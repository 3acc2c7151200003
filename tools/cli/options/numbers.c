/* SPDX-License-Identifier: MIT */
#include "tools/cli/options/numbers.h"

#include <glib.h>

bool tt_parse_number(const char *text, int least, int most, int *number)
{
	gint64 value;

	if (!text)
		return true;
	if (!g_ascii_string_to_signed(text, 10, least, most, &value, NULL))
		return false;
	*number = (int)value;
	return true;
}
