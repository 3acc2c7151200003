/* SPDX-License-Identifier: MIT */
/*
 * A recording session of LTTng: its channels and events, its start and its end.
 */
#ifndef TT_SESSION_LTTNG_SESSION_H
#define TT_SESSION_LTTNG_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "tools/read/recording/cut.h"

struct tt_session;

/* What the tracer could not record. */
struct tt_session_discarded {
	uint64_t events; /* dropped for want of room: only with `drop` */
	bool torn;       /* a program was killed in the midst of writing an event: what shares its buffer is lost */
	enum tt_cut cut; /* a daemon has ended before the session, or the disk was full */
	int64_t cut_ns;  /* when, since the epoch */
	bool cut_even;   /* all that programs made until then is there */
};

/*
 * Creates and starts a session of a name of its own that records trace_thr's events, and where the programs' binaries
 * lie, into `folder` (absolute, existing). `live`: for who reads it meanwhile, what is in the buffers goes to disk many
 * times a second, and the events of beacons (beacon.h) are recorded too. Blocking: a full buffer makes the program
 * wait, unless `drop`. NULL with *error: there is no session then.
 */
struct tt_session *tt_session_start(const char *folder, bool live, bool drop, GError **error);

/* Its name, as LTTng knows it. */
const char *tt_session_name(const struct tt_session *session);

/*
 * Whether it records those processes alone that are added to it (tracker.h). Not where its daemon is in another pid
 * namespace: there it records all that the user's programs do, and who reads it sorts them out.
 */
bool tt_session_is_restricted(const struct tt_session *session);

/*
 * Whether the disk has room for what the buffers can hold. Once it has not, a recording must end: the consumer says
 * nothing of a full disk, and programs would wait for it for good.
 */
bool tt_session_has_room(struct tt_session *session);

/*
 * To be called many times a second: looks whether LTTng's daemons live, and if not does for the programs what they did,
 * as far as that can be. What has happened; it is so once and for all.
 */
enum tt_cut tt_session_attend(struct tt_session *session);

/* Whether a program has made an event by now. True also where that cannot be told. */
bool tt_session_has_event(const struct tt_session *session);

/*
 * Ends the recording, and waits until all is on disk. A program that is killed after this loses nothing; one that is
 * killed in the midst of writing an event loses what shares its buffer. Calls after the first do nothing.
 */
void tt_session_finish(struct tt_session *session);

/* The same, and destroys the session. False with *error if there was no memory for it, so that nothing was recorded. */
bool tt_session_stop(struct tt_session *session, struct tt_session_discarded *loss, GError **error);

#endif /* TT_SESSION_LTTNG_SESSION_H */
