/* SPDX-License-Identifier: MIT */
/*
 * Writes traces as LTTng-UST lays them out, byte for byte: its packets, its heads of events in both sizes, numbers in
 * either order and alignment, metadata in packets. ctf.h is simpler, for what any CTF may have.
 *
 *     struct lttng t = lttng_begin(&(struct lttng_form){.large = true});
 *     lttng_class(&t, 0, "trace_thr:lock_acquired", LTTNG_WHAT …);
 *     lttng_event(&t, 0, time);  lttng_fields(&t, 8);  lttng_number(&t, 7, 4);  lttng_text(&t, "worker");  …
 *     lttng_packet(&t);
 *     lttng_end(&t, folder);
 */
#ifndef TT_TESTS_LTTNG_H
#define TT_TESTS_LTTNG_H

#include "tests/unit/tools/ctf.h"

struct lttng_form {
	bool large; /* the head of events */
	bool big_endian;
	bool aligned;       /* numbers, as on machines that ask for it */
	bool plain;         /* metadata not in packets */
	uint64_t frequency; /* of the clock; 0: in nanoseconds */
	const char *offset; /* of the clock; NULL: 1000000000000 */
	const char *env;    /* more lines of the environment; NULL: none */
};

struct lttng {
	struct lttng_form form;
	GString *metadata;
	GByteArray *stream, *packet;
	uint64_t first, last, discarded, sequence;
	uint32_t stream_id;
};

/* The head of the metadata: A and B stand for the two orders and alignments, and are filled in. */
static const char lttng_head[] =
    "/* CTF 1.8 */\n\n"
    "typealias integer { size = 8; align = 8; signed = false; } := uint8_t;\n"
    "typealias integer { size = 16; align = @16; signed = false; } := uint16_t;\n"
    "typealias integer { size = 32; align = @32; signed = false; } := uint32_t;\n"
    "typealias integer { size = 64; align = @64; signed = false; } := uint64_t;\n"
    "typealias integer { size = 64; align = @64; signed = false; } := unsigned long;\n"
    "typealias integer { size = 5; align = 1; signed = false; } := uint5_t;\n"
    "typealias integer { size = 27; align = 1; signed = false; } := uint27_t;\n\n"
    "trace {\n\tmajor = 1;\n\tminor = 8;\n\tuuid = \"286c01e8-b2dc-4d7d-ad25-fb343acfb165\";\n\tbyte_order = @order;\n"
    "\tpacket.header := struct {\n\t\tuint32_t magic;\n\t\tuint8_t  uuid[16];\n\t\tuint32_t stream_id;\n"
    "\t\tuint64_t stream_instance_id;\n\t};\n};\n\n"
    "env {\n\tdomain = \"ust\";\n\ttracer_name = \"lttng-ust\";\n\ttracer_major = 2;\n\ttracer_minor = 13;\n@env"
    "\ttracer_buffering_id = 0;\n\thostname = \"a\\\"b;}\";\n};\n\n"
    "clock {\n\tname = \"monotonic\";\n\tuuid = \"4cea29c9-4180-4407-9017-e8974f5217ed\";\n"
    "\tdescription = \"Monotonic Clock\";\n\tfreq = @freq; /* Frequency, in Hz */\n"
    "\t/* clock value offset from Epoch is: offset * (1/freq) */\n\toffset = @offset;\n};\n\n"
    "typealias integer {\n\tsize = 27; align = 1; signed = false;\n\tmap = clock.monotonic.value;\n} := "
    "uint27_clock_monotonic_t;\n\n"
    "typealias integer {\n\tsize = 32; align = @32; signed = false;\n\tmap = clock.monotonic.value;\n} := "
    "uint32_clock_monotonic_t;\n\n"
    "typealias integer {\n\tsize = 64; align = @64; signed = false;\n\tmap = clock.monotonic.value;\n} := "
    "uint64_clock_monotonic_t;\n\n"
    "struct packet_context {\n\tuint64_clock_monotonic_t timestamp_begin;\n\tuint64_clock_monotonic_t timestamp_end;\n"
    "\tuint64_t content_size;\n\tuint64_t packet_size;\n\tuint64_t packet_seq_num;\n"
    "\tunsigned long events_discarded;\n\tuint32_t cpu_id;\n};\n\n"
    "struct event_header_compact {\n\tenum : uint5_t { compact = 0 ... 30, extended = 31 } id;\n\tvariant <id> {\n"
    "\t\tstruct {\n\t\t\tuint27_clock_monotonic_t timestamp;\n\t\t} compact;\n\t\tstruct {\n\t\t\tuint32_t id;\n"
    "\t\t\tuint64_clock_monotonic_t timestamp;\n\t\t} extended;\n\t} v;\n} align(@32);\n\n"
    "struct event_header_large {\n\tenum : uint16_t { compact = 0 ... 65534, extended = 65535 } id;\n\tvariant <id> {\n"
    "\t\tstruct {\n\t\t\tuint32_clock_monotonic_t timestamp;\n\t\t} compact;\n\t\tstruct {\n\t\t\tuint32_t id;\n"
    "\t\t\tuint64_clock_monotonic_t timestamp;\n\t\t} extended;\n\t} v;\n} align(@16);\n\n"
    "stream {\n\tid = 1;\n\tevent.header := struct event_header_@size;\n\tpacket.context := struct packet_context;\n"
    "};\n\n";

