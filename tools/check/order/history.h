/* SPDX-License-Identifier: MIT */
/*
 * The history of a process: what its threads did to its objects, kept compactly, in the order of the trace.
 *
 * Prediction looks for other orders of these actions, and so does not need the events again. An action is 24 bytes.
 * What does not matter to any order (log lines, names, re-entries into a lock) is left out. A history that is full is
 * a beginning of the run, which is a run as well: what is said of it is true, but later requests are not in it.
 */
#ifndef TT_CHECK_ORDER_HISTORY_H
#define TT_CHECK_ORDER_HISTORY_H

#include "tools/model/model.h"

#define TT_NO_POSITION UINT32_MAX

struct tt_action {
	uint32_t thread, object; /* by their numbers in the process; object TT_NO_POSITION: none */
	uint32_t site;           /* of tt_history.sites */
	uint32_t arg;            /* what the type needs: see argument_of in history.c */
	uint64_t time_ns : 48;   /* since the first event of the process */
	uint64_t type : 8;       /* enum tt_event_type */
	uint64_t mode : 2;       /* enum tt_mode, of locks */
	uint64_t detail : 6;     /* `result` or `why` of the event */
};

/* Where the program called. */
struct tt_call_site {
	uint64_t caller;
	const struct tt_stack *stack; /* the model's; NULL unknown */
};

enum { TT_RECENT_SITES = 256 };

struct tt_history {
	struct tt_process *process;
	GPtrArray *blocks;                /* private: of struct tt_action */
	uint32_t len;                     /* actions kept */
	bool full;                        /* there were more */
	bool partial;                     /* something was held from before the trace, or its acquire was lost */
	GArray *sites;                    /* struct tt_call_site */
	GHashTable *by_place;             /* private */
	uint32_t recent[TT_RECENT_SITES]; /* private: sites asked for last, by the last bits of their hash */
};

/* A table of histories, struct tt_process → struct tt_history; g_hash_table_destroy ends it. */
GHashTable *tt_histories_new(void);
struct tt_history *tt_history_of(GHashTable *histories, struct tt_process *process);

/* Where the next action will be; TT_NO_POSITION if there is no room for it. */
uint32_t tt_history_position(const struct tt_history *history);

/* The action at a position below len; valid until the history ends. */
const struct tt_action *tt_history_at(const struct tt_history *history, uint32_t position);

/* Where and when. */
const struct tt_call_site *tt_history_site(const struct tt_history *history, const struct tt_action *action);
int64_t tt_history_time(const struct tt_history *history, const struct tt_action *action);
struct tt_thread *tt_history_thread(const struct tt_history *history, uint32_t number);
struct tt_object *tt_history_object(const struct tt_history *history, uint32_t number);

/*
 * Keeping. A lock's acquires and releases are kept as its holds begin and end; everything else as events come. Each is
 * to be told after what the model made of it. One who reads and takes the lock to read again asked for it, which is
 * kept as a wait with another `arg`, that of the acquire being left out.
 */
void tt_history_hold(struct tt_history *history, const struct tt_hold *hold, bool begins, const struct tt_event *event);
void tt_history_event(struct tt_history *history, const struct tt_thread *thread, const struct tt_object *object,
                      const struct tt_event *event);
void tt_history_read_reentry(struct tt_history *history, const struct tt_thread *thread, const struct tt_object *object,
                             const struct tt_event *event);

#endif /* TT_CHECK_ORDER_HISTORY_H */
