/* SPDX-License-Identifier: MIT */
/*
 * Inherited guards: a lock that a thread holds from the making of another to its join is held, as far as third threads
 * are concerned, by the other as well, all its life.
 */
#ifndef TT_CHECK_LOCKGRAPH_INHERITED_LOCKS_H
#define TT_CHECK_LOCKGRAPH_INHERITED_LOCKS_H

#include "tools/check/lockgraph/lockset.h"

struct tt_inherited_lock {
	const struct tt_object *lock;
	enum tt_mode mode;
	int64_t since_ns;
	const struct tt_thread *owner; /* who holds it */
};

struct tt_inherited_locks {
	GHashTable *lives; /* private: struct tt_thread → struct life of inherited_locks.c */
};

struct tt_inherited_locks *tt_inherited_locks_new(void);
void tt_inherited_locks_free(struct tt_inherited_locks *guards);

/* To be told of every event, after the model. */
void tt_inherited_locks_event(struct tt_inherited_locks *guards, const struct tt_thread *thread,
                              const struct tt_object *object, const struct tt_event *event);

/* A guard of `guarded` that keeps it from being where `other` has that set; NULL for none. */
const struct tt_inherited_lock *tt_inherited_locks_exclude(const struct tt_inherited_locks *guards,
                                                           const struct tt_thread *guarded,
                                                           const struct tt_thread *other, const struct tt_lockset *set);

#endif /* TT_CHECK_LOCKGRAPH_INHERITED_LOCKS_H */
