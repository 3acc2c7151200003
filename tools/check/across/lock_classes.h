/* SPDX-License-Identifier: MIT */
/*
 * Lock classes: what is the same lock in every run. No address: the name that the program gave, the variable, or the
 * function that made the lock, each with the program or library that it belongs to. A name that the library or the
 * interposer made up (`Lock-1`) is none.
 */
#ifndef TT_CHECK_ACROSS_LOCK_CLASSES_H
#define TT_CHECK_ACROSS_LOCK_CLASSES_H

#include "tools/check/check.h"
#include "tools/db/schema.h"

struct tt_classes;

/*
 * `program`: what the programs of the traces are called in classes, each and all, in place of their own names; NULL:
 * their own. Both stay the caller's.
 */
struct tt_classes *tt_classes_new(const struct tt_check *check, const char *program);
void tt_classes_free(struct tt_classes *classes);

/* To be told of each event of a lock, the first one first: where it was made, or first taken. */
void tt_classes_see(struct tt_classes *classes, struct tt_object *lock, const struct tt_event *event);

/* The class of a lock, as of its first event. It is the classes'. */
const struct tt_class *tt_class_of(struct tt_classes *classes, struct tt_object *lock);

/* The classes with a lock that is a signal: threads release it that do not hold it. The caller's to destroy. */
GHashTable *tt_classes_signals(const struct tt_classes *classes);

/* `worker /src/a.c:12`: a site as other runs can read it. The caller's to free. */
char *tt_class_site(const struct tt_site *site);

/* `test_parser`: what the process runs now; "" unknown. Lives as long as the check. */
const char *tt_class_program(const struct tt_check *check, uint32_t pid);

#endif /* TT_CHECK_ACROSS_LOCK_CLASSES_H */
