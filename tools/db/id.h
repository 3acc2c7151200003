/* SPDX-License-Identifier: MIT */
/*
 * Ids made of what a row says: equal rows of different machines have equal ids, so that files can be joined.
 */
#ifndef TT_DB_ID_H
#define TT_DB_ID_H

#include <stdint.h>

#include <glib.h>

/* The first half of a SHA-256. */
struct tt_id {
	uint8_t bytes[16];
};

struct tt_id_maker;

/* An id of some parts, in their order. tt_id_made ends the making. */
struct tt_id_maker *tt_id_new(const char *table);
void tt_id_add_text(struct tt_id_maker *maker, const char *text); /* NULL is as "" */
void tt_id_add_number(struct tt_id_maker *maker, int64_t number);
void tt_id_add(struct tt_id_maker *maker, const struct tt_id *id);
struct tt_id tt_id_made(struct tt_id_maker *maker);

/* For hash tables with keys of struct tt_id. */
guint tt_id_hash(gconstpointer id);
gboolean tt_id_equal(gconstpointer a, gconstpointer b);

#endif /* TT_DB_ID_H */
