/* SPDX-License-Identifier: MIT */
/*
 * The layout of a CTF 1.8 trace, as its metadata describe it: types, clocks, classes of streams and of events.
 */
#ifndef TT_READ_CTF_TSDL_LAYOUT_H
#define TT_READ_CTF_TSDL_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

enum tt_ctf_kind {
	TT_CTF_INTEGER, /* also of an enumeration: its words do not matter, but where a variant is chosen by them */
	TT_CTF_FLOAT,
	TT_CTF_STRING,
	TT_CTF_ARRAY,    /* of a fixed length */
	TT_CTF_SEQUENCE, /* of the length that a field before it has */
	TT_CTF_STRUCTURE,
	TT_CTF_VARIANT,
};

enum tt_ctf_order { TT_CTF_NATIVE, TT_CTF_LITTLE, TT_CTF_BIG }; /* of bytes; native: as the trace says */

/* A word of an enumeration; both ends belong to it. Of signed ones in two's complement. */
struct tt_ctf_range {
	const char *word;
	uint64_t first, last;
};

struct tt_ctf_type;

/* A member of a structure or an option of a variant. */
struct tt_ctf_member {
	const char *name; /* as in the metadata, with the `_` that LTTng puts before */
	const struct tt_ctf_type *type;
};

/* What does not apply to the kind is 0. */
struct tt_ctf_type {
	enum tt_ctf_kind kind;
	unsigned size, align; /* in bits; of all kinds but strings, arrays and structures, and of all */
	enum tt_ctf_order order;
	bool is_signed;
	bool is_text;                      /* characters: arrays of it are texts */
	const char *clock;                 /* an integer that is a time of it; else NULL */
	GArray *ranges;                    /* struct tt_ctf_range, of an enumeration; else NULL */
	const struct tt_ctf_type *element; /* of arrays and sequences */
	uint64_t length;                   /* of arrays */
	const char *by;                    /* the member that has the length of a sequence, or the tag of a variant */
	GArray *members;                   /* struct tt_ctf_member, of structures and variants */
};

struct tt_ctf_clock {
	const char *name, *uuid; /* a clock of the same uuid is the same clock; NULL: none */
	uint64_t frequency;      /* in Hz */
	int64_t offset_s;        /* since the epoch: offset_s + offset / frequency */
	int64_t offset;
};

struct tt_ctf_event_class {
	const char *name; /* never NULL */
	uint64_t id, stream_id;
	const struct tt_ctf_type *context, *fields; /* structures, or NULL: none */
};

struct tt_ctf_stream_class {
	uint64_t id;
	const struct tt_ctf_type *packet_context, *event_header, *event_context; /* structures, or NULL: none */
};

struct tt_ctf_layout {
	bool begun;       /* the block `trace` was there, with what follows */
	bool big_endian;  /* what is native is */
	const char *uuid; /* as text; NULL: none */
	const struct tt_ctf_type *packet_header;
	GPtrArray *clocks;   /* struct tt_ctf_clock */
	GPtrArray *streams;  /* struct tt_ctf_stream_class */
	GPtrArray *events;   /* struct tt_ctf_event_class, in the order of the metadata */
	const char *process; /* of the environment: the name of the process and its number, if the trace is of one */
	int64_t pid;         /* -1: none */
	struct tt_ctf_store *store; /* owns all that is behind the pointers */
};

struct tt_ctf_layout *tt_ctf_layout_new(void);
void tt_ctf_layout_free(struct tt_ctf_layout *layout);

/* NULL if there is none, which may come yet. */
const struct tt_ctf_stream_class *tt_ctf_find_stream(const struct tt_ctf_layout *layout, uint64_t id);
const struct tt_ctf_event_class *tt_ctf_find_event(const struct tt_ctf_layout *layout, uint64_t stream_id, uint64_t id);
const struct tt_ctf_clock *tt_ctf_find_clock(const struct tt_ctf_layout *layout, const char *name);

/* NULL if the structure, which may be NULL, has it not. */
const struct tt_ctf_type *tt_ctf_find_member(const struct tt_ctf_type *structure, const char *name);

/* Whether an event of the stream class has a name that is meant. */
bool tt_ctf_has_events(const struct tt_ctf_layout *layout, uint64_t stream_id, bool (*is_meant)(const char *name));

/*
 * Reads metadata: takes the declarations of the text, which goes on where the last one ended, as far as they are whole.
 * Returns how much of it they are; -1 with *why, of the caller to free, if it is none that this reader knows.
 */
gssize tt_ctf_layout_add(struct tt_ctf_layout *layout, const char *text, gsize size, char **why);

#endif /* TT_READ_CTF_TSDL_LAYOUT_H */
