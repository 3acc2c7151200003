/* SPDX-License-Identifier: MIT */
/* Words of a command line: numbers, seconds, offsets, levels; and names, which come out harmless. */
#include "tests/fuzz/files.h"

#include <math.h>
#include <string.h>

#include "tools/check/check.h"
#include "tools/cli/options/numbers.h"
#include "tools/cli/options/parse_seconds.h"
#include "tools/text/sanitize.h"
#include "tools/text/display_text.h"

static void check_shown(char *shown, bool lines)
{
	if (!g_utf8_validate(shown, -1, NULL))
		abort();
	for (const char *c = shown; *c; c = g_utf8_next_char(c))
		if (!tt_letter_is_harmless(g_utf8_get_char(c)) && !(lines && *c == '\n'))
			abort();
	g_free(shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	g_autofree char *text = g_strndup((const char *)bytes, size);
	double seconds;
	int64_t ns = -1;
	int number = -1;
	enum tt_level level;
	char *made;

	if (tt_seconds_of(text, &seconds) && isnan(seconds))
		abort();
	if (tt_parse_offset(text, &ns) && !(ns >= 0 && ns <= INT64_C(1000000000) * 1000000000))
		abort();
	if (tt_parse_number(text, 3, 1000, &number) && !(number >= 3 && number <= 1000))
		abort();
	tt_level_parse(text, &level);
	check_shown(tt_sanitize(text), true);
	check_shown(tt_harmless_name(text), false);
	const char *shown = tt_harmless_or_made(text, &made);
	check_shown(g_strdup(shown), false);
	g_free(made);
	g_autofree char *clean = tt_text_clean(text);
	check_shown(tt_text_fit(clean, (int)(size % 20), "…"), false);
	check_shown(g_strdup(clean), false);
	return 0;
}
