/* SPDX-License-Identifier: MIT */
/* Names for what the interposer could not name. */
#include "tests/unit/tools/pool.h"

#include "tools/symbols/names/object_names.h"

static const char *const pie[] = {"g++ -g -O1 -fPIE -pie -o pool pool.cc main.cc", NULL};

struct fixture {
	struct pool pool;
	struct tt_symbols *symbols;
	struct tt_symbol_names *names;
	struct tt_event room;
	char text[64];
	int64_t now_ns;
};

static int set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){.pool = pool_make(pie, "pool")};
	f.symbols = pool_symbols(&f.pool);
	f.names = tt_symbol_names_new(f.symbols);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	tt_symbol_names_free(f->names);
	tt_symbols_free(f->symbols);
	pool_clear(&f->pool);
	return 0;
}

/* `mutex 0x55d0`, until the next. */
static const char *recorded(struct fixture *f, const char *word, uint64_t address)
{
	g_snprintf(f->text, sizeof f->text, "%s 0x%lx", word, (unsigned long)address);
	return f->text;
}

static const char *apply(struct fixture *f, struct tt_event event)
{
	event.time_ns = ++f->now_ns;
	if (!event.pid)
		event.pid = POOL_PID;
	if (!event.thread)
		event.thread = "MainThread";
	return tt_symbol_names_apply(f->names, &event, &f->room)->name;
}

static const char *acquire(struct fixture *f, uint64_t id, uint64_t address)
{
	return apply(
	    f, (struct tt_event){.type = TT_EVENT_lock_acquired, .id = id, .name = recorded(f, "mutex", address)});
}

static const char *init(struct fixture *f, uint64_t id, uint64_t address, uint64_t caller)
{
	return apply(
	    f, (struct tt_event){
		   .type = TT_EVENT_lock_init, .id = id, .name = recorded(f, "mutex", address), .caller = caller});
}

static const char *destroy(struct fixture *f, uint64_t id, uint64_t address)
{
	return apply(f,
	             (struct tt_event){.type = TT_EVENT_lock_destroy, .id = id, .name = recorded(f, "mutex", address)});
}

static void begin_program(struct fixture *f, uint32_t pid, uint32_t ppid)
{
	apply(f, (struct tt_event){.type = TT_EVENT_thread_start,
	                           .pid = pid,
	                           .ppid = ppid,
	                           .native_id = pid,
	                           .thread_id = 1,
	                           .id = 1,
	                           .name = "MainThread"});
}

static void test_variables(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(acquire(f, 2, pool_address(&f->pool, "&queue_lock")), "queue_lock");
	assert_string_equal(acquire(f, 3, pool_address(&f->pool, "&table[1]")), "table+0x28");
	assert_string_equal(acquire(f, 2, pool_address(&f->pool, "&queue_lock")), "queue_lock");
	assert_ptr_equal(acquire(f, 2, pool_address(&f->pool, "&queue_lock")),
	                 acquire(f, 2, pool_address(&f->pool, "&queue_lock"))); /* kept */
}

/* What is on the heap is named by where it was made; a second one by a number as well. */
static void test_init_sites(void **state)
{
	struct fixture *f = *state;
	uint64_t run = pool_address(&f->pool, "run");

	assert_string_equal(init(f, 2, 0x1000, run), "pool.cc:102");
	assert_string_equal(init(f, 3, 0x2000, run), "pool.cc:102#2");
	assert_string_equal(acquire(f, 2, 0x1000), "pool.cc:102");
	assert_string_equal(destroy(f, 3, 0x2000), "pool.cc:102#2");
	assert_string_equal(acquire(f, 3, 0x2000), "pool.cc:102#2"); /* a misuse: it bears the name still */
	assert_string_equal(init(f, 4, 0x3000, run), "pool.cc:102#3");
	destroy(f, 2, 0x1000);
	destroy(f, 4, 0x3000);
	assert_string_equal(init(f, 5, 0x4000, run), "pool.cc:102");
	/* Memory used again: the one before is no more. */
	assert_string_equal(init(f, 6, 0x4000, run), "pool.cc:102");
}

