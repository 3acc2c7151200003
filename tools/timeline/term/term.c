/* SPDX-License-Identifier: MIT */
/* The picture on a terminal as a whole: head, axis, lanes, legend, list of the blocked. */
#include "tools/timeline/term/term.h"

#include "tools/timeline/tooltips.h"
#include "tools/timeline/term/term_internal.h"
#include "tools/text/display_text.h"

/* The columns that a step from event to event should have, where there is room; and what is blocked at the end. */
#define LEAST_STEP 2
#define FINEST_STEP 0.8
#define TAIL 20

#define MOST_NAME_COLUMNS 24

/* The signs: in UTF-8, and in ASCII. */
const gunichar tt_signs[TT_N_SIGNS][2] = {
    [TT_SIGN_RUN] = {0x2501, '='},                                       /* ━ */
    [TT_SIGN_NEW] = {0x2504, '-'},                                       /* ┄ */
    [TT_SIGN_WAIT] = {0x2591, '.'},                                      /* ░ */
    [TT_SIGN_BLOCKED] = {0x2593, '#'},                                   /* ▓ */
    [TT_SIGN_EXIT] = {0x252b, '|'},                                      /* ┫ */
    [TT_SIGN_ABANDONED] = {0x2573, 'X'},                                 /* ╳ */
    [TT_SIGN_TAKE] = {0x2514, '['},                                      /* └ */
    [TT_SIGN_KEEP] = {0x2500, '_'},                                      /* ─ */
    [TT_SIGN_LET_GO] = {0x2518, ']'},                                    /* ┘ */
    [TT_SIGN_BRIEF] = {0x2575, '\''},                                    /* ╵ */
    [TT_SIGN_LOG] = {0x2022, 'o'},                                       /* • */
    [TT_SIGN_SIGNAL] = {0x25c6, '*'},                                    /* ◆ */
    [TT_SIGN_FAILED] = {0x00d7, 'x'},                                    /* × */
    [TT_SIGN_MISUSE] = {'!', '!'},       [TT_SIGN_FROM] = {0x2190, '<'}, /* ← */
    [TT_SIGN_AXIS] = {0x2500, '-'},                                      /* ─ */
    [TT_SIGN_TICK] = {0x252c, '+'},                                      /* ┬ */
    [TT_SIGN_STRETCHED] = {0x2508, '~'},                                 /* ┈ */
    [TT_SIGN_CUT] = {0x2571, '/'},                                       /* ╱ */
    [TT_SIGN_DOT] = {0x00b7, ','},                                       /* · */
};

gunichar tt_sign(const struct tt_screen *screen, enum tt_sign sign)
{
	screen->seen[sign] = true;
	return tt_signs[sign][screen->options->utf8 ? 0 : 1];
}

/* In ASCII, what is not is `?`, one a column. */
char *tt_screen_text(const struct tt_screen *screen, const char *text)
{
	if (screen->options->utf8)
		return g_strdup(text);
	GString *ascii = g_string_new(NULL);
	for (; *text; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);
		if (c == 0xb5) /* µ */
			g_string_append_c(ascii, 'u');
		else if (c == 0xd7 || c == 0x2026) /* × and … */
			g_string_append(ascii, c == 0xd7 ? "x" : "..");
		else if (c < 0x80)
			g_string_append_c(ascii, (char)c);
		else
			g_string_append_len(ascii, "??", tt_char_columns(c));
	}
	return g_string_free(ascii, false);
}

static int names_columns(const struct tt_screen *screen)
{
	const GPtrArray *lanes = screen->lanes->lanes;
	int columns = 4;

	for (unsigned i = 0; i < lanes->len; i++)
		columns =
		    MAX(columns, tt_text_columns(tt_thread_name(((const struct tt_lane *)lanes->pdata[i])->thread)));
	return MIN(columns, MIN(MOST_NAME_COLUMNS, screen->options->width / 4));
}

