/*
 * A pen for SVG: a thin layer over libxml2's xmlTextWriter, which does all escaping. Numbers have one decimal, which
 * is a tenth of a pixel.
 */
#ifndef TT_TIMELINE_SVG_SVG_WRITER_H
#define TT_TIMELINE_SVG_SVG_WRITER_H

#include <glib.h>
#include <libxml/xmlwriter.h>

struct tt_pen {
	xmlTextWriter *writer;
	xmlBuffer *buffer;
	size_t elements; /* begun so far */
};

void tt_pen_begin(struct tt_pen *pen);

/* Ends the document. Its text is the caller's to free. */
char *tt_pen_end(struct tt_pen *pen);

/* An element with a class (NULL: none), left open for more; tt_pen_close ends the one opened last. */
void tt_pen_open(struct tt_pen *pen, const char *element, const char *class);
void tt_pen_close(struct tt_pen *pen);

void tt_pen_number(struct tt_pen *pen, const char *attribute, double value);
void tt_pen_attribute(struct tt_pen *pen, const char *attribute, const char *value);

/* Text inside the open element, and a <title> of it: its tooltip. */
void tt_pen_text(struct tt_pen *pen, const char *text);
void tt_pen_title(struct tt_pen *pen, const char *title);

/* Shapes, left open. In a path's data each # stands for the next number, a double. */
void tt_pen_rect(struct tt_pen *pen, const char *class, double x, double y, double width, double height);
void tt_pen_path(struct tt_pen *pen, const char *class, const char *data, ...);
void tt_pen_circle(struct tt_pen *pen, const char *class, double x, double y, double radius);

/* Whole elements. */
void tt_pen_label(struct tt_pen *pen, const char *class, double x, double y, const char *text);
void tt_pen_line(struct tt_pen *pen, const char *class, double x1, double y1, double x2, double y2);

#endif /* TT_TIMELINE_SVG_SVG_WRITER_H */