/* As std::mutex of a program that is not optimised: its first call comes from the library's header. */
static void test_late_site(void **state)
{
	struct fixture *f = *state;
	uint64_t caller = pool_address(&f->pool, "walk");
	const struct tt_stack stack = {.n = 1, .frames = {pool_address(&f->pool, "beyond")}};

	assert_string_equal(init(f, 2, 0x1000, caller), "mutex 0x1000");
	assert_string_equal(apply(f, (struct tt_event){.type = TT_EVENT_lock_acquired,
	                                               .id = 2,
	                                               .name = "mutex 0x1000",
	                                               .caller = caller,
	                                               .stack = &stack}),
	                    "pool.cc:104");
	assert_string_equal(acquire(f, 2, 0x1000), "pool.cc:104");
}

/* Nothing is known of where it was made: where it is used is not its name. */
static void test_as_recorded(void **state)
{
	static const char *const others[] = {
	    "Lock-1", "mutex", "mutex ",       "mutex 0x",       "mutex 0x12g",       "mutex 12",
	    "/name",  "",      "a mutex 0x12", "semaphore 0x12", "Thread-3 (worker)", "Thread-3 (0x12"};
	struct fixture *f = *state;
	struct tt_event event = {.type = TT_EVENT_lock_acquired,
	                         .pid = POOL_PID,
	                         .thread = "MainThread",
	                         .id = 9,
	                         .caller = pool_address(&f->pool, "run")};

	assert_string_equal(acquire(f, 2, 0x1000), "mutex 0x1000");
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		event.name = others[i];
		assert_ptr_equal(tt_symbol_names_apply(f->names, &event, &f->room), &event);
	}
	event.name = NULL;
	assert_ptr_equal(tt_symbol_names_apply(f->names, &event, &f->room), &event);
}

static void test_threads(void **state)
{
	struct fixture *f = *state;
	char name[64];
	struct tt_event event = {.type = TT_EVENT_thread_create,
	                         .pid = POOL_PID,
	                         .thread = "MainThread",
	                         .thread_id = 1,
	                         .id = 3,
	                         .name = name};
	const struct tt_event *shown;

	g_snprintf(name, sizeof name, "Thread-3 (0x%lx)", (unsigned long)pool_address(&f->pool, "worker"));
	assert_string_equal(apply(f, event), "Thread-3 (worker)");
	event = (struct tt_event){.type = TT_EVENT_thread_rename,
	                          .pid = POOL_PID,
	                          .thread = name,
	                          .thread_id = 3,
	                          .id = 3,
	                          .name = "poller",
	                          .old = name};
	shown = tt_symbol_names_apply(f->names, &event, &f->room);
	assert_string_equal(shown->thread, "Thread-3 (worker)");
	assert_string_equal(shown->name, "poller");
	assert_string_equal(shown->old, "Thread-3 (worker)");
	assert_string_equal(
	    apply(f, (struct tt_event){.type = TT_EVENT_thread_create, .id = 4, .name = "Thread-4 (0x12)"}),
	    "Thread-4 (0x12)");
}

/* The function of std::thread, of AddressSanitizer and of Python's threads is the same for all of them. */
static void test_runtimes(void **state)
{
	static const char *const paths[] = {"/nonexistent/libstdc++.so.6", "/nonexistent/python3.11",
	                                    "/nonexistent/libasan.so.8"};
	struct fixture *f = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		const struct tt_module module = {
		    .pid = POOL_PID, .base = 0x100000, .size = 0x1000, .path = paths[i], .time_ns = (int64_t)i};

		tt_symbols_add(f->symbols, &module);
		assert_string_equal(apply(f, (struct tt_event){.type = TT_EVENT_thread_create,
		                                               .id = 10 + i,
		                                               .name = "Thread-3 (0x100010)"}),
		                    "Thread-3");
	}
}

/* The next program in the process has ids and addresses of its own. */
static void test_exec(void **state)
{
	struct fixture *f = *state;

	begin_program(f, POOL_PID, 1);
	assert_string_equal(init(f, 2, 0x1000, pool_address(&f->pool, "run")), "pool.cc:102");
	begin_program(f, POOL_PID, 1);
	assert_string_equal(acquire(f, 2, 0x1000), "mutex 0x1000");
}

