/* SPDX-License-Identifier: MIT */
/*
 * The watch over LTTng's daemons: the session daemon, which tells programs what to record, and its consumer daemon,
 * which writes that. LTTng says nothing of their death: lttng_data_pending, for one, has all written then.
 */
#ifndef TT_SESSION_LTTNG_DAEMON_WATCH_H
#define TT_SESSION_LTTNG_DAEMON_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/read/recording/cut.h"

struct tt_watch;

/*
 * Begins, once a session is set up, so that both run. Where they are not to be seen, as in another pid namespace, their
 * end is not noticed.
 */
struct tt_watch *tt_watch_new(void);
void tt_watch_free(struct tt_watch *watch);

/* Which has ended: TT_CUT_DAEMON, TT_CUT_CONSUMER, or TT_CUT_NONE. */
enum tt_cut tt_watch_look(const struct tt_watch *watch);

/* How large a file LTTng's daemons may make; UINT64_MAX: of any size, or nobody knows. */
uint64_t tt_watch_file_limit(void);

/* Whether the session daemon has the same file system as we have there. */
bool tt_watch_shares(const char *path);

#endif /* TT_SESSION_LTTNG_DAEMON_WATCH_H */
