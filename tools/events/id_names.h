/* SPDX-License-Identifier: MIT */
/*
 * Names of threads and objects by their ids, as the events so far gave them: a field like `holder` is an id.
 */
#ifndef TT_EVENTS_ID_NAMES_H
#define TT_EVENTS_ID_NAMES_H

#include <glib.h>

#include "tools/read/event.h"

GHashTable *tt_names_new(void);

/* Learns the names that the event gives. */
void tt_names_learn(GHashTable *names, const struct tt_event *event);

/* The name of an id of the event's process; NULL if no event gave it. */
const char *tt_names_of(GHashTable *names, const struct tt_event *event, uint64_t id);

#endif /* TT_EVENTS_ID_NAMES_H */
