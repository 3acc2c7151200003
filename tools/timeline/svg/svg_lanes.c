/* SPDX-License-Identifier: MIT */
/* The lanes of the picture: spans, holds and marks of a thread, and the arrows between threads. */
#include <math.h>

#include "tools/text/duration.h"
#include "tools/timeline/tooltips.h"
#include "tools/timeline/svg/svg_internal.h"
#include "tools/timeline/palette.h"
#include "tools/text/display_text.h"

/* Text needs this much room on both sides together. */
#define LABEL_PADDING 8

/* More arrows than these are drawn faintly. */
#define MANY_ARROWS 60

double tt_page_x(const struct tt_page *page, int64_t ns)
{
	return page->left + tt_scale_place(page->scale, ns);
}

char *tt_page_fit(const char *text, double width)
{
	int columns = (int)((width - LABEL_PADDING) / (TT_MONO_COLUMN * TT_LABEL_SIZE));

	return tt_text_squeeze(text, columns, 3, "…");
}

static double bar_top(const struct tt_page *page, const struct tt_lane *lane, unsigned row)
{
	return page->tops[lane->place] + TT_SPAN_HEIGHT + TT_BAR_GAP + row * (TT_BAR_HEIGHT + TT_BAR_GAP);
}

static void title_and_close(struct tt_page *page, char *title)
{
	tt_svg_title(&page->pen, title);
	tt_svg_close(&page->pen);
	g_free(title);
}

static void draw_span(struct tt_page *page, const struct tt_lane *lane, const struct tt_span *span)
{
	static const enum tt_legend legends[] = {
	    [TT_DOING_NEW] = TT_LEGEND_NEW,
	    [TT_DOING_RUN] = TT_LEGEND_RUN,
	    [TT_DOING_WAIT] = TT_LEGEND_WAIT,
	    [TT_DOING_BLOCKED] = TT_LEGEND_BLOCKED,
	};
	double from = tt_page_x(page, span->begin_ns), to = tt_page_x(page, span->end_ns);
	double y = page->tops[lane->place];
	g_autofree char *class = NULL;

	page->has[legends[span->doing]] = true;
	if (span->doing == TT_DOING_NEW) {
		tt_svg_path(&page->pen, "new", "M# #H#", from, y + TT_SPAN_HEIGHT / 2.0, to);
	} else if (span->doing == TT_DOING_RUN) {
		tt_svg_rect(&page->pen, "run", from, y, to - from, TT_SPAN_HEIGHT);
	} else {
		bool blocked = span->doing == TT_DOING_BLOCKED;
		double inset = blocked ? 1 : 0.5;
		class = g_strdup_printf("wait%u%s", tt_palette_colour(page->palette, span->object),
		                        blocked ? " blocked" : "");
		tt_svg_rect(&page->pen, class, from + inset, y + inset, to - from - 2 * inset,
		            TT_SPAN_HEIGHT - 2 * inset);
	}
	title_and_close(page, tt_tooltip_span(page->lanes, lane, span));
}

/* What a busy stretch stands for: how many waits or holds, and how long they are together. */
struct sum {
	unsigned n;
	int64_t length_ns, begin_ns, end_ns;
};

static struct sum sum_waits(const struct tt_lane *lane, const struct tt_group *group)
{
	struct sum sum = {.begin_ns = g_array_index(lane->spans, struct tt_span, group->first).begin_ns};

	for (unsigned i = group->first; i < group->end; i++) {
		const struct tt_span *span = &g_array_index(lane->spans, struct tt_span, i);
		sum.end_ns = span->end_ns;
		if (span->doing != TT_DOING_WAIT)
			continue;
		sum.n++;
		sum.length_ns += span->end_ns - span->begin_ns;
	}
	return sum;
}

static struct sum sum_holds(const struct tt_lane *lane, const struct tt_group *group, unsigned row)
{
	struct sum sum = {.begin_ns = g_array_index(lane->bars, struct tt_bar, group->first).begin_ns};

