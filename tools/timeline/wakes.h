/* SPDX-License-Identifier: MIT */
/*
 * Acts that wake: when did the waker do what woke the waiter? The event of a waiter that goes on names its waker, not
 * the moment of the notify, set, post, release or exit; that is looked up here.
 */
#ifndef TT_TIMELINE_WAKES_H
#define TT_TIMELINE_WAKES_H

#include <glib.h>

#include "tools/model/model.h"

GHashTable *tt_wakes_new(void);

/* Remembers the event if it may wake waiters of the object. */
void tt_wakes_add(GHashTable *acts, struct tt_thread *thread, struct tt_object *object, const struct tt_event *event);

/*
 * The time of the waker's act that woke one that had waited for the object since then; 0 if none is known. A notify
 * wakes as many as it said, in order; of a thread's other acts on an object the latest counts.
 */
int64_t tt_wakes_take(GHashTable *acts, struct tt_object *object, struct tt_thread *waker, int64_t since_ns);

#endif /* TT_TIMELINE_WAKES_H */
