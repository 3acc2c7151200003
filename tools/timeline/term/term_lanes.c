/* SPDX-License-Identifier: MIT */
/* The lanes on a terminal. */
#include <math.h>

#include "tools/timeline/tooltips.h"
#include "tools/timeline/term/term_internal.h"
#include "tools/text/display_text.h"

/* A lane with more spans than this for a cell is drawn cell by cell. */
#define CROWD 1.5

/* The share of a lane's cells that log lines may take. */
#define MOST_LOGS 0.4

/* What the lanes' spans look like. */
static const enum tt_sign signs[] = {
    [TT_DOING_NEW] = TT_SIGN_NEW,
    [TT_DOING_RUN] = TT_SIGN_RUN,
    [TT_DOING_WAIT] = TT_SIGN_WAIT,
    [TT_DOING_BLOCKED] = TT_SIGN_BLOCKED,
};
static const enum tt_text_style looks[] = {
    [TT_DOING_NEW] = TT_LOOK_FAINT,
    [TT_DOING_RUN] = TT_LOOK_PLAIN,
    [TT_DOING_WAIT] = TT_LOOK_WAIT,
    [TT_DOING_BLOCKED] = TT_LOOK_BLOCKED,
};

static int column_of(const struct tt_screen *screen, int64_t ns)
{
	return screen->left + (int)floor(tt_scale_place(screen->scale, ns) + 1e-9);
}

/* The columns of what begins and ends: at least one, and all to the margin if it goes on to the end. */
static void columns_of(const struct tt_screen *screen, int64_t begin_ns, int64_t end_ns, int *from, int *to)
{
	*from = column_of(screen, begin_ns);
	*to = MAX(column_of(screen, end_ns), *from + 1);
}

static void draw_name(struct tt_screen *screen, const struct tt_lane *lane)
{
	g_autofree char *name = tt_screen_text(screen, tt_thread_name(lane->thread));
	g_autofree char *fit = tt_text_fit(name, screen->left - 1, screen->options->utf8 ? "…" : "~");

	tt_grid_label(screen->grid, 0, screen->tops[lane->place], fit, TT_LOOK_PLAIN);
}

/* `A ← main` if there is room, else `A`, else nothing. */
static char *wait_text(struct tt_screen *screen, const struct tt_span *span, int room)
{
	g_autofree char *label = tt_wait_label(span);
	g_autofree char *what = tt_screen_text(screen, label);
	g_autofree char *blocked = g_strdup_printf("blocked: %s", what);
	const char *ellipsis = screen->options->utf8 ? "…" : "~";

	if (span->doing == TT_DOING_BLOCKED)
		return tt_text_squeeze(tt_text_columns(blocked) <= room ? blocked : what, room, 2, ellipsis);
	if (span->waker) {
		g_autofree char *waker = tt_screen_text(screen, tt_thread_name(span->waker));
		g_autofree char *both = screen->options->utf8 ? g_strdup_printf("%s ← %s", what, waker)
		                                              : g_strdup_printf("%s <- %s", what, waker);
		if (tt_text_columns(both) <= room && span->object->family != TT_FAMILY_THREAD) {
			tt_sign(screen, TT_SIGN_FROM);
			return g_steal_pointer(&both);
		}
	}
	return tt_text_squeeze(what, room, 2, ellipsis);
}

static void draw_span(struct tt_screen *screen, const struct tt_lane *lane, const struct tt_span *span)
{
	int row = screen->tops[lane->place], from, to;

	columns_of(screen, span->begin_ns, span->end_ns, &from, &to);
	tt_grid_fill(screen->grid, from, to, row, tt_sign(screen, signs[span->doing]), looks[span->doing]);
	if (span->doing != TT_DOING_WAIT && span->doing != TT_DOING_BLOCKED)
		return;
	/* A name stands between two cells of its hatching, and has a blank on both sides where there is room. */
	g_autofree char *text = wait_text(screen, span, to - from - 2);
	if (!text || !*text)
		return;
	int columns = tt_text_columns(text), column = from + (to - from - columns) / 2;
	if (columns + 4 <= to - from)
		tt_grid_fill(screen->grid, column - 1, column + columns + 1, row, ' ', TT_LOOK_PLAIN);
	tt_grid_label(screen->grid, column, row, text, looks[span->doing]);
}

