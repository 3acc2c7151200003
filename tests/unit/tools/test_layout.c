/* SPDX-License-Identifier: MIT */
/*
 * Metadata of a trace as text: numbers, types and their limits, what is there in part, what is wrong; and the heads of
 * events that they describe.
 */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tools/read/ctf/decode/event_head.h"
#include "tools/read/ctf/tsdl/layout.h"

#define TRACE(order) "trace { major = 1; minor = 8; byte_order = " order "; };\n"

static struct tt_ctf_layout *read_text(const char *text)
{
	struct tt_ctf_layout *layout = tt_ctf_layout_new();
	g_autofree char *why = NULL;
	gssize taken = tt_ctf_layout_add(layout, text, strlen(text), &why);

	if (taken < (gssize)strlen(text) - 1) /* a line may end behind it */
		fail_msg("%zd of %zu: %s: %s", taken, strlen(text), why, text);
	return layout;
}

/* A layout with one event of these fields. */
static struct tt_ctf_layout *with_fields(const char *fields)
{
	g_autofree char *text = g_strdup_printf(
	    TRACE(
		"le") "stream { id = 0; };\nevent { name = \"e\"; id = 3; stream_id = 0; fields := struct { %s }; };\n",
	    fields);

	return read_text(text);
}

static const struct tt_ctf_type *field_of(const struct tt_ctf_layout *layout, const char *name)
{
	return tt_ctf_find_member(tt_ctf_find_event(layout, 0, 3)->fields, name);
}

static void assert_wrong(const char *fields)
{
	g_autofree char *text =
	    g_strdup_printf(TRACE("le") "event { name = \"e\"; id = 3; fields := struct { %s }; };\n", fields);
	struct tt_ctf_layout *layout = tt_ctf_layout_new();
	char *why = NULL;

	if (tt_ctf_layout_add(layout, text, strlen(text), &why) != -1)
		fail_msg("is read: %s", fields);
	assert_non_null(why);
	g_free(why);
	tt_ctf_layout_free(layout);
}

static void assert_integer(const char *words, unsigned size, unsigned align, enum tt_ctf_order order, bool is_signed)
{
	g_autofree char *fields = g_strdup_printf("integer { %s } _x;", words);
	struct tt_ctf_layout *layout = with_fields(fields);
	const struct tt_ctf_type *type = field_of(layout, "_x");

	assert_int_equal(type->kind, TT_CTF_INTEGER);
	assert_int_equal(type->size, size);
	assert_int_equal(type->align, align);
	assert_int_equal(type->order, order);
	assert_int_equal(type->is_signed, is_signed);
	tt_ctf_layout_free(layout);
}

static void test_integers(void **state)
{
	assert_integer("size = 8;", 8, 8, TT_CTF_NATIVE, false); /* whole bytes begin with one */
	assert_integer("size = 5;", 5, 1, TT_CTF_NATIVE, false);
	assert_integer("size = 64; align = 64; signed = 1; byte_order = be;", 64, 64, TT_CTF_BIG, true);
	assert_integer("size = 1; align = 1; signed = true; byte_order = network;", 1, 1, TT_CTF_BIG, true);
	assert_integer("size = 0x10; align = 020; signed = TRUE; byte_order = le;", 16, 16, TT_CTF_LITTLE, true);
	assert_integer("size = 32; signed = false; byte_order = native; base = 10;", 32, 8, TT_CTF_NATIVE, false);
	assert_integer("size = 32; signed = FALSE; encoding = none; base = hexadecimal;", 32, 8, TT_CTF_NATIVE, false);
	assert_integer("size = 32UL; signed = 0;", 32, 8, TT_CTF_NATIVE, false);
	assert_wrong("integer { size = 0; } _x;");
	assert_wrong("integer { size = 65; } _x;");
	assert_wrong("integer { size = 8; align = 3; } _x;");
	assert_wrong("integer { size = 8; align = 0; } _x;");
	assert_wrong("integer { size = 8; signed = 2; } _x;");
	assert_wrong("integer { size = 8; signed = maybe; } _x;");
	assert_wrong("integer { size = 8; byte_order = pdp; } _x;");
	assert_wrong("integer { size = -8; } _x;");
	assert_wrong("integer { size = 99999999999999999999; } _x;");
	assert_wrong("integer { size = 8 } _x;");
	(void)state;
}

