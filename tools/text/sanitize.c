/* SPDX-License-Identifier: MIT */
#include "tools/text/sanitize.h"

#include <string.h>

bool tt_letter_is_harmless(gunichar letter)
{
	bool turns = letter == 0x061c || letter == 0x200e || letter == 0x200f ||
	             (letter >= 0x202a && letter <= 0x202e) || (letter >= 0x2066 && letter <= 0x2069);
	bool ends = letter == 0x2028 || letter == 0x2029;
	bool none = (letter & 0xfffe) == 0xfffe;

	return !turns && !ends && !none && !g_unichar_iscntrl(letter);
}

static char *replace(const char *text, bool lines)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *shown = g_string_sized_new(strlen(valid));

	for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
		gunichar letter = g_utf8_get_char(c);
		bool keep = tt_letter_is_harmless(letter) || (lines && letter == '\n');
		g_string_append_unichar(shown, keep ? letter : '?');
	}
	return g_string_free(shown, FALSE);
}

char *tt_harmless_name(const char *text)
{
	return replace(text, false);
}

char *tt_sanitize(const char *text)
{
	return replace(text, true);
}

bool tt_is_plain(const char *text)
{
	while (text && *text >= ' ' && *text <= '~')
		text++;
	return !text || !*text;
}

const char *tt_harmless_or_made(const char *text, char **made)
{
	*made = !tt_is_plain(text) ? tt_harmless_name(text) : NULL;
	return *made ? *made : text;
}
