/* SPDX-License-Identifier: MIT */
/*
 * A plan: which member of a Babeltrace structure goes where in a struct of ours. It is made once for a class of
 * events, so that a field of an event costs an index and no comparison of names.
 */
#ifndef TT_READ_BT_FIELD_MAP_H
#define TT_READ_BT_FIELD_MAP_H

#include <babeltrace2/babeltrace.h>
#include <glib.h>

#include "tools/read/event.h"

/* Where the member `name` goes; NULL: nowhere. */
typedef const struct tt_field *tt_field_map_find(const char *name, const void *data);

struct tt_field_map;

/*
 * A plan for the members of `structure` that `find` knows. Those of a type that does not fit are left out: the trace
 * of another version may have them. `structure` may be NULL, or no structure: then nothing goes anywhere.
 */
struct tt_field_map *tt_field_map_new(const bt_field_class *structure, tt_field_map_find *find, const void *data);
void tt_field_map_free(struct tt_field_map *plan);

/* The fields it fills, in the order of the structure. Of the caller to free, not its elements. */
GPtrArray *tt_field_map_fields(const struct tt_field_map *plan);

/*
 * Copies the members of `structure`, of the class of the plan, into `target`. A number too large for its field becomes
 * the field's largest. Text is valid UTF-8, and lent: by the structure, or by the plan until it is next used.
 */
void tt_field_map_fill(struct tt_field_map *plan, const bt_field *structure, void *target);

#endif /* TT_READ_BT_FIELD_MAP_H */
