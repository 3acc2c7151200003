/* SPDX-License-Identifier: MIT */
#include "tools/events/field_value.h"

static uint64_t unsigned_value(const struct tt_event *event, const struct tt_field *field)
{
	const char *place = (const char *)event + field->offset;

	switch (field->type) {
	case TT_FIELD_U8:
		return *(const uint8_t *)place;
	case TT_FIELD_U32:
		return *(const uint32_t *)(const void *)place;
	default:
		return *(const uint64_t *)(const void *)place;
	}
}

bool tt_value_number(const struct tt_event *event, const struct tt_field *field, int64_t *value)
{
	uint64_t number;

	if (field->type == TT_FIELD_TEXT || field->type == TT_FIELD_STACK)
		return false;
	number = unsigned_value(event, field);
	*value = (int64_t)number;
	if (field->offset == offsetof(struct tt_event, timeout_ns))
		return *value != TT_NO_TIMEOUT;
	return field->type == TT_FIELD_I64 || number <= INT64_MAX;
}

const char *tt_value_text(const struct tt_event *event, const struct tt_field *field)
{
	if (field->type == TT_FIELD_TEXT)
		return *(const char *const *)(const void *)((const char *)event + field->offset);
	return field->style == TT_STYLE_WORD ? field->word((unsigned)unsigned_value(event, field)) : NULL;
}
