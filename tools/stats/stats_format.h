/* SPDX-License-Identifier: MIT */
/*
 * How counts are shown: tables for people, or JSON. The format of the JSON is in docs/stats.md.
 */
#ifndef TT_STATS_STATS_FORMAT_H
#define TT_STATS_STATS_FORMAT_H

#include <stdio.h>

#include "tools/stats/stats.h"

enum tt_stats_sort { TT_SORT_WAIT, TT_SORT_HOLD, TT_SORT_COUNT };

struct tt_stats_view {
	enum tt_stats_sort sort; /* by the time waited, held, or how often acquired or waited for; the most first */
	guint top;               /* rows of a table; 0: all */
	bool chains;             /* sites with their call chains, those of different chains apart */
};

/* In colour if `out` is a terminal and NO_COLOR is not set. */
void tt_stats_text(struct tt_stats *stats, const struct tt_stats_view *view, FILE *out);

/* One object, on several lines. Everything, whatever `top` says. */
void tt_stats_json(struct tt_stats *stats, const struct tt_stats_view *view, FILE *out);

/* The order of the rows: greater than 0 if b comes before a. */
int tt_usage_compare(enum tt_stats_sort sort, const struct tt_usage *a, const struct tt_usage *b);

#endif /* TT_STATS_STATS_FORMAT_H */
