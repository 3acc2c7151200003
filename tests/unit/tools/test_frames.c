/* SPDX-License-Identifier: MIT */
/* Symbols of compiled C++ programs: inlined frames, the program's own site, variables. */
#include "tests/unit/tools/pool.h"

#include "tools/symbols/demangle.h"

static const char *const pie[] = {"g++ -g -O1 -fPIE -pie -o pool pool.cc main.cc", NULL};

static void check_site(const struct tt_site *site, const char *function, const char *file, int line)
{
	assert_non_null(site);
	assert_string_equal(site->function, function);
	assert_string_equal(site->file, file);
	assert_int_equal(site->line, line);
}

/* An inlined function and the one that it is in, each with its own line. */
static void test_inlined_frames(void **state)
{
	struct pool pool = pool_make(pie, "pool");
	struct tt_symbols *symbols = pool_symbols(&pool);
	uint64_t caller = pool_address(&pool, "run");
	GPtrArray *frames = tt_symbols_frames(symbols, POOL_PID, caller, NULL);

	(void)state;
	assert_int_equal(frames->len, 2);
	check_site(frames->pdata[0], "std::mutex::lock", "/usr/include/c++/12/bits/std_mutex.h", 701);
	check_site(frames->pdata[1], "Pool::run", "/build/pool.cc", 102);
	assert_ptr_equal(tt_symbols_call_site(symbols, POOL_PID, caller), frames->pdata[0]);
	assert_ptr_equal(tt_symbols_site(symbols, POOL_PID, caller, NULL), frames->pdata[1]);
	assert_int_equal(tt_symbols_own_call(symbols, POOL_PID, caller, NULL), caller);
	assert_null(tt_symbols_frames(symbols, POOL_PID, 0, NULL));
	g_ptr_array_unref(frames);
	tt_symbols_free(symbols);
	pool_clear(&pool);
}

/* The functions of the library are calls of their own, as without optimisation. */
static void check_chain(const char *const *commands, const char *file)
{
	struct pool pool = pool_make(commands, file);
	struct tt_symbols *symbols = pool_symbols(&pool);
	uint64_t caller = pool_address(&pool, "walk");
	const struct tt_stack stack = {.n = 1, .frames = {pool_address(&pool, "beyond")}};
	GPtrArray *frames = tt_symbols_frames(symbols, POOL_PID, caller, &stack);

	assert_int_equal(frames->len, 2);
	check_site(frames->pdata[0], "std::mutex::slow_lock", "/usr/include/c++/12/bits/std_mutex.h", 702);
	check_site(frames->pdata[1], "Pool::walk", "/build/pool.cc", 104);
	assert_ptr_equal(tt_symbols_site(symbols, POOL_PID, caller, &stack), frames->pdata[1]);
	assert_int_equal(tt_symbols_own_call(symbols, POOL_PID, caller, &stack), stack.frames[0]);
	/* Without the rest of the chain there is nothing better. */
	assert_ptr_equal(tt_symbols_site(symbols, POOL_PID, caller, NULL), frames->pdata[0]);
	assert_null(tt_symbols_own_site(symbols, POOL_PID, caller, NULL));
	g_ptr_array_unref(frames);
	tt_symbols_free(symbols);
	pool_clear(&pool);
}

static void check_object(struct tt_symbols *symbols, const struct pool *pool, const char *what, const char *name)
{
	const char *known = tt_symbols_object(symbols, POOL_PID, pool_address(pool, what));

	assert_non_null(known);
	assert_string_equal(known, name);
}

static void check_objects(const char *const *commands, const char *file)
{
	struct pool pool = pool_make(commands, file);
	struct tt_symbols *symbols = pool_symbols(&pool);
	const char *beyond;
	int on_stack = 0;

	check_object(symbols, &pool, "&queue_lock", "queue_lock");
	check_object(symbols, &pool, "&Pool::shared", "Pool::shared");
	check_object(symbols, &pool, "&hidden", "(anonymous namespace)::hidden");
	check_object(symbols, &pool, "&table[1]", "table+0x28");
	check_object(symbols, &pool, "&local()", "local::counter");
	assert_string_equal(tt_symbols_function(symbols, POOL_PID, pool_address(&pool, "worker"))->function, "worker");
	/* Behind the last variable, but still in the module. */
	beyond = tt_symbols_object(symbols, POOL_PID, pool_address(&pool, "info.dli_fbase") + 0xff00);
	assert_true(g_str_has_prefix(beyond, file) && g_str_has_suffix(beyond, "+0xff00"));
	assert_null(tt_symbols_object(symbols, POOL_PID, pool_address(&pool, "heap")));
	assert_null(tt_symbols_object(symbols, POOL_PID, (uint64_t)(uintptr_t)&on_stack));
	assert_null(tt_symbols_object(symbols, POOL_PID + 1, pool_address(&pool, "&queue_lock")));
	tt_symbols_free(symbols);
	pool_clear(&pool);
}

static void test_pie(void **state)
{
	(void)state;
	check_chain(pie, "pool");
	check_objects(pie, "pool");
}

static void test_no_pie(void **state)
{
	static const char *const commands[] = {"g++ -g -O1 -fno-pie -no-pie -o pool pool.cc main.cc", NULL};

	(void)state;
	check_chain(commands, "pool");
	check_objects(commands, "pool");
}

static void test_shared_library(void **state)
{
	static const char *const commands[] = {
	    "g++ -g -O1 -fPIC -shared -o libpool.so pool.cc",
	    "g++ -O1 -o pool main.cc -L. -lpool -Wl,-rpath,$ORIGIN",
	    NULL,
	};

	(void)state;
	check_chain(commands, "libpool.so");
	check_objects(commands, "libpool.so");
}

