/* SPDX-License-Identifier: MIT */
/*
 * A grid of characters: what a terminal shows, drawn cell by cell and printed line by line.
 */
#ifndef TT_TIMELINE_TERM_GRID_H
#define TT_TIMELINE_TERM_GRID_H

#include <stdbool.h>

#include <glib.h>

/* How a cell looks, beside its character. */
enum tt_text_style {
	TT_LOOK_PLAIN,
	TT_LOOK_FAINT,
	TT_LOOK_WAIT,
	TT_LOOK_BLOCKED,
	TT_LOOK_HOLD,
	TT_LOOK_MARK,
	TT_N_LOOKS
};

struct tt_cell {
	gunichar c; /* ' ' empty; 0: the right half of a wide character */
	enum tt_text_style look;
	bool fixed; /* part of a label, which nothing is drawn over */
};

struct tt_grid {
	int columns, rows;
	struct tt_cell *cells;
};

struct tt_grid *tt_grid_new(int columns, int rows);
void tt_grid_free(struct tt_grid *grid);

/* NULL for what is outside. */
struct tt_cell *tt_grid_at(const struct tt_grid *grid, int column, int row);

/* One cell, and a run of them from `column` to before `end`. Labels stay. */
void tt_grid_put(struct tt_grid *grid, int column, int row, gunichar c, enum tt_text_style look);
void tt_grid_fill(struct tt_grid *grid, int column, int end, int row, gunichar c, enum tt_text_style look);

/* A label, which nothing is drawn over. What does not fit on the line is cut. Returns the column after it. */
int tt_grid_label(struct tt_grid *grid, int column, int row, const char *text, enum tt_text_style look);

/* Prints a row without trailing blanks, and a newline. */
void tt_grid_print(const struct tt_grid *grid, int row, bool colour, GString *out);

/* Appends text in a look. */
void tt_text_style_print(GString *out, const char *text, enum tt_text_style look, bool colour);

#endif /* TT_TIMELINE_TERM_GRID_H */
