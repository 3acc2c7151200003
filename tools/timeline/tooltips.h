/* SPDX-License-Identifier: MIT */
/*
 * The words of a timeline: what a span, a hold, a mark or an arrow is, in a line for a reader. All text is clean (see
 * text.h), and the caller's to free.
 */
#ifndef TT_TIMELINE_TOOLTIPS_H
#define TT_TIMELINE_TOOLTIPS_H

#include "tools/timeline/lanes.h"

/* Where a moment lies from time 0, to the microsecond: `0.412345 s`. */
char *tt_moment_text(const struct tt_lanes *lanes, int64_t ns);

/* `lock A`, `thread worker`; `?` for NULL. */
char *tt_object_text(const struct tt_object *object);

/* An object's name, clean; `?` for NULL. Interned. */
const char *tt_object_name(const struct tt_object *object);
const char *tt_thread_name(const struct tt_thread *thread);

/* What stands in the bar of a wait: `A`, `join worker`. */
char *tt_wait_label(const struct tt_span *span);

/* `A`, `A ×2`, `A shared`. */
char *tt_hold_label(const struct tt_bar *bar);

/* The head of the group of lanes that lane `i` begins: `process 7 (sh, then make), child of 5`. */
char *tt_describe_group(const struct tt_lanes *lanes, unsigned i);

/* Whole sentences, over several lines, with times and sites. */
char *tt_tooltip_lane(const struct tt_lanes *lanes, const struct tt_lane *lane);
char *tt_tooltip_span(const struct tt_lanes *lanes, const struct tt_lane *lane, const struct tt_span *span);
char *tt_tooltip_bar(const struct tt_lanes *lanes, const struct tt_lane *lane, const struct tt_bar *bar);
char *tt_tooltip_mark(const struct tt_lanes *lanes, const struct tt_lane *lane, const struct tt_mark *mark);
char *tt_tooltip_arrow(const struct tt_lanes *lanes, const struct tt_arrow *arrow);

/* One line for a thread blocked at the end: `worker waits for lock B, held by main, since 0.1 s at f file.c:3`. */
char *tt_tooltip_blocked(const struct tt_lanes *lanes, const struct tt_lane *lane);

/* The text of the mark that an event makes, and its kind; NULL if it makes none. */
char *tt_tooltip_event(const struct tt_event *event, enum tt_mark_kind *kind);

/* `3 threads, 52 events in 412 ms`, and what is not shown: the words are joined by `between`, then by `then`. */
void tt_tooltip_extent(GString *text, const struct tt_lanes *lanes, const char *between, const char *then);

#endif /* TT_TIMELINE_TOOLTIPS_H */
