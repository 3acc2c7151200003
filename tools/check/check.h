/* SPDX-License-Identifier: MIT */
/*
 * Checking a trace: it is read into a model, the rules watch the model, and what they found is the check's. Printing
 * is not: see tools/report/text.h.
 *
 *     struct tt_check *check = tt_check_read(path, &options, &error);
 *     if (!check)
 *             ... print error->message ...
 *     verdict = tt_check_verdict(check, &options);
 */
#ifndef TT_CHECK_H
#define TT_CHECK_H

#include <stdbool.h>

#include <glib.h>

#include "tools/finding/finding.h"
#include "tools/db/db.h"
#include "tools/finding/event_loss.h"
#include "tools/model/model.h"
#include "tools/read/trace.h"
#include "tools/symbols/names/object_names.h"
#include "tools/symbols/symbols.h"

struct tt_check_options {
	enum tt_level fail_on;  /* findings at or above it are a failure */
	bool all;               /* also find, and show, what no order of this run can make a deadlock */
	struct tt_db *db;       /* to which the lock orders are added, open for writing; NULL: none */
	const char *db_program; /* what the programs are called there, all of them; NULL: by their own names */
};

/* What `check` and `run` do unless told otherwise. */
#define TT_CHECK_DEFAULTS                                                                                              \
	{                                                                                                              \
		.fail_on = TT_LEVEL_PREDICTED, .all = false                                                            \
	}

/* What a check comes to. */
enum tt_verdict {
	TT_VERDICT_PASSES,
	TT_VERDICT_UNKNOWN, /* nothing was found, but events were lost */
	TT_VERDICT_FAILS,   /* findings at or above `fail_on` */
};

/* A trace that was checked. */
struct tt_check {
	char *path; /* as it is shown; NULL: not from a trace */
	struct tt_model *model;
	struct tt_symbols *symbols;
	struct tt_symbol_names *names; /* what the events call what the interposer could not name */
	struct tt_trace_summary summary;
	struct tt_event_loss loss;
	uint64_t events;
	int64_t begin_ns;    /* of the first event: the report's times count from it */
	GPtrArray *findings; /* struct tt_finding, the surest first */
	GPtrArray *limits;   /* char *: what was not looked at, and why */
	bool all;            /* as in the options */
	GError *failure;     /* a database could not be written; NULL: nothing is wrong */
	GPtrArray *watches;  /* private: the rules at work */
};

/*
 * Reads the trace at or below the folder `path` and applies the rules. NULL with *error if it, or the database of the
 * options, is unusable.
 */
struct tt_check *tt_check_read(const char *path, const struct tt_check_options *options, GError **error);

/* The same by hand: a check without a trace, its events, the end. tt_check_finish is called once. */
struct tt_check *tt_check_new(const struct tt_check_options *options);
struct tt_check *tt_check_new_without_rules(void);
void tt_check_feed(struct tt_check *check, const struct tt_event *event);

/* A module, best before the events of its process; what had no name without it has one then. */
void tt_check_add_module(struct tt_check *check, const struct tt_module *module);
void tt_check_add_discarded(struct tt_check *check, const struct tt_discarded *loss);
void tt_check_finish(struct tt_check *check);

/* Sorts the findings and takes their fingerprints: where findings were added, or a level has changed, since the finish.
 */
void tt_check_sort_findings(struct tt_check *check);

void tt_check_free(struct tt_check *check);

/* Whether the tracer lost events, and how the report says so: `3 events and 1 packet`. The caller's to free. */
bool tt_check_has_discarded(const struct tt_check *check);
char *tt_event_loss_text(const struct tt_check *check);

/* What was lost of one buffer: `3 events lost between +0.1 s and +0.2 s, of channel "events" on CPU 1`. Likewise. */
char *tt_check_discarded_text(const struct tt_check *check, const struct tt_discarded_by_buffer *lost);

/* The program that the process runs, its file without the folder; NULL if the trace does not say. */
const char *tt_check_program(const struct tt_check *check, const struct tt_process *process);

/* How many threads it has. */
guint tt_check_threads(const struct tt_check *check);

/* A time of the trace, from its first event: `+0.001234 s`. The caller's to free. */
char *tt_check_time_text(const struct tt_check *check, int64_t time_ns);

enum tt_verdict tt_check_verdict(const struct tt_check *check, const struct tt_check_options *options);

/* `potential`, …; tt_level_parse is false for a word that is none. */
const char *tt_level_name(enum tt_level level);
bool tt_level_parse(const char *word, enum tt_level *level);

#endif /* TT_CHECK_H */
