/* SPDX-License-Identifier: MIT */
/*
 * Locks that no other thread can know of yet: a thread has made them, and has done nothing since by which another could
 * come to see them. What it does to them meanwhile can meet nobody.
 */
#ifndef TT_CHECK_LOCKGRAPH_UNPUBLISHED_LOCKS_H
#define TT_CHECK_LOCKGRAPH_UNPUBLISHED_LOCKS_H

#include "tools/model/model.h"

struct tt_unpublished {
	GHashTable *hidden;    /* private: struct tt_object → who made it, and where */
	GHashTable *by_thread; /* private: struct tt_thread → GPtrArray of struct tt_object */
};

struct tt_unpublished *tt_unpublished_new(void);
void tt_unpublished_free(struct tt_unpublished *making);

/* To be told of every event, after the model. */
void tt_unpublished_event(struct tt_unpublished *making, struct tt_thread *thread, struct tt_object *object,
                          const struct tt_event *event);

/* Whether the thread has made the lock, and nobody else can know of it. */
bool tt_unpublished_is(const struct tt_unpublished *making, const struct tt_thread *thread,
                       const struct tt_object *lock);

#endif /* TT_CHECK_LOCKGRAPH_UNPUBLISHED_LOCKS_H */