static void test_texts_and_arrays(void **state)
{
	struct tt_ctf_layout *layout =
	    with_fields("string { encoding = UTF8; } _s; string _t; integer { size = 8; encoding = ASCII; } _a[7]; "
	                "integer { size = 32; } _n; integer { size = 16; } _q[_n]; integer { size = 16; } _z[0];");
	const struct tt_ctf_type *array = field_of(layout, "_a"), *sequence = field_of(layout, "_q");

	assert_int_equal(field_of(layout, "_s")->kind, TT_CTF_STRING);
	assert_int_equal(field_of(layout, "_t")->kind, TT_CTF_STRING);
	assert_int_equal(field_of(layout, "_t")->align, 8);
	assert_int_equal(array->kind, TT_CTF_ARRAY);
	assert_int_equal(array->length, 7);
	assert_int_equal(array->element->size, 8);
	assert_true(array->element->is_text);
	assert_false(field_of(layout, "_n")->is_text);
	assert_int_equal(sequence->kind, TT_CTF_SEQUENCE);
	assert_string_equal(sequence->by, "_n");
	assert_int_equal(sequence->element->size, 16);
	assert_int_equal(field_of(layout, "_z")->length, 0);
	assert_null(field_of(layout, "_none"));
	assert_null(tt_ctf_find_member(NULL, "_n"));
	tt_ctf_layout_free(layout);
	(void)state;
}

static void assert_range(const struct tt_ctf_type *type, guint i, const char *word, uint64_t first, uint64_t last)
{
	const struct tt_ctf_range *range = &g_array_index(type->ranges, struct tt_ctf_range, i);

	assert_string_equal(range->word, word);
	assert_int_equal(range->first, first);
	assert_int_equal(range->last, last);
}

/* Each word without a number is one more than the last. */
static void test_enumerations(void **state)
{
	struct tt_ctf_layout *layout =
	    with_fields("enum : integer { size = 8; } { a, b, c = 7, d, \"e f\" = 10 ... 20, g, } "
	                "_x; enum : integer { size = 8; signed = 1; } { m = -2, n } _y;");
	const struct tt_ctf_type *type = field_of(layout, "_x"), *other = field_of(layout, "_y");

	assert_int_equal(type->kind, TT_CTF_INTEGER);
	assert_int_equal(type->size, 8);
	assert_int_equal(type->ranges->len, 6);
	assert_range(type, 0, "a", 0, 0);
	assert_range(type, 1, "b", 1, 1);
	assert_range(type, 2, "c", 7, 7);
	assert_range(type, 3, "d", 8, 8);
	assert_range(type, 4, "e f", 10, 20);
	assert_range(type, 5, "g", 21, 21);
	assert_range(other, 0, "m", (uint64_t)-2, (uint64_t)-2);
	assert_range(other, 1, "n", (uint64_t)-1, (uint64_t)-1);
	tt_ctf_layout_free(layout);
	assert_wrong("enum : string { a } _x;");
	(void)state;
}

/* What is not whole yet waits: a byte more each time, it is taken at the end of each declaration. */
static void test_in_part(void **state)
{
	static const char text[] =
	    "/* CTF 1.8 */ // line\n" TRACE("le") "/* a */ clock { name = \"c\"; };\n// b\nstream { id = 4; };\n";
	const char *first = strstr(text, "};\n"), *second = strstr(strstr(first + 2, "};\n") + 2, "};\n");

	for (size_t size = 0; size < sizeof text; size++) {
		struct tt_ctf_layout *layout = tt_ctf_layout_new();
		char *why = NULL;
		gssize taken = tt_ctf_layout_add(layout, text, size, &why);

		assert_null(why);
		assert_in_range(taken, 0, size);
		assert_int_equal(layout->begun, size >= (size_t)(first + 2 - text));
		assert_int_equal(tt_ctf_find_stream(layout, 4) != NULL, size >= (size_t)(second + 2 - text));
		assert_null(tt_ctf_find_stream(layout, 0));
		/* The rest, where the first part has ended. */
		size_t rest = sizeof text - 1 - (size_t)taken;
		assert_true(tt_ctf_layout_add(layout, text + taken, rest, &why) >= 0);
		assert_non_null(tt_ctf_find_stream(layout, 4));
		tt_ctf_layout_free(layout);
	}
	(void)state;
}

