/* SPDX-License-Identifier: MIT */
/* The field `stack` of events, as it should be and as it should not. */
#include "tests/unit/tools/reading.h"

#define HOLD LOCK_HOLD " u8 _limit; "
#define STACK "u8 __stack_length; u64 _stack[__stack_length];"

/* One event of lock_acquired, up to its stack. */
static struct ctf begin_hold(struct fixture *f, const char *fields)
{
	struct ctf ctf = ctf_begin(f->folder);

	ctf_class(&ctf, "trace_thr:lock_acquired", fields);
	return ctf;
}

static void put_hold(struct ctf *ctf, uint64_t time_ns)
{
	ctf_event(ctf, 0, time_ns, 41);
	ctf_what(ctf, 41, "worker", "queue", 7);
	ctf_put(ctf, TT_KIND_MUTEX, 1);
	ctf_put(ctf, TT_MODE_EXCLUSIVE, 1);
	ctf_put(ctf, 1, 4);
	ctf_put(ctf, TT_LIMIT_TRY, 1);
}

static void put_stack(struct ctf *ctf, unsigned n)
{
	ctf_put(ctf, n, 1);
	for (unsigned i = 0; i < n; i++)
		ctf_put(ctf, 0xffffffff00000000 + i, 8);
}

/* The number of frames of each event, which must be those that put_stack put. */
static bool look(const struct tt_event *event, void *data)
{
	GArray *depths = data;
	guint n = event->stack ? event->stack->n : 0;

	assert_true(!event->stack || n);
	for (guint i = 0; i < n; i++)
		assert_true(event->stack->frames[i] == 0xffffffff00000000 + i);
	assert_int_equal(event->limit, TT_LIMIT_TRY);
	g_array_append_val(depths, n);
	return true;
}

/* An event of each depth, and what is to be read of it. */
static void read_depths(struct fixture *f, struct ctf *ctf, const unsigned *put, const unsigned *told, unsigned n)
{
	const struct tt_trace_handler handler = {.event = look};
	g_autoptr(GArray) depths = g_array_new(FALSE, FALSE, sizeof(guint));

	for (unsigned i = 0; i < n; i++) {
		put_hold(ctf, i + 1);
		put_stack(ctf, put[i]);
	}
	ctf_end(ctf);
	if (!tt_trace_read(f->folder, &handler, depths, &f->summary, &f->error))
		fail_msg("%s", f->error->message);
	assert_int_equal(depths->len, n);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(g_array_index(depths, guint, i), told[i]);
}

static void test_stacks(void **state)
{
	static const unsigned depths[] = {3, 0, 1, TT_STACK_MAX, 2};
	struct ctf ctf = begin_hold(*state, HOLD STACK);

	read_depths(*state, &ctf, depths, depths, G_N_ELEMENTS(depths));
}

/* More than any version of the library records: the innermost. */
static void test_too_deep(void **state)
{
	static const unsigned put[] = {TT_STACK_MAX + 1, 255, 1}, told[] = {TT_STACK_MAX, TT_STACK_MAX, 1};
	struct ctf ctf = begin_hold(*state, HOLD STACK);

	read_depths(*state, &ctf, put, told, G_N_ELEMENTS(put));
}

/* A stack of another class is none, and the other fields are right nevertheless. */
static void test_another_class(void **state)
{
	static const struct {
		const char *fields;
		unsigned size;
	} cases[] = {
	    {"u64 _stack;", 8},
	    {"string _stack;", 1},
	    {"i64 _stack[2];", 16},
	    {"string _stack[2];", 2},
	    {"struct { u64 _a; } _stack;", 8},
	    {"struct { u64 _a; } _stack[1];", 8},
	    {"u64 _stack[2][2];", 32},
	    {"integer { size = 8; align = 8; signed = 0; encoding = UTF8; } _stack[4];", 4},
	    {"enum : u8 { a = 0 } _stack;", 1},
	    {"floating_point { exp_dig = 11; mant_dig = 53; align = 8; } _stack[1];", 8},
	    {"u64 _stack[0];", 0},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *fields = g_strconcat(HOLD, cases[i].fields, " u32 _woken;", NULL);
		struct ctf ctf = begin_hold(f, fields);

		put_hold(&ctf, 1);
		for (unsigned size = 0; size < cases[i].size; size++)
			ctf_put(&ctf, 0, 1);
		ctf_put(&ctf, 5, 4);
		ctf_end(&ctf);
		g_array_set_size(f->told.events, 0);
		assert_reads(f);
		assert_null(event_at(f, 0)->stack);
		assert_int_equal(event_at(f, 0)->woken, 5);
	}
}

/* Where a number or a text is wanted, an array is neither. */
static void test_array_in_place_of_another(void **state)
{
	struct ctf ctf = begin_hold(*state, CTF_WHO "u8 _name[2]; u64 _id[2]; u8 _limit[1];");

	ctf_event(&ctf, 0, 1, 41);
	ctf_put(&ctf, 41, 4);
	ctf_text(&ctf, "worker");
	ctf_put(&ctf, 2, 8);
	ctf_put(&ctf, 0x1234, 8);
	ctf_put(&ctf, 0, 8);
	ctf_put(&ctf, 0, 8);
	ctf_put(&ctf, 0, 3);
	ctf_end(&ctf);
	assert_reads(*state);
	assert_string_equal(event_at(*state, 0)->name, "?");
	assert_int_equal(event_at(*state, 0)->limit, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_stacks),
	    TEST(test_too_deep),
	    TEST(test_another_class),
	    TEST(test_array_in_place_of_another),
	};

	return cmocka_run_group_tests_name("stack field", tests, NULL, NULL);
}