static void set_scale(struct tt_screen *screen)
{
	g_autoptr(GArray) moments = tt_lanes_moments(screen->lanes);
	struct tt_scale_options options = {
	    .mode = screen->options->scale,
	    .width = screen->options->width - screen->left - 1,
	    .least = LEAST_STEP,
	    .finest = FINEST_STEP,
	};

	for (unsigned i = 0; i < screen->lanes->lanes->len; i++)
		if (screen->lanes->ends && tt_lane_blocked(screen->lanes->lanes->pdata[i]))
			options.tail = MIN(TAIL, screen->options->width / 4);
	screen->scale = tt_scale_new(moments, screen->lanes->origin_ns, &options);
}

/* Whether the lane is the first of its process, where there are several. */
static bool begins_process(const struct tt_screen *screen, unsigned i)
{
	const GPtrArray *lanes = screen->lanes->lanes;
	const struct tt_lane *first = lanes->pdata[0], *last = lanes->pdata[lanes->len - 1];

	return first->thread->process != last->thread->process && tt_lanes_begin_group(screen->lanes, i);
}

/* Gives each lane its rows, after the two of the axis; returns how many rows there are. */
static int place_lanes(struct tt_screen *screen)
{
	const GPtrArray *lanes = screen->lanes->lanes;
	int row = 2;

	screen->tops = g_new0(int, lanes->len + 1);
	for (unsigned i = 0; i < lanes->len; i++) {
		row += begins_process(screen, i);
		screen->tops[i] = row;
		row += 1 + (int)((const struct tt_lane *)lanes->pdata[i])->rows;
	}
	return row;
}

static void draw_process(struct tt_screen *screen, unsigned i)
{
	g_autofree char *text = tt_describe_group(screen->lanes, i);

	tt_grid_label(screen->grid, 0, screen->tops[i] - 1, text, TT_LOOK_FAINT);
}

static void print_head(struct tt_screen *screen, GString *out)
{
	const struct tt_lanes *lanes = screen->lanes;
	g_autofree char *clean = tt_text_clean(screen->options->title);
	g_autoptr(GString) head = g_string_new(NULL);

	if (screen->options->title)
		g_string_append_printf(head, "%s: ", clean);
	tt_tooltip_extent(head, lanes, ", ", "; ");
	g_autofree char *text = tt_screen_text(screen, head->str);
	tt_text_style_print(out, text, TT_LOOK_MARK, screen->options->colour);
	g_string_append(out, "\n\n");
}

static void print_blocked(struct tt_screen *screen, GString *out)
{
	bool first = true;

	for (unsigned i = 0; i < screen->lanes->lanes->len; i++) {
		const struct tt_lane *lane = screen->lanes->lanes->pdata[i];
		if (!tt_lane_blocked(lane))
			continue;
		g_autofree char *line = tt_tooltip_blocked(screen->lanes, lane);
		g_autofree char *text = tt_screen_text(screen, line);
		if (first)
			tt_text_style_print(out, "\nStill blocked at the end:\n", TT_LOOK_BLOCKED,
			                    screen->options->colour);
		g_string_append_printf(out, "  %s\n", text);
		first = false;
	}
}

char *tt_term_text(const struct tt_lanes *lanes, const struct tt_term_options *options)
{
	bool seen[TT_N_SIGNS] = {false};
	struct tt_screen screen = {.lanes = lanes, .options = options, .seen = seen};
	GString *out = g_string_new(NULL);
	int rows;

	print_head(&screen, out);
	if (!lanes->lanes->len) {
		g_string_append(out, "Nothing to show.\n");
		return g_string_free(out, false);
	}
	screen.left = names_columns(&screen) + 1;
	set_scale(&screen);
	rows = place_lanes(&screen);
	screen.grid = tt_grid_new(options->width, rows);
	for (unsigned i = 0; i < lanes->lanes->len; i++) {
		if (begins_process(&screen, i))
			draw_process(&screen, i);
		tt_screen_lane(&screen, lanes->lanes->pdata[i]);
	}
	tt_screen_axis(&screen);
	for (int row = 0; row < rows; row++)
		tt_grid_print(screen.grid, row, options->colour, out);
	g_string_append_c(out, '\n');
	tt_screen_legend(&screen, out);
	print_blocked(&screen, out);
	g_free(screen.tops);
	tt_grid_free(screen.grid);
	tt_scale_free(screen.scale);
	return g_string_free(out, false);
}
