/* SPDX-License-Identifier: MIT */
/*
 * Types of TSDL: integer { … }, floating_point { … }, string { … }, enum, struct, variant, and names of these.
 *
 * LTTng gives a name to few, and declares those before they are used. What it does not write is an error here, and
 * nothing is passed over that could make a field longer or shorter.
 */
#include <string.h>

#include "tools/read/ctf/ctf_internal.h"

enum { DEEPEST = 16, MOST_MEMBERS = 4096 };

static struct tt_ctf_type *new_type(struct tt_ctf_parser *parser, enum tt_ctf_kind kind)
{
	struct tt_ctf_type *type = g_new0(struct tt_ctf_type, 1);

	type->kind = kind;
	type->align = kind == TT_CTF_STRING ? 8 : 1;
	g_ptr_array_add(parser->layout->store->types, type);
	return type;
}

static bool take_byte_order(struct tt_ctf_parser *parser, struct tt_ctf_type *type)
{
	if (tt_ctf_takes(parser, "be") || tt_ctf_takes(parser, "network"))
		type->order = TT_CTF_BIG;
	else if (tt_ctf_takes(parser, "le"))
		type->order = TT_CTF_LITTLE;
	else if (!tt_ctf_takes(parser, "native"))
		return tt_ctf_wrong(parser, "byte order");
	return true;
}

static bool take_flag(struct tt_ctf_parser *parser, bool *flag)
{
	uint64_t number = 0;

	if (tt_ctf_takes(parser, "true") || tt_ctf_takes(parser, "TRUE"))
		*flag = true;
	else if (tt_ctf_takes(parser, "false") || tt_ctf_takes(parser, "FALSE"))
		*flag = false;
	else if (tt_ctf_number(parser, &number) && number <= 1)
		*flag = number;
	else
		return tt_ctf_wrong(parser, "true or false");
	return true;
}

/* clock.NAME.value */
static bool take_clock(struct tt_ctf_parser *parser, struct tt_ctf_type *type)
{
	const char *text = tt_ctf_keep(parser, &parser->word);
	size_t size = strlen(text);

	if (parser->word.kind != TT_WORD_NAME || !g_str_has_prefix(text, "clock.") ||
	    !g_str_has_suffix(text, ".value") || size <= strlen("clock..value"))
		return tt_ctf_wrong(parser, "clock");
	type->clock = g_string_chunk_insert_len(parser->layout->store->words, text + strlen("clock."),
	                                        (gssize)(size - strlen("clock..value")));
	tt_ctf_next(parser);
	return true;
}

static bool take_encoding(struct tt_ctf_parser *parser, struct tt_ctf_type *type)
{
	type->is_text = tt_ctf_takes(parser, "UTF8") || tt_ctf_takes(parser, "ASCII");
	return type->is_text || tt_ctf_takes(parser, "none") || tt_ctf_wrong(parser, "encoding");
}

/* Numbers of bits, of which the largest that anybody uses are 64. */
static bool take_bits(struct tt_ctf_parser *parser, unsigned *bits)
{
	uint64_t number = 0;

	if (!tt_ctf_number(parser, &number) || !number || number > 64)
		return tt_ctf_wrong(parser, "number of bits");
	*bits = (unsigned)number;
	return true;
}

static bool take_property(struct tt_ctf_parser *parser, struct tt_ctf_type *type, const struct tt_word *key)
{
	unsigned part = 0;

	if (tt_word_is(key, "size") && type->kind == TT_CTF_INTEGER)
		return take_bits(parser, &type->size);
	if (tt_word_is(key, "align"))
		return take_bits(parser, &type->align);
	if (tt_word_is(key, "byte_order"))
		return take_byte_order(parser, type);
	if (tt_word_is(key, "signed") && type->kind == TT_CTF_INTEGER)
		return take_flag(parser, &type->is_signed);
	if (tt_word_is(key, "encoding") && type->kind != TT_CTF_FLOAT)
		return take_encoding(parser, type);
	if (tt_word_is(key, "map") && type->kind == TT_CTF_INTEGER)
		return take_clock(parser, type);
	if (tt_word_is(key, "base") && type->kind == TT_CTF_INTEGER) {
		tt_ctf_next(parser); /* how it is to be shown */
		return true;
	}
	if ((tt_word_is(key, "exp_dig") || tt_word_is(key, "mant_dig")) && type->kind == TT_CTF_FLOAT) {
		bool ok = take_bits(parser, &part);

		type->size += part;
		return ok;
	}
	return tt_ctf_wrong(parser, "property of a type");
}

