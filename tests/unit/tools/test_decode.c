/* SPDX-License-Identifier: MIT */
/*
 * Bytes of a packet by hand: numbers of any bits, heads of packets and what is wrong with them, events of all kinds of
 * fields, and each place at which a packet may end too early.
 */
#include "tests/unit/tools/leaks.h"
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tools/read/ctf/decode/bits.h"
#include "tools/read/ctf/decode/fill.h"
#include "tools/read/ctf/decode/packet.h"
#include "tools/read/ctf/decode/steps.h"
#include "tools/read/event.h"

static struct tt_ctf_layout *layout_of(const char *text)
{
	struct tt_ctf_layout *layout = tt_ctf_layout_new();
	char *why = NULL;

	if (tt_ctf_layout_add(layout, text, strlen(text), &why) != (gssize)strlen(text))
		fail_msg("%s: %s", why, text);
	return layout;
}

static void test_bits(void **state)
{
	static const uint8_t bytes[] = {0x81, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x5a};

	assert_int_equal(tt_bytes_number(bytes, 8, false), 0xefcdab8967452381);
	assert_int_equal(tt_bytes_number(bytes, 8, true), 0x8123456789abcdef);
	assert_int_equal(tt_bytes_number(bytes, 7, false), 0xcdab8967452381);
	assert_int_equal(tt_bytes_number(bytes, 4, false), 0x67452381);
	assert_int_equal(tt_bytes_number(bytes, 3, false), 0x452381);
	assert_int_equal(tt_bytes_number(bytes, 3, true), 0x812345);
	assert_int_equal(tt_bytes_number(bytes, 2, false), 0x2381);
	assert_int_equal(tt_bytes_number(bytes, 1, false), 0x81);
	assert_int_equal(tt_bits_number(bytes, 8, 16, false), 0x4523);
	assert_int_equal(tt_bits_number(bytes, 8, 16, true), 0x2345);
	assert_int_equal(tt_bits_number(bytes, 0, 1, false), 1);
	assert_int_equal(tt_bits_number(bytes, 0, 1, true), 1);
	assert_int_equal(tt_bits_number(bytes, 1, 7, false), 0x40);
	assert_int_equal(tt_bits_number(bytes, 1, 7, true), 1);
	assert_int_equal(tt_bits_number(bytes, 4, 8, false), 0x38);
	assert_int_equal(tt_bits_number(bytes, 4, 8, true), 0x12);
	assert_int_equal(tt_bits_number(bytes, 4, 64, true), 0x123456789abcdef5);
	assert_int_equal(tt_bits_number(bytes, 4, 64, false), 0xaefcdab896745238);
	assert_int_equal(tt_extend_sign(0x7f, 8), 0x7f);
	assert_int_equal(tt_extend_sign(0x80, 8), (uint64_t)-128);
	assert_int_equal(tt_extend_sign(1, 1), (uint64_t)-1);
	assert_int_equal(tt_extend_sign(5, 64), 5);
	assert_int_equal(tt_align(0, 8), 0);
	assert_int_equal(tt_align(1, 8), 8);
	assert_int_equal(tt_align(8, 8), 8);
	assert_int_equal(tt_align(9, 1), 9);
	(void)state;
}

#define U(size) "integer { size = " #size "; align = 8; } "
#define HEADER                                                                                                         \
	"trace { major = 1; minor = 8; byte_order = le; uuid = \"01020304-0506-0708-090a-0b0c0d0e0f10\"; "             \
	"packet.header := struct { " U(32) "magic; " U(8) "uuid[16]; " U(32) "stream_id; " U(                          \
	    64) "stream_instance_id; }; };"
#define CONTEXT(more)                                                                                                     \
	"stream { id = 5; packet.context := struct { " U(64) "timestamp_begin; " U(64) "timestamp_end; " U(               \
	    64) "content_size; " U(64) "packet_size; " U(16) "packet_seq_num; " U(32) "events_discarded; " U(32) "cpu"    \
														 "_id"    \
														 ";"      \
														 " " more \
														 "}; "    \
														 "};"

enum {
	MAGIC = 0,
	UUID = 4,
	STREAM = 20,
	INSTANCE = 24,
	BEGIN = 32,
	END = 40,
	CONTENT = 48,
	SIZE = 56,
	SEQ = 64,
	LOST = 66,
	HEAD = 74
};

