/* SPDX-License-Identifier: MIT */
/* The time axis of the picture and its legend. */
#include <math.h>

#include "tools/text/duration.h"
#include "tools/timeline/tooltips.h"
#include "tools/timeline/svg/svg_internal.h"
#include "tools/timeline/palette.h"
#include "tools/text/display_text.h"

/* The least distance of ticks. */
#define TICKS_APART 84

/* The sans-serif font's width for measuring: no text is wider than this a letter. */
#define SANS_COLUMN 6.1

/* Writes above the axis, centred at x but within the page, unless something is there; false then. */
static bool label_axis(struct tt_page *page, const char *class, double x, const char *text)
{
	double half = tt_text_columns(text) * SANS_COLUMN / 2;
	double middle = fmin(x, page->width - TT_PAGE_MARGIN - half);
	struct tt_extent extent = {middle - half - 4, middle + half + 4};

	for (unsigned i = 0; i < page->axis_labels->len; i++) {
		const struct tt_extent *other = &g_array_index(page->axis_labels, struct tt_extent, i);
		if (extent.from < other->to && extent.to > other->from)
			return false;
	}
	g_array_append_val(page->axis_labels, extent);
	tt_svg_label(&page->pen, class, middle, page->top - 15, text);
	return true;
}

static void draw_ticks(struct tt_page *page)
{
	g_autoptr(GArray) ticks = tt_scale_ticks(page->scale, TICKS_APART);

	for (unsigned i = 0; i < ticks->len; i++) {
		const struct tt_tick *tick = &g_array_index(ticks, struct tt_tick, i);
		double x = page->left + tick->at;
		if (!label_axis(page, "tick", x, tick->label))
			continue;
		tt_svg_line(&page->pen, "grid", x, page->top, x, page->bottom);
		tt_svg_line(&page->pen, "axis", x, page->top - 10, x, page->top - 4);
	}
}

/* Two strokes across the axis: time is left out here. */
static void draw_cut(struct tt_page *page, double x, double y)
{
	tt_svg_path(&page->pen, "cut", "M# #l5 -10m4 0l-5 10", x - 4.5, y + 5);
	tt_svg_close(&page->pen);
}

/* A part of the axis that is not to scale; how long it is stands above, where there is room. */
static void draw_piece(struct tt_page *page, const struct tt_scale_segment *piece)
{
	double from = page->left + piece->begin, to = page->left + piece->end, y = page->top - 7;
	int64_t length_ns = piece->end_ns - piece->begin_ns;
	g_autofree char *length = tt_duration_text(length_ns);

	if (piece->fit == TT_FIT_TO_SCALE)
		return;
	page->has[piece->fit == TT_FIT_STRETCHED ? TT_LEGEND_STRETCHED : TT_LEGEND_CUT] = true;
	if (piece->fit == TT_FIT_STRETCHED) {
		tt_svg_rect(&page->pen, "stretched", from, y - 3.5, to - from, 7);
		tt_svg_title(&page->pen, length);
		tt_svg_close(&page->pen);
	} else {
		draw_cut(page, (from + to) / 2, y);
	}
	if (to - from > tt_text_columns(length) * SANS_COLUMN + 6 && length_ns > 1)
		label_axis(page, "tick note", (from + to) / 2, length);
}

void tt_page_axis(struct tt_page *page)
{
	double y = page->top - 7;

	page->axis_labels = g_array_new(false, false, sizeof(struct tt_extent));
	tt_svg_line(&page->pen, "axis", page->left, y, page->left + page->scale->width, y);
	draw_ticks(page);
	for (unsigned i = 0; i < page->scale->pieces->len; i++)
		draw_piece(page, &g_array_index(page->scale->pieces, struct tt_scale_segment, i));
	g_array_unref(page->axis_labels);
}

/* The sample of a legend, 26 wide: a box, or where there is a path that, from (x, y). */
static const struct sample {
	const char *class, *path;
	double x, y, width, height;
	enum tt_mark_kind mark; /* where there is no class */
} samples[TT_N_LEGENDS] = {
    [TT_LEGEND_RUN] = {.class = "run", .y = -6, .width = 26, .height = 12},
    [TT_LEGEND_WAIT] = {.class = "wait6", .x = 0.5, .y = -5.5, .width = 25, .height = 11},
    [TT_LEGEND_BLOCKED] = {.class = "wait6 blocked", .x = 1, .y = -5, .width = 24, .height = 10},
    [TT_LEGEND_HOLD] = {.class = "hold6", .x = 0.5, .y = -5.5, .width = 25, .height = 11},
    [TT_LEGEND_NEW] = {.class = "new", .path = "M# #h26"},
    [TT_LEGEND_EXIT] = {.class = "exit", .path = "M# #v16", .x = 20, .y = -8},
    [TT_LEGEND_ABANDONED] = {.class = "abandoned", .path = "M# #v16", .x = 20, .y = -8},
    [TT_LEGEND_BUSY] = {.class = "busy", .width = 26, .height = 6},
    [TT_LEGEND_ARROW] = {.class = "arrow", .path = "M# #h24"},
    [TT_LEGEND_LOG] = {.x = 18, .mark = TT_MARK_LOG},
    [TT_LEGEND_SIGNAL] = {.x = 18, .mark = TT_MARK_SIGNAL},
    [TT_LEGEND_FAILED] = {.x = 18, .mark = TT_MARK_FAILED},
    [TT_LEGEND_MISUSE] = {.x = 18, .y = 1, .mark = TT_MARK_MISUSE},
    [TT_LEGEND_STRETCHED] = {.class = "stretched", .y = -3.5, .width = 26, .height = 7},
};

