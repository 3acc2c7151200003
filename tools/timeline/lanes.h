/* SPDX-License-Identifier: MIT */
/*
 * Lanes: what a timeline draws, apart from how. An observer of the model that keeps, for each thread, what it did
 * when: one lane a thread, with spans (running, waiting for what), holds, marks, and arrows from a waker's lane to
 * that of the thread it woke.
 *
 *     struct tt_model *model = tt_model_new();
 *     struct tt_lanes *lanes = tt_lanes_new(model, &selection);
 *     …feed the model, which tells the lanes…
 *     tt_lanes_finish(lanes, end_ns);
 *     char *picture = tt_svg_text(lanes, &options);
 *
 * Threads that sleep cannot be told from threads that compute: both run.
 */
#ifndef TT_LANES_H
#define TT_LANES_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "tools/model/model.h"
#include "tools/symbols/symbols.h"

/* What part of the trace is drawn. Zeroed, all but to_ns, which is INT64_MAX for no end. */
struct tt_selection {
	int64_t from_ns, to_ns; /* since the epoch */
	const char *thread;     /* a glob for names of threads; NULL: all */
	const char *object;     /* a glob for names of objects; NULL: all */
	uint32_t pid;           /* 0: every process */
};

enum tt_doing {
	TT_DOING_NEW,     /* made by another thread, not yet started */
	TT_DOING_RUN,     /* runs, or sleeps */
	TT_DOING_WAIT,    /* waits for an object */
	TT_DOING_BLOCKED, /* a wait that the trace has no end of */
};

/* What a thread does from one moment to another. The spans of a lane follow each other without gaps. */
struct tt_span {
	int64_t begin_ns, end_ns;
	struct tt_object *object; /* what it waits for; NULL if it does not wait */
	struct tt_thread *waker;  /* who ended the wait; NULL unknown or nobody */
	uint64_t caller;          /* the call that waits */
	int64_t timeout_ns;       /* TT_NO_TIMEOUT: none */
	uint8_t doing;            /* enum tt_doing */
	uint8_t outcome;          /* enum tt_outcome, of a wait that ended */
};

/* A hold, from acquire to release. */
struct tt_bar {
	int64_t begin_ns, end_ns;
	struct tt_object *object;
	uint64_t acquired_at, released_at; /* the sites */
	uint32_t depth;                    /* the greatest it reached */
	unsigned row;                      /* 0 is next to the spans; holds that overlap have different rows */
	uint8_t mode;
	bool open; /* the trace has no end of it */
};

enum tt_mark_kind {
	TT_MARK_LOG,    /* a log line */
	TT_MARK_SIGNAL, /* notify, set, clear, post, abort, cancel: acts on others */
	TT_MARK_FAILED, /* an acquire that did not get the object */
	TT_MARK_MISUSE, /* a call that the library refused */
	TT_N_MARK_KINDS,
};

/* A moment in a lane. */
struct tt_mark {
	int64_t time_ns;
	struct tt_object *object; /* NULL: none */
	uint64_t caller;
	char *text; /* what happened, clean */
	enum tt_mark_kind kind;
};

/* From the act that wakes to the going on of the one woken. Also from a thread's maker to its start. */
struct tt_arrow {
	struct tt_lane *from, *to;
	int64_t from_ns, to_ns;
	struct tt_object *object; /* by which it was woken: a thread if it was joined or started */
	int64_t waited_ns;        /* how long the woken had waited */
};

struct tt_lane {
	struct tt_thread *thread;
	GArray *spans;    /* struct tt_span */
	GArray *bars;     /* struct tt_bar, by begin */
	GArray *marks;    /* struct tt_mark */
	unsigned rows;    /* of bars */
	bool shown;       /* the selection does not leave it out */
	unsigned place;   /* its index in tt_lanes.lanes, if shown */
	int64_t start_ns; /* when the thread started, or was first seen: orders the lanes */

	struct tt_span now; /* private, until finished: what it does now, and its holds so far */
	GArray *open;
};

struct tt_lanes {
	GPtrArray *lanes;           /* struct tt_lane, those shown: by process, in order of start */
	GArray *arrows;             /* struct tt_arrow, in order of to_ns */
	int64_t origin_ns;          /* of the first event of the trace: time 0 */
	int64_t from_ns, to_ns;     /* what is drawn, within the trace */
	int64_t last_ns;            /* of the last event: from then to the end there was none */
	uint64_t events;            /* read */
	uint64_t lost;              /* events that the tracer dropped, as the reader says */
	bool lost_packets;          /* and whole packets of them */
	unsigned hidden;            /* threads that the selection leaves out */
	bool full;                  /* there is more than can be kept: see TT_LANES_LIMIT */
	bool ends;                  /* the end of what is drawn is that of the trace */
	struct tt_symbols *symbols; /* lent, for sites; NULL: none */

	struct tt_selection selection; /* what follows is private */
	GHashTable *by_thread, *acts;  /* every lane; see wakes.h */
	size_t kept;
};

/* How many spans, holds and marks are kept. Beyond it, lanes.full. */
#define TT_LANES_LIMIT 4000000

/* Whether lane `i` is the first of its process. Also over exec that is one group. */
bool tt_lanes_begin_group(const struct tt_lanes *lanes, unsigned i);

/* Observes the model, which must outlive it. */
struct tt_lanes *tt_lanes_new(struct tt_model *model, const struct tt_selection *selection);
void tt_lanes_free(struct tt_lanes *lanes);

/* After the last event: `end_ns` is when the recording ended, 0 if unknown. Then the lanes can be drawn. */
void tt_lanes_finish(struct tt_lanes *lanes, int64_t end_ns);

/* How the lane's thread ended: `returned`, `abandoned`, …; NULL if it had not, when the picture ends. */
const char *tt_lane_ending(const struct tt_lanes *lanes, const struct tt_lane *lane);

/* The span at the end of the picture, if it is blocked there for good; else NULL. */
const struct tt_span *tt_lane_blocked(const struct tt_lane *lane);

/* Every moment at which something begins, ends or is marked, sorted, each once, with both ends: int64_t. */
GArray *tt_lanes_moments(const struct tt_lanes *lanes);

#endif /* TT_LANES_H */
