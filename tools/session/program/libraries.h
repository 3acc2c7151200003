/* SPDX-License-Identifier: MIT */
/*
 * Libraries: where those that belong to the command lie, and whether a library loads on this machine.
 */
#ifndef TT_SESSION_PROGRAM_LIBRARIES_H
#define TT_SESSION_PROGRAM_LIBRARIES_H

#include <stdbool.h>

#include <glib.h>

#define TT_LIBRARY "libtrace_thr.so.0"
#define TT_LIBRARY_PRELOAD "libtrace_thr-preload.so"
#define TT_LIBRARY_PROBES "libtrace_thr-tracepoints.so"
#define TT_LIBRARY_BEACON "libtrace_thr-beacon.so"
#define TT_LIBRARY_UNWIND "libunwind.so.8"

/*
 * The absolute path of a library of ours: beside the command, as in the build tree, or in the ../lib of its folder, as
 * installed, or in the folder of this machine's kind in there. NULL if it is in none.
 */
char *tt_library_find(const char *name);

/*
 * The libraries of that name that programs of this machine may load: ours, and those where the loader looks for all
 * programs, or is told to by LD_LIBRARY_PATH. NULL at the end, the caller's to free.
 */
char **tt_library_find_all(const char *name);

/* Whether the library asks to be recorded, see tracepoints/door.h. One of an earlier version does not. */
bool tt_library_asks(const char *path);

/* Whether a library loads: into this process, for good. False with the loader's reason in *error. */
bool tt_library_loads(const char *path, GError **error);

#endif /* TT_SESSION_PROGRAM_LIBRARIES_H */
