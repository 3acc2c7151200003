/* SPDX-License-Identifier: MIT */
#include "tools/read/event.h"

#include <string.h>

#define NAME(event, shape, level) #event,
const char *const tt_event_type_names[TT_N_EVENT_TYPES] = {TT_VOCABULARY(NAME)};

/* A word a row of an enumeration. */
#define CASE(word, name, value)                                                                                        \
	case value:                                                                                                    \
		return word;
#define WORDS(function, LIST)                                                                                          \
	const char *function(unsigned value)                                                                           \
	{                                                                                                              \
		switch (value) {                                                                                       \
			LIST(CASE)                                                                                     \
		default:                                                                                               \
			return NULL;                                                                                   \
		}                                                                                                      \
	}

WORDS(tt_word_lock_kind, TT_LOCK_KINDS)
WORDS(tt_word_mode, TT_MODES)
WORDS(tt_word_limit, TT_LIMITS)
WORDS(tt_word_failure, TT_FAILURES)
WORDS(tt_word_wake, TT_WAKES)
WORDS(tt_word_end, TT_ENDS)
WORDS(tt_word_break, TT_BREAKS)
WORDS(tt_word_log_level, TT_LOG_LEVELS)
WORDS(tt_word_object_kind, TT_OBJECT_KINDS)
WORDS(tt_word_misuse, TT_MISUSES)

#define FIELD(field, width, shown, words)                                                                              \
	{                                                                                                              \
		.name = #field, .type = TT_FIELD_##width, .style = TT_STYLE_##shown,                                   \
		.offset = offsetof(struct tt_event, field), .word = words                                              \
	}

const struct tt_field tt_fields[] = {
    FIELD(pid, U32, NUMBER, NULL),
    FIELD(thread, TEXT, TEXT, NULL),
    FIELD(thread_id, U64, NUMBER, NULL),
    FIELD(caller, U64, HEX, NULL),
    FIELD(name, TEXT, TEXT, NULL),
    FIELD(id, U64, NUMBER, NULL),
    FIELD(kind, U8, WORD, tt_word_lock_kind),
    FIELD(mode, U8, WORD, tt_word_mode),
    FIELD(why, U8, WORD, tt_word_failure),
    FIELD(result, U8, WORD, tt_word_wake),
    FIELD(how, U8, WORD, tt_word_end),
    FIELD(limit, U8, WORD, tt_word_limit),
    FIELD(daemon, U8, NUMBER, NULL),
    FIELD(level, U8, WORD, tt_word_log_level),
    FIELD(object, U8, WORD, tt_word_object_kind),
    FIELD(depth, U32, NUMBER, NULL),
    FIELD(native_id, U32, NUMBER, NULL),
    FIELD(ppid, U32, NUMBER, NULL),
    FIELD(index, U32, NUMBER, NULL),
    FIELD(n_waiting, U32, NUMBER, NULL),
    FIELD(parties, U32, NUMBER, NULL),
    FIELD(woken, U32, NUMBER, NULL),
    FIELD(lock, U64, NUMBER, NULL),
    FIELD(holder, U64, NUMBER, NULL),
    FIELD(waker, U64, NUMBER, NULL),
    FIELD(value, U64, NUMBER, NULL),
    FIELD(bound, U64, NUMBER, NULL),
    FIELD(n, U64, NUMBER, NULL),
    FIELD(target, U64, HEX, NULL),
    FIELD(timeout_ns, I64, NUMBER, NULL),
    FIELD(interval_ns, I64, NUMBER, NULL),
    FIELD(asked, I64, NUMBER, NULL),
    FIELD(old, TEXT, TEXT, NULL),
    FIELD(text, TEXT, TEXT, NULL),
    FIELD(call, TEXT, TEXT, NULL),
    FIELD(shared, U8, NUMBER, NULL),
    FIELD(recording, TEXT, TEXT, NULL),
    FIELD(stack, STACK, STACK, NULL),
    {.name = NULL},
};

/* Fields whose words are others in some event. */
static const struct {
	enum tt_event_type type;
	struct tt_field field;
} exceptions[] = {
    {TT_EVENT_barrier_broken, FIELD(why, U8, WORD, tt_word_break)},
    {TT_EVENT_misuse, FIELD(why, U8, WORD, tt_word_misuse)},
};

bool tt_event_type_find(const char *name, enum tt_event_type *type)
{
	for (unsigned i = 0; i < TT_N_EVENT_TYPES; i++) {
		if (!strcmp(tt_event_type_names[i], name)) {
			*type = (enum tt_event_type)i;
			return true;
		}
	}
	return false;
}

const struct tt_field *tt_field_find(enum tt_event_type type, const char *name)
{
	for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
		if (exceptions[i].type == type && !strcmp(exceptions[i].field.name, name))
			return &exceptions[i].field;
	for (const struct tt_field *field = tt_fields; field->name; field++)
		if (!strcmp(field->name, name))
			return field;
	return NULL;
}