static void put(uint8_t *at, uint64_t number, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		at[i] = (uint8_t)(number >> (8 * i));
}

static void make_head(uint8_t bytes[128])
{
	memset(bytes, 0, 128);
	put(bytes + MAGIC, 0xc1fc1fc1, 4);
	for (unsigned i = 0; i < 16; i++)
		bytes[UUID + i] = (uint8_t)(i + 1);
	put(bytes + STREAM, 5, 4);
	put(bytes + INSTANCE, 77, 8);
	put(bytes + BEGIN, 1000, 8);
	put(bytes + END, 2000, 8);
	put(bytes + CONTENT, 100 * 8, 8);
	put(bytes + SIZE, 120 * 8, 8);
	put(bytes + SEQ, 0x1234, 2);
	put(bytes + LOST, 9, 4);
	put(bytes + LOST + 4, 3, 4);
}

static void test_packet(void **state)
{
	struct tt_ctf_layout *layout = layout_of(HEADER CONTEXT(""));
	struct tt_ctf_packet packet;
	uint8_t bytes[128];
	const char *why;

	make_head(bytes);
	assert_int_equal(tt_ctf_packet_read(layout, bytes, HEAD, &packet, &why), TT_PACKET_GOOD);
	assert_null(why);
	assert_ptr_equal(packet.class, tt_ctf_find_stream(layout, 5));
	assert_int_equal(packet.instance, 77);
	assert_int_equal(packet.head, HEAD);
	assert_int_equal(packet.content, 100);
	assert_int_equal(packet.size, 120);
	assert_int_equal(packet.begin, 1000);
	assert_int_equal(packet.end, 2000);
	assert_int_equal(packet.sequence, 0x1234);
	assert_int_equal(packet.sequence_bits, 16);
	assert_int_equal(packet.discarded, 9);
	assert_int_equal(packet.discarded_bits, 32);
	for (size_t size = 0; size < HEAD; size++)
		assert_int_equal(tt_ctf_packet_read(layout, bytes, size, &packet, &why), TT_PACKET_SHORT);
	tt_ctf_layout_free(layout);
	(void)state;
}

/* A number of the head is another one. */
static void assert_head(const struct tt_ctf_layout *layout, unsigned at, uint64_t number, unsigned size,
                        enum tt_ctf_packet_state expected)
{
	struct tt_ctf_packet packet;
	uint8_t bytes[128];
	const char *why;

	make_head(bytes);
	put(bytes + at, number, size);
	if (tt_ctf_packet_read(layout, bytes, sizeof bytes, &packet, &why) != expected)
		fail_msg("%" PRIu64 " at %u", number, at);
	assert_int_equal(why == NULL, expected == TT_PACKET_GOOD);
}

static void test_wrong_packets(void **state)
{
	struct tt_ctf_layout *layout = layout_of(HEADER CONTEXT(""));

	assert_head(layout, MAGIC, 0xc1fc1fc2, 4, TT_PACKET_WRONG);
	for (unsigned i = 0; i < 16; i++)
		assert_head(layout, UUID + i, 0xff, 1, TT_PACKET_WRONG);
	assert_head(layout, STREAM, 6, 4, TT_PACKET_UNKNOWN);
	assert_head(layout, CONTENT, 100 * 8 + 1, 8, TT_PACKET_WRONG);
	assert_head(layout, SIZE, 120 * 8 + 4, 8, TT_PACKET_WRONG);
	assert_head(layout, CONTENT, HEAD * 8, 8, TT_PACKET_GOOD); /* no event */
	assert_head(layout, CONTENT, (HEAD - 1) * 8, 8, TT_PACKET_WRONG);
	assert_head(layout, SIZE, 100 * 8, 8, TT_PACKET_GOOD); /* no room behind */
	assert_head(layout, SIZE, 99 * 8, 8, TT_PACKET_WRONG);
	tt_ctf_layout_free(layout);
	(void)state;
}

