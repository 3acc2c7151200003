/* SPDX-License-Identifier: MIT */
/* For people: columns, words, names in place of ids. */
#include "tools/events/call_chain_text.h"
#include "tools/events/listing.h"
#include "tools/events/id_names.h"
#include "tools/events/field_value.h"
#include "tools/text/display_text.h"

#include <string.h>

enum { EVENT_COLUMNS = 16 };

/* Fields that hold the id of a thread or an object. */
static const size_t ids[] = {offsetof(struct tt_event, lock), offsetof(struct tt_event, holder),
                             offsetof(struct tt_event, waker)};

static bool is_id(const struct tt_field *field)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ids); i++)
		if (ids[i] == field->offset)
			return true;
	return false;
}

static void put_spaces(FILE *out, int count)
{
	for (; count > 0; count--)
		fputc(' ', out);
}

/* The length of a text of plain ASCII, which is most: it is clean, a column a byte. -1 of another. */
static int plain_length(const char *text)
{
	const char *at = text;

	while (*at >= ' ' && *at <= '~')
		at++;
	return *at ? -1 : (int)(at - text);
}

int tt_listing_columns(const char *text)
{
	int length = plain_length(text);
	char *clean;

	if (length >= 0)
		return length;
	clean = tt_text_clean(text);
	length = tt_text_columns(clean);
	g_free(clean);
	return length;
}

/* The text, padded, as it may be shown on a terminal. */
static void put_padded(FILE *out, const char *text, int columns)
{
	int length = plain_length(text);
	char *clean;

	if (length >= 0) {
		fputs(text, out);
		put_spaces(out, columns - length);
		return;
	}
	clean = tt_text_clean(text);
	fputs(clean, out);
	put_spaces(out, columns - tt_text_columns(clean));
	g_free(clean);
}

static void put_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	put_padded(out, text, 0);
	fputc('"', out);
}

/* Seconds, with as many digits as they need. */
static void put_seconds(FILE *out, int64_t ns)
{
	char digits[G_ASCII_DTOSTR_BUF_SIZE];

	fprintf(out, "%ss", g_ascii_formatd(digits, sizeof digits, "%.9g", (double)ns / 1e9));
}

static void put_id(struct tt_listing *listing, const struct tt_event *event, int64_t id)
{
	const char *name = id ? tt_names_of(listing->names, event, (uint64_t)id) : "nobody";

	if (name)
		put_padded(listing->out, name, 0);
	else
		fprintf(listing->out, "%" G_GINT64_FORMAT, id);
}

static void put_target(struct tt_listing *listing, const struct tt_event *event)
{
	const struct tt_site *site = tt_symbols_function(listing->symbols, event->pid, event->target);

	if (site && site->function)
		fputs(site->function, listing->out);
	else if (!event->target)
		fputc('?', listing->out);
	else
		fprintf(listing->out, "0x%" G_GINT64_MODIFIER "x", event->target);
}

static void put_number(struct tt_listing *listing, const struct tt_event *event, const struct tt_field *field)
{
	int64_t number;

	if (!tt_value_number(event, field, &number))
		fputs("none", listing->out);
	else if (field->offset == offsetof(struct tt_event, asked) && number == -1)
		fputs("all", listing->out);
	else if (is_id(field))
		put_id(listing, event, number);
	else if (g_str_has_suffix(field->name, "_ns"))
		put_seconds(listing->out, number);
	else
		fprintf(listing->out, "%" G_GINT64_FORMAT, number);
}

/* What says nothing is not shown: no limit, no recording. The call chain has a place of its own. */
static bool is_shown(const struct tt_event *event, const struct tt_field *field)
{
	if (field->offset == offsetof(struct tt_event, limit))
		return event->limit != TT_LIMIT_NONE;
	if (field->offset == offsetof(struct tt_event, recording))
		return event->recording && *event->recording;
	return field->type != TT_FIELD_STACK;
}

/* ` kind=lock`, ` timeout=0.5s`, ` holder=alice` */
static void put_field(struct tt_listing *listing, const struct tt_event *event, const struct tt_field *field)
{
	const char *text = tt_value_text(event, field);
	int length = (int)strlen(field->name);

	if (g_str_has_suffix(field->name, "_ns"))
		length -= 3;
	fputc(' ', listing->out);
	fwrite(field->name, 1, (size_t)length, listing->out);
	fputc('=', listing->out);
	if (field->style == TT_STYLE_TEXT)
		put_quoted(listing->out, text ? text : "");
	else if (text)
		put_padded(listing->out, text, 0);
	else if (field->offset == offsetof(struct tt_event, target))
		put_target(listing, event);
	else
		put_number(listing, event, field);
}

/* The site, and what called it if that was recorded. Nothing for an event that no call of the program made. */
static void put_site(struct tt_listing *listing, const struct tt_event *event)
{
	const struct tt_site *site = tt_symbols_site(listing->symbols, event->pid, event->caller, event->stack);
	char *text, *via;

	if (!site)
		return;
	text = tt_site_text(site);
	via = tt_chain_text_beyond(listing->symbols, event, site);
	fputs("  ", listing->out);
	put_padded(listing->out, text, 0);
	if (via) {
		fputs(" via ", listing->out);
		put_padded(listing->out, via, 0);
	}
	g_free(text);
	g_free(via);
}

void tt_listing_text(struct tt_listing *listing, const struct tt_event *event)
{
	int64_t since_ns = event->time_ns - listing->begin_ns;
	FILE *out = listing->out;

	fprintf(out, "%5" G_GINT64_FORMAT ".%09d  ", since_ns / 1000000000, (int)(since_ns % 1000000000));
	if (listing->many_processes)
		fprintf(out, "%7u  ", event->pid);
	put_padded(out, event->thread, listing->thread_columns);
	fputs("  ", out);
	put_padded(out, tt_event_type_names[event->type], EVENT_COLUMNS);
	fputs("  ", out);
	put_padded(out, event->name ? event->name : "", listing->name_columns);
	fputc(' ', out);
	for (const struct tt_field *const *field = event->fields; field && *field; field++)
		if (is_shown(event, *field))
			put_field(listing, event, *field);
	put_site(listing, event);
	fputc('\n', out);
}
