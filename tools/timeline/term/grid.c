/* SPDX-License-Identifier: MIT */
#include "tools/timeline/term/grid.h"

#include "tools/text/display_text.h"

/* SGR codes: yellow, red, cyan, bold; faint for what frames the picture. */
static const char *const codes[TT_N_LOOKS] = {
    [TT_LOOK_PLAIN] = NULL,     [TT_LOOK_FAINT] = "2", [TT_LOOK_WAIT] = "33",
    [TT_LOOK_BLOCKED] = "1;31", [TT_LOOK_HOLD] = "36", [TT_LOOK_MARK] = "1",
};

struct tt_grid *tt_grid_new(int columns, int rows)
{
	struct tt_grid *grid = g_new0(struct tt_grid, 1);

	grid->columns = columns;
	grid->rows = rows;
	grid->cells = g_new0(struct tt_cell, (size_t)columns * (size_t)rows);
	for (int i = 0; i < columns * rows; i++)
		grid->cells[i].c = ' ';
	return grid;
}

void tt_grid_free(struct tt_grid *grid)
{
	if (!grid)
		return;
	g_free(grid->cells);
	g_free(grid);
}

struct tt_cell *tt_grid_at(const struct tt_grid *grid, int column, int row)
{
	if (column < 0 || column >= grid->columns || row < 0 || row >= grid->rows)
		return NULL;
	return &grid->cells[row * grid->columns + column];
}

void tt_grid_put(struct tt_grid *grid, int column, int row, gunichar c, enum tt_text_style look)
{
	struct tt_cell *cell = tt_grid_at(grid, column, row);

	if (cell && !cell->fixed)
		*cell = (struct tt_cell){c, look, false};
}

void tt_grid_fill(struct tt_grid *grid, int column, int end, int row, gunichar c, enum tt_text_style look)
{
	for (; column < end; column++)
		tt_grid_put(grid, column, row, c, look);
}

int tt_grid_label(struct tt_grid *grid, int column, int row, const char *text, enum tt_text_style look)
{
	for (; *text; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);
		int width = tt_char_columns(c);
		/* Combining characters have no cell of their own, and are left out here. */
		if (width == 0)
			continue;
		if (!tt_grid_at(grid, column + width - 1, row))
			break;
		*tt_grid_at(grid, column, row) = (struct tt_cell){c, look, true};
		if (width == 2)
			*tt_grid_at(grid, column + 1, row) = (struct tt_cell){0, look, true};
		column += width;
	}
	return column;
}

static void change_look(GString *out, enum tt_text_style from, enum tt_text_style to, bool colour)
{
	if (!colour || from == to)
		return;
	if (codes[from])
		g_string_append(out, "\033[0m");
	if (codes[to])
		g_string_append_printf(out, "\033[%sm", codes[to]);
}

static bool is_right_to_left(gunichar c)
{
	return (c >= 0x0590 && c <= 0x08ff) || (c >= 0xfb1d && c <= 0xfdff) || (c >= 0xfe70 && c <= 0xfefe) ||
	       (c >= 0x10800 && c <= 0x10fff) || (c >= 0x1e800 && c <= 0x1efff);
}

void tt_grid_print(const struct tt_grid *grid, int row, bool colour, GString *out)
{
	enum tt_text_style look = TT_LOOK_PLAIN;
	bool right_to_left = false;
	int end = grid->columns;

	while (end > 0 && tt_grid_at(grid, end - 1, row)->c == ' ')
		end--;
	for (int column = 0; column < end; column++) {
		const struct tt_cell *cell = tt_grid_at(grid, column, row);
		if (cell->c == 0)
			continue;
		/* A mark keeps terminals that turn right-to-left text from turning what follows it as well. */
		if (right_to_left && !is_right_to_left(cell->c))
			g_string_append_unichar(out, 0x200e);
		right_to_left = is_right_to_left(cell->c);
		change_look(out, look, cell->look, colour);
		look = cell->look;
		g_string_append_unichar(out, cell->c);
	}
	change_look(out, look, TT_LOOK_PLAIN, colour);
	g_string_append_c(out, '\n');
}

void tt_text_style_print(GString *out, const char *text, enum tt_text_style look, bool colour)
{
	change_look(out, TT_LOOK_PLAIN, look, colour);
	g_string_append(out, text);
	change_look(out, look, TT_LOOK_PLAIN, colour);
}
