/* SPDX-License-Identifier: MIT */
/*
 * The cut: why a recording may not have all that its program did, beyond what the tracer itself counts.
 */
#ifndef TT_READ_RECORDING_CUT_H
#define TT_READ_RECORDING_CUT_H

#include "tools/read/trace.h"

enum tt_cut {
	TT_CUT_NONE,
	TT_CUT_UNFINISHED, /* there was no end: the recorder was killed with all that belongs to it, or is at work */
	TT_CUT_RECORDER,   /* the recorder was killed, and its heir ended the recording */
	TT_CUT_CONSUMER,   /* LTTng's consumer daemon, which writes what is recorded, ended before the program */
	TT_CUT_DAEMON,     /* likewise its session daemon, which tells programs to make events */
	TT_CUT_DISK,       /* the disk became full */
	TT_CUT_OUTLIVED,   /* the recording ended for a signal that was to end the program, which lived on */
	TT_CUT_MISSED,     /* the keeper of the door did not let in processes that belong to the recording */
	TT_N_CUTS
};

struct tt_manifest;

/* The word for it in a manifest; and the cut of a word: TT_CUT_UNFINISHED for one that a later version may write. */
const char *tt_cut_word(enum tt_cut cut);
enum tt_cut tt_cut_of_word(const char *word);

/* Why, for people: half a sentence, of static storage. */
const char *tt_cut_text(enum tt_cut cut);

/* Tells the handler, and the summary, what the manifest knows to be missing. */
void tt_cut_tell(const struct tt_manifest *manifest, const struct tt_trace_handler *handler, void *data,
                 struct tt_trace_summary *summary);

#endif /* TT_READ_RECORDING_CUT_H */
