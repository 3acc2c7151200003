/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/text/text_writer.h"

#include "tools/text/sanitize.h"

static const char *const codes[] = {
    [TT_PLAIN] = "", [TT_BOLD] = "1", [TT_DIM] = "2", [TT_BAD] = "1;31", [TT_WARN] = "1;33", [TT_NAME] = "1;36",
};

struct tt_text_writer tt_text_writer(FILE *out)
{
	const char *no = getenv("NO_COLOR");
	return (struct tt_text_writer){.out = out, .colour = isatty(fileno(out)) && !(no && *no)};
}

int tt_text_width(const char *text)
{
	g_autofree char *valid = tt_sanitize(text);
	int width = 0;

	for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
		gunichar letter = g_utf8_get_char(c);
		width += g_unichar_iszerowidth(letter) ? 0 : g_unichar_iswide(letter) ? 2 : 1;
	}
	return width;
}

static void put(struct tt_text_writer *pen, enum tt_style style, const char *text)
{
	g_autofree char *shown = tt_sanitize(text);
	const char *line = strrchr(shown, '\n');

	pen->column = line ? tt_text_width(line + 1) : pen->column + tt_text_width(shown);
	if (pen->colour && style != TT_PLAIN)
		fprintf(pen->out, "\033[%sm%s\033[0m", codes[style], shown);
	else
		fputs(shown, pen->out);
}

void tt_put(struct tt_text_writer *pen, enum tt_style style, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	put(pen, style, text);
}

void tt_put_padded(struct tt_text_writer *pen, enum tt_style style, int width, const char *text)
{
	put(pen, style, text);
	tt_put(pen, TT_PLAIN, "%*s", MAX(0, width - tt_text_width(text)), "");
}

void tt_put_wrapped(struct tt_text_writer *pen, enum tt_style style, int indent, int width, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	for (size_t i = 0; words[i]; i++) {
		int word = tt_text_width(words[i]);
		if (i > 0 && pen->column + 1 + word > width)
			tt_put(pen, TT_PLAIN, "\n%*s", indent, "");
		else if (i > 0)
			tt_put(pen, TT_PLAIN, " ");
		put(pen, style, words[i]);
	}
	tt_put(pen, TT_PLAIN, "\n");
}
