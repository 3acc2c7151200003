/* SPDX-License-Identifier: MIT */
/*
 * A baseline: the findings of an earlier report, as --format json wrote it. They are known again by their fingerprints
 * and do not count.
 */
#ifndef TT_REPORT_BASELINE_H
#define TT_REPORT_BASELINE_H

#include <stdbool.h>

#include "tools/check/check.h"

struct tt_baseline {
	char *path;              /* as it is shown */
	GPtrArray *fingerprints; /* char *, each once, in the order of the report */
	GHashTable *found;       /* private: each of them → whether it was found again */
};

/* NULL with *error, one line with the remedy, if the file is no such report. */
struct tt_baseline *tt_baseline_read(const char *path, GError **error);
void tt_baseline_free(struct tt_baseline *baseline);

/* Marks the findings that it has as known; but what has happened only where its fingerprint is firm. */
void tt_baseline_apply(struct tt_baseline *baseline, struct tt_check *check);

/* The fingerprints that no check it was applied to has any more. The strings are the baseline's. */
GPtrArray *tt_baseline_gone(const struct tt_baseline *baseline);

#endif /* TT_REPORT_BASELINE_H */