/* { KEY = VALUE; … } */
static bool take_properties(struct tt_ctf_parser *parser, struct tt_ctf_type *type)
{
	bool ok = tt_ctf_expects(parser, "{");
	struct tt_ctf_keys keys = {.n = 0};
	struct tt_word key;

	type->align = 0;
	while (ok && !tt_ctf_takes(parser, "}"))
		ok = tt_ctf_key(parser, &keys, &key) && tt_ctf_expects(parser, "=") &&
		     take_property(parser, type, &key) && tt_ctf_expects(parser, ";");
	if (ok && type->kind != TT_CTF_STRING && (!type->size || type->size > 64))
		ok = tt_ctf_wrong(parser, "size of a number");
	if (!type->align) /* what is whole bytes lies at whole bytes */
		type->align = type->size % 8 || type->kind == TT_CTF_FLOAT ? 1 : 8;
	if (ok && type->align & (type->align - 1))
		ok = tt_ctf_wrong(parser, "alignment");
	return ok;
}

/* WORD [= FIRST [... LAST]] */
static bool take_range(struct tt_ctf_parser *parser, GArray *ranges)
{
	struct tt_ctf_range range = {.word = ""};

	if (ranges->len) /* one more than the last */
		range.first = g_array_index(ranges, struct tt_ctf_range, ranges->len - 1).last + 1;
	if (parser->word.kind != TT_WORD_NAME && parser->word.kind != TT_WORD_TEXT)
		return tt_ctf_wrong(parser, "word of an enumeration");
	range.word = tt_ctf_keep(parser, &parser->word);
	tt_ctf_next(parser);
	if (tt_ctf_takes(parser, "=") && !tt_ctf_number(parser, &range.first))
		return false;
	range.last = range.first;
	if (tt_ctf_takes(parser, "...") && !tt_ctf_number(parser, &range.last))
		return false;
	g_array_append_val(ranges, range);
	return true;
}

/* enum [: TYPE] { WORD …, … } */
static struct tt_ctf_type *take_enum(struct tt_ctf_parser *parser)
{
	struct tt_ctf_type *type;
	const struct tt_ctf_type *base;

	if (!tt_ctf_expects(parser, ":") || !(base = tt_ctf_type(parser, false)))
		return NULL;
	if (base->kind != TT_CTF_INTEGER || base->ranges) {
		tt_ctf_wrong(parser, "type of an enumeration");
		return NULL;
	}
	type = new_type(parser, TT_CTF_INTEGER);
	*type = *base;
	type->ranges = g_array_new(FALSE, FALSE, sizeof(struct tt_ctf_range));
	if (!tt_ctf_expects(parser, "{"))
		return NULL;
	while (!tt_ctf_takes(parser, "}")) {
		if (!take_range(parser, type->ranges))
			return NULL;
		if (!tt_ctf_takes(parser, ",") && !tt_word_is(&parser->word, "}")) {
			tt_ctf_wrong(parser, "end of an enumeration");
			return NULL;
		}
	}
	return type;
}

/* [LENGTH] or [MEMBER], behind a name. NULL: it is wrong. */
static struct tt_ctf_type *take_brackets(struct tt_ctf_parser *parser, const struct tt_ctf_type *element)
{
	bool by_name = parser->word.kind == TT_WORD_NAME;
	struct tt_ctf_type *type = new_type(parser, by_name ? TT_CTF_SEQUENCE : TT_CTF_ARRAY);

	type->element = element;
	type->align = element->align;
	if (by_name) {
		type->by = tt_ctf_keep(parser, &parser->word);
		tt_ctf_next(parser);
	} else if (!tt_ctf_number(parser, &type->length) || type->length > UINT32_MAX) {
		tt_ctf_wrong(parser, "length");
		return NULL;
	}
	return tt_ctf_expects(parser, "]") ? type : NULL;
}

/* TYPE NAME [[…]]; */
static bool take_member(struct tt_ctf_parser *parser, struct tt_ctf_type *structure)
{
	struct tt_ctf_type *type = tt_ctf_type(parser, true);
	struct tt_ctf_member member = {.name = NULL};

	if (!type)
		return false;
	if (parser->word.kind != TT_WORD_NAME || structure->members->len == MOST_MEMBERS)
		return tt_ctf_wrong(parser, "name of a field");
	member.name = tt_ctf_keep(parser, &parser->word);
	tt_ctf_next(parser);
	if (tt_ctf_takes(parser, "[") && !(type = take_brackets(parser, type)))
		return false;
	member.type = type;
	g_array_append_val(structure->members, member);
	structure->align = MAX(structure->align, type->align);
	return tt_ctf_expects(parser, ";");
}

/* { MEMBER… } */
static bool take_members(struct tt_ctf_parser *parser, struct tt_ctf_type *type)
{
	type->members = g_array_new(FALSE, FALSE, sizeof(struct tt_ctf_member));
	while (!tt_ctf_takes(parser, "}"))
		if (!take_member(parser, type))
			return false;
	return true;
}

