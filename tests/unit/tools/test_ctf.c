/* SPDX-License-Identifier: MIT */
/*
 * Our own reader of CTF beside Babeltrace's: every layout that LTTng writes, and more, gives the same through both.
 */
#include "tests/unit/tools/leaks.h"
#include "tests/unit/tools/reading.h"

#include "tests/doors/doors.h"
#include "tests/unit/tools/lttng.h"

static void assert_same(const char *folder)
{
	struct door theirs = door_open(&tt_source_babeltrace, folder), ours = door_open(&tt_source_fast, folder);
	g_autofree char *difference = door_difference(&theirs, &ours);

	if (difference)
		fail_msg("%s", difference);
	if (!ours.ok)
		fail_msg("%s", ours.error->message);
	assert_true(ours.lines->len > 0);
	door_close(&theirs);
	door_close(&ours);
}

static void put_hold(struct lttng *t, unsigned class, uint64_t time, unsigned n)
{
	lttng_event(t, class, time);
	lttng_fields(t, 8);
	lttng_number(t, 41 + n % 3, 4);
	lttng_text(t, n % 4 ? "worker" : "\xff\xfe no UTF-8");
	lttng_number(t, n, 8);
	lttng_number(t, 0x7f0011223344, 8);
	lttng_text(t, n % 5 ? "queue, of which the name is a little longer, with 日本" : "");
	lttng_number(t, UINT64_MAX - n, 8);
	lttng_number(t, n % 7, 1);
	lttng_number(t, n % 2, 1);
	lttng_number(t, UINT32_MAX - n, 4);
	lttng_number(t, n % 3, 1);
	lttng_number(t, n % 70, 1);
	lttng_fields(t, 8); /* also before none */
	for (unsigned i = 0; i < n % 70; i++)
		lttng_number(t, 0x1000 + i, 8);
}

/* Holds, a class of a high number, one of others, one that is not known, one with nothing but its head. */
static void write_all(const char *folder, const struct lttng_form *form)
{
	struct lttng t = lttng_begin(form);
	uint64_t time = 5;

	lttng_class(&t, 0, "trace_thr:lock_acquired", LTTNG_HOLD);
	lttng_class(&t, 70000, "trace_thr:lock_released", LTTNG_HOLD);
	lttng_class(&t, 2, "other:empty", "");
	lttng_class(&t, 3, "trace_thr:later_version", LTTNG_WHAT);
	lttng_class(&t, 4, "trace_thr:lock_wait",
	            LTTNG_WHAT LTTNG_U8("kind") LTTNG_I64("timeout_ns") LTTNG_U64("holder"));
	for (unsigned n = 0; n < 300; n++) {
		put_hold(&t, n % 3 ? 0 : 70000, time, n);
		lttng_event(&t, 2, time + 1);
		time += n % 50 ? 1 + n * 1000003ULL : 1ULL << 33;
		if (n % 40 == 39) {
			t.discarded += n % 80 == 39 ? n : 0;
			lttng_packet(&t);
			t.sequence += n % 120 == 39;
		}
	}
	lttng_event_head(&t, 4, time, true);
	lttng_fields(&t, 8);
	lttng_number(&t, 1, 4);
	lttng_text(&t, "");
	lttng_number(&t, 1, 8);
	lttng_number(&t, 1, 8);
	lttng_text(&t, "x");
	lttng_number(&t, 1, 8);
	lttng_number(&t, 1, 1);
	lttng_number(&t, (uint64_t)-5, 8);
	lttng_number(&t, 9, 8);
	lttng_end(&t, folder);
}

static void test_forms(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 16; i++) {
		const struct lttng_form form = {.large = i & 1, .big_endian = i & 2, .aligned = i & 4, .plain = i & 8};

		write_all(f->folder, &form);
		assert_same(f->folder);
	}
}

/* A trace of one process, whose clock is another one. */
static void test_process(void **state)
{
	struct fixture *f = *state;

	write_all(f->folder, &(struct lttng_form){.env = "\tprocname = \"prog\";\n\tvpid = 77;\n", .offset = "77"});
	assert_same(f->folder);
}