/* A forked child has the parent's objects; what it makes itself has the same ids as what the parent makes. */
static void test_fork(void **state)
{
	struct fixture *f = *state;
	uint64_t run = pool_address(&f->pool, "run");
	struct tt_event event = {.type = TT_EVENT_lock_acquired, .pid = POOL_PID + 1, .id = 3, .name = "mutex 0x2000"};

	begin_program(f, POOL_PID, 1);
	init(f, 2, 0x1000, run);
	init(f, 3, 0x2000, run);
	begin_program(f, POOL_PID + 1, POOL_PID);
	assert_string_equal(apply(f, event), "pool.cc:102#2");
	init(f, 4, 0x3000, run);
	event.type = TT_EVENT_lock_init;
	event.id = 4;
	event.name = "mutex 0x3000";
	assert_string_equal(apply(f, event), "mutex 0x3000"); /* the child's modules are unknown here */
	event.type = TT_EVENT_lock_acquired;
	event.id = 5;
	event.name = "mutex 0x1000";
	assert_string_equal(apply(f, event), "mutex 0x1000"); /* another id: another object */
}

/* What was named when a module came: `ID: BEFORE is NAME` each. */
static void note_named(uint32_t pid, uint64_t id, const char *before, const char *name, void *data)
{
	assert_int_equal(pid, POOL_PID);
	g_string_append_printf(data, "%d: %s is %s\n", (int)id, before, name);
}

static char *add_module(struct fixture *f, uint64_t base, uint64_t size, uint32_t pid)
{
	GString *text = g_string_new(NULL);
	const struct tt_module module = {
	    .pid = pid, .base = base, .size = size, .path = f->pool.path, .time_ns = ++f->now_ns, .exact = true};

	tt_symbol_names_add(f->names, &module, note_named, text);
	return g_string_free(text, FALSE);
}

/* A name is for good in the child if it is in the parent: not one of a site, for what may lie in a module. */
static void test_fork_before_the_modules(void **state)
{
	struct fixture *f = *state;
	uint64_t lock = pool_address(&f->pool, "&queue_lock");
	struct tt_event event = {
	    .type = TT_EVENT_lock_acquired, .pid = POOL_PID + 1, .id = 2, .name = recorded(f, "mutex", lock)};

	begin_program(f, POOL_PID, 1);
	acquire(f, 2, lock);
	init(f, 3, 0x1000, pool_address(&f->pool, "run"));
	begin_program(f, POOL_PID + 1, POOL_PID);
	event.name = recorded(f, "mutex", lock);
	assert_string_equal(apply(f, event), "queue_lock");
	event.id = 3;
	event.name = "mutex 0x1000";
	assert_string_equal(apply(f, event), "pool.cc:102");
	assert_false(tt_symbol_names_lacks(f->names, POOL_PID + 1, 2));
	assert_true(tt_symbol_names_lacks(f->names, POOL_PID + 1, 3));
}

/* The process runs, and where its files lie is not known yet. */
static void forget_modules(struct fixture *f)
{
	tt_symbol_names_free(f->names);
	tt_symbols_free(f->symbols);
	f->symbols = tt_symbols_new();
	f->names = tt_symbol_names_new(f->symbols);
}

/* An object and a thread have their names as soon as the module is known, and bear them from then on. */
static void test_late_modules(void **state)
{
	struct fixture *f = *state;
	uint64_t run = pool_address(&f->pool, "run"), base = pool_address(&f->pool, "info.dli_fbase");
	char thread[64], expected[256];
	const uint64_t lock = pool_address(&f->pool, "&queue_lock");

	forget_modules(f);
	g_snprintf(thread, sizeof thread, "Thread-3 (0x%lx)", (unsigned long)pool_address(&f->pool, "worker"));
	acquire(f, 2, lock);
	apply(f, (struct tt_event){.type = TT_EVENT_thread_create, .id = 3, .name = thread});
	init(f, 4, 0x1000, run);
	init(f, 5, 0x2000, run);
	assert_string_equal(acquire(f, 6, 0x3000), "mutex 0x3000");
	destroy(f, 5, 0x2000);
	/* Where it is used later is not its name. */
	assert_string_equal(apply(f, (struct tt_event){.type = TT_EVENT_lock_acquired,
	                                               .id = 4,
	                                               .name = "mutex 0x1000",
	                                               .caller = pool_address(&f->pool, "beyond")}),
	                    "mutex 0x1000");
	for (uint64_t id = 2; id <= 6; id++)
		assert_true(tt_symbol_names_lacks(f->names, POOL_PID, id));
	assert_false(tt_symbol_names_lacks(f->names, POOL_PID, 7));

	g_autofree char *others = add_module(f, base, 0x100000, POOL_PID + 1);
	g_autofree char *beside = add_module(f, 1, 16, POOL_PID);
	g_autofree char *named = add_module(f, base, 0x100000, POOL_PID);
	g_autofree char *again = add_module(f, base, 0x100000, POOL_PID);
	assert_string_equal(others, "");
	assert_string_equal(beside, "");
	assert_string_equal(again, "");
	g_snprintf(expected, sizeof expected,
	           "2: mutex 0x%lx is queue_lock\n3: %s is Thread-3 (worker)\n4: mutex 0x1000 is pool.cc:102\n"
	           "5: mutex 0x2000 is pool.cc:102#2\n",
	           (unsigned long)lock, thread);
	assert_string_equal(named, expected);
	for (uint64_t id = 2; id <= 6; id++) /* from 4 on they lie in no module yet */
		assert_int_equal(tt_symbol_names_lacks(f->names, POOL_PID, id), id >= 4);
	assert_string_equal(acquire(f, 2, lock), "queue_lock");
	/* The second was destroyed: its name and number are free when the other is, too. */
	destroy(f, 4, 0x1000);
	assert_string_equal(init(f, 7, 0x4000, run), "pool.cc:102");
}

