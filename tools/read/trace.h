/* SPDX-License-Identifier: MIT */
/*
 * Reading a trace: the Babeltrace graph (ctf.fs → muxer → our sink), and what comes out of it in order of time.
 */
#ifndef TT_READ_TRACE_H
#define TT_READ_TRACE_H

#include <stdbool.h>

#include <glib.h>

#include "tools/read/event.h"

/* A program file or shared library as it lay in memory, from our own events or LTTng's state dump. */
struct tt_module {
	uint32_t pid;
	int64_t time_ns; /* when it was told, somewhat after it was loaded */
	bool exact;      /* told by the library, in its turn; else by the state dump, up to a second later */
	bool gone;       /* it lies there no more: no path and no build id */
	uint64_t base;   /* its load address */
	uint64_t size;
	const char *path;
	const uint8_t *build_id; /* NULL if it has none */
	size_t build_id_size;
};

/* Whose events were lost: the buffer, as far as the trace tells. Strings are lent. */
struct tt_discarded_buffer {
	const char *channel; /* NULL unknown */
	int64_t cpu;         /* -1 unknown */
	const char *process; /* its name, where each process has buffers of its own; else NULL */
	int64_t pid;         /* likewise; else -1 */
};

/* Events that the tracer had no room for. */
struct tt_discarded {
	int64_t begin_ns, end_ns; /* some time in between; -1 unknown */
	uint64_t count;           /* 0 unknown: whole packets, or for what `why` says */
	uint64_t packets;         /* whole packets, of unknown size */
	bool torn; /* not for want of room: a program was killed while it wrote an event, so that buffer ends there */
	const char *why; /* nor for that, but for this reason (cut.h): half a sentence; NULL */
	bool apart; /* what was recorded stands without it: all up to begin_ns is there, or all but some processes' */
	struct tt_discarded_buffer buffer;
};

/*
 * What a reader is told: all modules, then the rest, each in order of time. For LTTng writes down what a program has
 * in memory while it runs already, so its first events have addresses in modules that no event has told yet. Each may
 * be NULL. False stops the reading, which is no error.
 */
struct tt_trace_handler {
	bool (*event)(const struct tt_event *event, void *data);
	bool (*module)(const struct tt_module *module, void *data);
	bool (*loss)(const struct tt_discarded *loss, void *data);
};

/* What was read. */
struct tt_trace_summary {
	uint64_t events;          /* of trace_thr */
	uint64_t lost;            /* events that the tracer dropped */
	uint64_t untold;          /* calls that the library could not tell */
	uint64_t lost_packets;    /* whole packets dropped, of unknown size */
	bool torn;                /* one of them was torn, not dropped: see struct tt_discarded */
	uint64_t cuts;            /* reasons for which more is missing: see cut.h */
	uint64_t other_processes; /* events left out, since a program that was not recorded made them */
	uint64_t unknown;         /* events left out, since only a later version of trace-thr knows them */
	uint64_t unrecorded;      /* programs that were started and not recorded: the manifest names them */
	uint64_t modules;         /* told; 0: neither they nor the state dump were recorded, so no site has a name */
	int64_t begin_ns, end_ns; /* of the first and the last event; 0 if there is none */
};

enum tt_trace_error {
	TT_TRACE_ERROR_NONE_THERE, /* no such folder, or no trace in it */
	TT_TRACE_ERROR_UNREADABLE, /* truncated or not CTF */
	TT_TRACE_ERROR_FOREIGN,    /* a trace, but without a single trace_thr event in its vocabulary */
};
#define TT_TRACE_ERROR (tt_trace_error_quark())
GQuark tt_trace_error_quark(void);

/*
 * Reads the trace at or below the folder `path`. A folder made by `trace-thr record` is read as the recorded program
 * and its descendants; of another, every process. False with *error, whose message is one line with the remedy.
 */
bool tt_trace_read(const char *path, const struct tt_trace_handler *handler, void *data,
                   struct tt_trace_summary *summary, GError **error);

#endif /* TT_READ_TRACE_H */