/* Babeltrace 2.0 reckons in floating point, and is a nanosecond off now and then: exactly, by whole numbers. */
static void test_frequency(void **state)
{
	struct fixture *f = *state;
	struct lttng t =
	    lttng_begin(&(struct lttng_form){.large = true, .frequency = 3000000000, .offset = "6000000001"});
	struct door ours;

	lttng_class(&t, 0, "trace_thr:lock_acquired", LTTNG_HOLD);
	put_hold(&t, 0, 1, 1);
	put_hold(&t, 0, 9330936858, 2);
	lttng_end(&t, f->folder);
	ours = door_open(&tt_source_fast, f->folder);
	assert_true(ours.ok);
	assert_int_equal(g_array_index(ours.lines, struct door_line, 0).time_ns, 2000000000);
	assert_int_equal(g_array_index(ours.lines, struct door_line, 1).time_ns, 5110312286);
	door_close(&ours);
}

/* A file and its build id are told of the state dump, by the context or the trace. */
static void test_modules(void **state)
{
	struct fixture *f = *state;
	struct lttng t = lttng_begin(&(struct lttng_form){.large = true, .env = "\tvpid = 77;\n"});

	lttng_class(&t, 0, "trace_thr:lock_acquired", LTTNG_HOLD);
	t.stream_id = 0;
	g_string_append(t.metadata,
	                "stream {\n\tid = 0;\n\tevent.header := struct event_header_large;\n"
	                "\tpacket.context := struct packet_context;\n\tevent.context := struct {\n"
	                "\t\tinteger { size = 32; align = 8; signed = 1; encoding = none; base = 10; } _vpid;\n"
	                "\t};\n};\n\n");
	lttng_class(&t, 0, "lttng_ust_statedump:bin_info",
	            LTTNG_U64("baddr") LTTNG_U64("memsz") LTTNG_TEXT("path") LTTNG_U8("is_pic") LTTNG_U8("has_build_id")
	                LTTNG_U8("has_debug_link"));
	lttng_class(&t, 1, "lttng_ust_statedump:build_id",
	            LTTNG_U64("baddr") LTTNG_U64("_build_id_length") "integer { size = 8; align = 8; signed = 0; "
	                                                             "encoding = none; base = 16; } _build_id[ "
	                                                             "__build_id_length ];\n");
	lttng_class(&t, 2, "lttng_ust_statedump:procname",
	            "integer { size = 8; align = 8; signed = 1; encoding = UTF8; base = 10; } _procname[17];\n");
	for (unsigned n = 0; n < 9; n++) {
		lttng_event(&t, 2, 10 * n + 1);
		lttng_number(&t, 70 + n, 4);
		for (unsigned i = 0; i < 17; i++)
			lttng_number(&t, i < 5 ? 'a' : 0, 1);
		lttng_event(&t, 0, 10 * n + 2);
		lttng_number(&t, n == 3 ? 0 : 70 + n, 4);
		lttng_number(&t, 0x400000 + n, 8);
		lttng_number(&t, n == 4 ? 0 : 4096, 8);
		lttng_text(&t, "/usr/lib/libthing.so");
		lttng_number(&t, 1, 1);
		lttng_number(&t, n % 3 != 0, 1);
		lttng_number(&t, 0, 1);
		if (n % 3 == 1) {
			lttng_event(&t, 1, 10 * n + 3);
			lttng_number(&t, 70 + n, 4);
			lttng_number(&t, 0x400000 + n, 8);
			lttng_number(&t, 20 * n, 8);
			for (unsigned i = 0; i < 20 * n; i++)
				lttng_number(&t, i, 1);
		}
	}
	lttng_stream(&t, f->folder, "modules_0");
	t.stream_id = 1;
	put_hold(&t, 0, 500, 3);
	lttng_end(&t, f->folder);
	assert_same(f->folder);
}

