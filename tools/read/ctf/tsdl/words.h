/* SPDX-License-Identifier: MIT */
/*
 * The words of TSDL, the language of CTF 1.8's metadata: names, numbers, quoted texts and marks, without comments.
 */
#ifndef TT_READ_CTF_TSDL_WORDS_H
#define TT_READ_CTF_TSDL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tt_word_kind {
	TT_WORD_END,
	TT_WORD_NAME,   /* also with dots: packet.header */
	TT_WORD_NUMBER, /* 64 bits; `negative` tells the sign, of which `number` is the rest, as in two's complement */
	TT_WORD_TEXT,   /* between quotes; as it stands there, with its escapes */
	TT_WORD_MARK,   /* one of { } [ ] < > ( ) ; : = , or := or ... */
	TT_WORD_WRONG,  /* none of these */
};

struct tt_word {
	enum tt_word_kind kind;
	const char *text; /* in the metadata */
	size_t size;
	uint64_t number;
	bool negative;
};

/* Takes the next word of the text from *at to `end`, and moves *at behind it. */
struct tt_word tt_word_next(const char **at, const char *end);

/* Whether it is this mark or this name. */
bool tt_word_is(const struct tt_word *word, const char *text);

/*
 * The end of the declaration that begins the text: behind the `;` that is in no braces. NULL: it is not whole yet.
 */
const char *tt_declaration_end(const char *at, const char *end);

#endif /* TT_READ_CTF_TSDL_WORDS_H */
