/* SPDX-License-Identifier: MIT */
/*
 * Text of unknown origin on a screen or in a picture: names are the traced program's, and may hold anything.
 */
#ifndef TT_TEXT_DISPLAY_TEXT_H
#define TT_TEXT_DISPLAY_TEXT_H

#include <glib.h>

/*
 * The text as it may be shown: valid UTF-8 on one line, without control characters, those that turn the direction of
 * what follows, or invisible joiners. What is dropped shows as `·` but for joiners. The caller's to free.
 */
char *tt_text_clean(const char *text);

/* How many columns a character and clean text take: 2 for wide ones, 0 for combining ones. */
int tt_char_columns(gunichar c);
int tt_text_columns(const char *text);

/* The text, cut to the columns; one that is cut ends in `ellipsis`. The caller's to free. */
char *tt_text_fit(const char *text, int columns, const char *ellipsis);

/* The same where a too long text is better left out: NULL if fewer than `least` columns of it could be seen. */
char *tt_text_squeeze(const char *text, int columns, int least, const char *ellipsis);

#endif /* TT_TEXT_DISPLAY_TEXT_H */