/* The variable is in a module that comes after the one where it is used: its site is its name until then. */
static void test_late_variable(void **state)
{
	struct fixture *f = *state;
	uint64_t lock = pool_address(&f->pool, "&queue_lock"), base = pool_address(&f->pool, "info.dli_fbase");
	uint64_t run = pool_address(&f->pool, "run");
	char expected[128];

	forget_modules(f);
	init(f, 2, lock, run);
	init(f, 3, 0x1000, run);
	/* What has the address and what has the site, one after the other, as if they were two files. */
	g_autofree char *site = add_module(f, base, run - base + 1, POOL_PID);
	g_snprintf(expected, sizeof expected, "2: mutex 0x%lx is pool.cc:102\n3: mutex 0x1000 is pool.cc:102#2\n",
	           (unsigned long)lock);
	assert_string_equal(site, expected);
	assert_string_equal(init(f, 4, 0x2000, run), "pool.cc:102#3");
	g_autofree char *variable = add_module(f, base, 0x100000, POOL_PID);
	assert_string_equal(variable, "2: pool.cc:102 is queue_lock\n");
	assert_false(tt_symbol_names_lacks(f->names, POOL_PID, 2));
	/* Nobody has the name of before any more when the two others are gone. */
	destroy(f, 3, 0x1000);
	destroy(f, 4, 0x2000);
	assert_string_equal(init(f, 5, 0x3000, run), "pool.cc:102");
}

/* By the chain of calls: none of its frames may be unknown before the one that it is named by. */
static void test_late_module_of_a_stack(void **state)
{
	struct fixture *f = *state;
	const struct tt_stack stack = {.n = 1, .frames = {pool_address(&f->pool, "run")}};

	forget_modules(f);
	apply(f, (struct tt_event){.type = TT_EVENT_lock_init,
	                           .id = 2,
	                           .name = "mutex 0x1000",
	                           .caller = pool_address(&f->pool, "walk"),
	                           .stack = &stack});
	g_autofree char *named = add_module(f, pool_address(&f->pool, "info.dli_fbase"), 0x100000, POOL_PID);
	assert_string_equal(named, "2: mutex 0x1000 is pool.cc:102\n");
}

/* Another object lies where it was: that one keeps the address. */
static void test_late_name_of_what_is_gone(void **state)
{
	struct fixture *f = *state;
	uint64_t run = pool_address(&f->pool, "run");

	forget_modules(f);
	init(f, 2, 0x1000, run);
	init(f, 3, 0x1000, run);
	g_autofree char *named = add_module(f, pool_address(&f->pool, "info.dli_fbase"), 0x100000, POOL_PID);
	assert_string_equal(named, "2: mutex 0x1000 is pool.cc:102\n3: mutex 0x1000 is pool.cc:102\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_variables),
	    TEST(test_init_sites),
	    TEST(test_late_site),
	    TEST(test_as_recorded),
	    TEST(test_threads),
	    TEST(test_runtimes),
	    TEST(test_exec),
	    TEST(test_fork),
	    TEST(test_fork_before_the_modules),
	    TEST(test_late_modules),
	    TEST(test_late_variable),
	    TEST(test_late_module_of_a_stack),
	    TEST(test_late_name_of_what_is_gone),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