/* As Debian's -dbgsym packages: all that is known lies in a file beside. */
static void test_separate_debug_file(void **state)
{
	static const char *const commands[] = {
	    "g++ -g -O1 -o pool pool.cc main.cc",
	    "objcopy --only-keep-debug pool pool.debug",
	    "strip pool",
	    "objcopy --add-gnu-debuglink=pool.debug pool",
	    NULL,
	};

	(void)state;
	check_chain(commands, "pool");
	check_objects(commands, "pool");
}

/* What is left is the place in the file, also of variables. */
static void test_stripped(void **state)
{
	static const char *const commands[] = {"g++ -s -O1 -o pool pool.cc main.cc", NULL};
	struct pool pool = pool_make(commands, "pool");
	struct tt_symbols *symbols = pool_symbols(&pool);
	uint64_t address = pool_address(&pool, "&queue_lock");
	char *expected =
	    g_strdup_printf("pool+0x%lx", (unsigned long)(address - pool_address(&pool, "info.dli_fbase")));

	(void)state;
	assert_string_equal(tt_symbols_object(symbols, POOL_PID, address), expected);
	assert_null(tt_symbols_site(symbols, POOL_PID, pool_address(&pool, "run"), NULL)->function);
	assert_null(tt_symbols_object(symbols, POOL_PID, pool_address(&pool, "heap")));
	g_free(expected);
	tt_symbols_free(symbols);
	pool_clear(&pool);
}

/* Without debug information the symbol table has the functions; what it calls std:: is not the program's own. */
static void test_no_debug_information(void **state)
{
	static const char *const commands[] = {"g++ -O1 -o pool pool.cc main.cc", NULL};
	struct pool pool = pool_make(commands, "pool");
	struct tt_symbols *symbols = pool_symbols(&pool);
	const struct tt_stack stack = {.n = 1, .frames = {pool_address(&pool, "beyond")}};
	const struct tt_site *site = tt_symbols_site(symbols, POOL_PID, pool_address(&pool, "walk"), &stack);

	(void)state;
	assert_string_equal(site->function, "Pool::walk");
	assert_null(site->file);
	tt_symbols_free(symbols);
	pool_clear(&pool);
}

/* One program after the other at the same place: each has its time. */
static void test_exec(void **state)
{
	struct pool pool = pool_make(pie, "pool");
	struct tt_symbols *symbols = tt_symbols_new();
	struct tt_module first = pool_module(&pool), second = first, third = first;
	uint64_t address = pool_address(&pool, "&queue_lock");
	const int64_t s = INT64_C(1000000000);

	(void)state;
	second.path = "/nonexistent/second";
	third.path = "/nonexistent/third";
	first.time_ns = 10 * s + 5;  /* after the first event of its program */
	second.time_ns = 20 * s - 5; /* before it */
	third.time_ns = 30 * s + 5;
	tt_symbols_add(symbols, &first);
	tt_symbols_add(symbols, &first); /* told again */
	tt_symbols_add(symbols, &second);
	tt_symbols_add(symbols, &third);
	for (int64_t begin = 10; begin <= 30; begin += 10)
		tt_symbols_begin(symbols, POOL_PID, begin * s);
	tt_symbols_at(symbols, 10 * s + 1);
	assert_string_equal(tt_symbols_object(symbols, POOL_PID, address), "queue_lock");
	tt_symbols_at(symbols, 19 * s);
	assert_string_equal(tt_symbols_object(symbols, POOL_PID, address), "queue_lock");
	tt_symbols_at(symbols, 20 * s);
	assert_true(g_str_has_prefix(tt_symbols_object(symbols, POOL_PID, address), "second+"));
	tt_symbols_at(symbols, 30 * s + 1);
	assert_true(g_str_has_prefix(tt_symbols_object(symbols, POOL_PID, address), "third+"));
	tt_symbols_free(symbols);
	pool_clear(&pool);
}

static void test_demangle(void **state)
{
	static const struct {
		const char *symbol, *name;
	} cases[] = {
	    {"worker", "worker"},
	    {"_ZN4Pool3runEi", "Pool::run"},
	    {"_ZN4Pool3runEi.constprop.0", "Pool::run"},
	    {"_ZZ3fooiE7counter", "foo::counter"},
	    {"_ZZN4Pool3runEiE7counter_0", "Pool::run::counter"},
	    {"_ZN12_GLOBAL__N_16hiddenE", "(anonymous namespace)::hidden"},
	    {"_ZZ4mainENKUlvE_clEv", "main::{lambda()#1}::operator()"},
	    {"counter.0", "counter"},
	    {"worker.part.0.cold", "worker"},
	    {"environ@@GLIBC_2.2.5", "environ"},
	    {"main.worker", "main.worker"}, /* Go */
	    {"_RNvC6_123foo3bar", "123foo::bar"},
	    {".L", ".L"},
	    {"", ""},
	    {"_Z", "_Z"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *name = tt_demangle(cases[i].symbol);
		assert_string_equal(name, cases[i].name);
		g_free(name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_inlined_frames),
	    cmocka_unit_test(test_pie),
	    cmocka_unit_test(test_no_pie),
	    cmocka_unit_test(test_shared_library),
	    cmocka_unit_test(test_separate_debug_file),
	    cmocka_unit_test(test_stripped),
	    cmocka_unit_test(test_no_debug_information),
	    cmocka_unit_test(test_exec),
	    cmocka_unit_test(test_demangle),
	};

	return cmocka_run_group_tests_name("frames", tests, NULL, NULL);
}
