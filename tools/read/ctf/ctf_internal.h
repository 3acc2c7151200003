/* SPDX-License-Identifier: MIT */
/*
 * What the two halves of the reader of metadata share: declarations.c and types.c.
 */
#ifndef TT_READ_CTF_CTF_INTERNAL_H
#define TT_READ_CTF_CTF_INTERNAL_H

#include "tools/read/ctf/tsdl/layout.h"
#include "tools/read/ctf/tsdl/words.h"

struct tt_ctf_store {
	GPtrArray *types; /* struct tt_ctf_type */
	GStringChunk *words;
	GHashTable *named;  /* name → type: `uint8_t`, `struct packet_context` */
	GHashTable *events; /* struct tt_ctf_event_class, a set of those of the layout */
};

/* The reading of one declaration. */
struct tt_ctf_parser {
	struct tt_ctf_layout *layout;
	const char *at, *end;
	struct tt_word word; /* the next one */
	unsigned depth;      /* of types within types */
	char *why;           /* what is wrong; NULL: nothing */
};

/* Moves on. */
void tt_ctf_next(struct tt_ctf_parser *parser);

/* Whether the next word is this mark or name, which is taken then. */
bool tt_ctf_takes(struct tt_ctf_parser *parser, const char *text);

/* As that, but it must be. */
bool tt_ctf_expects(struct tt_ctf_parser *parser, const char *text);

/* Says what is wrong, if nothing was before. False, and NULL for a pointer. */
bool tt_ctf_wrong(struct tt_ctf_parser *parser, const char *what);

/* A copy of the word that the layout owns. */
const char *tt_ctf_keep(struct tt_ctf_parser *parser, const struct tt_word *word);

/* The keys of a block, of which each comes once. */
struct tt_ctf_keys {
	unsigned n;
	struct tt_word key[16];
};

/* Takes the next word as a key. False: it is none, or was there before. */
bool tt_ctf_key(struct tt_ctf_parser *parser, struct tt_ctf_keys *keys, struct tt_word *key);

/* Takes a number or a text. False if the next word is none. */
bool tt_ctf_number(struct tt_ctf_parser *parser, uint64_t *number);
bool tt_ctf_text(struct tt_ctf_parser *parser, const char **text);

/*
 * Takes a type. If the name of what is of the type follows (`unsigned long count`), it is left. NULL: it is wrong.
 */
struct tt_ctf_type *tt_ctf_type(struct tt_ctf_parser *parser, bool name_follows);

/* Takes a structure from its brace on: { … } [align(N)]. */
struct tt_ctf_type *tt_ctf_structure(struct tt_ctf_parser *parser);

/* Gives a type a name: `unsigned long`. */
bool tt_ctf_alias(struct tt_ctf_parser *parser, struct tt_ctf_type *type);

#endif /* TT_READ_CTF_CTF_INTERNAL_H */
