/* SPDX-License-Identifier: MIT */
/*
 * Threads for a path of the lock graph: of each of its arcs a dependency, so that all of them can be there together,
 * each waiting for the next.
 */
#ifndef TT_CHECK_LOCKGRAPH_CYCLE_INSTANCES_H
#define TT_CHECK_LOCKGRAPH_CYCLE_INSTANCES_H

#include "tools/check/lockgraph/scc.h"

/* What may take part. */
enum tt_cycle_strength {
	TT_CYCLE_UNTIMED,  /* requests without a time limit */
	TT_CYCLE_TIMED,    /* those with one as well: the thread gives up and can go on */
	TT_CYCLE_EXCLUDED, /* also those that are kept apart */
};

/* What the search asks the caller. */
struct tt_cycle_oracle {
	/* Whether something keeps the two from being there at the same time. */
	bool (*apart)(const struct tt_lock_dependency *a, const struct tt_lock_dependency *b, void *data);
	/* Who can wait to write the lock, so that readers wait as well: see queued_writers.h. NULL, of either: nobody.
	 */
	const GPtrArray *(*writers)(const struct tt_object *lock, void *data);
	/* Whether a firm cycle, of these dependencies, is reached; then *proof is the caller's. What it took is added.
	 */
	bool (*reaches)(const GPtrArray *dependencies, void **proof, uint64_t *work, void *data);
	void *data;
};

/* Of one search. */
struct tt_instance_search {
	const struct tt_cycle_oracle *tests;
	GHashTable *known; /* answers of tests->apart, by the numbers of two dependencies */
	enum tt_cycle_strength class;
	uint64_t steps; /* comparisons that are left */
	bool gave_up;   /* for some path not all choices were looked at */
};

struct tt_instance_search tt_instance_search_new(const struct tt_cycle_oracle *tests);
void tt_instance_search_end(struct tt_instance_search *chooser);

/* Takes that from what is left. */
void tt_instance_search_spend(struct tt_instance_search *chooser, uint64_t steps);

/*
 * The first dependency of the arc from `from` on that fits to those chosen for the first `n` links; its number, or the
 * arc's length. `closing`: it is that of the last link, so the first one holds what it wants.
 */
guint tt_first_fit(struct tt_instance_search *chooser, const struct tt_lock_edge *arc, guint from,
                   const GPtrArray *chosen, guint n, bool closing);

/* Choices for all links of a path, one after the other. */
struct tt_instances {
	const GPtrArray *links; /* struct tt_scc_edge: the path; the caller's */
	bool closing;           /* it ends where it begins */
	GPtrArray *chosen;      /* struct tt_lock_dependency: of each link */
	guint *next;            /* private: of each link, where to go on in its arc */
	uint64_t enough;        /* private: give up when so many steps are left */
};

struct tt_instances tt_instances_begin(const struct tt_instance_search *chooser, const GPtrArray *links, bool closing);
void tt_instances_end(struct tt_instances *choices);

/* The first, and the next: false if there are no more, or it took too long. */
bool tt_instances_first(struct tt_instance_search *chooser, struct tt_instances *choices);
bool tt_instances_next(struct tt_instance_search *chooser, struct tt_instances *choices);

#endif /* TT_CHECK_LOCKGRAPH_CYCLE_INSTANCES_H */
