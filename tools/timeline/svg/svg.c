/* SPDX-License-Identifier: MIT */
/* The picture as a whole: what stands where on the page. */
#include "tools/timeline/svg/svg.h"

#include <math.h>

#include "tools/timeline/tooltips.h"
#include "tools/timeline/svg/svg_internal.h"
#include "tools/timeline/palette.h"
#include "tools/text/display_text.h"

/* Beyond these the picture is thinned: with tooltips and sites, this keeps it below two megabytes. */
#define MOST_THINGS 5000
#define MOST_ARROWS 300

/* The width that a step from event to event should have, and the room for what is blocked at the end. */
#define LEAST_STEP 24
#define FINEST_STEP 5
#define TAIL 190

/* The heights of the head of the page and of the axis, and of a process's header. */
#define HEAD 54
#define AXIS 34
#define PROCESS_HEAD 26

/* The place for names. */
static double names_width(const struct tt_lanes *lanes, double width)
{
	int columns = 6;

	for (unsigned i = 0; i < lanes->lanes->len; i++)
		columns =
		    MAX(columns, tt_text_columns(tt_thread_name(((struct tt_lane *)lanes->lanes->pdata[i])->thread)));
	return fmin(columns * TT_MONO_COLUMN * TT_NAME_SIZE + 16, fmax(width * 0.18, 90));
}

static bool blocked_at_end(const struct tt_lanes *lanes)
{
	for (unsigned i = 0; i < lanes->lanes->len; i++)
		if (tt_lane_blocked(lanes->lanes->pdata[i]))
			return lanes->ends;
	return false;
}

static void set_scale(struct tt_page *page, enum tt_scale_mode mode)
{
	g_autoptr(GArray) moments = tt_lanes_moments(page->lanes);
	struct tt_scale_options options = {
	    .mode = mode,
	    .width = page->width - page->left - TT_PAGE_MARGIN,
	    .least = LEAST_STEP,
	    .finest = FINEST_STEP,
	    .tail = blocked_at_end(page->lanes) ? fmin(TAIL, page->width / 5) : 0,
	};
	page->scale = tt_scale_new(moments, page->lanes->origin_ns, &options);
}

static bool several_processes(const struct tt_lanes *lanes)
{
	const struct tt_lane *first = lanes->lanes->pdata[0], *last = lanes->lanes->pdata[lanes->lanes->len - 1];

	return first->thread->process != last->thread->process;
}

static bool begins_process(const struct tt_lanes *lanes, unsigned i)
{
	return several_processes(lanes) && tt_lanes_begin_group(lanes, i);
}

static double lane_height(const struct tt_lane *lane)
{
	double bars = lane->rows * (TT_BAR_HEIGHT + TT_BAR_GAP);
	double kind = lane->thread->daemon || lane->thread->timer ? 8 : 0;

	return TT_SPAN_HEIGHT + fmax(bars, kind);
}

/* Where each lane lies; returns where the last ends. */
static double place_lanes(struct tt_page *page)
{
	double y = page->top + TT_LANE_GAP / 2.0;

	page->tops = g_new0(double, page->lanes->lanes->len + 1);
	for (unsigned i = 0; i < page->lanes->lanes->len; i++) {
		if (begins_process(page->lanes, i))
			y += PROCESS_HEAD;
		page->tops[i] = y;
		y += lane_height(page->lanes->lanes->pdata[i]) + TT_LANE_GAP;
	}
	return y;
}

static void draw_process(struct tt_page *page, const struct tt_lane *lane)
{
	double y = page->tops[lane->place] - 12;
	g_autofree char *text = tt_describe_group(page->lanes, lane->place);

	tt_svg_line(&page->pen, "rule", TT_PAGE_MARGIN, y - 16, page->width - TT_PAGE_MARGIN, y - 16);
	tt_svg_label(&page->pen, "note", TT_PAGE_MARGIN, y, text);
}

static void draw_lanes(struct tt_page *page)
{
	const GPtrArray *lanes = page->lanes->lanes;

	for (unsigned i = 0; i < lanes->len; i++) {
		if (begins_process(page->lanes, i))
			draw_process(page, lanes->pdata[i]);
		tt_page_lane_shapes(page, lanes->pdata[i]);
	}
	tt_page_arrows(page);
	for (unsigned i = 0; i < lanes->len; i++)
		tt_page_lane_labels(page, lanes->pdata[i]);
	for (unsigned i = 0; i < lanes->len; i++)
		tt_page_lane_marks(page, lanes->pdata[i]);
}

