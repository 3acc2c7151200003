/* SPDX-License-Identifier: MIT */
/* Reports of a feed, for the tests of the formats. */
#ifndef REPORTS_H
#define REPORTS_H

#include <stdio.h>
#include <stdlib.h>

#include "feed.h"
#include "tools/finding/access.h"
#include "tools/report/formats.h"

/* The report in a format. The caller's to free. */
static inline char *report_written(const char *format, const struct tt_report *report)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	tt_report_format_find(format)->write(report, out);
	fclose(out);
	return text;
}

/* Of one feed that is finished. */
static inline char *report_as(const char *format, const struct feed *feed, bool all)
{
	struct tt_check_options options = {.fail_on = TT_LEVEL_PREDICTED, .all = all};
	g_autoptr(GPtrArray) checks = g_ptr_array_new();
	struct tt_report report = {.checks = checks, .options = &options};

	g_ptr_array_add(checks, feed->check);
	return report_written(format, &report);
}

/* A deadlock of two threads. */
static inline void feed_abba(struct feed *feed)
{
	acquires(feed, T1, A);
	acquires(feed, T2, B);
	waits(feed, T2, A, T1);
	waits(feed, T1, B, T2);
}

static inline void add_step(struct tt_finding *finding, struct tt_access place, enum tt_event_type type)
{
	struct tt_witness_step step = {.thread = place.thread,
	                               .type = type,
	                               .object = place.object,
	                               .mode = place.mode,
	                               .blocks = type == TT_EVENT_lock_wait,
	                               .caller = place.caller,
	                               .time_ns = place.time_ns};

	g_array_append_val(finding->witness, step);
}

/* Adds to the witness of a finding: all acquire, all wait. */
static inline void add_witness(struct tt_finding *finding)
{
	for (guint i = 0; i < finding->edges->len; i++)
		add_step(finding, tt_edge_acquire(tt_finding_edge(finding, i)), TT_EVENT_lock_acquired);
	for (guint i = 0; i < finding->edges->len; i++)
		add_step(finding, tt_edge_request(tt_finding_edge(finding, i)), TT_EVENT_lock_wait);
}

/* The same, with names that no format may let through as they are. */
#define HOSTILE_LOCK "<a>&\"'\033[2J\n::error::\r\x01\xff%0A]](x)"
#define HOSTILE_THREAD "t\t,:%\xc3\x28\xef\xbf\xbe"

static inline void feed_hostile(struct feed *feed)
{
	static const char thread[] = HOSTILE_THREAD, lock[] = HOSTILE_LOCK;

	for (unsigned i = 0; i < 2; i++)
		FEED(feed, T1 + i, lock_acquired, .thread = thread, .id = A + i, .name = lock, .depth = 1);
	for (unsigned i = 0; i < 2; i++)
		FEED(feed, T1 + i, lock_wait, .thread = thread, .id = B - i, .name = lock, .holder = T2 - i);
}

#endif /* REPORTS_H */
