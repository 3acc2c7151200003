/* SPDX-License-Identifier: MIT */
#include "tools/db/id.h"

#include <string.h>

/* Text is written with its zero, numbers as text: no two rows have the same parts in a row. */
struct tt_id_maker {
	GChecksum *sum;
};

struct tt_id_maker *tt_id_new(const char *table)
{
	struct tt_id_maker *maker = g_new(struct tt_id_maker, 1);

	maker->sum = g_checksum_new(G_CHECKSUM_SHA256);
	tt_id_add_text(maker, table);
	return maker;
}

void tt_id_add_text(struct tt_id_maker *maker, const char *text)
{
	const char *written = text ? text : "";

	g_checksum_update(maker->sum, (const guchar *)written, (gssize)strlen(written) + 1);
}

void tt_id_add_number(struct tt_id_maker *maker, int64_t number)
{
	char text[32];

	g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, number);
	tt_id_add_text(maker, text);
}

void tt_id_add(struct tt_id_maker *maker, const struct tt_id *id)
{
	g_checksum_update(maker->sum, id->bytes, sizeof id->bytes);
}

struct tt_id tt_id_made(struct tt_id_maker *maker)
{
	guint8 digest[32];
	gsize size = sizeof digest;
	struct tt_id id;

	g_checksum_get_digest(maker->sum, digest, &size);
	memcpy(id.bytes, digest, sizeof id.bytes);
	g_checksum_free(maker->sum);
	g_free(maker);
	return id;
}

guint tt_id_hash(gconstpointer data)
{
	guint hash;

	memcpy(&hash, ((const struct tt_id *)data)->bytes, sizeof hash);
	return hash;
}

gboolean tt_id_equal(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(struct tt_id)) == 0;
}
