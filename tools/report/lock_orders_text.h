/* SPDX-License-Identifier: MIT */
/*
 * A database of lock orders, for people: its runs, its orders, the inversions across its runs.
 */
#ifndef TT_REPORT_LOCK_ORDERS_TEXT_H
#define TT_REPORT_LOCK_ORDERS_TEXT_H

#include "tools/check/across/inversions.h"
#include "tools/text/text_writer.h"

/* A line for each run, the earliest first. */
void tt_put_runs(struct tt_text_writer *pen, const struct tt_db_snapshot *picture);

/* How much there is, then each class with those that were asked for while it was held. */
void tt_put_orders(struct tt_text_writer *pen, const struct tt_db_snapshot *picture);

/* Each inversion as `check` tells it. Returns how many of them can deadlock. */
guint tt_put_inversions(struct tt_text_writer *pen, const struct tt_inversions *inversions);

#endif /* TT_REPORT_LOCK_ORDERS_TEXT_H */
