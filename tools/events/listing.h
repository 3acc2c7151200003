/* SPDX-License-Identifier: MIT */
/*
 * A listing: the events of a trace, one a line. The formats are a table; each is a file.
 */
#ifndef TT_EVENTS_LISTING_H
#define TT_EVENTS_LISTING_H

#include <stdio.h>

#include <glib.h>

#include "tools/read/event.h"
#include "tools/symbols/symbols.h"

/* What a format may need to know beforehand: the trace is read once to look at it, and again to list it. */
struct tt_listing {
	FILE *out;
	struct tt_symbols *symbols; /* of the whole trace */
	int64_t begin_ns;           /* of the first event: time 0 */
	bool many_processes;
	int thread_columns, name_columns; /* of the longest names */
	GHashTable *names;                /* private: see names.h */
};

struct tt_listing_format {
	const char *name;
	void (*begin)(struct tt_listing *listing); /* may be NULL */
	void (*event)(struct tt_listing *listing, const struct tt_event *event);
};

/* The table; a row without a name at the end. The first is the default. */
extern const struct tt_listing_format tt_listing_formats[];

/* How many columns the format for people gives a text. */
int tt_listing_columns(const char *text);

void tt_listing_text(struct tt_listing *listing, const struct tt_event *event);
void tt_listing_json(struct tt_listing *listing, const struct tt_event *event);
void tt_listing_csv(struct tt_listing *listing, const struct tt_event *event);
void tt_listing_csv_begin(struct tt_listing *listing);

#endif /* TT_EVENTS_LISTING_H */
