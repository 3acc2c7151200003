/* SPDX-License-Identifier: MIT */
/*
 * The steps of a fill: fill.c makes them, walk.c goes them.
 */
#ifndef TT_READ_CTF_DECODE_STEPS_H
#define TT_READ_CTF_DECODE_STEPS_H

#include "tools/read/ctf/decode/fill.h"

enum tt_step_how {
	TT_STEP_SKIP,   /* `size` bytes */
	TT_STEP_COPY_1, /* a number that is in the struct as it is in the packet, of 1, 4 or 8 bytes */
	TT_STEP_COPY_4,
	TT_STEP_COPY_8,
	TT_STEP_UNSIGNED, /* any other number, of `size` bytes */
	TT_STEP_SIGNED,
	TT_STEP_TEXT, /* a string */
	TT_STEP_SKIP_TEXT,
	TT_STEP_STACK, /* elements of `size` bytes, so also the next three; how many `count` or `length` says */
	TT_STEP_BYTES,
	TT_STEP_CHARACTERS,
	TT_STEP_SKIP_ALL,
};

enum { TT_STEP_LENGTHS = 4, TT_STEP_NO_LENGTH = 255 };

struct tt_model_step {
	uint8_t how;    /* enum tt_step_how */
	uint8_t align;  /* of the place, in bytes; of elements, where there are any */
	uint8_t size;   /* of a number, or an element */
	uint8_t keep;   /* a number is kept as this length, for a step to come; or TT_STEP_NO_LENGTH */
	uint8_t length; /* the kept length that says how many elements; TT_STEP_NO_LENGTH: `count` does */
	bool big_endian;
	uint32_t offset; /* in the struct */
	uint64_t count;
	const struct tt_field *field; /* NULL: nowhere */
	char *repaired;               /* the last text that was not as it should be, made so */
	struct tt_stack *stack;       /* the last call chain; NULL: none yet */
};

struct tt_fill {
	GArray *steps;     /* struct tt_model_step */
	guint first_field; /* those before are of contexts */
};

#endif /* TT_READ_CTF_DECODE_STEPS_H */