/* Fields, as LTTng describes them. */
#define LTTNG_U8(name) "integer { size = 8; align = 8; signed = 0; encoding = none; base = 10; } _" name ";\n"
#define LTTNG_U32(name) "integer { size = 32; align = @32; signed = 0; encoding = none; base = 10; } _" name ";\n"
#define LTTNG_U64(name) "integer { size = 64; align = @64; signed = 0; encoding = none; base = 16; } _" name ";\n"
#define LTTNG_I64(name) "integer { size = 64; align = @64; signed = 1; encoding = none; base = 10; } _" name ";\n"
#define LTTNG_TEXT(name) "string _" name ";\n"
#define LTTNG_ENUM(name)                                                                                               \
	"enum : integer { size = 8; align = 8; signed = 0; encoding = none; base = 10; } {\n\"a } ;\" = 0,\n\"b\" = "  \
	"1 ... 7,\n} _" name ";\n"
#define LTTNG_STACK                                                                                                    \
	LTTNG_U8("_stack_length")                                                                                      \
	"integer { size = 64; align = @64; signed = 0; encoding = none; base = 16; } _stack[ __stack_length ];\n"
#define LTTNG_WHAT                                                                                                     \
	LTTNG_U32("pid")                                                                                               \
	LTTNG_TEXT("thread") LTTNG_U64("thread_id") LTTNG_U64("caller") LTTNG_TEXT("name") LTTNG_U64("id")
#define LTTNG_HOLD LTTNG_WHAT LTTNG_ENUM("kind") LTTNG_ENUM("mode") LTTNG_U32("depth") LTTNG_ENUM("limit") LTTNG_STACK

static inline void lttng_replace(GString *text, const char *what, const char *by)
{
	g_string_replace(text, what, by, 0);
}

static inline void lttng_fill_in(const struct lttng_form *form, GString *text)
{
	g_autofree char *frequency =
	    g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)(form->frequency ? form->frequency : 1000000000));

	lttng_replace(text, "@16", form->aligned ? "16" : "8");
	lttng_replace(text, "@32", form->aligned ? "32" : "8");
	lttng_replace(text, "@64", form->aligned ? "64" : "8");
	lttng_replace(text, "@order", form->big_endian ? "be" : "le");
	lttng_replace(text, "@size", form->large ? "large" : "compact");
	lttng_replace(text, "@freq", frequency);
	lttng_replace(text, "@offset", form->offset ? form->offset : "1000000000000");
	lttng_replace(text, "@env", form->env ? form->env : "");
}

/* A number of so many bytes, at its alignment. */
static inline void lttng_to(const struct lttng *t, GByteArray *to, uint64_t number, unsigned size)
{
	while (t->form.aligned && to->len % size)
		ctf_append(to, 0, 1);
	for (unsigned i = 0; i < size; i++)
		ctf_append(to, number >> 8 * (t->form.big_endian ? size - 1 - i : i), 1);
}

static inline struct lttng lttng_begin(const struct lttng_form *form)
{
	struct lttng t = {.form = *form, .metadata = g_string_new(lttng_head), .stream_id = 1};

	t.stream = g_byte_array_new();
	t.packet = g_byte_array_new();
	return t;
}

static inline void lttng_class(struct lttng *t, unsigned id, const char *name, const char *fields)
{
	g_string_append_printf(t->metadata,
	                       "event {\n\tname = \"%s\";\n\tid = %u;\n\tstream_id = %u;\n\tloglevel = 13;\n"
	                       "\tfields := struct {\n%s\t};\n};\n\n",
	                       name, id, t->stream_id, fields);
}

/* The head of the packet at hand; its sizes and its end are filled in when it ends. */
static inline void lttng_packet_head(struct lttng *t, GByteArray *to, uint64_t content, uint64_t size)
{
	static const uint8_t uuid[] = {0x28, 0x6c, 0x01, 0xe8, 0xb2, 0xdc, 0x4d, 0x7d,
	                               0xad, 0x25, 0xfb, 0x34, 0x3a, 0xcf, 0xb1, 0x65};

	lttng_to(t, to, 0xc1fc1fc1, 4);
	g_byte_array_append(to, uuid, sizeof uuid);
	lttng_to(t, to, t->stream_id, 4);
	lttng_to(t, to, 0, 8);
	lttng_to(t, to, t->first, 8);
	lttng_to(t, to, t->last, 8);
	lttng_to(t, to, content * 8, 8);
	lttng_to(t, to, size * 8, 8);
	lttng_to(t, to, t->sequence, 8);
	lttng_to(t, to, t->discarded, 8);
	lttng_to(t, to, 0, 4);
}

