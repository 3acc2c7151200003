#include "tools/report/harmless.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

char *tt_harmless(const char *text)
{
	char *valid = g_utf8_make_valid(text, -1);

	for (char *c = valid; *c; c = g_utf8_next_char(c)) {
		gunichar letter = g_utf8_get_char(c);
		bool none = letter == 0xfffe || letter == 0xffff;
		if (none || (letter != '\n' && g_unichar_iscntrl(letter)))
			memset(c, '?', (size_t)(g_utf8_next_char(c) - c));
	}
	return valid;
}