static void draw_bar(struct tt_screen *screen, const struct tt_lane *lane, const struct tt_bar *bar)
{
	int row = screen->tops[lane->place] + 1 + (int)bar->row, from, to;

	columns_of(screen, bar->begin_ns, bar->end_ns, &from, &to);
	if (to - from < 2) {
		tt_grid_put(screen->grid, from, row, tt_sign(screen, TT_SIGN_BRIEF), TT_LOOK_HOLD);
		return;
	}
	tt_grid_fill(screen->grid, from, to, row, tt_sign(screen, TT_SIGN_KEEP), TT_LOOK_HOLD);
	tt_grid_put(screen->grid, from, row, tt_sign(screen, TT_SIGN_TAKE), TT_LOOK_HOLD);
	if (!bar->open)
		tt_grid_put(screen->grid, to - 1, row, tt_sign(screen, TT_SIGN_LET_GO), TT_LOOK_HOLD);
}

/* Whether the cells are blank, as well as the one after them, if there is one. */
static bool is_free(const struct tt_screen *screen, int column, int end, int row)
{
	for (; column <= end; column++) {
		const struct tt_cell *cell = tt_grid_at(screen->grid, column, row);
		if ((!cell && column < end) || (cell && cell->c != ' '))
			return false;
	}
	return true;
}

/* The name of what is held: inside, else after it, else as much of it as fits inside. */
static void label_bar(struct tt_screen *screen, const struct tt_lane *lane, const struct tt_bar *bar)
{
	int row = screen->tops[lane->place] + 1 + (int)bar->row, from, to;
	g_autofree char *label = tt_hold_label(bar);
	g_autofree char *name = tt_screen_text(screen, label);
	int columns = tt_text_columns(name);

	columns_of(screen, bar->begin_ns, bar->end_ns, &from, &to);
	if (columns > to - from - 2 && is_free(screen, to, to + columns, row)) {
		tt_grid_label(screen->grid, to, row, name, TT_LOOK_HOLD);
		return;
	}
	g_autofree char *text = tt_text_squeeze(name, to - from - 2, 2, screen->options->utf8 ? "…" : "~");
	if (text)
		tt_grid_label(screen->grid, from + 1, row, text, TT_LOOK_HOLD);
}

static void draw_end(struct tt_screen *screen, const struct tt_lane *lane)
{
	const char *ending = tt_lane_ending(screen->lanes, lane);
	bool abandoned = lane->thread->state == TT_THREAD_ABANDONED;
	int row = screen->tops[lane->place];

	if (!ending || lane->thread->ended_ns < screen->lanes->from_ns)
		return;
	int column = column_of(screen, lane->thread->ended_ns);
	tt_grid_put(screen->grid, column, row, tt_sign(screen, abandoned ? TT_SIGN_ABANDONED : TT_SIGN_EXIT),
	            TT_LOOK_PLAIN);
	if (!abandoned && lane->thread->end == TT_END_RETURNED)
		return;
	if (column + 2 + (int)strlen(ending) < screen->grid->columns)
		tt_grid_label(screen->grid, column + 2, row, ending, TT_LOOK_FAINT);
}

/* Whether the lane's log lines would hide what it does. */
static bool logs_crowd(const struct tt_screen *screen, const struct tt_lane *lane)
{
	int cells = 0, last = -1;

	for (unsigned i = 0; i < lane->marks->len; i++) {
		const struct tt_mark *mark = &g_array_index(lane->marks, struct tt_mark, i);
		int column = column_of(screen, mark->time_ns);
		cells += mark->kind == TT_MARK_LOG && column != last;
		last = column;
	}
	return cells > screen->scale->width * MOST_LOGS;
}

