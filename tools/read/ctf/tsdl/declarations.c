/* SPDX-License-Identifier: MIT */
/*
 * Declarations of TSDL: typealias, struct, trace, env, clock, stream, event. Each is taken when all of it is there;
 * metadata grow by whole declarations, but packets end anywhere.
 */
#include <string.h>

#include "tools/read/ctf/ctf_internal.h"

void tt_ctf_next(struct tt_ctf_parser *parser)
{
	parser->word = tt_word_next(&parser->at, parser->end);
}

bool tt_ctf_wrong(struct tt_ctf_parser *parser, const char *what)
{
	const struct tt_word *word = &parser->word;

	if (!parser->why) {
		g_autofree char *text = g_strndup(word->text, MIN(word->size, 40));
		g_autofree char *valid = g_utf8_make_valid(text, -1);

		parser->why =
		    g_strdup_printf("unknown %s at '%s' in the metadata", what, g_strdelimit(valid, "\n\r\t", ' '));
	}
	return false;
}

bool tt_ctf_takes(struct tt_ctf_parser *parser, const char *text)
{
	if (!tt_word_is(&parser->word, text))
		return false;
	tt_ctf_next(parser);
	return true;
}

bool tt_ctf_expects(struct tt_ctf_parser *parser, const char *text)
{
	return tt_ctf_takes(parser, text) || tt_ctf_wrong(parser, "construct");
}

const char *tt_ctf_keep(struct tt_ctf_parser *parser, const struct tt_word *word)
{
	return g_string_chunk_insert_len(parser->layout->store->words, word->text, (gssize)word->size);
}

bool tt_ctf_key(struct tt_ctf_parser *parser, struct tt_ctf_keys *keys, struct tt_word *key)
{
	*key = parser->word;
	if (key->kind != TT_WORD_NAME)
		return tt_ctf_wrong(parser, "construct");
	for (unsigned i = 0; i < keys->n; i++)
		if (keys->key[i].size == key->size && !memcmp(keys->key[i].text, key->text, key->size))
			return tt_ctf_wrong(parser, "repetition");
	if (keys->n < G_N_ELEMENTS(keys->key))
		keys->key[keys->n++] = *key;
	tt_ctf_next(parser);
	return true;
}

bool tt_ctf_number(struct tt_ctf_parser *parser, uint64_t *number)
{
	if (parser->word.kind != TT_WORD_NUMBER)
		return tt_ctf_wrong(parser, "number");
	*number = parser->word.number;
	tt_ctf_next(parser);
	return true;
}

bool tt_ctf_text(struct tt_ctf_parser *parser, const char **text)
{
	if (parser->word.kind != TT_WORD_TEXT && parser->word.kind != TT_WORD_NAME)
		return tt_ctf_wrong(parser, "text");
	*text = tt_ctf_keep(parser, &parser->word);
	tt_ctf_next(parser);
	return true;
}

/* := TYPE, which is a structure. */
static bool take_structure(struct tt_ctf_parser *parser, const struct tt_ctf_type **structure)
{
	if (!tt_ctf_expects(parser, ":=") || !(*structure = tt_ctf_type(parser, false)))
		return false;
	return (*structure)->kind == TT_CTF_STRUCTURE || tt_ctf_wrong(parser, "structure");
}

/* Something that does not matter: = VALUE */
static bool take_any(struct tt_ctf_parser *parser)
{
	if (!tt_ctf_expects(parser, "="))
		return false;
	if (parser->word.kind == TT_WORD_MARK || parser->word.kind == TT_WORD_END)
		return tt_ctf_wrong(parser, "value");
	tt_ctf_next(parser);
	return true;
}

static bool take_number(struct tt_ctf_parser *parser, uint64_t *number)
{
	return tt_ctf_expects(parser, "=") && tt_ctf_number(parser, number);
}

static bool take_signed(struct tt_ctf_parser *parser, int64_t *number)
{
	uint64_t value = 0;

	if (!tt_ctf_expects(parser, "="))
		return false;
	if (!parser->word.negative && parser->word.number > INT64_MAX)
		return tt_ctf_wrong(parser, "number");
	if (!tt_ctf_number(parser, &value))
		return false;
	*number = (int64_t)value;
	return true;
}

