/* SPDX-License-Identifier: MIT */
/*
 * The two doors to a trace: our own reader of what LTTng writes, and Babeltrace, for what that one does not know. Each
 * gives the same of a trace that both can read: make test compares them (tests/tool/doors.sh).
 *
 * TRACE_THR_READER in the environment chooses: `fast`, ours alone, or `babeltrace`. By default ours is tried, and
 * Babeltrace reads what that cannot open: then it is Babeltrace that says what is wrong, if something is.
 */
#ifndef TT_READ_SOURCE_H
#define TT_READ_SOURCE_H

#include "tools/read/recording/manifest.h"
#include "tools/read/trace.h"

#define TT_READER_VARIABLE "TRACE_THR_READER"

struct tt_source {
	const char *name; /* in the variable */

	/* Opens the trace at or below the folder, and tells nothing yet. NULL with *error. The rest stays the caller's.
	 */
	void *(*open)(const char *path, const struct tt_trace_handler *handler, void *data,
	              struct tt_trace_summary *summary, GError **error);

	/* Tells all of it, once; the manifest, which may be NULL, says whose events count. False with *error. */
	bool (*read)(void *opened, const struct tt_manifest *manifest, GError **error);

	void (*close)(void *opened);
};

extern const struct tt_source tt_source_fast;       /* ctf/read.c */
extern const struct tt_source tt_source_babeltrace; /* babeltrace.c */

/* As tt_trace_read, by this one alone. */
bool tt_source_read(const struct tt_source *source, const char *path, const struct tt_trace_handler *handler,
                    void *data, struct tt_trace_summary *summary, GError **error);

/* That the trace has no event of ours. */
void tt_source_fail_foreign(const char *path, GError **error);

#endif /* TT_READ_SOURCE_H */