	for (unsigned i = group->first; i < group->end; i++) {
		const struct tt_bar *bar = &g_array_index(lane->bars, struct tt_bar, i);
		if (bar->row != row)
			continue;
		sum.n++;
		sum.end_ns = bar->end_ns;
		sum.length_ns += bar->end_ns - bar->begin_ns;
	}
	return sum;
}

/* Spans or holds that are too narrow to be drawn alone: filled as high as the share of the time that they take. */
static void draw_busy(struct tt_page *page, const struct tt_group *group, double y, double height, struct sum sum,
                      const char *what)
{
	double whole = (double)(sum.end_ns - sum.begin_ns), share = whole > 0 ? (double)sum.length_ns / whole : 1;
	double filled = fmax(height * share, 1), x = page->left + group->from, width = group->to - group->from;
	g_autofree char *length = tt_duration_text(sum.length_ns);
	g_autofree char *in = tt_duration_text(sum.end_ns - sum.begin_ns);
	g_autofree char *begin = tt_moment_text(page->lanes, sum.begin_ns);
	g_autofree char *title = g_strdup_printf("%u %s, together %s of %s, from %s", sum.n, what, length, in, begin);

	page->has[TT_LEGEND_BUSY] = true;
	tt_svg_open(&page->pen, "g", NULL);
	tt_svg_title(&page->pen, title);
	tt_svg_rect(&page->pen, "idle", x, y, width, height);
	tt_svg_close(&page->pen);
	if (sum.n) {
		tt_svg_rect(&page->pen, "busy", x, y + height - filled, width, filled);
		tt_svg_close(&page->pen);
	}
	tt_svg_close(&page->pen);
}

static void draw_bar(struct tt_page *page, const struct tt_lane *lane, const struct tt_bar *bar)
{
	double from = tt_page_x(page, bar->begin_ns), to = tt_page_x(page, bar->end_ns);
	g_autofree char *class = g_strdup_printf("hold%u", tt_palette_colour(page->palette, bar->object));

	page->has[TT_LEGEND_HOLD] = true;
	tt_svg_rect(&page->pen, class, from + 0.5, bar_top(page, lane, bar->row) + 0.5, to - from - 1,
	            TT_BAR_HEIGHT - 1);
	title_and_close(page, tt_tooltip_bar(page->lanes, lane, bar));
}

static void draw_end(struct tt_page *page, const struct tt_lane *lane)
{
	const char *ending = tt_lane_ending(page->lanes, lane);
	double y = page->tops[lane->place];

	if (!ending || lane->thread->ended_ns < page->lanes->from_ns)
		return;
	bool abandoned = lane->thread->state == TT_THREAD_ABANDONED;
	double x = tt_page_x(page, lane->thread->ended_ns);
	page->has[abandoned ? TT_LEGEND_ABANDONED : TT_LEGEND_EXIT] = true;
	tt_svg_path(&page->pen, abandoned ? "abandoned" : "exit", "M# #V#", x, y - 2, y + TT_SPAN_HEIGHT + 2);
	title_and_close(page, tt_tooltip_lane(page->lanes, lane));
}

void tt_page_lane_shapes(struct tt_page *page, const struct tt_lane *lane)
{
	double finest = page->thinning->finest;
	g_autoptr(GArray) spans = tt_aggregate_spans(lane, page->scale, finest);

	for (unsigned i = 0; i < spans->len; i++) {
		const struct tt_group *group = &g_array_index(spans, struct tt_group, i);
		if (group->end - group->first == 1)
			draw_span(page, lane, &g_array_index(lane->spans, struct tt_span, group->first));
		else
			draw_busy(page, group, page->tops[lane->place], TT_SPAN_HEIGHT, sum_waits(lane, group),
			          "waits");
	}
	for (unsigned row = 0; row < lane->rows; row++) {
		g_autoptr(GArray) bars = tt_aggregate_bars(lane, row, page->scale, finest);
		for (unsigned i = 0; i < bars->len; i++) {
			const struct tt_group *group = &g_array_index(bars, struct tt_group, i);
			if (group->end - group->first == 1)
				draw_bar(page, lane, &g_array_index(lane->bars, struct tt_bar, group->first));
			else
				draw_busy(page, group, bar_top(page, lane, row), TT_BAR_HEIGHT,
				          sum_holds(lane, group, row), "holds");
		}
	}
	draw_end(page, lane);
}

