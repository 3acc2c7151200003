/* SPDX-License-Identifier: MIT */
/*
 * The identity of an object: its id and its name.
 *
 * An object made by `_init` is known from then on. One made by a static initializer becomes known when somebody first
 * looks: an event that is recorded, or a call of its `_name` or `_id`. Its primitive then emits the init event.
 */
#ifndef TT_TRACE_OBJECT_H
#define TT_TRACE_OBJECT_H

#include <trace_thr/types.h>

#include "tracepoints/vocabulary.h"

/* An id that no other object or thread of the process has had. */
uint64_t tt_object_new_id(void);

/* Makes the object known, with a copy of `name` or, for NULL, the next default name of its kind (`Lock-1`). ENOMEM. */
int tt_object_init(struct tthr_object *object, const char *kind, const char *name);

/* Forgets id and name. A name from `_name` is no longer valid. */
void tt_object_destroy(struct tthr_object *object);

/* Whether it is known. What tt_object_ref_of returns is complete then. */
static inline bool tt_object_known(const struct tthr_object *object)
{
	/* Acquire: pairs with the release store of the id in object.c, so the name is seen too. */
	return __atomic_load_n(&object->id, __ATOMIC_ACQUIRE) != 0;
}

/* For tt_object_identify. */
bool tt_object_make_known(struct tthr_object *object, const char *kind);

/* Makes it known, unless it is. True for the one caller that did it. Without memory for a name, it is just its kind. */
static inline bool tt_object_identify(struct tthr_object *object, const char *kind)
{
	return !tt_object_known(object) && tt_object_make_known(object, kind);
}

/* A known object, as events name it. */
static inline struct tt_object_ref tt_object_ref_of(const struct tthr_object *object)
{
	return (struct tt_object_ref){.name = object->name, .id = object->id};
}

/* For an argument of an event: a pointer to what the expression, a call of tt_object_ref_of or the like, returns. */
#define TT_OBJECT_REF(what) ((struct tt_object_ref[]){what})

/* For fork: keeps object.c's own lock consistent in the child. */
void tt_object_before_fork(void);
void tt_object_after_fork(void);

#endif /* TT_TRACE_OBJECT_H */
