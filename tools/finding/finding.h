/* SPDX-License-Identifier: MIT */
/*
 * A finding: what a rule has to say, apart from how it is printed.
 */
#ifndef TT_FINDING_FINDING_H
#define TT_FINDING_FINDING_H

#include <stdbool.h>

#include <glib.h>

#include "tools/model/model.h"

/* How sure a finding is, weakest first. What each may claim: docs/rules.md. */
enum tt_level { TT_LEVEL_INVERSION, TT_LEVEL_POTENTIAL, TT_LEVEL_PREDICTED, TT_LEVEL_CONFIRMED, TT_LEVEL_ACTUAL };

/* What the closing line counts a finding as. Whoever is blocked for good counts as a deadlock, cycle or not. */
enum tt_count { TT_COUNT_DEADLOCK, TT_COUNT_INVERSION, TT_N_COUNTS };

/* A rule of the table in rules.c. */
struct tt_rule {
	const char *id;    /* TT001 */
	const char *title; /* "deadlock" */
	enum tt_count count;
	bool happened;     /* in this run, else it could in another */
	const char *about; /* what it finds, in a sentence */
	const char *lost;  /* what it is worth where events were lost, to follow the id */
};

/* A thread's part in a finding: what it holds (with the acquire site) and what it waits for, or asked for. */
struct tt_edge {
	struct tt_thread *thread;
	struct tt_object *held; /* NULL: nothing of this finding; the thread's own object: that it is alive */
	enum tt_mode held_mode;
	uint64_t held_caller;
	const struct tt_stack *held_stack; /* the call chain beyond it, the model's; NULL unknown */
	int64_t held_ns;                   /* since when */
	struct tt_object *wanted;
	enum tt_mode wanted_mode;
	uint64_t wanted_caller;
	const struct tt_stack *wanted_stack;
	int64_t wanted_ns;
	char *note; /* more about it, owned; NULL for none */
};

/*
 * A step of a witness: another order of this run's events that leads into the deadlock. The last steps are the
 * requests that block, one a thread of the cycle.
 */
struct tt_witness_step {
	struct tt_thread *thread;
	enum tt_event_type type; /* what it does */
	struct tt_object *object;
	enum tt_mode mode;
	bool blocks; /* this request never ends */
	uint64_t caller;
	const struct tt_stack *stack; /* the call chain beyond it, the model's; NULL unknown */
	int64_t time_ns;              /* when it did so in this run */
};

struct tt_finding {
	const struct tt_rule *rule;
	enum tt_level level;
	char *verdict;    /* one line, without a full stop */
	bool cycle;       /* thread i waits for what thread i + 1 holds, and the last for what the first holds */
	GArray *edges;    /* struct tt_edge, in the order of reading */
	GArray *blocked;  /* struct tt_edge: threads that in their turn wait for those of the finding */
	GArray *witness;  /* struct tt_witness_step, in the order of the schedule; empty: none is claimed */
	GPtrArray *notes; /* char *: what it rests on, what is not excluded */
	GPtrArray
	    *classes; /* char *: lock classes that it is known by besides its edges, which are of this run alone */
	const char *remedy; /* what to do */
	bool told;          /* a report has had it already, while the program ran: the next one counts it only */
	bool
	    anybody; /* it rests on nobody being left: whoever is not blocked could end it, also one not in the trace */
	char *fingerprint; /* see fingerprint.h; NULL until the check is finished */
	char *suppressed;  /* the line that silences it, FILE:LINE; NULL: none */
	bool known;        /* an earlier report has it */
	char *run;         /* the trace of a run that was steered into it; NULL: none */
};

/* A finding without edges and notes. Takes the verdict over. */
struct tt_finding *tt_finding_new(const struct tt_rule *rule, enum tt_level level, char *verdict);
void tt_finding_free(struct tt_finding *finding);

/* Adds a note, made as printf does. */
void tt_finding_note(struct tt_finding *finding, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Whether it counts: it is neither suppressed nor known. */
bool tt_finding_is_open(const struct tt_finding *finding);

/* The i-th edge. */
struct tt_edge *tt_finding_edge(const struct tt_finding *finding, guint i);

/* The part of a thread that waits, as it is now; the object held is the caller's to tell. */
struct tt_edge tt_edge_of_wait(struct tt_thread *thread);

/* Says in the edge that its thread has the object of the hold. */
void tt_edge_set_hold(struct tt_edge *edge, const struct tt_hold *hold);

/* `lock "A"`, `thread "worker"`: an object as sentences name it. The caller's to free. */
char *tt_object_phrase(const struct tt_object *object);

/* `A`, `A and B`, `A, B, C and 4 more`: the names of struct tt_thread. The caller's to free. */
char *tt_thread_names(const GPtrArray *threads);

#endif /* TT_FINDING_FINDING_H */
