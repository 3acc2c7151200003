/* SPDX-License-Identifier: MIT */
/*
 * The decoded event: what the tools know of the trace. No Babeltrace type passes this door.
 *
 * A field bears the name it has in the trace (docs/events.md). Fields that an event does not carry are 0, NULL, or
 * TT_NO_TIMEOUT for timeout_ns. Strings are lent: valid until the handler returns.
 */
#ifndef TT_READ_EVENT_H
#define TT_READ_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tracepoints/vocabulary.h"

#define TT_EVENT_TYPE_(event, shape, level) TT_EVENT_##event,
enum tt_event_type { TT_VOCABULARY(TT_EVENT_TYPE_) TT_N_EVENT_TYPES };

/* `lock_acquired`, … */
extern const char *const tt_event_type_names[TT_N_EVENT_TYPES];

enum tt_field_type { TT_FIELD_U8, TT_FIELD_U32, TT_FIELD_U64, TT_FIELD_I64, TT_FIELD_TEXT, TT_FIELD_STACK };

/* How a field is shown. */
enum tt_field_style { TT_STYLE_NUMBER, TT_STYLE_HEX, TT_STYLE_WORD, TT_STYLE_TEXT, TT_STYLE_STACK };

/* A field of some event: its name in the trace and its place in struct tt_event. */
struct tt_field {
	const char *name;
	enum tt_field_type type;
	enum tt_field_style style;
	size_t offset;
	const char *(*word)(unsigned value); /* of an enumeration: the word for a value, NULL for one unknown */
};

struct tt_event {
	int64_t time_ns; /* since the epoch */
	enum tt_event_type type;
	const struct tt_field *const *fields; /* those it carries after name and id, in order, NULL at the end */

	/* who */
	uint32_t pid;
	const char *thread;
	uint64_t thread_id;
	uint64_t caller;

	/* what: NULL and 0 in log_message */
	const char *name;
	uint64_t id;

	/* the rest, in the order of tt_fields[] */
	uint8_t kind, mode, why, result, how, limit, daemon, level, object;
	uint32_t depth, native_id, ppid, index, n_waiting, parties, woken;
	uint64_t lock, holder, waker, value, bound, n, target;
	int64_t timeout_ns, interval_ns, asked;
	const char *old, *text, *call;
	uint8_t shared;
	const char *recording;
	const struct tt_stack *stack; /* the call chain beyond `caller`; NULL: the event has none */
};

/* Every field, in the order of struct tt_event; a row without a name at the end. */
extern const struct tt_field tt_fields[];

/* The type of the event `name`, without the provider's name. False for one that this vocabulary has not. */
bool tt_event_type_find(const char *name, enum tt_event_type *type);

/* The field `name` of an event; NULL if there is none. The words of `why` depend on the event. */
const struct tt_field *tt_field_find(enum tt_event_type type, const char *name);

/* The words of the enumerations; NULL for a value without a word. */
const char *tt_word_lock_kind(unsigned value);
const char *tt_word_mode(unsigned value);
const char *tt_word_limit(unsigned value);
const char *tt_word_failure(unsigned value);
const char *tt_word_wake(unsigned value);
const char *tt_word_end(unsigned value);
const char *tt_word_break(unsigned value);
const char *tt_word_log_level(unsigned value);
const char *tt_word_object_kind(unsigned value);
const char *tt_word_misuse(unsigned value);

#endif /* TT_READ_EVENT_H */
