/* SPDX-License-Identifier: MIT */
/*
 * What went unrecorded: programs that the recorded ones have started and that the interposer could not be loaded into,
 * as it noted them (libtrace_thr/interpose/process/exec.c).
 */
#ifndef TT_SESSION_PROGRAM_UNRECORDED_H
#define TT_SESSION_PROGRAM_UNRECORDED_H

/* The file for the notes of a recording in that folder. The caller's to free. */
char *tt_unrecorded_file(const char *folder);

/*
 * The programs of the notes, each once, as `PATH: why, and what to do`, NULL at the end; and removes the file. The
 * caller's to free by g_strfreev.
 */
char **tt_unrecorded_take(const char *folder);

#endif /* TT_SESSION_PROGRAM_UNRECORDED_H */
