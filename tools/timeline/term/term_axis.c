/* SPDX-License-Identifier: MIT */
/* The time axis on a terminal, and its legend. */
#include <math.h>

#include "tools/text/duration.h"
#include "tools/timeline/tooltips.h"
#include "tools/timeline/term/term_internal.h"
#include "tools/text/display_text.h"

/* The least distance of ticks, in columns. */
#define TICKS_APART 9

/* Writes a label about a column, if nothing is there; false if there was no room. */
static bool label_axis(struct tt_screen *screen, int middle, const char *text)
{
	g_autofree char *shown = tt_screen_text(screen, text);
	int columns = tt_text_columns(shown);
	int from = CLAMP(middle - columns / 2, screen->left, screen->grid->columns - columns);

	for (int i = from - 1; i <= from + columns; i++)
		if (tt_grid_at(screen->grid, i, 0) && tt_grid_at(screen->grid, i, 0)->c != ' ')
			return false;
	tt_grid_label(screen->grid, from, 0, shown, TT_LOOK_FAINT);
	return true;
}

static void draw_piece(struct tt_screen *screen, const struct tt_scale_segment *piece)
{
	int from = screen->left + (int)floor(piece->begin), to = screen->left + (int)floor(piece->end);
	bool stretched = piece->fit == TT_FIT_STRETCHED;
	int middle = (from + to) / 2;

	/* The end itself has a column as well. */
	if (piece->end >= screen->scale->width)
		to++;

	tt_grid_fill(screen->grid, from, to, 1, tt_sign(screen, stretched ? TT_SIGN_STRETCHED : TT_SIGN_AXIS),
	             TT_LOOK_FAINT);
	if (piece->fit == TT_FIT_CUT)
		tt_grid_fill(screen->grid, middle, middle + 2, 1, tt_sign(screen, TT_SIGN_CUT), TT_LOOK_FAINT);
}

/* How long a part is that is not to scale, above it. */
static void label_piece(struct tt_screen *screen, const struct tt_scale_segment *piece)
{
	g_autofree char *length = tt_duration_text(piece->end_ns - piece->begin_ns);

	if (piece->fit != TT_FIT_TO_SCALE && piece->end_ns - piece->begin_ns > 1 &&
	    piece->end - piece->begin > tt_text_columns(length))
		label_axis(screen, screen->left + (int)((piece->begin + piece->end) / 2), length);
}

void tt_screen_axis(struct tt_screen *screen)
{
	g_autoptr(GArray) ticks = tt_scale_ticks(screen->scale, TICKS_APART);
	const GArray *pieces = screen->scale->pieces;

	for (unsigned i = 0; i < pieces->len; i++)
		draw_piece(screen, &g_array_index(pieces, struct tt_scale_segment, i));
	for (unsigned i = 0; i < ticks->len; i++) {
		const struct tt_tick *tick = &g_array_index(ticks, struct tt_tick, i);
		int column = screen->left + (int)floor(tick->at);
		if (label_axis(screen, column, tick->label))
			tt_grid_put(screen->grid, column, 1, tt_sign(screen, TT_SIGN_TICK), TT_LOOK_FAINT);
	}
	for (unsigned i = 0; i < pieces->len; i++)
		label_piece(screen, &g_array_index(pieces, struct tt_scale_segment, i));
}

/* What the signs mean: a sample of signs, and words. */
struct entry {
	enum tt_sign sign;
	int times;
	const char *words;
	enum tt_text_style look;
};

static const struct entry entries[] = {
    {TT_SIGN_RUN, 2, "runs or sleeps", TT_LOOK_PLAIN},
    {TT_SIGN_WAIT, 2, "waits for", TT_LOOK_WAIT},
    {TT_SIGN_FROM, 1, "woken by", TT_LOOK_WAIT},
    {TT_SIGN_BLOCKED, 2, "still blocked at the end", TT_LOOK_BLOCKED},
    {TT_SIGN_TAKE, 1, "takes", TT_LOOK_HOLD},
    {TT_SIGN_LET_GO, 1, "lets go", TT_LOOK_HOLD},
    {TT_SIGN_BRIEF, 1, "holds briefly", TT_LOOK_HOLD},
    {TT_SIGN_NEW, 2, "not yet started", TT_LOOK_FAINT},
    {TT_SIGN_EXIT, 1, "ends", TT_LOOK_PLAIN},
    {TT_SIGN_ABANDONED, 1, "abandoned", TT_LOOK_PLAIN},
    {TT_SIGN_LOG, 1, "log line", TT_LOOK_MARK},
    {TT_SIGN_SIGNAL, 1, "notify, set, …", TT_LOOK_MARK},
    {TT_SIGN_FAILED, 1, "not acquired, timeout", TT_LOOK_MARK},
    {TT_SIGN_MISUSE, 1, "refused call", TT_LOOK_MARK},
    {TT_SIGN_STRETCHED, 2, "time stretched, so that each event is seen", TT_LOOK_FAINT},
    {TT_SIGN_CUT, 2, "time left out", TT_LOOK_FAINT},
};

void tt_screen_legend(struct tt_screen *screen, GString *out)
{
	int column = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(entries); i++) {
		const struct entry *entry = &entries[i];
		if (!screen->seen[entry->sign])
			continue;
		g_autofree char *words = tt_screen_text(screen, entry->words);
		g_autoptr(GString) sample = g_string_new(NULL);
		for (int n = 0; n < entry->times; n++)
			g_string_append_unichar(sample, tt_sign(screen, entry->sign));
		int columns = entry->times + 1 + tt_text_columns(words);
		if (column && column + 3 + columns > screen->options->width) {
			g_string_append_c(out, '\n');
			column = 0;
		}
		g_string_append(out, column ? "   " : "");
		tt_text_style_print(out, sample->str, entry->look, screen->options->colour);
		g_string_append_printf(out, " %s", words);
		column += columns + (column ? 3 : 0);
	}
	g_string_append_c(out, '\n');
	if (screen->left_out_logs)
		g_string_append(out, "Log lines are left out where they would hide what the thread does.\n");
}
