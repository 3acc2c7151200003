/* SPDX-License-Identifier: MIT */
/*
 * What is said of a trace that cannot be read.
 */
#ifndef TT_READ_CTF_FAIL_H
#define TT_READ_CTF_FAIL_H

#include <stdbool.h>

#include <glib.h>

/* Sets *error, of TT_TRACE_ERROR: the trace at `path` is damaged, and why. False. */
bool tt_ctf_fail(GError **error, const char *path, const char *why);

/* A file or folder that cannot be opened or read, by errno. False. */
bool tt_ctf_fail_system(GError **error, const char *path);

#endif /* TT_READ_CTF_FAIL_H */
