/*
 * A recording session of LTTng: its channels and events, its start and its end.
 */
#ifndef TT_SESSION_SESSION_H
#define TT_SESSION_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

struct tt_session;

/* What the tracer could not record. */
struct tt_session_loss {
	uint64_t events; /* dropped for want of room: only with `drop` */
	bool torn;       /* a program was killed in the midst of writing an event: what shares its buffer is lost */
	bool missed;     /* processes that should have been recorded were not */
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
 * Ends the recording, and waits until all is on disk. A program that is killed after this loses nothing; one that is
 * killed in the midst of writing an event loses what shares its buffer. Calls after the first do nothing.
 */
void tt_session_finish(struct tt_session *session);

/* The same, and destroys the session. False with *error if what was recorded is not all there. */
bool tt_session_stop(struct tt_session *session, struct tt_session_loss *loss, GError **error);

#endif /* TT_SESSION_SESSION_H */
