/* SPDX-License-Identifier: MIT */
/* What makes locks of two runs the same: names, variables, sites, of compiled programs. */
#include "tests/unit/tools/pool.h"

#include "tools/check/across/lock_classes.h"

enum { LOCK = 7, TIME = 1000 };

/* A check of the program, and its classes. */
struct fixture {
	struct tt_check *check;
	struct tt_classes *classes;
};

static struct fixture begin(const struct tt_module *module, const char *program)
{
	struct tt_check_options options = TT_CHECK_DEFAULTS;
	struct fixture fixture = {.check = tt_check_new(&options)};

	tt_symbols_add(fixture.check->symbols, module);
	fixture.classes = tt_classes_new(fixture.check, program);
	return fixture;
}

static void end(struct fixture *fixture)
{
	tt_classes_free(fixture->classes);
	tt_check_free(fixture->check);
}

/* The class of a lock whose first event this is. */
static const struct tt_class *class_of(const struct fixture *fixture, uint64_t id, const char *name,
                                       enum tt_event_type type, uint64_t caller)
{
	struct tt_event event = {.time_ns = TIME,
	                         .type = type,
	                         .pid = POOL_PID,
	                         .thread = "T",
	                         .thread_id = 1,
	                         .caller = caller,
	                         .name = name,
	                         .id = id,
	                         .kind = TT_KIND_MUTEX,
	                         .depth = 1};
	struct tt_object *lock;

	tt_check_feed(fixture->check, &event);
	lock = tt_model_object(g_hash_table_lookup(fixture->check->model->by_pid, GUINT_TO_POINTER(POOL_PID)), id);
	assert_non_null(lock);
	tt_classes_see(fixture->classes, lock, &event);
	return tt_class_of(fixture->classes, lock);
}

/* That of one that the interposer calls by its address. */
static const struct tt_class *class_at(const struct fixture *fixture, uint64_t address, uint64_t caller)
{
	g_autofree char *name = g_strdup_printf("mutex 0x%" G_GINT64_MODIFIER "x", address);

	return class_of(fixture, address, name, TT_EVENT_lock_acquired, caller);
}

static void assert_text(const struct tt_class *class, const char *text)
{
	g_autofree char *its = tt_class_text(class);

	assert_string_equal(its, text);
}

static const char *const pie[] = {"g++ -g -O1 -fPIE -pie -o pool pool.cc main.cc", NULL};
static const char *const stripped[] = {"g++ -O1 -fPIE -pie -s -o pool pool.cc main.cc", NULL};

static void test_variables(void **state)
{
	struct pool pool = pool_make(pie, "pool");
	struct tt_module module = pool_module(&pool);
	struct fixture fixture = begin(&module, NULL);
	uint64_t run = pool_address(&pool, "run");

	assert_text(class_at(&fixture, pool_address(&pool, "&queue_lock"), run), "mutex \"queue_lock\" in pool");
	assert_text(class_at(&fixture, pool_address(&pool, "&table[1]"), run),
	            "mutex \"table+0x28\" (pool.cc) in pool");
	assert_text(class_at(&fixture, pool_address(&pool, "&hidden"), run),
	            "mutex \"(anonymous namespace)::hidden\" (pool.cc) in pool");
	end(&fixture);
	pool_clear(&pool);
	(void)state;
}

/* Of the heap: where it was first taken, or made. */
static void test_sites(void **state)
{
	struct pool pool = pool_make(pie, "pool");
	struct tt_module module = pool_module(&pool);
	struct fixture fixture = begin(&module, NULL);
	uint64_t heap = pool_address(&pool, "heap"), run = pool_address(&pool, "run");
	const struct tt_class *first = class_at(&fixture, heap, run), *second = class_at(&fixture, heap + 64, run);

	assert_text(first, "mutex of Pool::run (pool.cc) in pool");
	assert_ptr_equal(first, second);
	/* The library's own name for one is no name; where nothing is known of the site, there is no class. */
	assert_text(class_of(&fixture, LOCK, "Lock-1", TT_EVENT_lock_init, run),
	            "mutex of Pool::run (pool.cc) in pool");
	assert_text(class_of(&fixture, LOCK + 1, "Lock-2", TT_EVENT_lock_init, 1), "a lock without a name");
	end(&fixture);
	pool_clear(&pool);
	(void)state;
}

static void test_names(void **state)
{
	struct pool pool = pool_make(pie, "pool");
	struct tt_module module = pool_module(&pool);
	struct fixture fixture = begin(&module, NULL);
	uint64_t run = pool_address(&pool, "run");

	assert_text(class_of(&fixture, LOCK, "queue", TT_EVENT_lock_init, run), "mutex \"queue\" in pool");
	assert_text(class_of(&fixture, LOCK + 1, "Lock-X", TT_EVENT_lock_init, run), "mutex \"Lock-X\" in pool");
	/* A name alone, of who knows whom, is none. */
	assert_int_equal(class_of(&fixture, LOCK + 2, "queue", TT_EVENT_lock_init, 1)->kind, TT_CLASS_UNKNOWN);
	end(&fixture);
	pool_clear(&pool);
	(void)state;
}

