/*
 * A finding: what a rule has to say, apart from how it is printed.
 */
#ifndef TT_FINDINGS_H
#define TT_FINDINGS_H

#include <stdbool.h>

#include <glib.h>

#include "tools/model/model.h"

/* How sure a finding is, weakest first. What each may claim: docs/rules.md. */
enum tt_level { TT_LEVEL_INVERSION, TT_LEVEL_POTENTIAL, TT_LEVEL_PREDICTED, TT_LEVEL_CONFIRMED, TT_LEVEL_ACTUAL };

/* What the closing line counts a finding as. */
enum tt_count { TT_COUNT_DEADLOCK, TT_COUNT_INVERSION };

/* A rule of the table in rules.c. */
struct tt_rule {
	const char *id;    /* TT001 */
	const char *title; /* "deadlock" */
	enum tt_count count;
};

/* A thread's part in a finding: what it holds (with the acquire site) and what it waits for, or asked for. */
struct tt_edge {
	struct tt_thread *thread;
	struct tt_object *held;  /* NULL: nothing of this finding */
	enum tt_mode held_mode;
	uint64_t held_caller;
	int64_t held_ns;         /* since when */
	struct tt_object *wanted;
	enum tt_mode wanted_mode;
	uint64_t wanted_caller;
	int64_t wanted_ns;
	char *note;              /* more about it, owned; NULL for none */
};

struct tt_finding {
	const struct tt_rule *rule;
	enum tt_level level;
	char *verdict;    /* one line, without a full stop */
	GArray *edges;    /* struct tt_edge, in the order of reading; thread i waits for what thread i + 1 holds */
	GPtrArray *notes; /* char *: what to do, what is not excluded */
};

#endif /* TT_FINDINGS_H */
