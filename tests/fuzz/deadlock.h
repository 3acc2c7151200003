/* SPDX-License-Identifier: MIT */
/* A check with a finding, by hand: two threads that wait for each other's lock. */
#ifndef TESTS_FUZZ_DEADLOCK_H
#define TESTS_FUZZ_DEADLOCK_H

#include "tools/check/check.h"

static inline struct tt_check *deadlock(void)
{
	const struct tt_check_options options = TT_CHECK_DEFAULTS;
	const struct tt_event events[] = {
	    {.type = TT_EVENT_lock_acquired, .thread = "alice", .thread_id = 1, .name = "ice", .id = 10},
	    {.type = TT_EVENT_lock_acquired, .thread = "bob", .thread_id = 2, .name = "steam", .id = 11},
	    {.type = TT_EVENT_lock_wait, .thread = "alice", .thread_id = 1, .name = "steam", .id = 11},
	    {.type = TT_EVENT_lock_wait, .thread = "bob", .thread_id = 2, .name = "ice", .id = 10},
	};
	struct tt_check *check = tt_check_new(&options);

	for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
		struct tt_event event = events[i];
		event.time_ns = (int64_t)i + 1;
		event.caller = i + 1;
		event.pid = 1;
		event.depth = 1;
		event.timeout_ns = TT_NO_TIMEOUT;
		tt_check_feed(check, &event);
	}
	tt_check_finish(check);
	return check;
}

#endif /* TESTS_FUZZ_DEADLOCK_H */
