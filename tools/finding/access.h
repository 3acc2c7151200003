/* SPDX-License-Identifier: MIT */
/*
 * Places: what a thread does to an object, when and where in the program. The sides of an edge and the steps of a
 * witness are such, so that every format of a report, and whatever matches findings, looks at them in one way.
 */
#ifndef TT_FINDING_ACCESS_H
#define TT_FINDING_ACCESS_H

#include "tools/check/check.h"

struct tt_access {
	struct tt_thread *thread;
	struct tt_object *object; /* NULL: there is no such side */
	enum tt_mode mode;
	uint64_t caller; /* 0: no call of the program's */
	const struct tt_stack *stack;
	int64_t time_ns;
};

/* What the thread of the edge holds, without object if that is itself or nothing; and what it asks for. */
struct tt_access tt_edge_acquire(const struct tt_edge *edge);
struct tt_access tt_edge_request(const struct tt_edge *edge);

struct tt_access tt_step_access(const struct tt_witness_step *step);

/* The site to show; NULL if there is none. As the program was at that time. */
const struct tt_site *tt_access_site(const struct tt_check *check, const struct tt_access *place);

/* All frames of the call chain, as tt_symbols_frames gives them; NULL if there is none. The caller's to unref. */
GPtrArray *tt_access_frames(const struct tt_check *check, const struct tt_access *place);

/*
 * Where the calls that led to the site begin in those frames: just behind it; and where they end: what lies beyond is
 * not the program's own, but what started its thread.
 */
void tt_access_callers(const struct tt_check *check, const struct tt_access *place, const GPtrArray *frames,
                       guint *begin, guint *end);

/* The place where a finding is best looked at: the request of its first edge, else its acquire. */
struct tt_access tt_finding_access(const struct tt_finding *finding);

#endif /* TT_FINDING_ACCESS_H */