static void test_clock(void **state)
{
	struct tt_ctf_layout *layout =
	    read_text(TRACE("be") "clock { name = \"monotonic\"; uuid = \"u-1\"; description = \"x\\\"y\"; freq = "
	                          "1000000; offset_s = 12; offset = -34; };\n"
	                          "clock { name = other; };\n"
	                          "env { procname = \"prog\"; vpid = 77; other = 5; };\n");
	const struct tt_ctf_clock *clock = tt_ctf_find_clock(layout, "monotonic");

	assert_true(layout->big_endian);
	assert_int_equal(clock->frequency, 1000000);
	assert_int_equal(clock->offset_s, 12);
	assert_int_equal(clock->offset, -34);
	assert_string_equal(clock->uuid, "u-1");
	assert_int_equal(tt_ctf_find_clock(layout, "other")->frequency, 1000000000);
	assert_null(tt_ctf_find_clock(layout, "none"));
	assert_string_equal(layout->process, "prog");
	assert_int_equal(layout->pid, 77);
	tt_ctf_layout_free(layout);
	layout = read_text(TRACE("le"));
	assert_false(layout->big_endian);
	assert_int_equal(layout->pid, -1);
	tt_ctf_layout_free(layout);
	(void)state;
}

/* The head of events of a stream with that declaration. */
static bool make_head(const char *order, const char *header, struct tt_event_head *head)
{
	g_autofree char *text = g_strdup_printf("trace { major = 1; minor = 8; byte_order = %s; };\n"
	                                        "clock { name = c; };\nstream { id = 0; event.header := %s; };\n",
	                                        order, header);
	struct tt_ctf_layout *layout = read_text(text);
	bool made = tt_event_head_make(layout, tt_ctf_find_stream(layout, 0)->event_header, head);

	tt_ctf_layout_free(layout);
	return made;
}

#define TIME(size) "integer { size = " size "; align = 8; map = clock.c.value; }"
#define LARGE                                                                                                          \
	"struct { enum : integer { size = 16; align = 8; } { compact = 0 ... 65534, extended = 65535 } id; variant "   \
	"<id> { "                                                                                                      \
	"struct { " TIME("32") " timestamp; } compact; struct { integer { size = 32; align = 8; } id; " TIME(          \
	    "64") " timestamp; } extended; } v; }"

/* LTTng's large head: numbers up to 65534 with 32 bits of the time, others in full. */
static void test_large_head(void **state)
{
	static const uint8_t brief[] = {0xfe, 0xff, 0x04, 0x03, 0x02, 0x01};
	static const uint8_t full[] = {0xff, 0xff, 0x78, 0x56, 0x34, 0x12, 8, 7, 6, 5, 4, 3, 2, 1};
	struct tt_event_head head;
	uint64_t at, id, cycles;

	assert_true(make_head("le", LARGE, &head));
	assert_true(head.is_large);
	assert_int_equal(head.n_options, 2);
	assert_int_equal(head.align, 1);
	for (int any = 0; any < 2; any++) {
		__typeof__(tt_event_head_read) *read = any ? tt_event_head_read_any : tt_event_head_read;

		at = 0, cycles = 0x01020303;
		assert_true(read(&head, brief, sizeof brief, &at, &id, &cycles));
		assert_int_equal(at, 6);
		assert_int_equal(id, 65534);
		assert_int_equal(cycles, 0x01020304);
		at = 0, cycles = 0x01020305; /* later: so that the low bits have gone round */
		assert_true(read(&head, brief, sizeof brief, &at, &id, &cycles));
		assert_int_equal(cycles, 0x101020304);
		at = 0;
		assert_true(read(&head, full, sizeof full, &at, &id, &cycles));
		assert_int_equal(at, sizeof full);
		assert_int_equal(id, 0x12345678);
		assert_int_equal(cycles, 0x0102030405060708);
		for (size_t size = 0; size < sizeof full; size++) {
			at = 0;
			assert_false(read(&head, full, size, &at, &id, &cycles));
			at = 0;
			assert_int_equal(read(&head, brief, MIN(size, 6), &at, &id, &cycles), size >= 6);
		}
	}
	(void)state;
}

/* Heads that are nearly that. */
static void test_other_heads(void **state)
{
	static const char *const plain[] = {
	    "struct { integer { size = 16; align = 8; } id; }",
	    "struct { integer { size = 32; align = 32; } id; " TIME("64") " timestamp; }"};
	struct tt_event_head head;
	uint64_t at = 1, id, cycles = 0;
	static const uint8_t bytes[] = {0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 5};

	assert_true(make_head("be", LARGE, &head));
	assert_false(head.is_large);
	assert_true(make_head("le", plain[0], &head));
	assert_false(head.is_large);
	assert_int_equal(head.n_options, 0);
	assert_true(make_head("be", plain[1], &head));
	assert_int_equal(head.align, 4);
	assert_int_equal(head.parts.n, 2);
	assert_true(tt_event_head_read(&head, bytes, sizeof bytes, &at, &id, &cycles));
	assert_int_equal(id, 9); /* at the next place of its alignment */
	assert_int_equal(cycles, 5);
	assert_int_equal(at, 16);
	at = 1;
	assert_false(tt_event_head_read(&head, bytes, sizeof bytes - 1, &at, &id, &cycles));
	(void)state;
}

