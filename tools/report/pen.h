/*
 * Writing text for people: in colour on a terminal, and with nothing in a name that a terminal would obey.
 */
#ifndef TT_REPORT_PEN_H
#define TT_REPORT_PEN_H

#include <stdbool.h>
#include <stdio.h>

#include <glib.h>

enum tt_style { TT_PLAIN, TT_BOLD, TT_DIM, TT_BAD, TT_WARN, TT_NAME };

struct tt_report_pen {
	FILE *out;
	bool colour;
};

/* A pen for `out`: in colour if that is a terminal and NO_COLOR is not set. */
struct tt_report_pen tt_report_pen(FILE *out);

/* Writes as printf does. */
void tt_put(const struct tt_report_pen *pen, enum tt_style style, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The same, then spaces up to `width` columns; none if it is wider. */
void tt_put_padded(const struct tt_report_pen *pen, enum tt_style style, int width, const char *text);

/* Writes the text in lines of at most `width` columns, the later ones indented by `indent`. */
void tt_put_wrapped(const struct tt_report_pen *pen, int indent, int width, const char *text);

/* The columns that the text takes. */
int tt_text_width(const char *text);

#endif /* TT_REPORT_PEN_H */
