/* SPDX-License-Identifier: MIT */
/*
 * Entries: the objects and threads of a process that the interposer recorded by an address, and what they are called.
 * Of two objects that are alive at once and would have one name, the second has a number.
 */
#ifndef TT_SYMBOLS_NAMES_ENTRIES_H
#define TT_SYMBOLS_NAMES_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "tools/read/event.h"

enum { TT_RECENT_ENTRIES = 64 };

/* What it was first seen by. The chain of calls is of one that is to be named by it. */
struct tt_first {
	int64_t time_ns;
	enum tt_event_type type;
	uint64_t caller;
	struct tt_stack *stack;
};

/* An object or thread that the interposer has named. */
struct tt_entry {
	uint64_t id;
	const char *recorded, *shown;
	const char *base; /* what is shown without its number; NULL: as recorded */
	unsigned number;  /* from 1 */
	uint64_t address;
	bool alive;
	bool gone;              /* it has ended, or another is where it was */
	bool begun;             /* its begin was seen, but no site in the program yet */
	struct tt_first *first; /* of one that a later module may give its name, or another; else NULL */
};

struct tt_named_process {
	GHashTable *entries;                        /* id → struct tt_entry */
	struct tt_entry *recent[TT_RECENT_ENTRIES]; /* those asked for last, by the last bits of their ids */
	GHashTable *by_address;                     /* address → struct tt_entry: the one that is there now */
	GHashTable *bases;                          /* private: name → how many bear it */
	GArray *nameless;      /* ids of entries that may have a `first`, in the order of their coming */
	uint32_t parent;       /* its pid; 0 unknown */
	GStringChunk *strings; /* private: of all processes */
};

/* The names live in `strings`, the caller's. */
struct tt_named_process *tt_named_process_new(GStringChunk *strings);
void tt_named_process_free(void *process);

/* Keeps a name for good, and frees it. */
const char *tt_entry_keep(GStringChunk *strings, char *name);

/* A new one takes the place of what had its id. */
struct tt_entry *tt_entry_new(struct tt_named_process *process, uint64_t id, const char *recorded, uint64_t address);

/* What was at its address before is no more. */
void tt_entry_take_address(struct tt_named_process *process, struct tt_entry *entry);

/* Gives the object a name, which it takes, that no other has that is alive. */
void tt_entry_name(struct tt_named_process *process, struct tt_entry *entry, char *name);

/* Gives the object the name that it has in the parent. */
void tt_entry_inherit(struct tt_named_process *process, struct tt_entry *entry, const struct tt_entry *parent);

/* The name may be another's; the same, and the object has ended. */
void tt_entry_let_go(struct tt_named_process *process, struct tt_entry *entry);
void tt_entry_retire(struct tt_named_process *process, struct tt_entry *entry);

/* No module will give it another name: forgets `first`. */
void tt_entry_settle(struct tt_entry *entry);

#endif /* TT_SYMBOLS_NAMES_ENTRIES_H */
