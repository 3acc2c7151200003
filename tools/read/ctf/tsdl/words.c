/* SPDX-License-Identifier: MIT */
/*
 * One pass over the characters, without copies. A text that ends within a comment or a quoted text has no whole word
 * there: END, or WRONG.
 */
#include "tools/read/ctf/tsdl/words.h"

#include <string.h>

#include <glib.h>

static bool is_name(char c)
{
	return g_ascii_isalnum(c) || c == '_' || c == '.';
}

/* Behind the comment at `at`; the end of the text if it does not end. */
static const char *skip_comment(const char *at, const char *end)
{
	bool line = at[1] == '/';

	for (at += 2; at < end; at++) {
		if (line && *at == '\n')
			return at + 1;
		if (!line && *at == '*' && end - at > 1 && at[1] == '/')
			return at + 2;
	}
	return end;
}

static const char *skip_space(const char *at, const char *end)
{
	while (at < end) {
		if (g_ascii_isspace(*at))
			at++;
		else if (*at == '/' && end - at > 1 && (at[1] == '*' || at[1] == '/'))
			at = skip_comment(at, end);
		else
			break;
	}
	return at;
}

static const char *read_text(struct tt_word *word, const char *at, const char *end)
{
	word->text = ++at;
	while (at < end && *at != '"')
		at += *at == '\\' && end - at > 1 ? 2 : 1;
	word->kind = at < end ? TT_WORD_TEXT : TT_WORD_WRONG;
	word->size = (size_t)(at - word->text);
	return at < end ? at + 1 : end;
}

static int digit_of(char c)
{
	return g_ascii_isxdigit(c) ? g_ascii_xdigit_value(c) : 99;
}

/* Decimal, 0x… or 0…, with a sign or a suffix of C. */
static const char *read_number(struct tt_word *word, const char *at, const char *end)
{
	uint64_t base = 10;
	bool too_large = false;

	word->negative = *at == '-';
	at += *at == '-' || *at == '+';
	if (end - at > 2 && at[0] == '0' && (at[1] == 'x' || at[1] == 'X')) {
		base = 16;
		at += 2;
	} else if (end - at > 1 && at[0] == '0' && g_ascii_isdigit(at[1])) {
		base = 8;
		at++;
	}
	const char *begin = at;
	for (; at < end && digit_of(*at) < (int)base; at++) {
		too_large |= __builtin_mul_overflow(word->number, base, &word->number) ||
		             __builtin_add_overflow(word->number, (uint64_t)digit_of(*at), &word->number);
	}
	bool any = at > begin;
	while (at < end && strchr("uUlL", *at) && *at)
		at++;
	too_large |= word->negative && word->number > (uint64_t)1 << 63;
	if (word->negative)
		word->number = -word->number;
	word->kind = any && !too_large && (at == end || !g_ascii_isalnum(*at)) ? TT_WORD_NUMBER : TT_WORD_WRONG;
	return at;
}

static const char *read_mark(struct tt_word *word, const char *at, const char *end)
{
	word->kind = TT_WORD_MARK;
	if (end - at > 1 && at[0] == ':' && at[1] == '=')
		return at + 2;
	if (end - at > 2 && !strncmp(at, "...", 3))
		return at + 3;
	if (!*at || !strchr("{}[]<>();:=,", *at))
		word->kind = TT_WORD_WRONG;
	return at + 1;
}

struct tt_word tt_word_next(const char **from, const char *end)
{
	const char *at = skip_space(*from, end);
	struct tt_word word = {.kind = TT_WORD_END, .text = at};

	if (at == end) {
		*from = at;
		return word;
	}
	if (*at == '"') {
		*from = read_text(&word, at, end);
		return word;
	}
	if (g_ascii_isdigit(*at) || *at == '-' || *at == '+') {
		at = read_number(&word, at, end);
	} else if (g_ascii_isalpha(*at) || *at == '_') {
		word.kind = TT_WORD_NAME;
		while (at < end && is_name(*at))
			at++;
	} else {
		at = read_mark(&word, at, end);
	}
	word.size = (size_t)(at - word.text);
	*from = at;
	return word;
}

bool tt_word_is(const struct tt_word *word, const char *text)
{
	return (word->kind == TT_WORD_MARK || word->kind == TT_WORD_NAME) && word->size == strlen(text) &&
	       !memcmp(word->text, text, word->size);
}

const char *tt_declaration_end(const char *at, const char *end)
{
	int depth = 0;

	for (;;) {
		struct tt_word word = tt_word_next(&at, end);

		if (word.kind == TT_WORD_END || (word.kind == TT_WORD_WRONG && at == end))
			return NULL;
		depth += tt_word_is(&word, "{") - tt_word_is(&word, "}");
		if (depth <= 0 && tt_word_is(&word, ";"))
			return at;
	}
}
