/*
 * Reading a session while it is recorded: lttng-live → muxer → our sink.
 *
 * A relay daemon hands out what the recorded processes' buffers were emptied of, a few times a second, and where a
 * buffer was empty, until when. The muxer tells an event when no buffer can have an earlier one any more. So what was
 * told is all that happened up to the time of the last message, in its order.
 */
#ifndef TT_READ_LIVE_H
#define TT_READ_LIVE_H

#include <stdbool.h>

#include <glib.h>

#include "tools/read/trace.h"

/* Where to read, and whose events. */
struct tt_live_source {
	char *url;         /* net://ADDRESS:PORT/host/HOST/SESSION */
	uint32_t recorder; /* the pid of whoever starts the program: its children count, and all that they start */
	char *recording;   /* the token that these have from the environment */
};

/*
 * As that of a trace, but that a module is told when the state dump tells of it: after the first events of its
 * process. `pause` is called often, also when nothing happens: all that happened up to `complete_ns` was told. False
 * from any of them ends the reading.
 */
struct tt_live_handler {
	struct tt_trace_handler trace;
	bool (*pause)(int64_t complete_ns, void *data);
};

/* Reads until the session is over. False with *error, of TT_TRACE_ERROR, if it could not be read to its end. */
bool tt_live_read(const struct tt_live_source *source, const struct tt_live_handler *handler, void *data,
                  GError **error);

#endif /* TT_READ_LIVE_H */
