/* SPDX-License-Identifier: MIT */
/*
 * The plan of a steered run: an edge for each thread of a predicted deadlock, with the site where the thread gets the
 * lock that another one asks for, and the site where it asks for one. Text, a line each:
 *
 *     pause 1000                 the longest pause, in milliseconds
 *     budget 10000               the time of all pauses of the process
 *     meet                       threads of the ring also wait for each other before they get their locks
 *     ring 2                     so many edges, the first, are a ring: each asks for the next one's lock
 *     edge
 *     held prog+0x1234           where its lock is got
 *     wanted libfoo.so+0x5678    where it asks for the next edge's
 *     wanted prog+0x1300         called from here
 *     edge
 *     ...
 *
 * Beside the ring, or without one, are edges of threads that hold a lock and wait for something else (no `wanted`;
 * where it waits, `waits`, is for the reader), and of those that only ask for a lock of another edge (no `held`).
 *
 * A site is the return addresses of a call chain, innermost first, as many as tell it from others; each is a file's
 * name and the offset from where the file begins in memory, so it is the same wherever the loader puts it.
 */
#ifndef TT_EXPLORE_STEER_PLAN_H
#define TT_EXPLORE_STEER_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "tracepoints/vocabulary.h"

enum { TT_STEER_EDGES = 16, TT_STEER_FRAMES = 8 };

enum tt_steer_kind { TT_STEER_HELD, TT_STEER_WANTED };

struct tt_steer_frame {
	const char *module; /* its file name, in the plan's text */
	uint64_t offset;
	uintptr_t address; /* 0: the module is not there yet */
};

struct tt_steer_site {
	unsigned n;
	struct tt_steer_frame frames[TT_STEER_FRAMES];
};

struct tt_steer_edge {
	struct tt_steer_site sites[2]; /* by enum tt_steer_kind; one of both may have no frame */
};

struct tt_steer_plan {
	unsigned pause_ms, budget_ms;
	bool meet;
	unsigned n, ring;
	struct tt_steer_edge edges[TT_STEER_EDGES];
};

/* The edges that have a site of that kind, as bits. */
uint32_t tt_steer_plan_edges(const struct tt_steer_plan *plan, enum tt_steer_kind kind);

/* Takes the text apart, in place: the plan points into it. False if it is none. */
bool tt_steer_plan_parse(char *text, struct tt_steer_plan *plan);

/*
 * Looks where the modules lie. Whether all are known. Not where a lock of the program is held: the loader takes one of
 * its own.
 */
bool tt_steer_plan_find(struct tt_steer_plan *plan);

/*
 * The edges, as bits, whose site of that kind is the call that returns to `caller`. Where no call chains are recorded
 * (TRACE_THR_STACK), or this one cannot be followed, the caller alone decides.
 */
uint32_t tt_steer_plan_match(const struct tt_steer_plan *plan, enum tt_steer_kind kind, const void *caller);

#endif /* TT_EXPLORE_STEER_PLAN_H */
