/*
 * The catcher: a companion of a recording that says nothing, and has the program ended as soon as it hangs. Where it
 * cannot read along, the recording's time limit ends the program.
 */
#ifndef TT_WATCH_HANG_WATCH_H
#define TT_WATCH_HANG_WATCH_H

#include "tools/session/record.h"

struct tt_catcher {
	const char *program;
	struct tt_lookout *lookout; /* private */
};

/* What to record with. The catcher must stay. */
struct tt_companion tt_catcher_companion(struct tt_catcher *catcher);
void tt_catcher_clear(struct tt_catcher *catcher);

#endif /* TT_WATCH_HANG_WATCH_H */
