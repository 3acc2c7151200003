/* SPDX-License-Identifier: MIT */
/*
 * Start failure: why the kernel does not start a program, in words. What it says of a missing interpreter is what it
 * says of a missing program.
 */
#ifndef TT_SESSION_PROGRAM_START_FAILURE_H
#define TT_SESSION_PROGRAM_START_FAILURE_H

#include <glib.h>

/* Sets *error for the code of a failed exec of the file. Returns the exit status that a shell has then: 126 or 127. */
int tt_start_failure(const char *path, int code, GError **error);

#endif /* TT_SESSION_PROGRAM_START_FAILURE_H */