/* `3 threads, 52 events in 412 ms`, and what is not shown. */
static char *subtitle(const struct tt_page *page)
{
	const struct tt_lanes *lanes = page->lanes;
	GString *text = g_string_new(NULL);
	unsigned left_out = lanes->arrows->len - page->thinning->arrows->len;

	tt_tooltip_extent(text, lanes, " · ", " · ");
	if (page->thinning->joined)
		g_string_append_printf(text, " · %zu spans, holds and marks drawn together with others",
		                       page->thinning->joined);
	if (left_out)
		g_string_append_printf(text, " · %u of %u arrows left out, of the shortest waits", left_out,
		                       lanes->arrows->len);
	return g_string_free(text, false);
}

static void draw_head(struct tt_page *page, const struct tt_svg_options *options)
{
	static const char *const scales[] = {
	    [TT_SCALE_AUTO] = "", [TT_SCALE_TIME] = " · to scale", [TT_SCALE_ORDER] = " · in order, not to scale"};
	g_autofree char *notes = subtitle(page);
	g_autofree char *line = g_strconcat(notes, scales[options->scale], NULL);
	g_autofree char *clean = tt_text_clean(options->title ? options->title : "timeline");
	g_autofree char *title = tt_text_fit(clean, (int)((page->width - 2 * TT_PAGE_MARGIN) / 10), "…");

	tt_svg_label(&page->pen, "h1", TT_PAGE_MARGIN, 30, title);
	tt_svg_label(&page->pen, "note", TT_PAGE_MARGIN, 48, line);
}

static void draw_page(struct tt_page *page, double height, const struct tt_svg_options *options)
{
	struct tt_svg_writer *pen = &page->pen;
	g_autofree char *box = g_strdup_printf("0 0 %d %d", (int)page->width, (int)height);

	tt_svg_open(pen, "svg", NULL);
	tt_svg_attribute(pen, "xmlns", "http://www.w3.org/2000/svg");
	tt_svg_number(pen, "width", (int)page->width);
	tt_svg_number(pen, "height", (int)height);
	tt_svg_attribute(pen, "viewBox", box);
	tt_svg_attribute(pen, "role", "img");
	tt_page_styles(page);
	tt_svg_rect(pen, "page", 0.5, 0.5, page->width - 1, (int)height - 1);
	tt_svg_number(pen, "rx", 6);
	tt_svg_close(pen);
	draw_head(page, options);
	if (page->lanes->lanes->len) {
		tt_page_axis(page);
		draw_lanes(page);
		tt_page_legend(page, page->bottom + 22, true);
	} else {
		tt_svg_label(pen, "note", TT_PAGE_MARGIN, page->top, "Nothing to show.");
	}
	tt_svg_close(pen);
}

/*
 * Draws the page twice: what is in the picture is known when it is drawn, and how high the legend is only then. The
 * first is thrown away.
 */
char *tt_svg_text(const struct tt_lanes *lanes, const struct tt_svg_options *options)
{
	struct tt_page page = {.lanes = lanes, .width = options->width ? options->width : 1200};
	double height = 0;
	char *text = NULL;

	page.left = TT_PAGE_MARGIN + names_width(lanes, page.width);
	page.top = HEAD + AXIS;
	page.palette = tt_palette_new(lanes);
	set_scale(&page, options->scale);
	page.thinning = tt_aggregate(lanes, page.scale, MOST_THINGS, MOST_ARROWS);
	page.bottom = place_lanes(&page);
	for (int pass = 0; pass < 2; pass++) {
		g_free(text);
		tt_svg_begin(&page.pen);
		draw_page(&page, height, options);
		text = tt_svg_end(&page.pen);
		height = tt_page_legend(&page, page.bottom + 22, false) + TT_PAGE_MARGIN / 2.0;
	}
	g_free(page.tops);
	g_hash_table_unref(page.palette);
	tt_scale_free(page.scale);
	tt_aggregation_free(page.thinning);
	return text;
}
