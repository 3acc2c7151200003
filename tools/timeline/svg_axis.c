/* The time axis of the picture and its legend. */
#include <math.h>

#include "tools/timeline/describe.h"
#include "tools/timeline/page.h"
#include "tools/timeline/text.h"

/* The least distance of ticks. */
#define TICKS_APART 84

/* The sans-serif font's width for measuring: no text is wider than this a letter. */
#define SANS_COLUMN 6.4

static void draw_ticks(struct tt_page *page)
{
	g_autoptr(GArray) ticks = tt_scale_ticks(page->scale, TICKS_APART);

	for (unsigned i = 0; i < ticks->len; i++) {
		const struct tt_tick *tick = &g_array_index(ticks, struct tt_tick, i);
		double x = page->left + tick->at;
		double half = tt_text_columns(tick->label) * SANS_COLUMN / 2;
		tt_pen_line(&page->pen, "grid", x, page->top, x, page->bottom);
		tt_pen_line(&page->pen, "axis", x, page->top - 10, x, page->top - 4);
		tt_pen_label(&page->pen, "tick", fmin(x, page->width - TT_PAGE_MARGIN - half), page->top - 15,
		             tick->label);
	}
}

/* Two strokes across the axis: time is left out here. */
static void draw_cut(struct tt_page *page, double x, double y)
{
	tt_pen_path(&page->pen, "cut", "M# #l5 -10m4 0l-5 10", x - 4.5, y + 5);
	tt_pen_close(&page->pen);
}

static void draw_piece(struct tt_page *page, const struct tt_piece *piece)
{
	double from = page->left + piece->begin, to = page->left + piece->end, y = page->top - 7;
	g_autofree char *length = tt_duration_text(piece->end_ns - piece->begin_ns);

	if (piece->fit == TT_FIT_TO_SCALE)
		return;
	if (piece->fit == TT_FIT_STRETCHED) {
		page->has[TT_LEGEND_STRETCHED] = true;
		tt_pen_rect(&page->pen, "stretched", from, y - 3.5, to - from, 7);
		tt_pen_title(&page->pen, length);
		tt_pen_close(&page->pen);
	} else {
		draw_cut(page, (from + to) / 2, y);
	}
	if (to - from > tt_text_columns(length) * SANS_COLUMN + 6 && piece->end_ns - piece->begin_ns > 1)
		tt_pen_label(&page->pen, "tick note", (from + to) / 2, page->top - 15, length);
}

void tt_page_axis(struct tt_page *page)
{
	double y = page->top - 7;

	tt_pen_line(&page->pen, "axis", page->left, y, page->left + page->scale->width, y);
	for (unsigned i = 0; i < page->scale->pieces->len; i++)
		draw_piece(page, &g_array_index(page->scale->pieces, struct tt_piece, i));
	draw_ticks(page);
}

/* The sample of a legend, 26 wide, about y. */
static void draw_sample(struct tt_page *page, enum tt_legend legend, double x, double y)
{
	struct tt_pen *pen = &page->pen;

	switch (legend) {
	case TT_LEGEND_RUN:
		tt_pen_rect(pen, "run", x, y - 6, 26, 12);
		break;
	case TT_LEGEND_WAIT:
		tt_pen_rect(pen, "wait5", x + 0.5, y - 5.5, 25, 11);
		break;
	case TT_LEGEND_BLOCKED:
		tt_pen_rect(pen, "wait5 blocked", x + 1, y - 5, 24, 10);
		break;
	case TT_LEGEND_HOLD:
		tt_pen_rect(pen, "hold0", x + 0.5, y - 5.5, 25, 11);
		break;
	case TT_LEGEND_NEW:
		tt_pen_path(pen, "new", "M# #h26", x, y);
		break;
	case TT_LEGEND_EXIT:
		tt_pen_path(pen, "exit", "M# #v16", x + 20, y - 8);
		break;
	case TT_LEGEND_ABANDONED:
		tt_pen_path(pen, "abandoned", "M# #v16", x + 20, y - 8);
		break;
	case TT_LEGEND_BUSY:
		tt_pen_rect(pen, "busy", x, y - 6, 26, 12);
		break;
	case TT_LEGEND_ARROW:
		tt_pen_path(pen, "arrow", "M# #h24", x, y);
		tt_pen_attribute(pen, "marker-end", "url(#head)");
		break;
	case TT_LEGEND_LOG:
		tt_page_mark(page, TT_MARK_LOG, x + 18, y);
		break;
	case TT_LEGEND_SIGNAL:
		tt_page_mark(page, TT_MARK_SIGNAL, x + 18, y);
		break;
	case TT_LEGEND_FAILED:
		tt_page_mark(page, TT_MARK_FAILED, x + 18, y);
		break;
	case TT_LEGEND_MISUSE:
		tt_page_mark(page, TT_MARK_MISUSE, x + 18, y + 1);
		break;
	case TT_LEGEND_STRETCHED:
	case TT_N_LEGENDS:
		tt_pen_rect(pen, "stretched", x, y - 3.5, 26, 7);
		break;
	}
	tt_pen_close(pen);
}

static const char *const legend_texts[TT_N_LEGENDS] = {
    [TT_LEGEND_RUN] = "runs, or sleeps",
    [TT_LEGEND_WAIT] = "waits for what is named",
    [TT_LEGEND_BLOCKED] = "still blocked at the end",
    [TT_LEGEND_HOLD] = "holds what is named",
    [TT_LEGEND_NEW] = "not yet started",
    [TT_LEGEND_EXIT] = "ends",
    [TT_LEGEND_ABANDONED] = "abandoned at exit",
    [TT_LEGEND_BUSY] = "too many to draw one by one",
    [TT_LEGEND_ARROW] = "starts, or lets go on",
    [TT_LEGEND_LOG] = "log line",
    [TT_LEGEND_SIGNAL] = "notify, set, …",
    [TT_LEGEND_FAILED] = "not acquired, timeout",
    [TT_LEGEND_MISUSE] = "refused call",
    [TT_LEGEND_STRETCHED] = "time stretched, so that each event is seen",
};

double tt_page_legend(struct tt_page *page, double y, bool draw)
{
	double x = TT_PAGE_MARGIN;

	for (unsigned i = 0; i < TT_N_LEGENDS; i++) {
		double width = 34 + tt_text_columns(legend_texts[i]) * SANS_COLUMN + 14;
		if (!page->has[i])
			continue;
		if (x > TT_PAGE_MARGIN && x + width > page->width - TT_PAGE_MARGIN) {
			x = TT_PAGE_MARGIN;
			y += 20;
		}
		if (draw) {
			draw_sample(page, (enum tt_legend)i, x, y);
			tt_pen_label(&page->pen, "note", x + 33, y + 4, legend_texts[i]);
		}
		x += width;
	}
	return y + 10;
}
