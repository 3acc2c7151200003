/* SPDX-License-Identifier: MIT */
/*
 * Declarations of a trace's metadata that are wrong, each at the word that is; and those next to them that are right.
 */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tools/read/ctf/tsdl/layout.h"

#define U8 "integer { size = 8; }"
#define EVENT(fields) "event { id = 1; fields := struct { " fields " }; };"

/* Reads a text alone. True: it is taken whole. */
static bool reads(const char *text, struct tt_ctf_layout **layout, char **why)
{
	*why = NULL;
	*layout = tt_ctf_layout_new();
	return tt_ctf_layout_add(*layout, text, strlen(text), why) == (gssize)strlen(text);
}

static void assert_right(const char *text)
{
	struct tt_ctf_layout *layout;
	char *why;

	if (!reads(text, &layout, &why))
		fail_msg("%s: %s", text, why ? why : "not whole");
	assert_null(why);
	tt_ctf_layout_free(layout);
}

/* It is wrong, and said to be so at this word. */
static void assert_wrong_at(const char *text, const char *word)
{
	g_autofree char *at = g_strdup_printf(" at '%s' ", word);
	struct tt_ctf_layout *layout;
	char *why;

	if (reads(text, &layout, &why))
		fail_msg("is read: %s", text);
	if (!why || !strstr(why, at))
		fail_msg("%s: '%s', not%s", text, why ? why : "nothing", at);
	g_free(why);
	tt_ctf_layout_free(layout);
}