/* Heads that lack something, or have what none can. */
static void test_other_packets(void **state)
{
	static const struct {
		const char *text;
		enum tt_ctf_packet_state state;
	} cases[] = {
	    {"", TT_PACKET_UNKNOWN},
	    {"trace { };", TT_PACKET_UNKNOWN},
	    {"trace { }; stream { };", TT_PACKET_WRONG}, /* no size */
	    {"trace { }; stream { packet.context := struct { " U(8) "timestamp_begin; " U(8) "timestamp_end; }; };",
	     TT_PACKET_WRONG},
	    {"trace { }; stream { packet.context := struct { " U(8) "timestamp_begin; " U(8) "packet_size; }; };",
	     TT_PACKET_WRONG},
	    {"trace { }; stream { packet.context := struct { " U(8) "timestamp_end; " U(8) "packet_size; }; };",
	     TT_PACKET_WRONG},
	    {"trace { packet.header := struct { string s; }; }; stream { };", TT_PACKET_WRONG},
	    {"trace { packet.header := struct { " U(16) "a[2]; }; }; stream { };", TT_PACKET_WRONG},
	    {"trace { packet.header := struct { integer { size = 8; align = 16; } a[2]; }; }; stream { };",
	     TT_PACKET_WRONG},
	    {"trace { packet.header := struct { " U(8) "n; " U(8) "a[n]; }; }; stream { };", TT_PACKET_WRONG},
	};
	static const uint8_t zeros[128];
	struct tt_ctf_packet packet;
	const char *why;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tt_ctf_layout *layout = layout_of(cases[i].text);
		if (tt_ctf_packet_read(layout, zeros, sizeof zeros, &packet, &why) != cases[i].state)
			fail_msg("%s", cases[i].text);
		tt_ctf_layout_free(layout);
	}
	(void)state;
}

/* Bits side by side, alignments, arrays in between, an order of its own; without magic, uuid or number of stream. */
static void test_head_of_bits(void **state)
{
	struct tt_ctf_layout *layout = layout_of(
	    "trace { major = 1; minor = 8; byte_order = be; packet.header := struct { integer { size = 4; } a; " U(
		8) "uuid[2]; }; }; stream { packet.context := struct { integer { size = 4; } timestamp_begin; integer "
		   "{ size = 12; } timestamp_end; integer { size = 16; align = 32; byte_order = le; } content_size; " U(
		       16) "packet_size; integer { size = 3; } events_discarded; } align(16); };");
	static const uint8_t bytes[] = {0x5f, 1, 2, 0, 0x3a, 0xbc, 0, 0, 104, 0, 0, 112, 0xa0, 0};
	struct tt_ctf_packet packet;
	const char *why;

	assert_int_equal(tt_ctf_packet_read(layout, bytes, sizeof bytes, &packet, &why), TT_PACKET_GOOD);
	assert_int_equal(packet.begin, 3);
	assert_int_equal(packet.end, 0xabc);
	assert_int_equal(packet.content, 13);
	assert_int_equal(packet.size, 14);
	assert_int_equal(packet.head, 13); /* three bits of a byte */
	assert_int_equal(packet.discarded, 5);
	assert_int_equal(packet.discarded_bits, 3);
	assert_int_equal(packet.sequence_bits, 0);
	assert_int_equal(packet.instance, UINT64_MAX);
	tt_ctf_layout_free(layout);
	(void)state;
}

/* Events. */

struct target {
	uint8_t u8;
	uint32_t u32;
	uint64_t u64, other;
	int64_t i64;
	const char *text, *characters;
	const struct tt_stack *stack;
};

static const struct tt_field *find(const char *name, const void *data)
{
	static const struct tt_field fields[] = {
	    {.name = "u8", .type = TT_FIELD_U8, .offset = offsetof(struct target, u8)},
	    {.name = "u32", .type = TT_FIELD_U32, .offset = offsetof(struct target, u32)},
	    {.name = "u64", .type = TT_FIELD_U64, .offset = offsetof(struct target, u64)},
	    {.name = "other", .type = TT_FIELD_U64, .offset = offsetof(struct target, other)},
	    {.name = "i64", .type = TT_FIELD_I64, .offset = offsetof(struct target, i64)},
	    {.name = "text", .type = TT_FIELD_TEXT, .offset = offsetof(struct target, text)},
	    {.name = "characters", .type = TT_FIELD_TEXT, .offset = offsetof(struct target, characters)},
	    {.name = "stack", .type = TT_FIELD_STACK, .offset = offsetof(struct target, stack)},
	};

	assert_string_equal(data, "wish");
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		if (!strcmp(fields[i].name, name))
			return &fields[i];
	return NULL;
}

