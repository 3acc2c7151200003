/* SPDX-License-Identifier: MIT */
/*
 * Telling: what the doors to a trace have in common, above the ways in which they read it. Which events are ours, what
 * an event of ours is before its fields are filled in, whose count, and the handler and the summary to be told.
 */
#ifndef TT_READ_DELIVERY_DELIVERY_H
#define TT_READ_DELIVERY_DELIVERY_H

#include <stdbool.h>

#include <glib.h>

#include "tools/read/trace.h"

/* The provider of the events. */
#define TT_PROVIDER "trace_thr"

/* What its events of modules begin with: these are read apart, see modules.h. */
#define TT_MODULE_EVENTS TT_PROVIDER ":module_"

/* Whether it is the name of an event of the provider; NULL is none. */
bool tt_event_is_ours(const char *name);

/* Its type. False: it is not ours, or one that only a later version knows. */
bool tt_event_is_known(const char *name, enum tt_event_type *type);

/* The field of the event of a type, an enum tt_event_type behind `type`: tt_field_find as a tt_field_map_find. */
const struct tt_field *tt_event_field(const char *name, const void *type);

/* An event of the type before its fields are filled in. What text it must have is there: its readers need not ask. */
struct tt_event tt_event_blank(enum tt_event_type type);

/*
 * Of the fields that an event is filled with, those after the ones that every event has, NULL at the end: of the caller
 * to free. Takes the array.
 */
const struct tt_field **tt_event_own_fields(GPtrArray *fields);

/* Sets channel and CPU by the path of the stream: LTTng names a buffer's file CHANNEL_CPU. The channel stays for good.
 */
void tt_lost_buffer_name(struct tt_discarded_buffer *buffer, const char *path);

struct tt_telling;

/* Tells the handler and counts in the summary; all three stay the caller's. Every process counts. */
struct tt_telling *tt_telling_new(const struct tt_trace_handler *handler, void *data, struct tt_trace_summary *summary);
void tt_telling_free(struct tt_telling *telling);

/* From now on only the process `root` and its family count: see process_filter.h. */
void tt_telling_only(struct tt_telling *telling, uint32_t root, const char *recording);

/* Each is false if the handler wants no more. */
bool tt_tell_event(struct tt_telling *telling, const struct tt_event *event);
bool tt_tell_loss(struct tt_telling *telling, const struct tt_discarded *loss);

/* An event of ours that is not known. */
void tt_tell_unknown(struct tt_telling *telling);

/* That a buffer was torn, of which the manifest knows: the trace does not say it. */
void tt_trace_tell_torn(const struct tt_trace_handler *handler, void *data, struct tt_trace_summary *summary);

#endif /* TT_READ_DELIVERY_DELIVERY_H */