/* Marks that fall into one cell show as the gravest. */
static void draw_marks(struct tt_screen *screen, const struct tt_lane *lane)
{
	static const enum tt_sign mark_signs[TT_N_MARK_KINDS] = {
	    [TT_MARK_LOG] = TT_SIGN_LOG,
	    [TT_MARK_SIGNAL] = TT_SIGN_SIGNAL,
	    [TT_MARK_FAILED] = TT_SIGN_FAILED,
	    [TT_MARK_MISUSE] = TT_SIGN_MISUSE,
	};

	int first = TT_MARK_LOG;

	if (logs_crowd(screen, lane)) {
		screen->left_out_logs = true;
		first++;
	}
	for (int kind = first; kind < TT_N_MARK_KINDS; kind++)
		for (unsigned i = 0; i < lane->marks->len; i++) {
			const struct tt_mark *mark = &g_array_index(lane->marks, struct tt_mark, i);
			if ((int)mark->kind == kind)
				tt_grid_put(screen->grid, column_of(screen, mark->time_ns), screen->tops[lane->place],
				            tt_sign(screen, mark_signs[kind]), TT_LOOK_MARK);
		}
}

/* How much of each cell of the axis the lane spends on each of enum tt_doing. */
struct shares {
	double of[TT_DOING_BLOCKED + 1];
};

static void add_shares(struct shares *cells, int n, const struct tt_screen *screen, const struct tt_span *span)
{
	double from = tt_scale_place(screen->scale, span->begin_ns), to = tt_scale_place(screen->scale, span->end_ns);

	for (int cell = (int)from; cell < n && cell < to; cell++)
		cells[cell].of[span->doing] += fmin(to, cell + 1) - fmax(from, cell);
}

/* A lane with more spans than cells: each cell shows what the thread does for most of it. */
static void draw_crowd(struct tt_screen *screen, const struct tt_lane *lane)
{
	int n = (int)ceil(screen->scale->width);
	struct shares *cells = g_new0(struct shares, n);

	for (unsigned i = 0; i < lane->spans->len; i++)
		add_shares(cells, n, screen, &g_array_index(lane->spans, struct tt_span, i));
	for (int cell = 0; cell < n; cell++) {
		int most = TT_DOING_NEW;
		for (int doing = TT_DOING_NEW; doing <= TT_DOING_BLOCKED; doing++)
			if (cells[cell].of[doing] > cells[cell].of[most])
				most = doing;
		if (cells[cell].of[most] > 0)
			tt_grid_put(screen->grid, screen->left + cell, screen->tops[lane->place],
			            tt_sign(screen, signs[most]), looks[most]);
	}
	g_free(cells);
}

/* Waits last: one that is shorter than a cell is not to be hidden by the running before and after it. */
static void draw_spans(struct tt_screen *screen, const struct tt_lane *lane)
{
	bool crowded = lane->spans->len > CROWD * screen->scale->width;

	if (crowded)
		draw_crowd(screen, lane);
	for (int doing = TT_DOING_NEW; doing <= TT_DOING_BLOCKED; doing++)
		for (unsigned i = 0; i < lane->spans->len; i++) {
			const struct tt_span *span = &g_array_index(lane->spans, struct tt_span, i);
			double width =
			    tt_scale_place(screen->scale, span->end_ns) - tt_scale_place(screen->scale, span->begin_ns);
			if (span->doing == doing && (!crowded || width >= 1))
				draw_span(screen, lane, span);
		}
}

void tt_screen_lane(struct tt_screen *screen, const struct tt_lane *lane)
{
	draw_name(screen, lane);
	draw_spans(screen, lane);
	for (unsigned i = 0; i < lane->bars->len; i++)
		draw_bar(screen, lane, &g_array_index(lane->bars, struct tt_bar, i));
	for (unsigned i = 0; i < lane->bars->len; i++)
		label_bar(screen, lane, &g_array_index(lane->bars, struct tt_bar, i));
	draw_end(screen, lane);
	draw_marks(screen, lane);
}
