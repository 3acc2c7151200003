/* SPDX-License-Identifier: MIT */
/*
 * Writing text for people: in colour on a terminal, and with nothing in a name that a terminal would obey.
 */
#ifndef TT_TEXT_TEXT_WRITER_H
#define TT_TEXT_TEXT_WRITER_H

#include <stdbool.h>
#include <stdio.h>

#include <glib.h>

enum tt_style { TT_PLAIN, TT_BOLD, TT_DIM, TT_BAD, TT_WARN, TT_NAME };

struct tt_text_writer {
	FILE *out;
	bool colour;
	int column; /* where the next letter goes */
};

/* A pen for `out`: in colour if that is a terminal and NO_COLOR is not set. */
struct tt_text_writer tt_text_writer(FILE *out);

/* Writes as printf does. */
void tt_put(struct tt_text_writer *pen, enum tt_style style, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The same, then spaces up to `width` columns; none if it is wider. */
void tt_put_padded(struct tt_text_writer *pen, enum tt_style style, int width, const char *text);

/* Writes the text and ends the line; goes on in the next one, indented, where it would pass the column `width`. */
void tt_put_wrapped(struct tt_text_writer *pen, enum tt_style style, int indent, int width, const char *text);

/* The columns that the text takes. */
int tt_text_width(const char *text);

#endif /* TT_TEXT_TEXT_WRITER_H */
