/*
 * The set of locks that a thread holds at some moment. Equal sets are one, so that telling them apart is cheap, and
 * shared: one who keeps a set has a reference.
 */
#ifndef TT_CHECK_HELD_SET_H
#define TT_CHECK_HELD_SET_H

#include "tools/model/model.h"

struct tt_held {
	const struct tt_object *lock;
	enum tt_mode mode;
};

struct tt_held_set {
	GHashTable *sets; /* private: where it is one of */
	guint refs;
	guint hash;
	guint len;
	struct tt_held held[]; /* by address */
};

/* A table of sets; g_hash_table_destroy ends it when all references are given back. */
GHashTable *tt_held_sets_new(void);

/* What the thread holds, but for one lock. The reference is the caller's. */
struct tt_held_set *tt_held_set_of(GHashTable *sets, const struct tt_thread *thread, const struct tt_object *but);
struct tt_held_set *tt_held_set_ref(struct tt_held_set *set);
void tt_held_set_unref(struct tt_held_set *set);

/* Whether `many` has each lock of `few`, and no weaker. */
bool tt_held_set_includes(const struct tt_held_set *many, const struct tt_held_set *few);

/* A lock of both that two threads cannot have at the same time; NULL if there is none. */
const struct tt_object *tt_held_sets_exclude(const struct tt_held_set *a, const struct tt_held_set *b);

#endif /* TT_CHECK_HELD_SET_H */
