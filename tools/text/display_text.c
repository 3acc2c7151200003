/* SPDX-License-Identifier: MIT */
#include "tools/text/display_text.h"

#include <stdbool.h>
#include <string.h>

#include "tools/text/sanitize.h"

/* Joiners and variation selectors, on whose width no two terminals agree. */
static bool joins(gunichar c)
{
	return (c >= 0x200b && c <= 0x200d) || c == 0x2060 || c == 0xfeff || (c >= 0xfe00 && c <= 0xfe0f);
}

char *tt_text_clean(const char *text)
{
	char *valid = g_utf8_make_valid(text ? text : "", -1);
	GString *clean = g_string_sized_new(strlen(valid));

	for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		if (joins(c))
			continue;
		if (!tt_letter_is_harmless(c) || g_unichar_type(c) == G_UNICODE_UNASSIGNED)
			g_string_append(clean, c == '\t' || c == '\n' ? " " : "·");
		else
			g_string_append_unichar(clean, c);
	}
	g_free(valid);
	return g_string_free(clean, false);
}

int tt_char_columns(gunichar c)
{
	if (g_unichar_iszerowidth(c))
		return 0;
	return g_unichar_iswide(c) ? 2 : 1;
}

int tt_text_columns(const char *text)
{
	int columns = 0;

	for (; *text; text = g_utf8_next_char(text))
		columns += tt_char_columns(g_utf8_get_char(text));
	return columns;
}

char *tt_text_fit(const char *text, int columns, const char *ellipsis)
{
	const char *end = text;
	int left = columns - tt_text_columns(ellipsis);

	if (tt_text_columns(text) <= columns)
		return g_strdup(text);
	if (left < 0)
		return g_strdup("");
	for (; *end; end = g_utf8_next_char(end)) {
		left -= tt_char_columns(g_utf8_get_char(end));
		if (left < 0)
			break;
	}
	GString *cut = g_string_new_len(text, end - text);
	g_string_append(cut, ellipsis);
	return g_string_free(cut, false);
}

char *tt_text_squeeze(const char *text, int columns, int least, const char *ellipsis)
{
	if (tt_text_columns(text) > columns && columns < least)
		return NULL;
	return tt_text_fit(text, columns, ellipsis);
}