static bool take_text(struct tt_ctf_parser *parser, const char **text)
{
	return tt_ctf_expects(parser, "=") && tt_ctf_text(parser, text);
}

/* What a block is read into: takes what follows KEY. */
typedef bool take_key(struct tt_ctf_parser *parser, const struct tt_word *key, void *block);

/* { KEY …; … } */
static bool take_block(struct tt_ctf_parser *parser, take_key *take, void *block)
{
	bool ok = tt_ctf_expects(parser, "{");
	struct tt_ctf_keys keys = {.n = 0};
	struct tt_word key;

	while (ok && !tt_ctf_takes(parser, "}"))
		ok = tt_ctf_key(parser, &keys, &key) && take(parser, &key, block) && tt_ctf_expects(parser, ";");
	return ok;
}

static bool take_trace_key(struct tt_ctf_parser *parser, const struct tt_word *key, void *block)
{
	struct tt_ctf_layout *layout = block;
	uint64_t version = 0;

	if (tt_word_is(key, "major"))
		return take_number(parser, &version) && (version == 1 || tt_ctf_wrong(parser, "version of CTF"));
	if (tt_word_is(key, "minor"))
		return take_number(parser, &version) && (version == 8 || tt_ctf_wrong(parser, "version of CTF"));
	if (tt_word_is(key, "uuid"))
		return take_text(parser, &layout->uuid);
	if (tt_word_is(key, "packet.header"))
		return take_structure(parser, &layout->packet_header);
	if (!tt_word_is(key, "byte_order"))
		return tt_ctf_wrong(parser, "property of a trace");
	if (!tt_ctf_expects(parser, "="))
		return false;
	layout->big_endian = tt_word_is(&parser->word, "be") || tt_word_is(&parser->word, "network");
	return tt_ctf_takes(parser, "be") || tt_ctf_takes(parser, "le") || tt_ctf_expects(parser, "network");
}

static bool take_trace(struct tt_ctf_parser *parser)
{
	if (parser->layout->begun)
		return tt_ctf_wrong(parser, "second trace");
	parser->layout->begun = true;
	return take_block(parser, take_trace_key, parser->layout);
}

static bool take_env_key(struct tt_ctf_parser *parser, const struct tt_word *key, void *block)
{
	struct tt_ctf_layout *layout = block;

	if (tt_word_is(key, "procname"))
		return take_text(parser, &layout->process);
	if (tt_word_is(key, "vpid"))
		return take_signed(parser, &layout->pid);
	return take_any(parser);
}

static bool take_clock_key(struct tt_ctf_parser *parser, const struct tt_word *key, void *block)
{
	struct tt_ctf_clock *clock = block;

	if (tt_word_is(key, "name"))
		return take_text(parser, &clock->name);
	if (tt_word_is(key, "uuid"))
		return take_text(parser, &clock->uuid);
	if (tt_word_is(key, "freq"))
		return take_number(parser, &clock->frequency) &&
		       (clock->frequency || tt_ctf_wrong(parser, "frequency of a clock"));
	if (tt_word_is(key, "offset_s"))
		return take_signed(parser, &clock->offset_s);
	if (tt_word_is(key, "offset"))
		return take_signed(parser, &clock->offset);
	if (tt_word_is(key, "description") || tt_word_is(key, "precision") || tt_word_is(key, "absolute"))
		return take_any(parser);
	return tt_ctf_wrong(parser, "property of a clock");
}

static bool take_clock(struct tt_ctf_parser *parser)
{
	struct tt_ctf_clock *clock = g_new0(struct tt_ctf_clock, 1);

	clock->frequency = 1000000000;
	if (!take_block(parser, take_clock_key, clock) || !clock->name ||
	    tt_ctf_find_clock(parser->layout, clock->name)) {
		g_free(clock);
		return tt_ctf_wrong(parser, "clock");
	}
	g_ptr_array_add(parser->layout->clocks, clock);
	return true;
}

static bool take_stream_key(struct tt_ctf_parser *parser, const struct tt_word *key, void *block)
{
	struct tt_ctf_stream_class *stream = block;

	if (tt_word_is(key, "id"))
		return take_number(parser, &stream->id);
	if (tt_word_is(key, "packet.context"))
		return take_structure(parser, &stream->packet_context);
	if (tt_word_is(key, "event.header"))
		return take_structure(parser, &stream->event_header);
	if (tt_word_is(key, "event.context"))
		return take_structure(parser, &stream->event_context);
	return tt_ctf_wrong(parser, "property of a stream");
}

