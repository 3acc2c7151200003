/* SPDX-License-Identifier: MIT */
/*
 * Thinning: a picture has room for thousands of things, a trace has millions. What is too narrow to be seen alone is
 * drawn together with its neighbours, as one busy stretch that says how much it stands for.
 */
#ifndef TT_TIMELINE_AGGREGATE_H
#define TT_TIMELINE_AGGREGATE_H

#include "tools/timeline/lanes.h"
#include "tools/timeline/scale.h"

/* Neighbours in a lane's list that are drawn as one: [first, end). */
struct tt_group {
	unsigned first, end;
	double from, to; /* places */
};

struct tt_aggregation {
	double finest;    /* what is narrower than this is joined; 0: nothing is */
	double mark_step; /* marks nearer to each other than this are joined */
	size_t joined;    /* how many spans, holds and marks are not drawn alone */
	GArray *arrows;   /* unsigned: those drawn, by index in lanes->arrows, sorted */
};

/* Finds how fine the picture can be with at most `things` spans, holds and marks, and `arrows` arrows. */
struct tt_aggregation *tt_aggregate(const struct tt_lanes *lanes, const struct tt_scale *scale, size_t things,
                                    unsigned arrows);
void tt_aggregation_free(struct tt_aggregation *thinning);

/* A lane's spans, holds of a row, and marks in groups (struct tt_group, the caller's). */
GArray *tt_aggregate_spans(const struct tt_lane *lane, const struct tt_scale *scale, double finest);
GArray *tt_aggregate_bars(const struct tt_lane *lane, unsigned row, const struct tt_scale *scale, double finest);
GArray *tt_aggregate_marks(const struct tt_lane *lane, const struct tt_scale *scale, double step);

#endif /* TT_TIMELINE_AGGREGATE_H */
