/* SPDX-License-Identifier: MIT */
/*
 * The lookout: a process of ours that reads the recording while the program runs, and reports a hang as soon as it is
 * certain.
 *
 * It is a process of its own so that nothing which befalls it, in a damaged trace or by the size of one, befalls the
 * recorder, which has a program, a session and daemons to look after.
 */
#ifndef TT_WATCH_LIVE_MONITOR_H
#define TT_WATCH_LIVE_MONITOR_H

#include <stdbool.h>

#include <glib.h>

#include "tools/cli/options/check_options.h"
#include "tools/read/live/live.h"

struct tt_live_monitor_options {
	const char *program;
	struct tt_check_cli_options *check; /* taken: what is suppressed or known is no hang; NULL: all are */
	double hang_after; /* seconds that threads with nobody left to wake them wait before it is a hang; may be
	                      infinite */
	bool keep_going;   /* the program is left to itself, and there may be more to report */
	bool quiet;        /* of itself it says nothing */
	bool silent;       /* it reports to us alone: tt_live_monitor_has_reported */
	bool progress;     /* there is an unfinished line of progress on the terminal */
};

struct tt_live_monitor;

/* Starts one, and waits until it sees the session. It reports on stderr, unless silent. */
struct tt_live_monitor *tt_live_monitor_start(const struct tt_live_source *source,
                                              const struct tt_live_monitor_options *options);

/* Whether it has reported a hang by now. Does not wait. */
bool tt_live_monitor_has_reported(struct tt_live_monitor *lookout);

/* What it has reported: struct tt_hang_key, of tools/check/actual/live_hangs.h. */
const GArray *tt_live_monitor_reported(const struct tt_live_monitor *lookout);

/* Ends it, if it has not ended yet; then frees it. NULL does nothing. */
void tt_live_monitor_stop(struct tt_live_monitor *lookout);
void tt_live_monitor_free(struct tt_live_monitor *lookout);

#endif /* TT_WATCH_LIVE_MONITOR_H */
