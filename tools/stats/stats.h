/* SPDX-License-Identifier: MIT */
/*
 * Counts: how often and how long threads waited for what, and had it. By object, by thread, and by the site of the
 * call, with the call chain that led there.
 *
 * What is still under way when the trace ends lasts until its last event.
 */
#ifndef TT_STATS_H
#define TT_STATS_H

#include <glib.h>

#include "tools/model/model.h"
#include "tools/read/trace.h"
#include "tools/symbols/names/object_names.h"
#include "tools/symbols/symbols.h"

struct tt_usage {
	guint64 acquired; /* holds that began */
	guint64 waits;
	guint64 gave_up; /* of these: by a time limit, or an error */
	int64_t wait_ns, longest_wait_ns;
	int64_t hold_ns, longest_hold_ns; /* of several holders at a time: the sum of theirs */
};

struct tt_object_usage {
	struct tt_object *object;
	struct tt_usage usage;
};

struct tt_thread_usage {
	struct tt_thread *thread;
	struct tt_usage locks;  /* and semaphores that it had places of */
	struct tt_usage others; /* what it waited for besides: conditions, events, barriers, threads to join */
};

struct tt_site_usage {
	uint32_t pid;
	uint64_t caller;
	const struct tt_stack *stack; /* the chain beyond it, the model's; NULL unknown */
	struct tt_usage usage;
};

/* What is counted. The default, all zero but to_ns, is everything. */
struct tt_stats_selection {
	GPatternSpec *thread, *object; /* by name; NULL: all */
	uint32_t pid;                  /* 0: all */
	int64_t from_ns, to_ns;        /* since the first event: what lies outside is cut off */
};

struct tt_stats {
	struct tt_model *model;
	struct tt_symbols *symbols;
	struct tt_trace_summary summary;
	GPtrArray *objects; /* struct tt_object_usage, of those that were used, in the order of their first use */
	GPtrArray *threads; /* struct tt_thread_usage, likewise */
	GPtrArray *sites;   /* struct tt_site_usage, likewise */
	struct tt_stats_selection selection; /* private, as all below */
	GHashTable *by_object, *by_thread, *by_site;
	struct tt_symbol_names *names;
	int64_t begin_ns;
};

/* Counts a trace. NULL with *error if it is unusable. The patterns of the selection stay the caller's. */
struct tt_stats *tt_stats_read(const char *path, const struct tt_stats_selection *selection, GError **error);

/* The same by hand: its events, the end. */
struct tt_stats *tt_stats_new(const struct tt_stats_selection *selection);
void tt_stats_feed(struct tt_stats *stats, const struct tt_event *event);
void tt_stats_finish(struct tt_stats *stats);

void tt_stats_free(struct tt_stats *stats);

/* Whether the object is one that threads have, so that a wait for it is contention. */
bool tt_stats_is_held(const struct tt_object_usage *usage);

/* The program that the process runs, its file without the folder; NULL if the trace does not say. */
const char *tt_stats_program(const struct tt_stats *stats, const struct tt_process *process);

void tt_usage_add(struct tt_usage *sum, const struct tt_usage *one);

#endif /* TT_STATS_H */