static void label_span(struct tt_page *page, const struct tt_lane *lane, const struct tt_span *span)
{
	double from = tt_page_x(page, span->begin_ns), to = tt_page_x(page, span->end_ns);
	bool blocked = span->doing == TT_DOING_BLOCKED;

	if (span->doing != TT_DOING_WAIT && !blocked)
		return;
	g_autofree char *what = tt_wait_label(span);
	g_autofree char *stuck = g_strdup_printf("blocked: %s", what);
	g_autofree char *text = tt_page_fit(blocked ? stuck : what, to - from);
	if (text)
		tt_svg_label(&page->pen, blocked ? "mono label stuck" : "mono label", (from + to) / 2,
		             page->tops[lane->place] + TT_SPAN_HEIGHT / 2.0 + 4, text);
}

static void label_bar(struct tt_page *page, const struct tt_lane *lane, const struct tt_bar *bar)
{
	double from = tt_page_x(page, bar->begin_ns), to = tt_page_x(page, bar->end_ns);
	g_autofree char *label = tt_hold_label(bar);
	g_autofree char *text = tt_page_fit(label, to - from);

	if (text)
		tt_svg_label(&page->pen, "mono held", from + 4, bar_top(page, lane, bar->row) + TT_BAR_HEIGHT / 2.0 + 4,
		             text);
}

/* How a thread ended, if it did not simply return. */
static void label_end(struct tt_page *page, const struct tt_lane *lane)
{
	const char *ending = tt_lane_ending(page->lanes, lane);
	double room, x;

	if (!ending || (lane->thread->state == TT_THREAD_EXITED && lane->thread->end == TT_END_RETURNED))
		return;
	x = tt_page_x(page, lane->thread->ended_ns);
	room = page->width - TT_PAGE_MARGIN - x;
	if (room > 12 + (double)strlen(ending) * 6.5)
		tt_svg_label(&page->pen, "note", x + 6, page->tops[lane->place] + TT_SPAN_HEIGHT / 2.0 + 4, ending);
}

void tt_page_lane_labels(struct tt_page *page, const struct tt_lane *lane)
{
	double y = page->tops[lane->place];
	const char *name = tt_thread_name(lane->thread);
	const char *kind = lane->thread->timer ? "timer" : lane->thread->daemon ? "daemon" : NULL;
	int columns = (int)((page->left - TT_PAGE_MARGIN - 12) / (TT_MONO_COLUMN * TT_NAME_SIZE));
	g_autofree char *fit = tt_text_fit(name, columns, "…");

	tt_svg_open(&page->pen, "text", "mono name");
	tt_svg_number(&page->pen, "x", TT_PAGE_MARGIN);
	tt_svg_number(&page->pen, "y", y + TT_SPAN_HEIGHT / 2.0 + 4);
	tt_svg_put_text(&page->pen, fit);
	title_and_close(page, tt_tooltip_lane(page->lanes, lane));
	if (kind)
		tt_svg_label(&page->pen, "note", TT_PAGE_MARGIN, y + TT_SPAN_HEIGHT / 2.0 + 17, kind);
	for (unsigned i = 0; i < lane->spans->len; i++)
		label_span(page, lane, &g_array_index(lane->spans, struct tt_span, i));
	for (unsigned i = 0; i < lane->bars->len; i++)
		label_bar(page, lane, &g_array_index(lane->bars, struct tt_bar, i));
	label_end(page, lane);
}

