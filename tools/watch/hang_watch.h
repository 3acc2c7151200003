/* SPDX-License-Identifier: MIT */
/*
 * The catcher: a companion of a recording that says nothing, and has the program ended as soon as it hangs. Where it
 * cannot read along, the recording's time limit ends the program.
 */
#ifndef TT_WATCH_HANG_WATCH_H
#define TT_WATCH_HANG_WATCH_H

#include "tools/session/record.h"

struct tt_hang_watch {
	const char *program;
	struct tt_live_monitor *lookout; /* private */
};

/* What to record with. The catcher must stay. */
struct tt_live_reader tt_hang_watch_companion(struct tt_hang_watch *catcher);
void tt_hang_watch_clear(struct tt_hang_watch *catcher);

#endif /* TT_WATCH_HANG_WATCH_H */
