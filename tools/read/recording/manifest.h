/* SPDX-License-Identifier: MIT */
/*
 * The manifest: what `trace-thr record` knows of a recording and a trace does not say. A file trace-thr.json beside
 * the trace.
 */
#ifndef TT_READ_RECORDING_MANIFEST_H
#define TT_READ_RECORDING_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "tools/read/recording/cut.h"

#define TT_MANIFEST_FILE "trace-thr.json"

/* It is there from the start of the program on, as TT_CUT_UNFINISHED, and written anew at the end. */
struct tt_manifest {
	char **program;  /* its arguments, NULL at the end */
	char *recording; /* the token that its processes tell; NULL: a recording without one */
	uint32_t pid;
	int64_t begin_ns; /* when it was started and when it ended, since the epoch */
	int64_t end_ns;
	int exit_status;   /* -1 if a signal ended it */
	int signal;        /* 0 if none did */
	bool timed_out;    /* the recorder ended it, at --timeout */
	bool interrupted;  /* the recorder was interrupted and ended it */
	bool preload;      /* with --preload */
	int stack;         /* sites of a call chain; 0: not said */
	char **unrecorded; /* programs that were started and not recorded, and why; NULL: not said */
	bool torn;         /* a program was killed while it wrote an event: the rest of its buffer could not be read */
	enum tt_cut cut;   /* why it may not have all to the end */
	int64_t cut_ns;    /* from when on, since the epoch; 0: nobody knows */
	bool cut_even;     /* and all up to then */
	char **left_out;   /* processes that stayed out, "prog (pid 7) has …", NULL at the end; NULL: none */
};

/* Writes it into the folder: whole or not at all. */
bool tt_manifest_write(const char *folder, const struct tt_manifest *manifest, GError **error);

/* Reads it. NULL without *error if the folder has none. */
struct tt_manifest *tt_manifest_read(const char *folder, GError **error);

void tt_manifest_free(struct tt_manifest *manifest);

#endif /* TT_READ_RECORDING_MANIFEST_H */
