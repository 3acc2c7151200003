/* SPDX-License-Identifier: MIT */
/*
 * The tracker: the set of processes that a session records. LTTng leaves all others alone: an event of theirs costs
 * them next to nothing, and reaches no buffer.
 */
#ifndef TT_SESSION_DOOR_TRACKER_H
#define TT_SESSION_DOOR_TRACKER_H

#include <stdbool.h>
#include <sys/types.h>

struct tt_tracker;

/* That of a session. NULL: there is no such session. */
struct tt_tracker *tt_tracker_open(const char *session);
void tt_tracker_close(struct tt_tracker *tracker);

/* The session records nobody from now on, but those who are added. */
bool tt_tracker_restrict(struct tt_tracker *tracker);

/*
 * Adds a process, which LTTng need not know yet. When this returns, all is recorded that it does. False: the daemon
 * does not. Who is added already stays so.
 */
bool tt_tracker_add(struct tt_tracker *tracker, pid_t pid);

/* Removes it. Costs the daemon 200 ms if it still knows the process. */
void tt_tracker_remove(struct tt_tracker *tracker, pid_t pid);

#endif /* TT_SESSION_DOOR_TRACKER_H */