static const struct tt_fill_wish wish = {.find = find, .data = "wish", .bytes = "bytes"};

/* The fill of an event of these fields; NULL with *why. */
static struct tt_fill *fill_of(struct tt_ctf_layout **layout, const char *order, const char *fields, char **why)
{
	g_autofree char *text = g_strdup_printf(
	    "trace { major = 1; minor = 8; byte_order = %s; }; stream { }; event { fields := struct { %s }; };", order,
	    fields);

	*layout = layout_of(text);
	return tt_fill_new(*layout, tt_ctf_find_event(*layout, 0, 0), &wish, why);
}

/* The event fills all; with any byte less it is not there. */
static struct target filled(struct tt_fill *fill, const uint8_t *bytes, uint64_t at, uint64_t size,
                            struct tt_fill_bytes *array)
{
	struct target target = {0};

	for (uint64_t end = at; end < size; end++)
		assert_int_equal(tt_fill_event(fill, bytes, at, end, &target, NULL), 0);
	target = (struct target){0};
	assert_int_equal(tt_fill_event(fill, bytes, at, size, &target, array), size);
	return target;
}

#define EVERY                                                                                                          \
	U(8)                                                                                                           \
	"_u8; " U(32) "u32; " U(64) "_u64; integer { size = 64; align = 8; signed = 1; } i64; string _text; " U(       \
	    8) "pad; "                                                                                                 \
	       "integer { size = 8; align = 8; encoding = UTF8; } _characters[3]; " U(16) "n; " U(64) "_stack[n]; " U( \
		   8) "_bytes[4]; string ignored; " U(32) "_ignored[2]; " U(24) "_other; "

static void test_every_field(void **state)
{
	static const uint8_t bytes[] = {
	    0xff, 0xff, 7,   4, 3,  2,   1,   8,   7,   6, 5, 4, 3, 2, 1, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 'a',  'b', 0, 99, 'x', 'y', 'z', 2,   0, 1, 0, 0, 0, 0, 0,    0,    0,    2,    0,    0,    0,
	    0,    0,    0,   0, 9,  8,   7,   6,   'i', 0, 1, 1, 1, 1, 2, 2,    2,    2,    3,    2,    1};
	struct tt_ctf_layout *layout;
	char *why = NULL;
	struct tt_fill *fill = fill_of(&layout, "le", EVERY, &why);
	struct tt_fill_bytes array;

	if (!fill)
		fail_msg("%s", why);
	struct target target = filled(fill, bytes, 2, sizeof bytes, &array);
	assert_int_equal(target.u8, 7);
	assert_int_equal(target.u32, 0x01020304);
	assert_int_equal(target.u64, 0x0102030405060708);
	assert_int_equal(target.i64, -2);
	assert_string_equal(target.text, "ab");
	assert_string_equal(target.characters, "xyz");
	assert_int_equal(target.stack->n, 2);
	assert_int_equal(target.stack->frames[0], 1);
	assert_int_equal(target.stack->frames[1], 2);
	assert_int_equal(array.size, 4);
	assert_memory_equal(array.at, "\x09\x08\x07\x06", 4);
	assert_int_equal(target.other, 0x010203);
	GPtrArray *fields = tt_fill_fields(fill);
	assert_int_equal(fields->len, 8);
	assert_string_equal(((const struct tt_field *)fields->pdata[0])->name, "u8");
	assert_string_equal(((const struct tt_field *)fields->pdata[7])->name, "other");
	g_ptr_array_unref(fields);
	tt_fill_free(fill);
	tt_fill_free(NULL);
	tt_ctf_layout_free(layout);
	(void)state;
}