/* What is of another type or size than this version has, and what only others have. */
static void test_another_version(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);

	ctf_class(&ctf, "trace_thr:lock_acquired",
	          "i64 _pid; u64 _thread; u32 _id; u16 _kind; string _mode; u64 _depth; string _news;"
	          "integer { size = 24; align = 8; signed = 1; } _holder; floating_point { exp_dig = 8; mant_dig = 24; "
	          "align = 8; } _x; u16 _n; u16 _stack[_n]; integer { size = 8; encoding = ASCII; } _name[4];"
	          "u8 _woken; u8 _daemon[3];");
	ctf_event(&ctf, 0, 1, 41);
	ctf_put(&ctf, 41, 8);
	ctf_put(&ctf, 99, 8);
	ctf_put(&ctf, 7, 4);
	ctf_put(&ctf, 300, 2);
	ctf_text(&ctf, "exclusive");
	ctf_put(&ctf, UINT64_MAX, 8);
	ctf_text(&ctf, "of a later version");
	ctf_put(&ctf, 0xfffffe, 3);
	ctf_put(&ctf, 0, 4);
	ctf_put(&ctf, 2, 2);
	ctf_put(&ctf, 0x1234, 2);
	ctf_put(&ctf, 0x5678, 2);
	ctf_put(&ctf, 'a' + 256 * 'b', 4);
	ctf_put(&ctf, 5, 1);
	ctf_put(&ctf, 6, 3);
	ctf_end(&ctf);
	assert_same(f->folder);
}

/* Two users' traces: events of the same time in the order of the paths. */
static void test_two_folders(void **state)
{
	struct fixture *f = *state;
	g_autofree char *first = g_build_filename(f->folder, "ust/uid/0/64-bit", NULL);
	g_autofree char *second = g_build_filename(f->folder, "ust/uid/7/64-bit", NULL);
	struct door ours;

	write_holds(second, (uint64_t[]){1000, 2000, 2000, 3000, 0});
	write_holds(first, (uint64_t[]){1500, 2000, 3000, 3500, 0});
	assert_same(f->folder);
	ours = door_open(&tt_source_fast, f->folder);
	assert_int_equal(ours.lines->len, 8);
	door_close(&ours);
}

static bool note_pid(const struct tt_event *event, void *pids)
{
	g_array_append_val((GArray *)pids, event->pid);
	return true;
}

static void write_pid(const char *folder, uint32_t pid)
{
	struct ctf ctf = ctf_begin(folder);

	ctf_class(&ctf, "trace_thr:event_clear", CTF_WHAT);
	for (unsigned i = 0; i < 2; i++) {
		ctf_event(&ctf, 0, 1000, pid);
		ctf_what(&ctf, pid, "worker", "flag", i);
	}
	ctf_end(&ctf);
}

/* At one time, all of the first path come first, in whatever order the folder lists its files. */
static void test_ties(void **state)
{
	const struct tt_trace_handler handler = {.event = note_pid};
	struct fixture *f = *state;
	GArray *pids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	struct tt_trace_summary summary;

	for (uint32_t pid = 17; pid > 10; pid--) {
		g_autofree char *folder = g_strdup_printf("%s/%u", f->folder, pid);

		write_pid(folder, pid);
	}
	assert_true(tt_source_read(&tt_source_fast, f->folder, &handler, pids, &summary, NULL));
	assert_int_equal(pids->len, 14);
	for (guint i = 0; i < pids->len; i++)
		assert_int_equal(g_array_index(pids, uint32_t, i), 11 + i / 2);
	g_array_free(pids, TRUE);
}

static void write_part(const char *folder, const char *name, uint64_t time, struct lttng *t)
{
	put_hold(t, 0, time, 1);
	lttng_stream(t, folder, name);
}

/* By our own door alone it is not read; by default, Babeltrace's is taken. */
static void assert_read_by_babeltrace(const char *folder, guint events)
{
	const struct tt_trace_handler nothing = {.event = NULL};
	struct door ours = door_open(&tt_source_fast, folder);
	struct tt_trace_summary summary;

	assert_false(ours.ok);
	assert_int_equal(ours.error->code, TT_TRACE_ERROR_UNREADABLE);
	door_close(&ours);
	assert_true(tt_trace_read(folder, &nothing, NULL, &summary, NULL));
	assert_int_equal(summary.events, events);
	g_setenv(TT_READER_VARIABLE, tt_source_fast.name, TRUE);
	assert_false(tt_trace_read(folder, &nothing, NULL, &summary, NULL));
	g_setenv(TT_READER_VARIABLE, tt_source_babeltrace.name, TRUE);
	assert_true(tt_trace_read(folder, &nothing, NULL, &summary, NULL));
	g_unsetenv(TT_READER_VARIABLE);
}