static void draw_sample(struct tt_page *page, enum tt_legend legend, double x, double y)
{
	const struct sample *sample = &samples[legend];
	struct tt_svg_writer *pen = &page->pen;

	if (legend == TT_LEGEND_CUT) {
		draw_cut(page, x + 20, y);
		return;
	}
	if (legend == TT_LEGEND_BUSY) {
		tt_svg_rect(pen, "idle", x, y - 6, 26, 12);
		tt_svg_close(pen);
	}
	x += sample->x;
	y += sample->y;
	if (!sample->class)
		tt_page_mark(page, sample->mark, x, y);
	else if (sample->path)
		tt_svg_path(pen, sample->class, sample->path, x, y);
	else
		tt_svg_rect(pen, sample->class, x, y, sample->width, sample->height);
	if (legend == TT_LEGEND_ARROW)
		tt_svg_attribute(pen, "marker-end", "url(#head)");
	tt_svg_close(pen);
}

static const char *const legend_texts[TT_N_LEGENDS] = {
    [TT_LEGEND_RUN] = "runs, or sleeps",
    [TT_LEGEND_WAIT] = "waits for the named object",
    [TT_LEGEND_BLOCKED] = "still blocked at the end",
    [TT_LEGEND_HOLD] = "holds the named object",
    [TT_LEGEND_NEW] = "not yet started",
    [TT_LEGEND_EXIT] = "ends",
    [TT_LEGEND_ABANDONED] = "abandoned at exit",
    [TT_LEGEND_BUSY] = "many waits or holds: as high as their share of the time",
    [TT_LEGEND_ARROW] = "starts or wakes",
    [TT_LEGEND_LOG] = "log line",
    [TT_LEGEND_SIGNAL] = "notify, set, …",
    [TT_LEGEND_FAILED] = "not acquired, timeout",
    [TT_LEGEND_MISUSE] = "refused call",
    [TT_LEGEND_STRETCHED] = "time stretched, so that each event is seen",
    [TT_LEGEND_CUT] = "no more events, shortened",
};

/* Where the next entry of the legend goes, so wide; y is its line. */
static void next_entry(const struct tt_page *page, double width, double *x, double *y)
{
	if (*x > TT_PAGE_MARGIN && *x + width > page->width - TT_PAGE_MARGIN) {
		*x = TT_PAGE_MARGIN;
		*y += 20;
	}
}

/* Objects by their colours: a name may not fit where its colour does. */
static double draw_objects(struct tt_page *page, double y, bool draw)
{
	const struct tt_object *object;
	double x = TT_PAGE_MARGIN;

	for (unsigned i = 0; (object = tt_palette_object(page->palette, i)); i++) {
		g_autofree char *text = tt_object_text(object);
		g_autofree char *fit = tt_text_fit(text, 40, "…");
		g_autofree char *class = g_strdup_printf("hold%u", i);
		double width = 34 + tt_text_columns(fit) * TT_MONO_COLUMN * TT_LABEL_SIZE + 18;
		next_entry(page, width, &x, &y);
		if (draw) {
			tt_svg_rect(&page->pen, class, x + 0.5, y - 5.5, 25, 11);
			tt_svg_close(&page->pen);
			tt_svg_label(&page->pen, "mono note", x + 33, y + 4, fit);
		}
		x += width;
	}
	return x > TT_PAGE_MARGIN ? y + 20 : y;
}

double tt_page_legend(struct tt_page *page, double y, bool draw)
{
	double x = TT_PAGE_MARGIN;

	y = draw_objects(page, y, draw);
	for (unsigned i = 0; i < TT_N_LEGENDS; i++) {
		double width = 34 + tt_text_columns(legend_texts[i]) * SANS_COLUMN + 14;
		if (!page->has[i])
			continue;
		next_entry(page, width, &x, &y);
		if (draw) {
			draw_sample(page, (enum tt_legend)i, x, y);
			tt_svg_label(&page->pen, "note", x + 33, y + 4, legend_texts[i]);
		}
		x += width;
	}
	return y + 10;
}