/* Numbers of another size, sign or order than the field's, and aligned in the packet. */
static void test_numbers_changed(void **state)
{
	static const uint8_t bytes[] = {0, 9, 0, 0, 0, 0, 1, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
	struct tt_ctf_layout *layout;
	char *why = NULL;
	struct tt_fill *fill = fill_of(&layout, "be",
	                               U(16) "u8; integer { size = 16; align = 32; byte_order = le; } u32; " U(
					   32) "pad; "
	                                       "integer { size = 8; align = 16; signed = 1; } i64; " U(
						   8) "a; floating_point { exp_dig "
	                                              "= 8; mant_dig = 24; align = 8; } f; string pad2; " U(64) "u64; ",
	                               &why);

	if (!fill)
		fail_msg("%s", why);
	struct target target = filled(fill, bytes, 0, sizeof bytes, NULL);
	assert_int_equal(target.u8, 9);
	assert_int_equal(target.u32, 0);
	assert_int_equal(target.i64, -1);
	assert_int_equal(target.u64, 0x0102030405060708);
	tt_fill_free(fill);
	tt_ctf_layout_free(layout);
	(void)state;
}

/* Lengths of up to four sequences; a stack that is longer than is kept, or empty. */
static void test_sequences(void **state)
{
	uint8_t bytes[2 + 300 * 2 + 2] = {0};
	struct tt_ctf_layout *layout;
	char *why = NULL;
	struct tt_fill *fill = fill_of(
	    &layout, "le", U(16) "n; " U(16) "_stack[n]; " U(8) "a; " U(8) "b; " U(8) "_x[a]; " U(8) "_y[b]; ", &why);
	struct target target;

	if (!fill)
		fail_msg("%s", why);
	put(bytes, 300, 2);
	for (unsigned i = 0; i < 300; i++)
		put(bytes + 2 + 2 * i, i, 2);
	target = filled(fill, bytes, 0, sizeof bytes, NULL);
	assert_int_equal(target.stack->n, TT_STACK_MAX);
	for (unsigned i = 0; i < TT_STACK_MAX; i++)
		assert_int_equal(target.stack->frames[i], i);
	static const uint8_t few[] = {0, 0, 2, 1, 5, 5, 6};
	target = filled(fill, few, 0, sizeof few, NULL);
	assert_null(target.stack);
	tt_fill_free(fill);
	tt_ctf_layout_free(layout);
	(void)state;
}

static void assert_unreadable(const char *fields)
{
	struct tt_ctf_layout *layout;
	char *why = NULL;

	if (fill_of(&layout, "le", fields, &why))
		fail_msg("is read: %s", fields);
	assert_non_null(why);
	g_free(why);
	tt_ctf_layout_free(layout);
}

static void assert_readable(const char *fields)
{
	struct tt_ctf_layout *layout;
	char *why = NULL;
	struct tt_fill *fill = fill_of(&layout, "le", fields, &why);

	if (!fill)
		fail_msg("%s: %s", fields, why);
	tt_fill_free(fill);
	tt_ctf_layout_free(layout);
}

/* What this reader does not know, so that it would not find what is behind. */
static void test_unreadable(void **state)
{
	assert_unreadable("integer { size = 7; } x;");
	assert_unreadable("integer { size = 8; align = 4; } x;");
	assert_unreadable("integer { size = 12; align = 8; } x;");
	assert_unreadable("floating_point { exp_dig = 8; mant_dig = 23; align = 8; } x;");
	assert_unreadable("struct { string s; } x;");
	assert_unreadable("string x[2];");
	assert_unreadable("integer { size = 4; align = 8; } x[2];");
	assert_unreadable("integer { size = 8; align = 4; } x[2];");
	assert_unreadable("integer { size = 8; align = 16; } x[2];");
	assert_readable("integer { size = 16; align = 16; } x[2];");
	assert_unreadable(U(8) "x[n]; " U(8) "n; ");
	assert_unreadable(U(8) "x[n]; ");
	assert_unreadable("integer { size = 8; align = 8; signed = 1; } n; " U(8) "x[n]; ");
	assert_readable(
	    U(8) "a; " U(8) "b; " U(8) "c; " U(8) "d; " U(8) "p[a]; " U(8) "q[b]; " U(8) "r[c]; " U(8) "s[d]; ");
	assert_unreadable(U(8) "a; " U(8) "b; " U(8) "c; " U(8) "d; " U(8) "e; " U(8) "p[a]; " U(8) "q[b]; " U(
	    8) "r[c]; " U(8) "s[d]; " U(8) "t[e]; ");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bits),
	    cmocka_unit_test(test_packet),
	    cmocka_unit_test(test_wrong_packets),
	    cmocka_unit_test(test_other_packets),
	    cmocka_unit_test(test_head_of_bits),
	    cmocka_unit_test(test_every_field),
	    cmocka_unit_test(test_numbers_changed),
	    cmocka_unit_test(test_sequences),
	    cmocka_unit_test(test_unreadable),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
