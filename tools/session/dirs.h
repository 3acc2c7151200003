/* SPDX-License-Identifier: MIT */
/*
 * The files of a recording, as a whole: how large they are, and removing what a failed one has made.
 */
#ifndef TT_SESSION_DIRS_H
#define TT_SESSION_DIRS_H

#include <stdbool.h>
#include <stdint.h>

/* The bytes of all files below the folder; 0 if it cannot be read. */
uint64_t tt_size_below(const char *path);

/* Removes all below the folder; follows no link. What cannot be removed stays. */
void tt_remove_below(const char *path);

/* Removes the folder and all below it; follows no link. What cannot be removed stays. */
void tt_remove_tree(const char *path);

/* Whether there is a file with contents in a folder below this one: a trace, in that of a recording. */
bool tt_has_trace(const char *path);

#endif /* TT_SESSION_DIRS_H */
