/* SPDX-License-Identifier: MIT */
/*
 * Recording a program: its folder, the daemon, the session, the program, the manifest, in that order, and back.
 */
#ifndef TT_SESSION_RECORD_H
#define TT_SESSION_RECORD_H

#include <stdbool.h>

#include <glib.h>

#include "tools/read/live/live.h"
#include "tools/session/program/program.h"
#include "tools/session/lttng/session.h"

/* Who reads along while a program is recorded. */
struct tt_live_reader {
	void (*begin)(const struct tt_live_source *source, void *data); /* the program is about to start */
	bool (*is_caught)(void *data); /* asked many times a second; true: the program hangs, and is ended */
	void (*end)(void *data);       /* all is recorded */
	void *data;
};

struct tt_record_options {
	char **program;     /* its arguments, NULL at the end */
	const char *output; /* the folder to make; NULL: trace-thr-PROG-1, -2, … in the working folder */
	double timeout;     /* seconds after its first event, after which the program is ended; 0: never */
	bool detach_ends;   /* the recording ends with the program, though what it has started runs on */
	bool drop;          /* rather lose events than make the program wait */
	bool preload;       /* load the interposer into the program, which need not be built with libtrace_thr */
	const uint64_t
	    *shake;        /* a seed: the library delays threads at random where they synchronise; NULL: it does not */
	const char *steer; /* a plan, see libtrace_thr/src/explore/steer_plan.h; NULL: threads go their own ways */
	const struct tt_live_reader *companion; /* NULL: nobody reads along */
	int stack;                              /* how many sites of a call chain an event has, at most */
};

/* What was recorded. */
struct tt_recording {
	char *folder; /* as the user would name it */
	char *
	    *unrecorded; /* programs that the recorded ones have started: see unrecorded.h; NULL: there is no end yet */
	struct tt_program_end end;
	struct tt_session_discarded loss;
	uint64_t untold;          /* calls that could not become events, as far as the recording was read since */
	char **left_out;          /* processes that could not be recorded, NULL at the end; NULL: none */
	char *keeps_capabilities; /* one that does so over a change of user; NULL: none */
};

/*
 * Records. False with *error, and *status, an exit status, if nothing came of it: then nothing is left behind. What was
 * recorded is kept, whatever has happened then; the manifest says what it lacks, and so does `recording`.
 */
bool tt_record(const struct tt_record_options *options, struct tt_recording *recording, int *status, GError **error);

void tt_recording_clear(struct tt_recording *recording);

/* Whether it may lack something that the program did. */
bool tt_recording_is_whole(const struct tt_recording *recording);

/*
 * What the shell says for such an end: the program's own status, 128 + signal, 124 if it timed out; and 3 where that
 * would be 0 although the recording is not whole.
 */
int tt_recording_status(const struct tt_recording *recording);

#endif /* TT_SESSION_RECORD_H */