static void test_right(void **state)
{
	static const char *const texts[] = {
	    ";",
	    ";;;",
	    "env { };",
	    "env { a = 1; b = c; d = \"e\"; vpid = -1; procname = name; };",
	    "env { vpid = 9223372036854775807; };",
	    "env { vpid = -9223372036854775808; };",
	    "trace { };",
	    "trace { byte_order = network; };",
	    "clock { name = c; precision = 1; absolute = FALSE; description = \"\"; freq = 1; };",
	    "clock { name = c; }; clock { name = d; };",
	    "stream { }; stream { id = 1; };",
	    "event { id = 1; }; event { id = 2; }; event { id = 1; stream_id = 1; };",
	    "event { loglevel = 3; model.emf.uri = \"x\"; context := struct { " U8 " _x; }; };",
	    "typealias " U8 " := u8; " EVENT("u8 _x;"),
	    "typealias " U8 " := unsigned char; " EVENT("unsigned char _x; unsigned char _y[2];"),
	    "struct s { " U8 " _x; }; " EVENT("struct s _x;"),
	    "struct s { " U8 " _x; } align(64); " EVENT("struct s _x;"),
	    "struct s { };",
	    EVENT("enum : " U8 " { } _x;"),
	    EVENT("enum : " U8 " { a = 1 ... 2, \"b\", } _x;"),
	    EVENT("variant <tag> { " U8 " a; string b; } v;"),
	    EVENT("floating_point { exp_dig = 8; mant_dig = 24; align = 32; byte_order = be; } f;"),
	    EVENT("string { align = 8; byte_order = le; encoding = none; } f;"),
	    EVENT(U8 " _x[4294967295];"),
	    EVENT("integer { size = 1; } _x; integer { size = 64; } _y;"),
	    EVENT("integer { size = 8; signed = 0; map = clock.c.value; } _x;"),
	    EVENT(""),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		assert_right(texts[i]);
	(void)state;
}

static void test_wrong_declarations(void **state)
{
	static const char *const texts[][2] = {
	    {"callsite { };", "callsite"},
	    {"1;", "1"},
	    {"env { } x;", "x"},
	    {"env ;", ";"},
	    {"env { 1 = 1; };", "1"},
	    {"env { a = 1; a = 2; };", "a"},
	    {"env { a = 1; ab = 1; b = 1; ab = 2; };", "ab"},
	    {"env { a 1; };", "1"},
	    {"env { a = ; };", ";"},
	    {"env { a = 1, };", ","},
	    {"env { procname = 1; };", "1"},
	    {"env { procname := x; };", ":="},
	    {"env { vpid = x; };", "x"},
	    {"env { vpid x; };", "x"},
	    {"env { vpid = 9223372036854775808; };", "9223372036854775808"},
	    {"trace { major = 2; };", ";"},
	    {"trace { major = x; };", "x"},
	    {"trace { minor = 7; };", ";"},
	    {"trace { minor := 8; };", ":="},
	    {"trace { uuid = 1; };", "1"},
	    {"trace { name = x; };", "="},
	    {"trace { byte_order = middle; };", "middle"},
	    {"trace { byte_order le; };", "le"},
	    {"trace { }; trace { };", "{"},
	    {"trace { packet.header := " U8 "; };", ";"},
	    {"trace { packet.header = struct { }; };", "="},
	    {"clock { };", ";"},
	    {"clock { name = c; }; clock { name = c; };", ";"},
	    {"clock { name = c; freq = 0; };", ";"},
	    {"clock { name = c; freq = x; };", "x"},
	    {"clock { name = c; offset = x; };", "x"},
	    {"clock { name = c; offset_s = \"1\"; };", "1"},
	    {"clock { name = c; colour = 1; };", "="},
	    {"stream { id = x; };", "x"},
	    {"stream { }; stream { id = 0; };", ";"},
	    {"stream { name = x; };", "="},
	    {"stream { event.header := string; };", ";"},
	    {"stream { event.context := nothing; };", ";"},
	    {"event { id = 1; }; event { id = 1; stream_id = 0; };", ";"},
	    {"event { }; event { };", ";"},
	    {"event { colour = 1; };", "="},
	    {"event { id = -; };", "-"},
	    {"event { fields := " U8 "; };", ";"},
	    {"event { context = struct { }; };", "="},
	    {"typealias " U8 " u8;", "u8"},
	    {"typealias " U8 " := ;", ";"},
	    {"typealias " U8 " := 8;", "8"},
	    {"typealias " U8 " := a; typealias " U8 " := a;", ";"},
	    {"typealias b := a;", ":="},
	    {"struct { " U8 " _x; };", "{"},
	    {"struct s { }; struct s { };", "s"},
	    {"struct s ;", ";"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		assert_wrong_at(texts[i][0], texts[i][1]);
	(void)state;
}

static void test_wrong_types(void **state)
{
	static const char *const texts[][2] = {
	    {EVENT("integer _x;"), "_x"},
	    {EVENT("integer { } _x;"), "_x"},
	    {EVENT("integer { size = 0; } _x;"), ";"},
	    {EVENT("integer { size = 65; } _x;"), ";"},
	    {EVENT("integer { size = x; } _x;"), "x"},
	    {EVENT("integer { size = 8; size = 8; } _x;"), "size"},
	    {EVENT("integer { size : 8; } _x;"), ":"},
	    {EVENT("integer { size = 8 } _x;"), "}"},
	    {EVENT("integer { size = 8; align = 3; } _x;"), "_x"},
	    {EVENT("integer { size = 8; align = 0; } _x;"), ";"},
	    {EVENT("integer { size = 8; align = 128; } _x;"), ";"},
	    {EVENT("integer { size = 8; colour = 1; } _x;"), "1"},
	    {EVENT("integer { size = 8; exp_dig = 1; } _x;"), "1"},
	    {EVENT("integer { size = 8; byte_order = middle; } _x;"), "middle"},
	    {EVENT("integer { size = 8; signed = 2; } _x;"), ";"},
	    {EVENT("integer { size = 8; signed = maybe; } _x;"), "maybe"},
	    {EVENT("integer { size = 8; encoding = latin1; } _x;"), "latin1"},
	    {EVENT("integer { size = 8; map = c; } _x;"), "c"},
	    {EVENT("integer { size = 8; map = clock.c; } _x;"), "clock.c"},
	    {EVENT("integer { size = 8; map = clock.value; } _x;"), "clock.value"},
	    {EVENT("integer { size = 8; map = clock..value; } _x;"), "clock..value"},
	    {EVENT("string { size = 8; } _x;"), "8"},
	    {EVENT("string { signed = 1; } _x;"), "1"},
	    {EVENT("string { map = clock.c.value; } _x;"), "clock.c.value"},
	    {EVENT("string { base = 10; } _x;"), "10"},
	    {EVENT("floating_point { } _x;"), "_x"},
	    {EVENT("floating_point { exp_dig = 11; mant_dig = 54; } _x;"), "_x"},
	    {EVENT("floating_point { exp_dig = 0; mant_dig = 53; } _x;"), ";"},
	    {EVENT("floating_point { size = 32; } _x;"), "32"},
	    {EVENT("floating_point { encoding = UTF8; } _x;"), "UTF8"},
	    {EVENT("enum { a } _x;"), "{"},
	    {EVENT("enum : string { align = 8; } { a } _x;"), "{"},
	    {EVENT("enum : enum : " U8 " { a } { a } _x;"), "{"},
	    {EVENT("enum : " U8 " a _x;"), "a"},
	    {EVENT("enum : " U8 " { 1 } _x;"), "1"},
	    {EVENT("enum : " U8 " { a = b } _x;"), "b"},
	    {EVENT("enum : " U8 " { a = 1 ... b } _x;"), "b"},
	    {EVENT("enum : " U8 " { a b } _x;"), "b"},
	    {EVENT(U8 " _x[4294967296];"), "]"},
	    {EVENT(U8 " _x[];"), "]"},
	    {EVENT(U8 " _x[\"n\"];"), "n"},
	    {EVENT(U8 " _x[2;"), ";"},
	    {EVENT(U8 " _x[2][2];"), "["},
	    {EVENT(U8 " 1;"), "1"},
	    {EVENT(U8 " ;"), ";"},
	    {EVENT(U8 " _x"), "}"},
	    {EVENT("u8 _x;"), "_x"},
	    {EVENT("struct s _x;"), "_x"},
	    {EVENT("struct { } align 8 _x;"), "8"},
	    {EVENT("struct { } align(3) _x;"), "_x"},
	    {EVENT("struct { } align(0) _x;"), ")"},
	    {EVENT("struct { } align(65) _x;"), ")"},
	    {EVENT("struct { } align(8 _x;"), "_x"},
	    {EVENT("variant { } _x;"), "{"},
	    {EVENT("variant <t { } _x;"), "{"},
	    {EVENT("variant <t> } _x;"), "}"},
	    {EVENT("variant <t> { u8 a; } _x;"), "a"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		assert_wrong_at(texts[i][0], texts[i][1]);
	(void)state;
}

/* `n` structures in each other, the outermost of them the fields. */
static char *nested(unsigned n)
{
	GString *text = g_string_new("event { fields := ");

	for (unsigned i = 0; i < n; i++)
		g_string_append(text, "struct { ");
	for (unsigned i = 0; i < n; i++)
		g_string_append_printf(text, "} %s", i + 1 < n ? "_x; " : "");
	g_string_append(text, "; };");
	return g_string_free(text, FALSE);
}

static char *with_members(unsigned n)
{
	GString *text = g_string_new("event { fields := struct { ");

	for (unsigned i = 0; i < n; i++)
		g_string_append_printf(text, "string _%u; ", i);
	g_string_append(text, "}; };");
	return g_string_free(text, FALSE);
}

static void test_limits(void **state)
{
	g_autofree char *deepest = nested(16), *deeper = nested(17);
	g_autofree char *most = with_members(4096), *more = with_members(4097);
	g_autofree char *name = g_strnfill(50, 'n'), *cut = g_strnfill(40, 'n');
	g_autofree char *long_name = g_strdup_printf("%s { };", name);

	assert_right(deepest);
	assert_wrong_at(deeper, "struct");
	assert_right(most);
	assert_wrong_at(more, "_4096");
	assert_wrong_at(long_name, cut);
	(void)state;
}

/* The alignment of a structure is the largest of its members' and its own; of a variant, that of the option taken. */
static void test_alignments(void **state)
{
	static const struct {
		const char *text;
		unsigned align;
	} cases[] = {
	    {"struct { }", 1},
	    {"struct { } align(4)", 4},
	    {"struct { integer { size = 8; align = 16; } a; } align(4)", 16},
	    {"struct { integer { size = 8; align = 16; } a; } align(32)", 32},
	    {"struct { integer { size = 8; align = 2; } a; integer { size = 8; align = 1; } b; }", 2},
	    {"struct { integer { size = 8; align = 16; } a[2]; }", 16},
	    {"struct { integer { size = 8; align = 16; } n; integer { size = 8; align = 32; } a[n]; }", 32},
	    {"struct { variant <t> { integer { size = 8; align = 16; } a; } v; }", 1},
	    {"struct { string s; }", 8},
	    {"struct { floating_point { exp_dig = 8; mant_dig = 24; } f; }", 1},
	    {"struct { integer { size = 7; } a; }", 1},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf("event { fields := %s; };", cases[i].text);
		struct tt_ctf_layout *layout;
		char *why;

		if (!reads(text, &layout, &why))
			fail_msg("%s: %s", text, why);
		assert_int_equal(tt_ctf_find_event(layout, 0, 0)->fields->align, cases[i].align);
		tt_ctf_layout_free(layout);
	}
	(void)state;
}

/* What an event says of itself. */
static void test_event(void **state)
{
	struct tt_ctf_layout *layout;
	char *why;

	assert_true(reads("event { name = \"a:b\"; id = 7; stream_id = 3; loglevel = 2; context := struct { " U8
	                  " c; }; "
	                  "fields := struct { " U8 " f; }; }; event { };",
	                  &layout, &why));
	const struct tt_ctf_event_class *event = tt_ctf_find_event(layout, 3, 7);
	assert_non_null(event);
	assert_string_equal(event->name, "a:b");
	assert_non_null(tt_ctf_find_member(event->context, "c"));
	assert_non_null(tt_ctf_find_member(event->fields, "f"));
	assert_null(tt_ctf_find_event(layout, 7, 3));
	assert_string_equal(tt_ctf_find_event(layout, 0, 0)->name, "");
	tt_ctf_layout_free(layout);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_right),       cmocka_unit_test(test_wrong_declarations),
	    cmocka_unit_test(test_wrong_types), cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_alignments),  cmocka_unit_test(test_event),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
