/* SPDX-License-Identifier: MIT */
/*
 * Salvage: the buffers of a session, as files that we can read ourselves. LTTng's consumer daemon writes what programs
 * record from the buffers into the trace. Where it ends too early, we do so in its place: no program waits for room
 * that nobody makes, and nothing that was recorded is lost.
 */
#ifndef TT_SESSION_LTTNG_SALVAGE_H
#define TT_SESSION_LTTNG_SALVAGE_H

#include <stdbool.h>

struct tt_salvage;

/* For a trace that goes to `folder`. NULL: there is no place for such files. */
struct tt_salvage *tt_salvage_new(const char *folder);

/* Where the session has to put its buffers: lttng_set_session_shm_path. */
const char *tt_salvage_path(const struct tt_salvage *salvage);

/*
 * Takes hold of buffers that are new: a user's are made when its first program comes. What we have hold of is ours to
 * read, whatever becomes of the daemons. To be called many times a second; NULL does nothing.
 */
void tt_salvage_look(struct tt_salvage *salvage);

/* Whether a program has recorded an event by now; of NULL nobody knows, so true. */
bool tt_salvage_has_event(const struct tt_salvage *salvage);

/* The consumer daemon is dead: writes what is full into the trace, so that there is room. To be called again and again.
 */
void tt_salvage_pump(struct tt_salvage *salvage);

/*
 * The consumer daemon is dead, and no program records any more: writes all the rest. False: not all of it can be had,
 * since a program was killed while it wrote an event, or the disk has no room.
 */
bool tt_salvage_finish(struct tt_salvage *salvage);

/*
 * The consumer daemon is there and has written what it can, and no program records any more. A packet that has a torn
 * event is never complete, so the daemon has neither it nor what is behind it, and could not end its session: takes
 * these, and lets it go on. Whether there was such a packet.
 */
bool tt_salvage_take_rest(struct tt_salvage *salvage);

/* The consumer daemon has closed the files: writes what was taken. */
void tt_salvage_write_rest(struct tt_salvage *salvage);

/* And the files are gone. */
void tt_salvage_free(struct tt_salvage *salvage);

#endif /* TT_SESSION_LTTNG_SALVAGE_H */
