/* SPDX-License-Identifier: MIT */
/*
 * The Babeltrace graph: source.ctf.fs for each folder → filter.utils.muxer → us.
 */
#ifndef TT_READ_BT_BT_GRAPH_H
#define TT_READ_BT_BT_GRAPH_H

#include <stdbool.h>

#include <babeltrace2/babeltrace.h>
#include <glib.h>

struct tt_bt_graph;

/* What the graph tells its messages, in order of time. A message is lent. False ends the reading. */
typedef bool tt_bt_graph_message(const bt_message *message, void *data);

/* A graph without a source. NULL with *error, of TT_TRACE_ERROR, if Babeltrace's plugins are missing. */
struct tt_bt_graph *tt_bt_graph_new(tt_bt_graph_message *message, void *data, GError **error);
void tt_bt_graph_free(struct tt_bt_graph *graph);

/* Whether the metadata of a CTF folder has an event of the provider. False with *error if it cannot be read. */
bool tt_bt_graph_has_provider(struct tt_bt_graph *graph, const char *folder, const char *provider, GError **error);

/*
 * Adds the trace in a folder; with `events` only the streams that can have events whose names begin so (`A|B`: with
 * one of these), or more where that cannot be told. False with *error, of TT_TRACE_ERROR.
 */
bool tt_bt_graph_add(struct tt_bt_graph *graph, const char *folder, const char *events, GError **error);

/* Reads to the end. `path` is for the error. */
bool tt_bt_graph_run(struct tt_bt_graph *graph, const char *path, GError **error);

/* The time of a message that is an event's. That other if it has none. */
int64_t tt_bt_graph_time(const bt_message *message, int64_t otherwise);

#endif /* TT_READ_BT_BT_GRAPH_H */
