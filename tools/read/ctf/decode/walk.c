/* SPDX-License-Identifier: MIT */
/*
 * Going the steps of a fill through an event. Nothing is read before it is known that the packet has it.
 */
#include <string.h>

#include "tools/read/ctf/decode/bits.h"
#include "tools/read/ctf/decode/steps.h"
#include "tools/read/delivery/put.h"

/* Where it is, and what it has. */
struct walk {
	const uint8_t *at, *end;
	char *target;
	struct tt_fill_bytes bytes;
	uint64_t lengths[TT_STEP_LENGTHS];
};

/* A number that is changed on its way, or is a length. */
static void take_number(struct walk *walk, const struct tt_model_step *step)
{
	uint64_t number = tt_bytes_number(walk->at, step->size, step->big_endian);

	walk->at += step->size;
	if (step->keep != TT_STEP_NO_LENGTH)
		walk->lengths[step->keep] = number;
	if (!step->field)
		return;
	if (step->how == TT_STEP_SIGNED)
		tt_put_signed(step->field, (int64_t)tt_extend_sign(number, step->size * 8U),
		              walk->target + step->offset);
	else
		tt_put_unsigned(step->field, number, walk->target + step->offset);
}

static const struct tt_stack *take_stack(const struct walk *walk, struct tt_model_step *step, uint64_t n)
{
	if (!n)
		return NULL;
	if (!step->stack)
		step->stack = g_new(struct tt_stack, 1);
	step->stack->n = (uint8_t)MIN(n, (uint64_t)TT_STACK_MAX);
	for (unsigned i = 0; i < step->stack->n; i++)
		step->stack->frames[i] = tt_bytes_number(walk->at + i * step->size, step->size, step->big_endian);
	return step->stack;
}

/* Characters, of which the text is those before a NUL. */
static const char *take_characters(const struct walk *walk, struct tt_model_step *step, uint64_t n)
{
	g_autofree char *text = g_strndup((const char *)walk->at, n);

	g_free(step->repaired);
	step->repaired = g_utf8_make_valid(text, -1);
	return step->repaired;
}

/* False: the packet ends before the last element. */
static bool take_elements(struct walk *walk, struct tt_model_step *step)
{
	uint64_t n = step->length == TT_STEP_NO_LENGTH ? step->count : walk->lengths[step->length];

	if (n > (uint64_t)(walk->end - walk->at) / step->size)
		return false;
	if (step->how == TT_STEP_STACK)
		*(const struct tt_stack **)(void *)(walk->target + step->offset) = take_stack(walk, step, n);
	else if (step->how == TT_STEP_CHARACTERS)
		*(const char **)(void *)(walk->target + step->offset) = take_characters(walk, step, n);
	else if (step->how == TT_STEP_BYTES)
		walk->bytes = (struct tt_fill_bytes){.at = walk->at, .size = n};
	walk->at += n * step->size;
	return true;
}

static bool take_text(struct walk *walk, struct tt_model_step *step)
{
	const uint8_t *nul = memchr(walk->at, 0, (size_t)(walk->end - walk->at));

	if (!nul)
		return false;
	if (step->how == TT_STEP_TEXT)
		*(const char **)(void *)(walk->target + step->offset) =
		    tt_put_text((const char *)walk->at, (uint64_t)(nul - walk->at), &step->repaired);
	walk->at = nul + 1;
	return true;
}

static bool has(const struct walk *walk, uint64_t size)
{
	return (uint64_t)(walk->end - walk->at) >= size;
}

#define COPY(bytes)                                                                                                    \
	if (!has(walk, bytes))                                                                                         \
		return false;                                                                                          \
	memcpy(walk->target + step->offset, walk->at, bytes);                                                          \
	walk->at += (bytes);                                                                                           \
	return true

static inline bool take_step(struct walk *walk, struct tt_model_step *step)
{
	switch ((enum tt_step_how)step->how) {
	case TT_STEP_SKIP:
		if (!has(walk, step->count))
			return false;
		walk->at += step->count;
		return true;
	case TT_STEP_COPY_1:
		COPY(1);
	case TT_STEP_COPY_4:
		COPY(4);
	case TT_STEP_COPY_8:
		COPY(8);
	case TT_STEP_UNSIGNED:
	case TT_STEP_SIGNED:
		if (!has(walk, step->size))
			return false;
		take_number(walk, step);
		return true;
	case TT_STEP_TEXT:
	case TT_STEP_SKIP_TEXT:
		return take_text(walk, step);
	case TT_STEP_STACK:
	case TT_STEP_BYTES:
	case TT_STEP_CHARACTERS:
	case TT_STEP_SKIP_ALL:
		break;
	}
	return take_elements(walk, step);
}

uint64_t tt_fill_event(struct tt_fill *fill, const uint8_t *packet, uint64_t at, uint64_t end, void *target,
                       struct tt_fill_bytes *bytes)
{
	struct walk walk = {.at = packet + at, .end = packet + end, .target = target};
	struct tt_model_step *step = (struct tt_model_step *)(void *)fill->steps->data;

	for (guint n = fill->steps->len; n; n--, step++) {
		if (step->align > 1) {
			uint64_t place = tt_align((uint64_t)(walk.at - packet), step->align);

			if (place > end)
				return 0;
			walk.at = packet + place;
		}
		if (!take_step(&walk, step))
			return 0;
	}
	if (bytes)
		*bytes = walk.bytes;
	return (uint64_t)(walk.at - packet);
}