/* A program without symbols: nothing in it can be told from another. */
static void test_stripped(void **state)
{
	struct pool pool = pool_make(stripped, "pool");
	struct tt_module module = pool_module(&pool);
	struct fixture fixture = begin(&module, NULL);
	uint64_t run = pool_address(&pool, "run");

	assert_text(class_at(&fixture, pool_address(&pool, "&queue_lock"), run), "a lock without a name in pool");
	assert_text(class_at(&fixture, pool_address(&pool, "heap"), run), "a lock without a name in pool");
	end(&fixture);
	pool_clear(&pool);
	(void)state;
}

/* The same code in two programs: their classes are those of a program that both are called. */
static void test_program(void **state)
{
	struct pool pool = pool_make(pie, "pool");
	struct tt_module module = pool_module(&pool);
	struct fixture own = begin(&module, NULL), shared = begin(&module, "suite"), again = begin(&module, "suite");
	uint64_t run = pool_address(&pool, "run"), queue = pool_address(&pool, "&queue_lock");
	const struct tt_class *class = class_at(&shared, queue, run);

	assert_text(class, "mutex \"queue_lock\" in suite");
	assert_text(class_at(&shared, pool_address(&pool, "heap"), run), "mutex of Pool::run (pool.cc) in suite");
	assert_text(class_of(&shared, LOCK, "name", TT_EVENT_lock_init, run), "mutex \"name\" in suite");
	assert_true(tt_id_equal(&class->id, &class_at(&again, queue, run)->id));
	assert_false(tt_id_equal(&class->id, &class_at(&own, queue, run)->id));
	end(&own);
	end(&shared);
	end(&again);
	pool_clear(&pool);
	(void)state;
}

/* Two files of one name, in two folders, each with a variable of one name; a third with another file's name. */
static void test_twins(void **state)
{
	static const char *const commands[] = {
	    "mkdir one two",
	    "cp util.c one/util.c",
	    "cp util.c two/util.c",
	    "gcc -g -O0 -fPIE -DTELL=tell_one -c -o one.o one/util.c",
	    "gcc -g -O0 -fPIE -DTELL=tell_two -c -o two.o two/util.c",
	    "gcc -g -O0 -fPIE -DTELL=tell_other -x c -c -o other.o other.c",
	    "gcc -g -O0 -fPIE -c -o main.o main.c",
	    "gcc -pie -o pool main.o one.o two.o other.o -ldl",
	};
	static const char util[] = "#include <stdio.h>\nstatic long lock[5];\n"
				   "void TELL(void) { lock[0]++; printf(\"%s %p\\n\", __func__, (void *)lock); }\n";
	static const char program[] =
	    "#define _GNU_SOURCE\n#include <dlfcn.h>\n#include <stdio.h>\n"
	    "void tell_one(void); void tell_two(void); void tell_other(void);\n"
	    "int main(void) { Dl_info info; dladdr((void *)main, &info); printf(\"info.dli_fbase %p\\n\", "
	    "info.dli_fbase);\ntell_one(); tell_two(); tell_other(); return 0; }\n";
	struct pool pool = {.folder = g_dir_make_tmp("trace-thr-test-XXXXXX", NULL)};
	static const char *const files[] = {"util.c", "other.c"};
	g_autofree char *main_path = g_build_filename(pool.folder, "main.c", NULL), *output = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(pool.folder, files[i], NULL);
		assert_true(g_file_set_contents(path, util, -1, NULL));
	}
	assert_true(g_file_set_contents(main_path, program, -1, NULL));
	pool.path = g_build_filename(pool.folder, "pool", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		pool_spawn(pool.folder, commands[i], NULL);
	pool_spawn(pool.folder, "./pool", &output);
	pool_learn(&pool, output);
	struct tt_module module = pool_module(&pool);
	struct fixture fixture = begin(&module, NULL);
	assert_text(class_at(&fixture, pool_address(&pool, "tell_one"), 1), "a lock without a name in pool");
	assert_text(class_at(&fixture, pool_address(&pool, "tell_two"), 1), "a lock without a name in pool");
	assert_text(class_at(&fixture, pool_address(&pool, "tell_other"), 1), "mutex \"lock\" (other.c) in pool");
	end(&fixture);
	pool_clear(&pool);
	(void)state;
}

/* A site as other runs can read it: whole, wherever the command is called. */
static void test_site_text(void **state)
{
	struct tt_site site = {
	    .function = "f", .file = "src/a.c", .path = "/build/src/a.c", .line = 3, .module = "m", .offset = 16};
	g_autofree char *whole = tt_class_site(&site);

	assert_string_equal(whole, "f /build/src/a.c:3");
	site.path = NULL;
	g_autofree char *without = tt_class_site(&site);
	assert_string_equal(without, "f m+0x10");
	g_autofree char *unknown = tt_class_site(NULL);
	assert_string_equal(unknown, "?");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_variables), cmocka_unit_test(test_sites),   cmocka_unit_test(test_names),
	    cmocka_unit_test(test_stripped),  cmocka_unit_test(test_program), cmocka_unit_test(test_twins),
	    cmocka_unit_test(test_site_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
