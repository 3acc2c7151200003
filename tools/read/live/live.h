/* SPDX-License-Identifier: MIT */
/*
 * Reading a recording while it is made: the folder into which LTTng's consumer writes, see tail.h.
 *
 * All that happened up to a time is told when every buffer is known up to it. A buffer without events writes nothing,
 * so beacons are asked for an event in each buffer: when something was read of which the rest may lie in another one,
 * and when the handler wants the time to go on. Where all is quiet, nothing is asked for.
 *
 * Nor is the time ever past the moment at which the folder was last looked through: the buffers of a user are listed
 * there before they can have an event. So also a user who comes later is never told too late.
 */
#ifndef TT_READ_LIVE_LIVE_H
#define TT_READ_LIVE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "tools/read/trace.h"

/* Where to read, and whose events. */
struct tt_live_source {
	const char *folder;
	const char *session;   /* its name for LTTng, which beacons need to know */
	uint32_t recorder;     /* the pid of whoever starts the program: its children count, and all that they start */
	const char *recording; /* the token that these have from the environment */
};

/* How far it has come. */
struct tt_live_state {
	int64_t complete_ns; /* all that happened up to here was told; 0: nothing is known yet */
	int64_t modules_ns;  /* all modules up to here were: once TT_LIVE_MODULES was wanted, and is answered */
	int64_t behind_ns;   /* for so long there has been something that is not told yet; 0: there is nothing */
	int64_t silent_ns;   /* for so long no beacon was seen in a buffer of `silent_uid`; 0: they answer */
	int64_t silent_uid;
};

/* What is wanted next. */
enum tt_live_next {
	TT_LIVE_NEWS,    /* to be told what happens */
	TT_LIVE_TIME,    /* also if nothing happens: the time up to which that is certain */
	TT_LIVE_MODULES, /* the same, and that all modules are known up to then */
	TT_LIVE_STOP,
};

/*
 * As that of a trace, but that a module comes when it is read: after events of its process, and of its own sites.
 * `pause` is called often, also when nothing happens. `ask` asks a beacon for an event in each buffer of the user and
 * the CPUs below n_cpus, in those of modules only if `modules`; false from it ends the reading.
 */
struct tt_live_handler {
	struct tt_trace_handler trace;
	enum tt_live_next (*pause)(const struct tt_live_state *state, void *data);
	bool (*ask)(uint32_t uid, uint32_t n_cpus, bool modules, void *data);
};

/* Reads until the handler wants no more. False with *error, of TT_TRACE_ERROR, if it cannot be read on. */
bool tt_live_read(const struct tt_live_source *source, const struct tt_live_handler *handler, void *data,
                  GError **error);

#endif /* TT_READ_LIVE_LIVE_H */
