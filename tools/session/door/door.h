/* SPDX-License-Identifier: MIT */
/*
 * The door of a recording (tracepoints/door.h), where the recorder's descendants ask to be recorded, and the process
 * that keeps it.
 */
#ifndef TT_SESSION_DOOR_DOOR_H
#define TT_SESSION_DOOR_DOOR_H

#include <stdbool.h>

#include <glib.h>

struct tt_door;

/*
 * Opens the door of a session, which is restricted to those who are let in; NULL: of one that records all, where they
 * are told the token just so. `token`: what they tell then. `home`: the folder of a private daemon, where the door is
 * put; NULL: the daemon is shared. NULL with *error, of TT_SESSION_ERROR.
 */
struct tt_door *tt_door_open(const char *session, const char *token, const char *home, GError **error);

/* Where it is. */
const char *tt_door_path(const struct tt_door *door);

/* Whether a process was let in by now. */
bool tt_door_is_used(const struct tt_door *door);

/* Whether it is still kept. If not, processes that begin from now on are not recorded. */
bool tt_door_is_kept(const struct tt_door *door);

/* Closes it; NULL does nothing. False: somebody was not let in who should have been. */
bool tt_door_close(struct tt_door *door);

#endif /* TT_SESSION_DOOR_DOOR_H */
