/* SPDX-License-Identifier: MIT */
/* Saving: a file that is there is whole. */
#ifndef TT_TEXT_WRITE_FILE_H
#define TT_TEXT_WRITE_FILE_H

#include <stdbool.h>

#include <glib.h>

/*
 * Writes the text to the file, or to stdout for a path of NULL; `what` it is is said where that fails. A regular file
 * is written whole or not at all, and what was there before stays until then. False with *error, whose message is one
 * line with the remedy.
 */
bool tt_write_file(const char *path, const char *what, const char *text, GError **error);

/*
 * Whether that could be done now, before the work for it begins; NULL: it can. A pipe stays open then: its reader would
 * take its closing for the end.
 */
bool tt_save_can(const char *path, GError **error);

#endif /* TT_TEXT_WRITE_FILE_H */
