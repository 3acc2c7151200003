/* SPDX-License-Identifier: MIT */
/*
 * Comma-separated values as in RFC 4180: one set of columns for all events, empty where an event has no such field.
 *
 * A spreadsheet takes a cell for a formula that begins with one of the letters of OWASP's "CSV Injection", and runs it:
 * an apostrophe before it makes it text.
 */
#include <string.h>

#include "tools/events/call_chain_text.h"
#include "tools/events/listing.h"
#include "tools/events/field_value.h"

static void put_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void put_text(FILE *out, const char *text)
{
	static const char formula[] = "=+-@\t\r";
	const char *shown = text ? text : "";
	g_autofree char *quoted = *shown && strchr(formula, *shown) ? g_strconcat("'", shown, NULL) : NULL;

	shown = quoted ? quoted : shown;
	if (quoted || strpbrk(shown, ",\"\r\n"))
		put_quoted(out, shown);
	else
		fputs(shown, out);
}

/* Whether the column is one of those that every event has, which come first. */
static bool is_common(const struct tt_field *field)
{
	return field->offset < offsetof(struct tt_event, kind);
}

void tt_listing_csv_begin(struct tt_listing *listing)
{
	fputs("time_ns,relative_ns,pid,thread,thread_id,event,name,id", listing->out);
	for (const struct tt_field *field = tt_fields; field->name; field++)
		if (!is_common(field))
			fprintf(listing->out, ",%s", field->name);
	fputs(",caller,function,file,line,module,offset\r\n", listing->out);
}

static void put_chain(struct tt_listing *listing, const struct tt_event *event)
{
	char *text = tt_chain_text(listing->symbols, event);

	put_text(listing->out, text);
	g_free(text);
}

static void put_value(struct tt_listing *listing, const struct tt_event *event, const struct tt_field *field)
{
	FILE *out = listing->out;
	const char *text = tt_value_text(event, field);
	int64_t number;

	if (text)
		put_text(out, text);
	else if (field->type == TT_FIELD_STACK)
		put_chain(listing, event);
	else if (field->style == TT_STYLE_HEX)
		fprintf(out, "0x%" G_GINT64_MODIFIER "x", event->target);
	else if (tt_value_number(event, field, &number))
		fprintf(out, "%" G_GINT64_FORMAT, number);
}

/* The field of the event for the column; NULL if it has none. */
static const struct tt_field *field_of(const struct tt_event *event, const struct tt_field *column)
{
	for (const struct tt_field *const *field = event->fields; field && *field; field++)
		if ((*field)->offset == column->offset)
			return *field;
	return NULL;
}

static void put_site(FILE *out, const struct tt_site *site)
{
	put_text(out, site->function);
	fputc(',', out);
	put_text(out, site->file);
	fputc(',', out);
	if (site->line)
		fprintf(out, "%d", site->line);
	fputc(',', out);
	put_text(out, site->module);
	fprintf(out, ",0x%" G_GINT64_MODIFIER "x", site->offset);
}

void tt_listing_csv(struct tt_listing *listing, const struct tt_event *event)
{
	const struct tt_site *site = tt_symbols_site(listing->symbols, event->pid, event->caller, event->stack);
	FILE *out = listing->out;

	fprintf(out, "%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",%u,", event->time_ns,
	        event->time_ns - listing->begin_ns, event->pid);
	put_text(out, event->thread);
	fprintf(out, ",%" G_GUINT64_FORMAT ",%s,", event->thread_id, tt_event_type_names[event->type]);
	put_text(out, event->name);
	fputc(',', out);
	if (event->name)
		fprintf(out, "%" G_GUINT64_FORMAT, event->id);
	for (const struct tt_field *column = tt_fields; column->name; column++) {
		const struct tt_field *field = is_common(column) ? NULL : field_of(event, column);

		if (!is_common(column))
			fputc(',', out);
		if (field)
			put_value(listing, event, field);
	}
	fprintf(out, ",0x%" G_GINT64_MODIFIER "x,", event->caller);
	if (site && site->module)
		put_site(out, site);
	else
		fputs(",,,,", out);
	fputs("\r\n", out);
}
