/* SPDX-License-Identifier: MIT */
/*
 * The set of locks that a thread holds at some moment; places of semaphores are among them, since they may be used as
 * locks. Equal sets are one, so that telling them apart is cheap. All live as long as their table.
 */
#ifndef TT_CHECK_LOCKGRAPH_LOCKSET_H
#define TT_CHECK_LOCKGRAPH_LOCKSET_H

#include "tools/model/model.h"

struct tt_held_lock {
	const struct tt_object *lock;
	enum tt_mode mode;
};

struct tt_lockset {
	guint hash;
	guint len;
	struct tt_held_lock held[]; /* by address */
};

/*
 * Whether the object lets in one at a time, but for readers: a lock, or a semaphore that was made with one place. One
 * that is released by threads which do not have it is a signal, and no lock; that may show late.
 */
bool tt_is_lock(const struct tt_object *object);

/* Whether it lets in several at a time: a semaphore that was made with more places, with the same proviso. */
bool tt_is_permit_pool(const struct tt_object *object);

/* A table of sets; g_hash_table_destroy ends it and them. */
GHashTable *tt_locksets_new(void);

/* What the thread holds, but for one lock. */
const struct tt_lockset *tt_lockset_of(GHashTable *sets, const struct tt_thread *thread, const struct tt_object *but);

/* A lock of both that two threads cannot have at the same time; NULL if there is none. */
const struct tt_object *tt_locksets_exclude(const struct tt_lockset *a, const struct tt_lockset *b);

#endif /* TT_CHECK_LOCKGRAPH_LOCKSET_H */