struct tt_ctf_type *tt_ctf_structure(struct tt_ctf_parser *parser)
{
	struct tt_ctf_type *type = new_type(parser, TT_CTF_STRUCTURE);
	unsigned align = 1;

	if (!tt_ctf_expects(parser, "{") || !take_members(parser, type))
		return NULL;
	if (!tt_ctf_takes(parser, "align"))
		return type;
	if (!tt_ctf_expects(parser, "(") || !take_bits(parser, &align) || !tt_ctf_expects(parser, ")"))
		return NULL;
	type->align = MAX(type->align, align);
	if (align & (align - 1)) {
		tt_ctf_wrong(parser, "alignment");
		return NULL;
	}
	return type;
}

/* variant <TAG> { … } */
static struct tt_ctf_type *take_variant(struct tt_ctf_parser *parser)
{
	struct tt_ctf_type *type = new_type(parser, TT_CTF_VARIANT);

	if (!tt_ctf_expects(parser, "<"))
		return NULL;
	type->by = tt_ctf_keep(parser, &parser->word);
	tt_ctf_next(parser);
	if (!tt_ctf_expects(parser, ">") || !tt_ctf_expects(parser, "{") || !take_members(parser, type))
		return NULL;
	type->align = 1; /* that of the option taken */
	return type;
}

/* The words up to a mark, or up to the last but one. */
static char *take_name(struct tt_ctf_parser *parser, bool name_follows)
{
	GString *name = g_string_new(NULL);

	while (parser->word.kind == TT_WORD_NAME) {
		struct tt_word word = parser->word;
		const char *ahead = parser->at;

		if (name_follows && name->len && tt_word_next(&ahead, parser->end).kind != TT_WORD_NAME)
			break;
		g_string_append_printf(name, "%s%.*s", name->len ? " " : "", (int)word.size, word.text);
		tt_ctf_next(parser);
	}
	return g_string_free(name, FALSE);
}

static struct tt_ctf_type *take_named(struct tt_ctf_parser *parser, bool name_follows)
{
	g_autofree char *name = take_name(parser, name_follows);
	struct tt_ctf_type *type = g_hash_table_lookup(parser->layout->store->named, name);

	if (!type)
		tt_ctf_wrong(parser, "type");
	return type;
}

bool tt_ctf_alias(struct tt_ctf_parser *parser, struct tt_ctf_type *type)
{
	g_autofree char *name = take_name(parser, false);
	GHashTable *named = parser->layout->store->named;

	if (!*name || g_hash_table_contains(named, name))
		return tt_ctf_wrong(parser, "name of a type");
	g_hash_table_insert(named, g_string_chunk_insert(parser->layout->store->words, name), type);
	return true;
}

/* integer, floating_point or string; the last may have no properties. */
static struct tt_ctf_type *take_plain(struct tt_ctf_parser *parser, enum tt_ctf_kind kind)
{
	struct tt_ctf_type *type = new_type(parser, kind);

	if (kind == TT_CTF_STRING && !tt_word_is(&parser->word, "{"))
		return type;
	return take_properties(parser, type) ? type : NULL;
}

/* A struct or an enum may be declared elsewhere, and have a name there. */
static bool is_declared(struct tt_ctf_parser *parser)
{
	const char *ahead = parser->at;

	return (tt_word_is(&parser->word, "struct") || tt_word_is(&parser->word, "enum")) &&
	       tt_word_next(&ahead, parser->end).kind == TT_WORD_NAME;
}

static struct tt_ctf_type *take_type(struct tt_ctf_parser *parser, bool name_follows)
{
	if (is_declared(parser))
		return take_named(parser, name_follows);
	if (tt_ctf_takes(parser, "integer"))
		return take_plain(parser, TT_CTF_INTEGER);
	if (tt_ctf_takes(parser, "string"))
		return take_plain(parser, TT_CTF_STRING);
	if (tt_ctf_takes(parser, "floating_point"))
		return take_plain(parser, TT_CTF_FLOAT);
	if (tt_ctf_takes(parser, "enum"))
		return take_enum(parser);
	if (tt_ctf_takes(parser, "struct"))
		return tt_ctf_structure(parser);
	if (tt_ctf_takes(parser, "variant"))
		return take_variant(parser);
	return take_named(parser, name_follows);
}

struct tt_ctf_type *tt_ctf_type(struct tt_ctf_parser *parser, bool name_follows)
{
	struct tt_ctf_type *type = NULL;

	if (++parser->depth > DEEPEST)
		tt_ctf_wrong(parser, "depth of a type");
	else
		type = take_type(parser, name_follows);
	parser->depth--;
	return type;
}
