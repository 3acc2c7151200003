/* SPDX-License-Identifier: MIT */
/*
 * Both doors to the trace (plan.c, ctf/fill.c) put what they read by these, so that they cannot differ.
 */
#include "tools/read/delivery/put.h"

#include <string.h>

#include <glib.h>

void tt_put_unsigned(const struct tt_field *field, uint64_t value, char *target)
{
	switch (field->type) {
	case TT_FIELD_U8:
		*(uint8_t *)target = (uint8_t)MIN(value, UINT8_MAX);
		break;
	case TT_FIELD_U32:
		*(uint32_t *)(void *)target = (uint32_t)MIN(value, UINT32_MAX);
		break;
	case TT_FIELD_U64:
		*(uint64_t *)(void *)target = value;
		break;
	case TT_FIELD_I64:
		*(int64_t *)(void *)target = (int64_t)MIN(value, INT64_MAX);
		break;
	case TT_FIELD_TEXT:
	case TT_FIELD_STACK:
		break;
	}
}

void tt_put_signed(const struct tt_field *field, int64_t value, char *target)
{
	if (field->type == TT_FIELD_I64)
		*(int64_t *)(void *)target = value;
	else
		tt_put_unsigned(field, value < 0 ? UINT64_MAX : (uint64_t)value, target);
}

/* As nearly all texts are; it is found out sooner than whether one is valid UTF-8. */
static bool is_ascii(const char *text, uint64_t length)
{
	uint64_t all = 0, part;

	for (; length >= sizeof part; text += sizeof part, length -= sizeof part) {
		memcpy(&part, text, sizeof part);
		all |= part;
	}
	for (; length; text++, length--)
		all |= (unsigned char)*text;
	return !(all & 0x8080808080808080);
}

const char *tt_put_text(const char *text, uint64_t length, char **repaired)
{
	if (!length)
		return "";
	if (is_ascii(text, length) || g_utf8_validate(text, -1, NULL))
		return text;
	g_free(*repaired);
	*repaired = g_utf8_make_valid(text, -1);
	return *repaired;
}
