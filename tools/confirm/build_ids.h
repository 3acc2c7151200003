/* SPDX-License-Identifier: MIT */
/*
 * Builds: which build of a file a trace is of. A plan names sites by file and offset, which in another build of the
 * file are other places.
 */
#ifndef TT_CONFIRM_BUILD_IDS_H
#define TT_CONFIRM_BUILD_IDS_H

#include <glib.h>

/*
 * The builds of a trace: a file's name, without its folder, to its build id in base 16, of files that have one. Of a
 * trace that cannot be read, none. The caller's to unref.
 */
GHashTable *tt_build_ids_of(const char *trace);

/* A file of the edges (tt_confirm_edges) that is of another build in the run than it was when recorded; NULL: none. */
const char *tt_build_ids_changed(GHashTable *recorded, GHashTable *run, const GPtrArray *edges);

#endif /* TT_CONFIRM_BUILD_IDS_H */
