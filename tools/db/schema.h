/* SPDX-License-Identifier: MIT */
/*
 * The rows of a database of lock orders: what `check --db` keeps of each run. Each is found by an id made of what it
 * says, and is never changed, so that joining two files is the union of their rows, in any order and any number of
 * times.
 */
#ifndef TT_DB_SCHEMA_H
#define TT_DB_SCHEMA_H

#include <stdbool.h>

#include "tools/db/id.h"
#include "tracepoints/vocabulary.h"

/* How a class of locks is known. */
enum tt_class_kind {
	TT_CLASS_NAME,     /* by the name that the program gave */
	TT_CLASS_VARIABLE, /* by the variable */
	TT_CLASS_SITE,     /* by the function that made it, or that took it first: of heap and stack */
	TT_CLASS_UNKNOWN,  /* by nothing that another run would know: it counts as a gate only */
	TT_N_CLASS_KINDS
};

/* A lock class: what is the same lock in every run. Strings are never NULL. */
struct tt_class {
	struct tt_id id;
	enum tt_class_kind kind;
	const char *lock;   /* `mutex` */
	const char *name;   /* of the lock, the variable or the function */
	const char *module; /* the program or library that it belongs to, without its folder */
	const char *file;   /* of the function, or that the variable is local to; without its folder; "" none */
};

/* A run: a program in a process. */
struct tt_db_run {
	struct tt_id id;
	const char *program; /* without its folder; "" unknown */
	uint32_t pid;
	int64_t begin_ns; /* of its first event, since the epoch */
};

/* A class that is held as well. */
struct tt_gate {
	const struct tt_class *class;
	enum tt_mode mode;
};

/* An order: a lock of one class was asked for while one of another class was held. */
struct tt_order {
	struct tt_id id;
	const struct tt_class *held, *wanted;
	enum tt_mode held_mode, wanted_mode;
	bool timed;              /* asked for with a time limit */
	const char *held_site;   /* `worker /src/a.c:12` */
	const char *wanted_site; /* as well */
	GArray *gates;           /* struct tt_gate, by id: other classes that were held, but for those two */
	GPtrArray *seen;         /* struct tt_occurrence, when read */
};

/* Who took that order. */
struct tt_occurrence {
	const struct tt_db_run *run;
	uint32_t thread;  /* which of the run's threads */
	const char *role; /* the thread's name */
	bool mine;        /* when read: of a run that was asked about */
};

/*
 * Of those who took an order so many are read, and kept of a run: in a circle of no more threads there is always one of
 * them that takes no other part.
 */
enum { TT_MAX_OCCURRENCES = 8 };

/* Give the row its id, from the rest of it. */
void tt_class_identify(struct tt_class *class);
void tt_run_identify(struct tt_db_run *run, const char *recording); /* the token of the recording; NULL none */
void tt_order_identify(struct tt_order *order);

/* `mutex "queue_lock" in libqueue.so`. The caller's to free. */
char *tt_class_text(const struct tt_class *class);

/* `test_parser (pid 12, 2026-11-24 19:20:01)`, in local time. The caller's to free. */
char *tt_run_text(const struct tt_db_run *run);

#endif /* TT_DB_SCHEMA_H */
