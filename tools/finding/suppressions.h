/* SPDX-License-Identifier: MIT */
/*
 * Suppressions: findings that a team knows of and does not want to be told again.
 *
 * A file has one a line: RULE:GLOB, or RULE:FIELD:GLOB. RULE is the id of a rule, or a glob of ids (`TT0*`). GLOB must
 * match a whole name, with * for any letters and ? for one. FIELD says of what:
 *
 *     lock       a lock, condition, event, semaphore or barrier of the finding
 *     thread     a thread of it
 *     function   a function in the call chain of one of its sites
 *     file       a file there: its path as reports show it, or the last part of that
 *
 * Without a field, any of these. Empty lines and lines that begin with # are comments.
 */
#ifndef TT_FINDING_SUPPRESSIONS_H
#define TT_FINDING_SUPPRESSIONS_H

#include "tools/check/check.h"

/* What a glob is compared with. */
enum tt_suppressed_field { TT_SUPPRESSED_LOCK, TT_SUPPRESSED_THREAD, TT_SUPPRESSED_FUNCTION, TT_SUPPRESSED_FILE };

struct tt_suppression {
	guint line;   /* from 1 */
	char *text;   /* as written */
	guint fields; /* bits, 1 << enum tt_suppressed_field */
	GPatternSpec *rule, *glob;
	guint uses; /* findings that it has silenced */
};

struct tt_suppressions {
	char *path;     /* as it is shown */
	GPtrArray *all; /* struct tt_suppression, in the order of the file */
};

/* Reads a file. NULL with *error, one line with the remedy, if it cannot be read or a line is none of these. */
struct tt_suppressions *tt_suppressions_read(const char *path, GError **error);
void tt_suppressions_free(struct tt_suppressions *suppressions);

/* Marks the findings that a line silences, the first that does. */
void tt_suppressions_apply(struct tt_suppressions *suppressions, struct tt_check *check);

/*
 * A line that silences the finding and as little else as one line can: by a name of one of its objects that lasts, else
 * by a function. The caller's to free.
 */
char *tt_suppression_for(const struct tt_check *check, const struct tt_finding *finding);

#endif /* TT_FINDING_SUPPRESSIONS_H */
