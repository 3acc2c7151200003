/* SPDX-License-Identifier: MIT */
/*
 * Names are the program's, or of whoever made the file: nothing in one may be obeyed by a terminal, lead its reader to
 * see another text than there is, or break the format that it is written in.
 *
 * All text from outside passes here where it comes in: names and messages of events (tools/read/delivery/delivery.c),
 * functions, variables and files (tools/symbols/), what a database holds (tools/db/); and what a command says on stderr
 * where that goes out, since there paths and arguments are in it. So an output need not think of it.
 */
#ifndef TT_TEXT_SANITIZE_H
#define TT_TEXT_SANITIZE_H

#include <stdbool.h>

#include <glib.h>

/*
 * Whether a letter may be shown. Not: control characters, C0 and C1; those that turn the direction of what follows
 * (U+061C, 200E, 200F, 202A-202E, 2066-2069); the separators of lines and paragraphs; those that XML does not have.
 */
bool tt_letter_is_harmless(gunichar letter);

/* The text as valid UTF-8, with a question mark for every letter that may not be shown. The caller's to free. */
char *tt_harmless_name(const char *text);

/* The same for a text of several lines: their ends stay. */
char *tt_sanitize(const char *text);

/* Plain ASCII, as nearly all names are, which is harmless; NULL is as well. */
bool tt_is_plain(const char *text);

/* The same as tt_harmless_name, where most texts are harmless: the text itself, or *made, which the caller frees. */
const char *tt_harmless_or_made(const char *text, char **made);

#endif /* TT_TEXT_SANITIZE_H */