static bool take_stream(struct tt_ctf_parser *parser)
{
	struct tt_ctf_stream_class *stream = g_new0(struct tt_ctf_stream_class, 1);

	if (!take_block(parser, take_stream_key, stream) || tt_ctf_find_stream(parser->layout, stream->id)) {
		g_free(stream);
		return tt_ctf_wrong(parser, "second stream");
	}
	g_ptr_array_add(parser->layout->streams, stream);
	return true;
}

static bool take_event_key(struct tt_ctf_parser *parser, const struct tt_word *key, void *block)
{
	struct tt_ctf_event_class *event = block;

	if (tt_word_is(key, "name"))
		return take_text(parser, &event->name);
	if (tt_word_is(key, "id"))
		return take_number(parser, &event->id);
	if (tt_word_is(key, "stream_id"))
		return take_number(parser, &event->stream_id);
	if (tt_word_is(key, "context"))
		return take_structure(parser, &event->context);
	if (tt_word_is(key, "fields"))
		return take_structure(parser, &event->fields);
	if (tt_word_is(key, "loglevel") || tt_word_is(key, "model.emf.uri"))
		return take_any(parser);
	return tt_ctf_wrong(parser, "property of an event");
}

static bool take_event(struct tt_ctf_parser *parser)
{
	struct tt_ctf_event_class *event = g_new0(struct tt_ctf_event_class, 1);

	event->name = "";
	if (!take_block(parser, take_event_key, event) ||
	    tt_ctf_find_event(parser->layout, event->stream_id, event->id)) {
		g_free(event);
		return tt_ctf_wrong(parser, "second event of that number");
	}
	g_ptr_array_add(parser->layout->events, event);
	g_hash_table_add(parser->layout->store->events, event);
	return true;
}

/* typealias TYPE := NAME */
static bool take_typealias(struct tt_ctf_parser *parser)
{
	struct tt_ctf_type *type = tt_ctf_type(parser, false);

	return type && tt_ctf_expects(parser, ":=") && tt_ctf_alias(parser, type);
}

/* struct NAME { … } [align(N)] */
static bool take_struct(struct tt_ctf_parser *parser)
{
	const struct tt_word name = parser->word;
	struct tt_ctf_type *type;
	g_autofree char *named = g_strdup_printf("struct %.*s", (int)name.size, name.text);

	if (name.kind != TT_WORD_NAME || g_hash_table_contains(parser->layout->store->named, named))
		return tt_ctf_wrong(parser, "structure");
	tt_ctf_next(parser);
	type = tt_ctf_structure(parser);
	if (type)
		g_hash_table_insert(parser->layout->store->named,
		                    g_string_chunk_insert(parser->layout->store->words, named), type);
	return type != NULL;
}

static bool take_declaration(struct tt_ctf_parser *parser)
{
	if (tt_ctf_takes(parser, "typealias"))
		return take_typealias(parser);
	if (tt_ctf_takes(parser, "struct"))
		return take_struct(parser);
	if (tt_ctf_takes(parser, "trace"))
		return take_trace(parser);
	if (tt_ctf_takes(parser, "env"))
		return take_block(parser, take_env_key, parser->layout);
	if (tt_ctf_takes(parser, "clock"))
		return take_clock(parser);
	if (tt_ctf_takes(parser, "stream"))
		return take_stream(parser);
	if (tt_ctf_takes(parser, "event"))
		return take_event(parser);
	return tt_word_is(&parser->word, ";") || tt_ctf_wrong(parser, "declaration");
}

gssize tt_ctf_layout_add(struct tt_ctf_layout *layout, const char *text, gsize size, char **why)
{
	const char *at = text, *end;

	while ((end = tt_declaration_end(at, text + size))) {
		struct tt_ctf_parser parser = {.layout = layout, .at = at, .end = end};

		tt_ctf_next(&parser);
		if (!take_declaration(&parser) || !tt_ctf_expects(&parser, ";")) {
			*why = parser.why;
			return -1;
		}
		at = end;
	}
	return at - text;
}
