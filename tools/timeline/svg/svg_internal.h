/* SPDX-License-Identifier: MIT */
/* A page of SVG at work: what the files that draw its parts share. */
#ifndef TT_TIMELINE_SVG_SVG_INTERNAL_H
#define TT_TIMELINE_SVG_SVG_INTERNAL_H

#include "tools/timeline/lanes.h"
#include "tools/timeline/svg/svg_writer.h"
#include "tools/timeline/scale.h"
#include "tools/timeline/aggregate.h"

/* Measures, in pixels. */
enum {
	TT_PAGE_MARGIN = 20,
	TT_SPAN_HEIGHT = 18,
	TT_BAR_HEIGHT = 15,
	TT_BAR_GAP = 2,
	TT_LANE_GAP = 14,
};

/* The width of a column of the monospaced font, by the pixel of its size. */
#define TT_MONO_COLUMN 0.605
#define TT_LABEL_SIZE 11
#define TT_NAME_SIZE 12.5

/* From here to there, in pixels. */
struct tt_extent {
	double from, to;
};

struct tt_page {
	struct tt_svg_writer pen;
	const struct tt_lanes *lanes;
	struct tt_scale *scale;
	struct tt_aggregation *thinning;
	GHashTable *palette;
	double left;         /* where the axis begins */
	double width;        /* of the page */
	double top, bottom;  /* of the lanes */
	double *tops;        /* of each lane */
	GArray *axis_labels; /* struct tt_extent: what is taken above the axis, while that is drawn */
	bool has[32];        /* what is in the picture, for the legend */
};

/* What a legend explains, in its order. */
enum tt_legend {
	TT_LEGEND_RUN,
	TT_LEGEND_WAIT,
	TT_LEGEND_BLOCKED,
	TT_LEGEND_HOLD,
	TT_LEGEND_NEW,
	TT_LEGEND_EXIT,
	TT_LEGEND_ABANDONED,
	TT_LEGEND_BUSY,
	TT_LEGEND_ARROW,
	TT_LEGEND_LOG,
	TT_LEGEND_SIGNAL,
	TT_LEGEND_FAILED,
	TT_LEGEND_MISUSE,
	TT_LEGEND_STRETCHED,
	TT_LEGEND_CUT,
	TT_N_LEGENDS,
};

/* The place of a moment on the page. */
double tt_page_x(const struct tt_page *page, int64_t ns);

/* The styles and hatches, which everything else refers to by class. */
void tt_page_styles(struct tt_page *page);

/* The time axis, with its grid. */
void tt_page_axis(struct tt_page *page);

/* The lanes: shapes first, so that arrows lie above them, and labels last, so that arrows do not hide them. */
void tt_page_lane_shapes(struct tt_page *page, const struct tt_lane *lane);
void tt_page_lane_labels(struct tt_page *page, const struct tt_lane *lane);
void tt_page_lane_marks(struct tt_page *page, const struct tt_lane *lane);
void tt_page_mark(struct tt_page *page, enum tt_mark_kind kind, double x, double y);
void tt_page_arrows(struct tt_page *page);

/* The legend from `y` down; returns where it ends. Measures only, if `draw` is false. */
double tt_page_legend(struct tt_page *page, double y, bool draw);

/* Text cut to a width in pixels, NULL if too little of it could be read. The caller's to free. */
char *tt_page_fit(const char *text, double width);

#endif /* TT_TIMELINE_SVG_SVG_INTERNAL_H */
