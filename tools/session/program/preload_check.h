/* SPDX-License-Identifier: MIT */
/*
 * Loader: what the dynamic loader makes of LD_PRELOAD. It says nothing where it ignores it, so a recorder has to know
 * before.
 */
#ifndef TT_SESSION_PROGRAM_PRELOAD_CHECK_H
#define TT_SESSION_PROGRAM_PRELOAD_CHECK_H

#include <stdbool.h>

#include <glib.h>

/*
 * Whether the loader will load our libraries into the program of this file; a script is judged by its interpreter.
 * False with *error: why not, and what to do. A file that will not start is left to the start (start_failure.h).
 */
bool tt_preload_check(const char *path, GError **error);

/* What the kernel runs for the file: the interpreter of a script, the loader of a program; the caller's. NULL: nothing.
 */
char *tt_loader_needed(const char *path);

/* Whether the file is a program, if perhaps for another kind of machine. */
bool tt_loader_is_program(const char *path);

/*
 * Whether the program's events will have the time of this machine: LTTng reads the clock in the program, where
 * libfaketime can change it, by LD_PRELOAD or the command `faketime`. False with *error: why not, and what to do.
 */
bool tt_loader_leaves_clock(char *const *program, GError **error);

/*
 * What LD_PRELOAD is to be for a program: our libraries, by absolute path, before those of `before`, which may be NULL.
 * NULL with *error if they are not there, or cannot be named to the loader.
 */
char *tt_preload_variable(const char *before, GError **error);

/* Whether the loader takes our libraries, tried with a process of this command. False with its complaint in *error. */
bool tt_preload_works(GError **error);

#endif /* TT_SESSION_PROGRAM_PRELOAD_CHECK_H */
