/* SPDX-License-Identifier: MIT */
/*
 * A pen for SVG: a thin layer over libxml2's xmlTextWriter, which does all escaping. Numbers have one decimal, which
 * is a tenth of a pixel.
 */
#ifndef TT_TIMELINE_SVG_SVG_WRITER_H
#define TT_TIMELINE_SVG_SVG_WRITER_H

#include <glib.h>
#include <libxml/xmlwriter.h>

struct tt_svg_writer {
	xmlTextWriter *writer;
	xmlBuffer *buffer;
	size_t elements; /* begun so far */
};

void tt_svg_begin(struct tt_svg_writer *pen);

/* Ends the document. Its text is the caller's to free. */
char *tt_svg_end(struct tt_svg_writer *pen);

/* An element with a class (NULL: none), left open for more; tt_svg_close ends the one opened last. */
void tt_svg_open(struct tt_svg_writer *pen, const char *element, const char *class);
void tt_svg_close(struct tt_svg_writer *pen);

void tt_svg_number(struct tt_svg_writer *pen, const char *attribute, double value);
void tt_svg_attribute(struct tt_svg_writer *pen, const char *attribute, const char *value);

/* Text inside the open element, and a <title> of it: its tooltip. */
void tt_svg_put_text(struct tt_svg_writer *pen, const char *text);
void tt_svg_title(struct tt_svg_writer *pen, const char *title);

/* Shapes, left open. In a path's data each # stands for the next number, a double. */
void tt_svg_rect(struct tt_svg_writer *pen, const char *class, double x, double y, double width, double height);
void tt_svg_path(struct tt_svg_writer *pen, const char *class, const char *data, ...);
void tt_svg_circle(struct tt_svg_writer *pen, const char *class, double x, double y, double radius);

/* Whole elements. */
void tt_svg_label(struct tt_svg_writer *pen, const char *class, double x, double y, const char *text);
void tt_svg_line(struct tt_svg_writer *pen, const char *class, double x1, double y1, double x2, double y2);

#endif /* TT_TIMELINE_SVG_SVG_WRITER_H */
