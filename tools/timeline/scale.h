/* SPDX-License-Identifier: MIT */
/*
 * The scale of a timeline: from a moment to a place on the axis.
 *
 * Programs sleep for most of their time, and what they do to each other happens within microseconds. To scale, that
 * is a heap of things at one place, whose order cannot be seen. So the default scale gives each step from one event to
 * the next some least width, and is true to scale where there is more time than that: long waits keep their
 * proportions, and bursts are stretched until each event stands alone, or of too many those that stand apart most.
 * Which parts are stretched is told (pieces) so that it can be drawn.
 */
#ifndef TT_SCALE_H
#define TT_SCALE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

enum tt_scale_mode {
	TT_SCALE_AUTO,  /* to scale, and stretched where events crowd */
	TT_SCALE_TIME,  /* to scale */
	TT_SCALE_ORDER, /* equal steps from event to event */
};

enum tt_fit {
	TT_FIT_TO_SCALE,
	TT_FIT_STRETCHED,
	TT_FIT_CUT, /* an end without events, shortened; one of a nanosecond is of unknown length */
};

/* A part of the axis. */
struct tt_scale_segment {
	int64_t begin_ns, end_ns;
	double begin, end; /* places */
	enum tt_fit fit;
};

struct tt_tick {
	double at;
	char *label;
};

struct tt_scale {
	double width;
	int64_t origin_ns;
	double per_ns;  /* of what is to scale; 0 if nothing is */
	GArray *steps;  /* struct tt_scale_segment, from moment to moment */
	GArray *pieces; /* struct tt_scale_segment, neighbours of one fit joined */
};

struct tt_scale_options {
	enum tt_scale_mode mode;
	double width;
	double least; /* the width that a step should have, where there is room */
	double
	    finest; /* a step that is stretched has this at least: with more of them, only the longest are stretched */
	double
	    tail; /* the least of the last step: what is blocked at the end has room for its name. 0: as the others */
};

/* A scale over the moments, which are sorted and different (int64_t). Time 0 of its labels is `origin_ns`. */
struct tt_scale *tt_scale_new(const GArray *moments, int64_t origin_ns, const struct tt_scale_options *options);
void tt_scale_free(struct tt_scale *scale);

/* The place of a moment; that of the nearest end for one outside. */
double tt_scale_place(const struct tt_scale *scale, int64_t ns);

/* Round ticks (struct tt_tick) in the parts that are to scale, at least `apart` from each other. */
GArray *tt_scale_ticks(const struct tt_scale *scale, double apart);

#endif /* TT_SCALE_H */
