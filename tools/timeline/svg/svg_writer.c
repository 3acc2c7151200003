/* SPDX-License-Identifier: MIT */
#include "tools/timeline/svg/svg_writer.h"

#include <math.h>
#include <stdarg.h>

/* A number without needless zeros, and never in another locale's manner. */
static const char *number_text(double value, char text[G_ASCII_DTOSTR_BUF_SIZE])
{
	double tenths = round(value * 10) / 10;

	return g_ascii_formatd(text, G_ASCII_DTOSTR_BUF_SIZE, tenths == floor(tenths) ? "%.0f" : "%.1f", tenths + 0.0);
}

void tt_svg_begin(struct tt_svg_writer *pen)
{
	*pen = (struct tt_svg_writer){.buffer = xmlBufferCreate()};
	if (pen->buffer)
		pen->writer = xmlNewTextWriterMemory(pen->buffer, 0);
	if (!pen->writer)
		g_error("out of memory");
	xmlTextWriterStartDocument(pen->writer, NULL, "UTF-8", NULL);
}

char *tt_svg_end(struct tt_svg_writer *pen)
{
	char *text;

	xmlTextWriterEndDocument(pen->writer);
	xmlFreeTextWriter(pen->writer);
	text = g_strdup((const char *)xmlBufferContent(pen->buffer));
	xmlBufferFree(pen->buffer);
	return text;
}

void tt_svg_open(struct tt_svg_writer *pen, const char *element, const char *class)
{
	xmlTextWriterWriteRaw(pen->writer, BAD_CAST "\n");
	xmlTextWriterStartElement(pen->writer, BAD_CAST element);
	pen->elements++;
	if (class)
		tt_svg_attribute(pen, "class", class);
}

void tt_svg_close(struct tt_svg_writer *pen)
{
	xmlTextWriterEndElement(pen->writer);
}

void tt_svg_number(struct tt_svg_writer *pen, const char *attribute, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	tt_svg_attribute(pen, attribute, number_text(value, text));
}

void tt_svg_attribute(struct tt_svg_writer *pen, const char *attribute, const char *value)
{
	xmlTextWriterWriteAttribute(pen->writer, BAD_CAST attribute, BAD_CAST value);
}

void tt_svg_put_text(struct tt_svg_writer *pen, const char *text)
{
	xmlTextWriterWriteString(pen->writer, BAD_CAST text);
}

void tt_svg_title(struct tt_svg_writer *pen, const char *title)
{
	xmlTextWriterWriteElement(pen->writer, BAD_CAST "title", BAD_CAST title);
}

void tt_svg_rect(struct tt_svg_writer *pen, const char *class, double x, double y, double width, double height)
{
	tt_svg_open(pen, "rect", class);
	tt_svg_number(pen, "x", x);
	tt_svg_number(pen, "y", y);
	tt_svg_number(pen, "width", fmax(width, 0.5));
	tt_svg_number(pen, "height", height);
}

static void append_data(GString *path, const char *data, va_list numbers)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	for (; *data; data++) {
		if (*data == '#')
			g_string_append(path, number_text(va_arg(numbers, double), text));
		else
			g_string_append_c(path, *data);
	}
}

void tt_svg_path(struct tt_svg_writer *pen, const char *class, const char *data, ...)
{
	g_autoptr(GString) path = g_string_new(NULL);
	va_list numbers;

	va_start(numbers, data);
	append_data(path, data, numbers);
	va_end(numbers);
	tt_svg_open(pen, "path", class);
	tt_svg_attribute(pen, "d", path->str);
}

void tt_svg_circle(struct tt_svg_writer *pen, const char *class, double x, double y, double radius)
{
	tt_svg_open(pen, "circle", class);
	tt_svg_number(pen, "cx", x);
	tt_svg_number(pen, "cy", y);
	tt_svg_number(pen, "r", radius);
}

void tt_svg_label(struct tt_svg_writer *pen, const char *class, double x, double y, const char *text)
{
	tt_svg_open(pen, "text", class);
	tt_svg_number(pen, "x", x);
	tt_svg_number(pen, "y", y);
	tt_svg_put_text(pen, text);
	tt_svg_close(pen);
}

void tt_svg_line(struct tt_svg_writer *pen, const char *class, double x1, double y1, double x2, double y2)
{
	tt_svg_open(pen, "line", class);
	tt_svg_number(pen, "x1", x1);
	tt_svg_number(pen, "y1", y1);
	tt_svg_number(pen, "x2", x2);
	tt_svg_number(pen, "y2", y2);
	tt_svg_close(pen);
}