/* A stream in two files, as LTTng limits their size, is one: what is lost between them counts. */
static void test_parts_of_a_stream(void **state)
{
	struct fixture *f = *state;
	struct lttng t = lttng_begin(&(struct lttng_form){.large = true});

	lttng_class(&t, 0, "trace_thr:lock_acquired", LTTNG_HOLD);
	write_part(f->folder, "events_0_0", 5, &t);
	write_part(f->folder, "events_0_1", 50, &t);
	lttng_end(&t, f->folder);
	assert_read_by_babeltrace(f->folder, 2);
}

/* Likewise a trace in two folders, as a session that rotates leaves it. */
static void test_parts_of_a_trace(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 2; i++) {
		g_autofree char *folder = g_strdup_printf("%s/part-%u", f->folder, i);
		struct lttng t = lttng_begin(&(struct lttng_form){.large = true});

		lttng_class(&t, 0, "trace_thr:lock_acquired", LTTNG_HOLD);
		write_part(folder, "events_0", 5 + i, &t);
		lttng_end(&t, folder);
	}
	assert_read_by_babeltrace(f->folder, 2);
}

/* Metadata that this reader does not know are an error that says where, and nothing is guessed. */
static void test_unknown_constructs(void **state)
{
	static const char *const fields[] = {
	    "struct { u8 _a; } _x;",
	    "u8 _tag; variant <_tag> { u8 a; } _x;",
	    "integer { size = 12; align = 1; } _x;",
	    "integer { size = 128; } _x;",
	    "integer { size = 8; colour = 3; } _x;",
	    "integer { size = 8; align = 3; } _x;",
	    "u8 _x[_nowhere];",
	    "u77 _x;",
	    "string _x[2];",
	    "i64 _n; u8 _x[_n];",
	    "integer { size = 8; size = 16; } _x;",
	};
	struct fixture *f = *state;

	for (unsigned i = 0; i < G_N_ELEMENTS(fields); i++) {
		struct ctf ctf = ctf_begin(f->folder);
		struct door ours;

		ctf_class(&ctf, "trace_thr:lock_acquired", fields[i]);
		ctf_event(&ctf, 0, 1, 41);
		ctf_put(&ctf, 0, 8);
		ctf_end(&ctf);
		ours = door_open(&tt_source_fast, f->folder);
		if (ours.ok)
			fail_msg("%s is taken", fields[i]);
		assert_int_equal(ours.error->code, TT_TRACE_ERROR_UNREADABLE);
		assert_null(strchr(ours.error->message, '\n'));
		door_close(&ours);
	}
}

/* What is not of LTTng, at the top of the metadata. */
static void test_unknown_declarations(void **state)
{
	static const char *const more[] = {"callsite { name = \"x\"; };",
	                                   "typedef u8 x;",
	                                   "stream { id = 0; };",
	                                   "trace { major = 1; };",
	                                   "clock { name = c; };",
	                                   "event { name = \"a\"; id = 0; };",
	                                   "event { color = 3; };",
	                                   "event { id = 9; id = 10; };",
	                                   "event { id = 9",
	                                   "/* no end",
	                                   "}"};
	struct fixture *f = *state;

	for (unsigned i = 0; i < G_N_ELEMENTS(more); i++) {
		struct ctf ctf = ctf_begin(f->folder);
		struct door ours;

		ctf_class(&ctf, "trace_thr:lock_acquired", LOCK_HOLD);
		g_string_append(ctf.metadata, more[i]);
		ctf_end(&ctf);
		ours = door_open(&tt_source_fast, f->folder);
		if (ours.ok && strcmp(more[i], "/* no end") != 0)
			fail_msg("%s is taken", more[i]);
		door_close(&ours);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_forms),
	    TEST(test_process),
	    TEST(test_frequency),
	    TEST(test_modules),
	    TEST(test_another_version),
	    TEST(test_two_folders),
	    TEST(test_ties),
	    TEST(test_unknown_constructs),
	    TEST(test_unknown_declarations),
	    TEST(test_parts_of_a_stream),
	    TEST(test_parts_of_a_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
