/* SPDX-License-Identifier: MIT */
/*
 * Reading a recording while it is written: the folder into which LTTng's consumer daemon writes, without a relay
 * daemon.
 *
 *     tail = tt_tail_open(folder, &options, &handler, data);
 *     for (;;) {
 *         if (!tt_tail_poll(tail, &error)) …
 *         complete_ns = tt_tail_complete(tail);              or a time of the caller's own making
 *         result = tt_tail_read_until(tail, complete_ns, &error);
 *         …
 *     }
 *     tt_tail_end(tail, &error);                             the session is over: the rest
 *
 * What is known of a stream. A buffer belongs to a user, a CPU and a channel, and has a file of its own, its stream; a
 * packet there is what was in a sub-buffer. The clock of a buffer's events never goes back, and each packet ends with
 * the time at which its sub-buffer was closed: no later packet of the stream has an event of an earlier time. A packet
 * is in the file whole or is not looked at. So a stream is complete up to `end_ns`, the end of its last whole packet,
 * exactly, and all streams together up to the least of these. An empty buffer makes no packets: to know more of it, let
 * something (a beacon) write an event there after the time that matters, T, and wait until `end_ns` >= T; it is then
 * not necessary to look for the beacon's event itself. Events of other providers than ours are passed over.
 *
 * Nothing is known of a stream that is not there yet, of a user whose first process has not registered. If it turns
 * out to have events before a time up to which was read, that is told: TT_TAIL_DISORDER.
 *
 * Memory: one packet a stream, at most. In one thread.
 */
#ifndef TT_READ_LIVE_TAIL_H
#define TT_READ_LIVE_TAIL_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "tools/read/trace.h"

/* An `end_ns` that there is not; earlier than all times. */
#define TT_TAIL_NEVER INT64_MIN

struct tt_tail_options {
	uint32_t root;         /* only this process and its family count, see process_filter.h; 0: every process */
	const char *recording; /* the token of theirs, or NULL */
	const char *aside;     /* the channel of the modules: its streams are not waited for. NULL: none */
};

/*
 * A stream: a file CHANNEL_CPU of a folder …/uid/UID/…. It is known as soon as its file is there, also while it is
 * empty. Lent, and true until the next call of tt_tail_poll.
 */
struct tt_tail_stream {
	const char *path;    /* of the file, below the folder: ust/uid/0/64-bit/events_1 */
	const char *channel; /* by its name: events */
	int64_t cpu;         /* by its name; -1: unknown */
	int64_t uid;         /* of its processes, by its folder; -1: unknown */
	bool aside;          /* of the channel `aside` */
	uint64_t packets;    /* whole ones, so far */
	int64_t end_ns; /* complete up to here, see above; TT_TAIL_NEVER: no packet yet, or its clock is not known */
};

struct tt_tail;

/*
 * Begins with the folder, which may be empty, or not there yet. The handler is told events and losses in order of
 * time, and modules as they are read: after the first events of their process. The options are copied; the handler and
 * the data stay the caller's.
 */
struct tt_tail *tt_tail_open(const char *folder, const struct tt_tail_options *options,
                             const struct tt_trace_handler *handler, void *data);
void tt_tail_close(struct tt_tail *tail);

/*
 * Looks for new folders, streams, metadata and whole packets; cheap where there are none. It tells nothing. False with
 * *error, of TT_TRACE_ERROR, if something is damaged: metadata that cannot be understood, a packet that cannot be one.
 * Metadata or a packet that are there in part are no damage, but come later.
 */
bool tt_tail_poll(struct tt_tail *tail, GError **error);

/* The streams, as the last call of tt_tail_poll found them, sorted by their path. An index does not stay the same. */
guint tt_tail_n_streams(const struct tt_tail *tail);
const struct tt_tail_stream *tt_tail_stream(const struct tt_tail *tail, guint i);

/*
 * The time up to which all streams, but those `aside`, are complete, which is just before the least `end_ns`, since of
 * exactly that time an event may come yet. (Who reads up to `end_ns` itself may be told one of the same time later;
 * that is no disorder.) TT_TAIL_NEVER while a stream has no packet, or there is none.
 */
int64_t tt_tail_complete(const struct tt_tail *tail);

enum tt_tail_result {
	TT_TAIL_READ,     /* all up to the time was told */
	TT_TAIL_LATER,    /* metadata that describe the next event are not there yet: poll, and read on */
	TT_TAIL_DISORDER, /* the next event happened before the time up to which had been read; *error says which */
	TT_TAIL_STOPPED,  /* the handler wants no more */
	TT_TAIL_FAILED,   /* *error, of TT_TRACE_ERROR: the trace is damaged */
};

/*
 * Tells what happened at or before `time_ns` and is there, in order of time; of the same time, in the order of the
 * streams' paths, then of their places there. What was found by the last tt_tail_poll is all that is looked at.
 *
 * Disorder is told once, and before the event that is late: what was told so far is in order. The next call tells it
 * and goes on from there, for a caller who can bear that. A module is never late.
 */
enum tt_tail_result tt_tail_read_until(struct tt_tail *tail, int64_t time_ns, GError **error);

/*
 * Whether the last tt_tail_poll has found an event or a loss to tell that happened later than what was read up to now;
 * those of beacons do not count.
 */
bool tt_tail_pending(const struct tt_tail *tail);

/* The same of the streams `aside`: a module that the last tt_tail_read_until did not tell, as no metadata describe it.
 */
bool tt_tail_pending_aside(const struct tt_tail *tail);

/*
 * The session is over, and nothing is written any more: polls and tells all the rest. Then what is there in part is
 * damage.
 */
enum tt_tail_result tt_tail_end(struct tt_tail *tail, GError **error);

/* What was read so far. `modules` counts those told. */
const struct tt_trace_summary *tt_tail_summary(const struct tt_tail *tail);

#endif /* TT_READ_LIVE_TAIL_H */
