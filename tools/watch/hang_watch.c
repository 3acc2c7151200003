/* SPDX-License-Identifier: MIT */
#include "tools/watch/hang_watch.h"

#include "tools/watch/live_monitor.h"

/* How long threads wait that nobody can wake, before that is a hang, in seconds. */
static const double hang_after = 2;

static void begin(const struct tt_live_source *source, void *data)
{
	struct tt_hang_watch *catcher = data;

	catcher->lookout = tt_live_monitor_start(
	    source,
	    &(struct tt_live_monitor_options){.program = catcher->program, .hang_after = hang_after, .silent = true});
}

static bool is_caught(void *data)
{
	struct tt_hang_watch *catcher = data;

	return catcher->lookout && tt_live_monitor_has_reported(catcher->lookout);
}

static void end(void *data)
{
	tt_live_monitor_stop(((struct tt_hang_watch *)data)->lookout);
}

struct tt_live_reader tt_hang_watch_companion(struct tt_hang_watch *catcher)
{
	return (struct tt_live_reader){begin, is_caught, end, catcher};
}

void tt_hang_watch_clear(struct tt_hang_watch *catcher)
{
	tt_live_monitor_free(catcher->lookout);
	catcher->lookout = NULL;
}
