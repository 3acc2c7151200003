/* SPDX-License-Identifier: MIT */
/*
 * Reading a file that a user names, or that lies in a folder of somebody's: whatever it is, reading it ends. A regular
 * file, or what a pipe or a device gives (`<(…)` of a shell, /dev/null), up to a size and for so long.
 */
#ifndef TT_READ_RECORDING_BOUNDED_FILE_H
#define TT_READ_RECORDING_BOUNDED_FILE_H

#include <stdbool.h>

#include <glib.h>

/* More than a suppression file, a baseline or a manifest ever has. */
enum { TT_BOUNDED_FILE_MOST = 64 << 20 };

/*
 * The contents, with a NUL behind them, in *text, which the caller frees. False with *error of G_FILE_ERROR, whose
 * message has the path and what is wrong, without a remedy.
 */
bool tt_bounded_file_read(const char *path, char **text, size_t *size, GError **error);

/* How long to wait for a pipe that somebody has open but writes nothing into, in ms; for tests. Returns what it was. */
int tt_bounded_file_set_patience(int ms);

#endif /* TT_READ_RECORDING_BOUNDED_FILE_H */
