/* SPDX-License-Identifier: MIT */
/*
 * The lanes on a terminal: a line a thread, a line below for what it holds, a legend, and a list of who is blocked at
 * the end. What a sign means never hangs on its colour.
 */
#ifndef TT_TIMELINE_TERM_TERM_H
#define TT_TIMELINE_TERM_TERM_H

#include <stdbool.h>

#include "tools/timeline/lanes.h"
#include "tools/timeline/scale.h"

struct tt_term_options {
	int width; /* columns */
	bool utf8; /* else plain ASCII */
	bool colour;
	enum tt_scale_mode scale;
	const char *title; /* NULL: none */
};

#define TT_TERM_LEAST_WIDTH 40

/* The picture as text, which is the caller's to free. */
char *tt_term_text(const struct tt_lanes *lanes, const struct tt_term_options *options);

#endif /* TT_TIMELINE_TERM_TERM_H */