void tt_page_mark(struct tt_page *page, enum tt_mark_kind kind, double x, double y)
{
	struct tt_svg_writer *pen = &page->pen;

	switch (kind) {
	case TT_MARK_LOG:
		tt_svg_circle(pen, "log", x, y, 2.6);
		break;
	case TT_MARK_SIGNAL:
		tt_svg_path(pen, "signal", "M# #l4 4l-4 4l-4 -4Z", x, y - 4);
		break;
	case TT_MARK_FAILED:
		tt_svg_path(pen, "failed", "M# #l6 6m0 -6l-6 6", x - 3, y - 3);
		break;
	case TT_MARK_MISUSE:
	case TT_N_MARK_KINDS:
		tt_svg_path(pen, "misuse", "M# #l5.5 9.5h-11Z", x, y - 6);
		break;
	}
}

void tt_page_lane_marks(struct tt_page *page, const struct tt_lane *lane)
{
	static const enum tt_legend legends[TT_N_MARK_KINDS] = {
	    [TT_MARK_LOG] = TT_LEGEND_LOG,
	    [TT_MARK_SIGNAL] = TT_LEGEND_SIGNAL,
	    [TT_MARK_FAILED] = TT_LEGEND_FAILED,
	    [TT_MARK_MISUSE] = TT_LEGEND_MISUSE,
	};
	g_autoptr(GArray) groups = tt_aggregate_marks(lane, page->scale, page->thinning->mark_step);

	for (unsigned i = 0; i < groups->len; i++) {
		const struct tt_group *group = &g_array_index(groups, struct tt_group, i);
		const struct tt_mark *first = &g_array_index(lane->marks, struct tt_mark, group->first);
		const struct tt_mark *worst = first;
		for (unsigned j = group->first; j < group->end; j++)
			if (g_array_index(lane->marks, struct tt_mark, j).kind > worst->kind)
				worst = &g_array_index(lane->marks, struct tt_mark, j);
		page->has[legends[worst->kind]] = true;
		tt_page_mark(page, worst->kind, tt_page_x(page, worst->time_ns),
		             page->tops[lane->place] + TT_SPAN_HEIGHT / 2.0);
		g_autofree char *text = tt_tooltip_mark(page->lanes, lane, worst);
		unsigned others = group->end - group->first - 1;
		title_and_close(page, others ? g_strdup_printf("%s\nand %u more here", text, others) : g_strdup(text));
	}
}

void tt_page_arrows(struct tt_page *page)
{
	const GArray *chosen = page->thinning->arrows;

	page->has[TT_LEGEND_ARROW] = chosen->len > 0;
	for (unsigned i = 0; i < chosen->len; i++) {
		const struct tt_arrow *arrow =
		    &g_array_index(page->lanes->arrows, struct tt_arrow, g_array_index(chosen, unsigned, i));
		double x1 = tt_page_x(page, arrow->from_ns), x2 = tt_page_x(page, arrow->to_ns);
		double y1 = page->tops[arrow->from->place], y2 = page->tops[arrow->to->place];
		bool down = y2 > y1, starts = arrow->object == arrow->to->thread->object;
		g_autofree char *class =
		    g_strdup_printf("arrow%s%s", starts ? " start" : "", chosen->len > MANY_ARROWS ? " many" : "");
		y1 += down ? TT_SPAN_HEIGHT : 0;
		y2 += down ? 0 : TT_SPAN_HEIGHT;
		tt_svg_path(&page->pen, class, "M# #C# # # # # #", x1, y1, x1, y1 + (y2 - y1) * 0.55, x2,
		            y2 - (y2 - y1) * 0.45, x2, y2);
		tt_svg_attribute(&page->pen, "marker-end", "url(#head)");
		title_and_close(page, tt_tooltip_arrow(page->lanes, arrow));
	}
}
