#include "tools/watch/hang_watch.h"

#include "tools/watch/live_monitor.h"

/* How long threads wait that nobody can wake, before that is a hang, in seconds. */
static const double hang_after = 2;

static void begin(const struct tt_live_source *source, void *data)
{
	struct tt_catcher *catcher = data;

	catcher->lookout = tt_lookout_start(
	    source,
	    &(struct tt_lookout_options){.program = catcher->program, .hang_after = hang_after, .silent = true});
}

static bool is_caught(void *data)
{
	struct tt_catcher *catcher = data;

	return catcher->lookout && tt_lookout_has_reported(catcher->lookout);
}

static void end(void *data)
{
	tt_lookout_stop(((struct tt_catcher *)data)->lookout);
}

struct tt_companion tt_catcher_companion(struct tt_catcher *catcher)
{
	return (struct tt_companion){begin, is_caught, end, catcher};
}

void tt_catcher_clear(struct tt_catcher *catcher)
{
	tt_lookout_free(catcher->lookout);
	catcher->lookout = NULL;
}
