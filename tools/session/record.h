/*
 * Recording a program: its folder, the daemon, the session, the program, the manifest, in that order, and back.
 */
#ifndef TT_SESSION_RECORD_H
#define TT_SESSION_RECORD_H

#include <stdbool.h>

#include <glib.h>

#include "tools/read/live.h"
#include "tools/session/program.h"
#include "tools/session/session.h"

/* Who reads along while a program is recorded. */
struct tt_companion {
	void (*begin)(const struct tt_live_source *source, void *data); /* the program is about to start */
	bool (*is_caught)(void *data); /* asked many times a second; true: the program hangs, and is ended */
	void (*end)(void *data);       /* all is recorded */
	void *data;
};

struct tt_record_options {
	char **program;     /* its arguments, NULL at the end */
	const char *output; /* the folder to make; NULL: trace-thr-PROG-1, -2, … in the working folder */
	double timeout;     /* seconds after which the program is ended; 0: never */
	bool drop;          /* rather lose events than make the program wait */
	bool preload;       /* load the interposer into the program, which need not be built with libtrace_thr */
	const uint64_t
	    *shake;        /* a seed: the library delays threads at random where they synchronise; NULL: it does not */
	const char *steer; /* a plan, see libtrace_thr/src/steer_plan.h; NULL: threads go their own ways */
	const struct tt_companion *companion; /* NULL: nobody reads along */
	int stack;                            /* how many sites of a call chain an event has, at most */
};

/* What was recorded. */
struct tt_recording {
	char *folder; /* as the user would name it */
	struct tt_program_end end;
	struct tt_session_loss loss;
};

/*
 * Records. False with *error, and *status, an exit status, if nothing came of it: then nothing is left behind.
 * A recording that is not whole (the disk was full) is an error as well; its folder is removed.
 */
bool tt_record(const struct tt_record_options *options, struct tt_recording *recording, int *status, GError **error);

void tt_recording_clear(struct tt_recording *recording);

/* What the shell says for such an end: the program's own status, 128 + signal, 124 if it timed out. */
int tt_recording_status(const struct tt_recording *recording);

#endif /* TT_SESSION_RECORD_H */
