/* SPDX-License-Identifier: MIT */
/*
 * The lanes as a picture: SVG, self-contained, with its own light background, and tooltips wherever it is shown in a
 * browser.
 */
#ifndef TT_TIMELINE_SVG_SVG_H
#define TT_TIMELINE_SVG_SVG_H

#include "tools/timeline/lanes.h"
#include "tools/timeline/scale.h"

struct tt_svg_options {
	int width; /* pixels; 0: 1200 */
	enum tt_scale_mode scale;
	const char *title; /* the program's name; NULL: none */
};

#define TT_SVG_LEAST_WIDTH 480

/* The picture, which is the caller's to free. */
char *tt_svg_text(const struct tt_lanes *lanes, const struct tt_svg_options *options);

#endif /* TT_TIMELINE_SVG_SVG_H */