/* Those that are read in the common way are large heads to a hair. */
static void test_nearly_large_heads(void **state)
{
#define NEARLY(number, range, compact)                                                                                 \
	"struct { enum : integer { " number " } { compact = " range ", extended = 65535 } id; variant <id> { struct "  \
	"{ " compact " } compact; struct { integer { size = 32; align = 8; } id; } extended; } v; }"
#define NUMBER "size = 16; align = 8;"
#define RANGE "0 ... 65534"
	static const struct {
		const char *text;
		bool is_large;
	} cases[] = {
	    {NEARLY(NUMBER, RANGE, TIME("32") " t;"), true},
	    {NEARLY("size = 16; align = 16;", RANGE, TIME("32") " t;"), false},
	    {NEARLY("size = 32; align = 8;", RANGE, TIME("32") " t;"), false},
	    {NEARLY("size = 16; align = 8; byte_order = be;", RANGE, TIME("32") " t;"), false},
	    {NEARLY("size = 16; align = 8; map = clock.c.value;", RANGE, TIME("32") " t;"), false},
	    {NEARLY(NUMBER, "1 ... 65534", TIME("32") " t;"), false},
	    {NEARLY(NUMBER, RANGE, TIME("64") " t;"), false},
	    {NEARLY(NUMBER, RANGE, "integer { size = 32; align = 8; } t;"), false},
	    {NEARLY(NUMBER, RANGE, TIME("32") " t; " TIME("32") " u;"), false},
	    {NEARLY(NUMBER, RANGE, ""), false},
	    {NEARLY(NUMBER, RANGE, "integer { size = 32; align = 4; map = clock.c.value; } t;"), false},
	    {NEARLY(NUMBER, RANGE, "integer { size = 32; align = 8; byte_order = be; map = clock.c.value; } t;"),
	     false},
	    {"struct { integer { size = 16; align = 8; } id; }", false},
	};
	struct tt_event_head head;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_true(make_head("le", cases[i].text, &head));
		if (head.is_large != cases[i].is_large)
			fail_msg("%s", cases[i].text);
	}
	(void)state;
}

/* A number that has no option; and what is no head that is known. */
static void test_heads_that_are_none(void **state)
{
	static const char *const wrong[] = {
	    "struct { string id; }",
	    ("struct { integer { size = 8; } a; integer { size = 8; } b; integer { size = 8; } c; integer { size = 8; "
	     "} "
	     "d; integer { size = 8; } e; }"),
	    "struct { }",
	    "struct { integer { size = 8; } id; variant <id> { struct { integer { size = 8; } x; } a; } v; }",
	    ("struct { enum : integer { size = 8; } { a, b } id; variant <id> { struct { integer { size = 8; } x; } a; "
	     "} v; }"),
	    "struct { enum : integer { size = 8; } { a } id; variant <id> { integer { size = 8; } a; } v; }",
	    "struct { enum : integer { size = 8; } { a } id; variant <id> { struct { string s; } a; } v; }",
	    ("struct { enum : integer { size = 8; } { a } id; variant <id> { struct { integer { size = 8; } x; } a; } "
	     "v; integer { size = 8; } behind; }"),
	    ("struct { enum : integer { size = 8; } { a } tag; variant <tag> { struct { integer { size = 8; } x; } a; "
	     "} v; }"),
	};
	static const char one[] = "struct { enum : integer { size = 8; } { a = 1 ... 2 } id; variant <id> { struct { "
				  "integer { size = 8; } x; } a; } v; }";
	struct tt_event_head head;

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
		if (make_head("le", wrong[i], &head))
			fail_msg("is taken: %s", wrong[i]);
	assert_false(tt_event_head_make(NULL, NULL, &head));
	assert_true(make_head("le", one, &head));
	for (uint8_t number = 0; number < 4; number++) {
		uint8_t bytes[8] = {number};
		uint64_t at = 0, id, cycles = 0;

		assert_int_equal(tt_event_head_read(&head, bytes, 2, &at, &id, &cycles), number == 1 || number == 2);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_integers),
	    cmocka_unit_test(test_texts_and_arrays),
	    cmocka_unit_test(test_enumerations),
	    cmocka_unit_test(test_in_part),
	    cmocka_unit_test(test_clock),
	    cmocka_unit_test(test_large_head),
	    cmocka_unit_test(test_other_heads),
	    cmocka_unit_test(test_heads_that_are_none),
	    cmocka_unit_test(test_nearly_large_heads),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