/* The fields begin, of which the strictest asks for that alignment. */
static inline void lttng_fields(struct lttng *t, unsigned align)
{
	while (t->form.aligned && t->packet->len % align)
		ctf_append(t->packet, 0, 1);
}

/* An event's head: in full where its time or class asks for that, or `full` does. */
static inline void lttng_event_head(struct lttng *t, unsigned id, uint64_t time, bool full)
{
	unsigned mark = t->form.large ? 65535 : 31, bits = t->form.large ? 32 : 27;

	full |= id >= mark || time - t->last >= (uint64_t)1 << bits;
	if (!t->packet->len) {
		t->first = time;
		lttng_packet_head(t, t->packet, 0, 0);
		full = full || !t->sequence;
	}
	t->last = time;
	lttng_fields(t, t->form.large ? 2 : 4);
	if (t->form.large)
		lttng_to(t, t->packet, full ? mark : id, 2);
	else if (full)
		ctf_append(t->packet, t->form.big_endian ? mark << 3 : mark, 1);
	else
		lttng_to(t, t->packet,
		         t->form.big_endian ? (uint64_t)id << 27 | (time & 0x7ffffff) : id | (time & 0x7ffffff) << 5,
		         4);
	if (full) {
		lttng_fields(t, 8); /* as its time, the strictest */
		lttng_to(t, t->packet, id, 4);
		lttng_to(t, t->packet, time, 8);
	} else if (t->form.large) {
		lttng_to(t, t->packet, time & 0xffffffff, 4);
	}
}

static inline void lttng_event(struct lttng *t, unsigned id, uint64_t time)
{
	lttng_event_head(t, id, time, false);
}

static inline void lttng_number(struct lttng *t, uint64_t number, unsigned size)
{
	lttng_to(t, t->packet, number, size);
}

static inline void lttng_text(struct lttng *t, const char *text)
{
	g_byte_array_append(t->packet, (const guint8 *)text, (guint)strlen(text) + 1);
}

/* Ends the packet, with padding. */
static inline void lttng_packet(struct lttng *t)
{
	struct lttng_form as = t->form;
	guint content = t->packet->len, size = (content + 63) / 64 * 64;
	GByteArray *head = g_byte_array_new();

	lttng_packet_head(t, head, content, size);
	memcpy(t->packet->data, head->data, head->len);
	while (t->packet->len < size)
		ctf_append(t->packet, 0, 1);
	g_byte_array_append(t->stream, t->packet->data, t->packet->len);
	g_byte_array_set_size(t->packet, 0);
	g_byte_array_free(head, TRUE);
	t->sequence++;
	t->form = as;
}

/* The stream up to here gets that name, and the next one begins. */
static inline void lttng_stream(struct lttng *t, const char *folder, const char *name)
{
	g_mkdir_with_parents(folder, 0755);
	if (t->packet->len)
		lttng_packet(t);
	ctf_write(folder, name, t->stream->data, t->stream->len);
	g_byte_array_set_size(t->stream, 0);
	t->sequence = t->discarded = 0;
}

/* Metadata in packets of at most 256 bytes of text, each padded. */
static inline GByteArray *lttng_metadata_packets(const struct lttng *t)
{
	static const uint8_t uuid[16] = {0x28, 0x6c, 1, 0xe8};
	struct lttng plain = {.form = {.big_endian = t->form.big_endian}};
	GByteArray *bytes = g_byte_array_new();

	for (gsize at = 0; at < t->metadata->len; at += 256) {
		gsize size = MIN(256, t->metadata->len - at);

		lttng_to(&plain, bytes, 0x75d11d57, 4);
		g_byte_array_append(bytes, uuid, sizeof uuid);
		lttng_to(&plain, bytes, 0, 4);
		lttng_to(&plain, bytes, (37 + size) * 8, 4);
		lttng_to(&plain, bytes, 512 * 8, 4);
		ctf_append(bytes, 0x0801000000, 5);
		g_byte_array_append(bytes, (const guint8 *)t->metadata->str + at, (guint)size);
		while (bytes->len % 512)
			ctf_append(bytes, 0, 1);
	}
	return bytes;
}

static inline void lttng_end(struct lttng *t, const char *folder)
{
	GByteArray *packets;

	if (t->packet->len || t->stream->len)
		lttng_stream(t, folder, "events_0");
	lttng_fill_in(&t->form, t->metadata);
	packets = lttng_metadata_packets(t);
	g_mkdir_with_parents(folder, 0755);
	if (t->form.plain)
		ctf_write(folder, "metadata", t->metadata->str, t->metadata->len);
	else
		ctf_write(folder, "metadata", packets->data, packets->len);
	g_byte_array_free(packets, TRUE);
	g_string_free(t->metadata, TRUE);
	g_byte_array_free(t->stream, TRUE);
	g_byte_array_free(t->packet, TRUE);
}

#endif /* TT_TESTS_LTTNG_H */
